package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wp-oneway/wp-oneway/agent"
	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/source"
	"github.com/wp-oneway/wp-oneway/cmd/console"
	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/cmd/settings"
	"github.com/wp-oneway/wp-oneway/cmd/sites"
	"github.com/wp-oneway/wp-oneway/wordpress"
)

// siteFlags adds the flags of every command that reads a site.
func siteFlags(f *pflag.FlagSet) {
	settings.Keys().AddFlags(f, "env", "env_file", "no_env", "with_php", "http_host", "url", "variables_order", "home", "db_defaults_file")
	f.Lookup("with-php").NoOptDefVal = "true"
}

// inspectOptions are the arguments and flags of inspect.
type inspectOptions struct {
	path        string
	json        bool
	showSecrets bool
}

func (a *app) inspectCommand() *cobra.Command {
	var o inspectOptions
	cmd := &cobra.Command{
		Use:   "inspect PATH",
		Short: "Print the settings in a site's configuration",
		Long: `Print the settings in a site's configuration, without running its code. If a value
cannot be determined for certain, the command fails and names the file and the line;
it never guesses. With --with-php, the host's PHP runs a configuration that cannot be
read otherwise, with the rights of the site's owner.

Exit status: 0 the settings were determined; 1 they were not; 2 wrong usage.`,
		Example: `  wp-oneway inspect /var/www/example.com
  wp-oneway inspect /srv/shop/web --no-env --url https://shop.example.com/ --json`,
		Args: onePath,
		RunE: func(cmd *cobra.Command, paths []string) error {
			o.path = paths[0]
			return a.inspect(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.json, "json", false, "print JSON")
	f.BoolVar(&o.showSecrets, "show-secrets", false, "print the password too")
	siteFlags(f)
	return cmd
}

// inspected is the JSON about a configuration that could be evaluated.
type inspected struct {
	OK         bool        `json:"ok"`
	Source     string      `json:"source"` // static; or php if the site's PHP was run
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

func (a *app) inspect(ctx context.Context, o inspectOptions) error {
	job, err := sites.Job(ctx, a.config, o.path)
	if err != nil {
		return err
	}
	facts, err := (&agent.Agent{Version: version, Log: a.Log}).Inspect(ctx, job)
	if err != nil {
		var refusal *wordpress.ConfigError
		if o.json && errors.As(err, &refusal) {
			if err := a.PrintJSON(map[string]any{"ok": false, "error": refusal.Class, "message": refusal.Error()}); err != nil {
				return err
			}
			return exit.Printed(manifest.Failed)
		}
		return err
	}
	found := inspection(facts, o.showSecrets)
	found.Layout = job.Place.Layout
	if o.json {
		return a.PrintJSON(found)
	}
	return a.printInspection(found, facts)
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
		OK: true, Source: c.Source(), DB: db, Multisite: c.Multisite,
		Config: below(facts.Root, c.ConfigFile), UploadsDir: below(facts.Root, c.UploadsDir),
	}
	if dir := below(facts.Root, c.ContentDir); dir != "" {
		out.ContentDir = &dir
	}
	return out
}

// below returns path relative to root if it is in root, else path itself.
func below(root, path string) string {
	if path == "" {
		return ""
	}
	if rel, err := filepath.Rel(root, path); err == nil && rel != ".." && !strings.HasPrefix(rel, "../") {
		return rel
	}
	return path
}

// printInspection prints a table of the facts.
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
	read := ""
	if facts.Config.PHP != "" {
		read = "by PHP " + facts.Config.PHP
	}
	rows := [][2]string{
		{"site", facts.Root},
		{"home", facts.Home},
		{"layout", i.Layout},
		{"configuration", i.Config},
		{"read", read},
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
	t := console.Table{Gap: 2, Columns: make([]console.Column, 2)}
	for _, r := range rows {
		if r[1] != "" {
			t.Add(r[0], r[1])
		}
	}
	var b strings.Builder
	t.Write(&b, console.ScreenOf(a.Out))
	if _, err := io.WriteString(a.Out, b.String()); err != nil {
		return fmt.Errorf("print the configuration: %w", err)
	}
	return nil
}
