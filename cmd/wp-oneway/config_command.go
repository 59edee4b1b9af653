package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wp-oneway/wp-oneway/cmd/console"
	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/cmd/settings"
	"github.com/wp-oneway/wp-oneway/cmd/sites"
	"github.com/wp-oneway/wp-oneway/sinks"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

func (a *app) configCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config validate|show|generate",
		Short: "Check, print or create the configuration",
		Long: `Check the configuration, print every key with its value and source, or print a
commented example with every key. docs/configuration.md lists all keys, and
docs/config.schema.json is a JSON Schema for editors.`,
		Example: `  wp-oneway config validate
  wp-oneway config generate > config.yaml`,
		Annotations: noConfig(), Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return exit.Usage(fmt.Errorf("unknown command %q; use config validate, show or generate", args[0]))
		},
	}
	cmd.AddCommand(&cobra.Command{
		Use: "validate", Aliases: []string{"check"}, Short: "Check the configuration", Args: noArguments,
		Long: `Check the file, the environment, and the files that the configuration names. This reads
no site and contacts no store.

Exit status: 0 the configuration is valid; 2 it is not.`,
		Example: `  wp-oneway config validate
  wp-oneway config validate --config config.yaml`,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.validateConfig(cmd.Context()) },
	}, &cobra.Command{
		Use: "show", Short: "Print every key with its value and source", Args: noArguments,
		Long: `Print every key with its value and its source: the default, a file and line, the
environment or a flag. Secrets are printed as [redacted].`,
		Example: `  wp-oneway config show
  wp-oneway config show --config config.yaml`,
		RunE: func(*cobra.Command, []string) error { return a.showConfig() },
	}, &cobra.Command{
		Use: "generate", Aliases: []string{"init"}, Short: "Print a commented example with every key", Args: noArguments,
		Long: `Print a configuration file with every key as a comment, with its default or an example.
To set a key, remove the # from its lines, and from the line of its group, such as limits.`,
		Example: `  wp-oneway config generate
  wp-oneway config generate > config.yaml`,
		Annotations: noConfig(),
		RunE:        func(*cobra.Command, []string) error { return settings.Keys().WriteExample(a.Out) },
	})
	return cmd
}

// validateConfig checks what loading the configuration does not check: the settings of each site,
// and the files that they name.
func (a *app) validateConfig(ctx context.Context) error {
	if err := a.validateSite(ctx, map[string]any{"path": "/"}, ""); err != nil && len(a.config.Sites) == 0 {
		return err
	}
	for i, keys := range a.config.Sites {
		if err := a.validateSite(ctx, keys, fmt.Sprintf("sites[%d]", i)); err != nil {
			return err
		}
	}
	where := a.config.Path
	if where == "" {
		where = "no file; the environment and the defaults"
	}
	if _, err := fmt.Fprintf(a.Out, "%s: valid\n", where); err != nil {
		return fmt.Errorf("print the result: %w", err)
	}
	return nil
}

func (a *app) validateSite(ctx context.Context, keys map[string]any, entry string) error {
	set, err := a.config.Site(keys)
	if err != nil {
		return exit.Usage(err)
	}
	for _, s := range set.Sinks {
		if _, err := sinks.Parse(s.URL); err != nil {
			return exit.Usage(fmt.Errorf("%s: %w", a.config.AtEntry(entry, "sinks"), err))
		}
	}
	if _, err := sites.JobOf(ctx, a.config, set, sites.NewEntry(set.Path, ""), site.SystemHomes().Of); err != nil {
		word := strings.Trim(strings.FieldsFunc(err.Error()+" ", func(r rune) bool { return r == ' ' || r == ':' })[0], "'")
		return exit.Usage(fmt.Errorf("%s: %w", a.config.AtEntry(entry, word), err))
	}
	return nil
}

// showConfig prints the keys and their values.
func (a *app) showConfig() error {
	t := console.Table{Gap: 2, Columns: []console.Column{{}, {}, {}}}
	t.Add("KEY", "FROM", "VALUE")
	for _, row := range a.config.ShownKeys() {
		t.Add(row[:]...)
	}
	var b strings.Builder
	t.Write(&b, console.ScreenOf(a.Out))
	if _, err := a.Out.Write([]byte(b.String())); err != nil {
		return fmt.Errorf("print the configuration: %w", err)
	}
	return nil
}
