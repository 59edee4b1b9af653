package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wp-oneway/wp-oneway/agent"
	"github.com/wp-oneway/wp-oneway/agent/source"
	"github.com/wp-oneway/wp-oneway/wordpress"
)

// siteFlags are those of every command that reads a site.
func siteFlags(f *pflag.FlagSet) {
	f.StringArray("env", nil, "`NAME=VALUE` in the environment of the site's PHP, or NAME to copy it from here; may be repeated")
	f.String("env-file", "", "`file` with the environment of the site's PHP")
	f.Bool("no-env", false, "the environment of the site's PHP is empty")
	f.String("http-host", "", "the `host` that the site is asked for")
	f.String("url", "", "the `URL` that the site is asked for: host, scheme and port (https://HOST/)")
	f.String("variables-order", "", "php.ini's variables_order: with E, $_ENV holds the environment (`EGPCS`)")
	f.String("home", "", "outermost `folder` that the site may read from (default: by its owner and layout)")
	f.String("db-defaults-file", "", "MySQL option `file`, 0600, that overrides the connection of the configuration")
}

func (a *app) inspectCommand() *cobra.Command {
	var asJSON, showSecrets bool
	cmd := &cobra.Command{
		Use:   "inspect PATH",
		Short: "Say what a site's configuration says",
		Long: `Say what a site's configuration says, without running any of it. A value that
cannot be known for certain is an error with its file and line, never a guess.

Exit status: 0 the configuration is understood; 1 it is not; 2 bad usage.`,
		Args: onePath,
		RunE: func(cmd *cobra.Command, paths []string) error {
			return a.inspect(cmd.Context(), paths[0], asJSON, showSecrets)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&asJSON, "json", false, "print JSON")
	f.BoolVar(&showSecrets, "show-secrets", false, "print the password too")
	siteFlags(f)
	return cmd
}

// inspected is what inspect --json prints of a configuration that is understood.
type inspected struct {
	OK         bool        `json:"ok"`
	DB         inspectedDB `json:"db"`
	ContentDir *string     `json:"content_dir"`
	UploadsDir string      `json:"uploads_dir,omitempty"`
	Multisite  bool        `json:"multisite"`
	Layout     string      `json:"layout"`
	Config     string      `json:"config"`
}

type inspectedDB struct {
	Name        string  `json:"name"`
	User        string  `json:"user"`
	Password    string  `json:"password"`
	PasswordHex string  `json:"password_hex,omitempty"`
	Host        string  `json:"host"`
	Port        *int    `json:"port"`
	Socket      *string `json:"socket"`
	Charset     string  `json:"charset"`
	Collate     string  `json:"collate"`
	TablePrefix string  `json:"table_prefix"`
}

func (a *app) inspect(ctx context.Context, path string, asJSON, showSecrets bool) error {
	job, err := a.oneJob(ctx, path)
	if err != nil {
		return err
	}
	facts, err := (&agent.Agent{Version: version, Log: a.log}).Inspect(ctx, job)
	if err != nil {
		var refusal *wordpress.ConfigError
		if asJSON && errors.As(err, &refusal) {
			if err := a.printJSON(map[string]any{"ok": false, "error": refusal.Class, "message": refusal.Error()}); err != nil {
				return err
			}
			return &exitError{code: 1}
		}
		return err
	}
	if asJSON {
		return a.printJSON(inspection(facts, showSecrets))
	}
	return a.printInspection(inspection(facts, showSecrets), facts)
}

func inspection(facts source.Facts, showSecrets bool) inspected {
	c := facts.Config
	db := inspectedDB{
		Name: c.DB.Name, User: c.DB.User, Host: c.DB.Host, Charset: c.DB.Charset,
		Collate: c.DB.Collate, TablePrefix: c.DB.TablePrefix,
	}
	if c.DB.Port != 0 {
		db.Port = &c.DB.Port
	}
	if c.DB.Socket != "" {
		db.Socket = &c.DB.Socket
	}
	switch password := c.DB.Password.Reveal(); {
	case !showSecrets:
		db.Password = c.DB.Password.String()
	case utf8.ValidString(password):
		db.Password = password
	default:
		db.PasswordHex = hex.EncodeToString([]byte(password))
	}
	out := inspected{
		OK: true, DB: db, Multisite: c.Multisite, Layout: facts.Layout,
		Config: below(facts.Root, c.ConfigFile), UploadsDir: below(facts.Root, c.UploadsDir),
	}
	if dir := below(facts.Root, c.ContentDir); dir != "" {
		out.ContentDir = &dir
	}
	return out
}

// below is path relative to root where it lies there, else as it is.
func below(root, path string) string {
	if path == "" {
		return ""
	}
	if rel, err := filepath.Rel(root, path); err == nil && rel != ".." && !strings.HasPrefix(rel, "../") {
		return rel
	}
	return path
}

func (a *app) printJSON(v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("print JSON: %w", err)
	}
	if _, err := a.io.out.Write(append(text, '\n')); err != nil {
		return fmt.Errorf("print JSON: %w", err)
	}
	return nil
}

// printInspection is for people.
func (a *app) printInspection(i inspected, facts source.Facts) error {
	where := i.DB.Host
	switch {
	case i.DB.Socket != nil:
		where += " (socket " + *i.DB.Socket + ")"
	case i.DB.Port != nil:
		where = fmt.Sprintf("%s, port %d", where, *i.DB.Port)
	}
	content := "differs between requests"
	if i.ContentDir != nil {
		content = *i.ContentDir
	}
	rows := [][2]string{
		{"site", facts.Root},
		{"home", facts.Home},
		{"layout", i.Layout},
		{"configuration", i.Config},
		{"WordPress", facts.WordPress},
		{"database", i.DB.Name},
		{"user", i.DB.User},
		{"password", i.DB.Password + i.DB.PasswordHex},
		{"host", where},
		{"charset", strings.TrimSpace(i.DB.Charset + " " + i.DB.Collate)},
		{"table prefix", i.DB.TablePrefix},
		{"content", content},
		{"multisite", map[bool]string{true: "yes", false: "no"}[i.Multisite]},
	}
	w := tabwriter.NewWriter(a.io.out, 0, 0, 2, ' ', 0)
	for _, r := range rows {
		if r[1] != "" {
			fmt.Fprintf(w, "%s\t%s\n", r[0], wordpress.Printable(r[1]))
		}
	}
	return w.Flush()
}
