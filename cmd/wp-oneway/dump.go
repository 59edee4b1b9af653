package main

import (
	"context"
	"log/slog"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wp-oneway/wp-oneway/agent"
	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/cmd/console"
	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/cmd/output"
	"github.com/wp-oneway/wp-oneway/cmd/settings"
	"github.com/wp-oneway/wp-oneway/cmd/sites"
)

// dumpFlags adds the flags of every command that dumps a database.
func dumpFlags(f *pflag.FlagSet) {
	settings.Keys().AddFlags(f, "tables", "exclude_table", "prefix_only", "blog", "no_data", "no_transients", "where", "skip_definer", "strict",
		"threads", "lock_wait", "temp_dir", "for")
}

// dumpOptions are the arguments and flags of dump that are not keys.
type dumpOptions struct {
	path   string
	output string // "" is standard output
}

func (a *app) dumpCommand() *cobra.Command {
	var o dumpOptions
	cmd := &cobra.Command{
		Use:   "dump PATH",
		Short: "Write a site's database as SQL",
		Long: `Write a site's database as SQL to standard output or to a file. The dump is a
consistent snapshot, and the site stays in use. To restore it, use an account that has
rights on one database only:
mysql --user=ACCOUNT -p --binary-mode DATABASE < FILE

Exit status: 0 complete; 3 part of the database could not be read, and is named; 1 failed;
2 wrong usage or configuration.`,
		Example: `  wp-oneway dump /var/www/example.com -o example.sql
  wp-oneway dump /srv/shop/web --exclude-table 'wp_statistics_*' --skip-definer > shop.sql`,
		Args: onePath,
		RunE: func(cmd *cobra.Command, paths []string) error {
			o.path = paths[0]
			return a.dump(cmd.Context(), o)
		},
	}
	cmd.Flags().StringVarP(&o.output, "output", "o", "", "write to this new `file` (mode 0600) instead of standard output")
	dumpFlags(cmd.Flags())
	siteFlags(cmd.Flags())
	return cmd
}

func (a *app) dump(ctx context.Context, o dumpOptions) error {
	job, err := sites.Job(ctx, a.config, o.path)
	if err != nil {
		return err
	}
	out := a.Out
	if !console.IsTerminal(out) {
		out = console.Unescaped(out) // write the bytes of the database without escapes
	}
	var target *output.File
	if o.output != "" {
		if target, err = output.Create(o.output); err != nil {
			return err
		}
		defer target.Abandon()
		out = target
	}
	findings, err := (&agent.Agent{Version: version, Log: a.Log}).Dump(ctx, job, out)
	if err == nil && target != nil {
		err = target.Publish()
	}
	if err != nil {
		return err
	}
	if !a.config.Quiet {
		for _, w := range findings.Warnings.Items {
			a.Tell(ctx, slog.LevelWarn, "warning: ", w)
		}
	}
	for _, m := range findings.Privileges.Items {
		a.Tell(ctx, slog.LevelError, "not in the dump: ", m)
	}
	if findings.Privileges.Total > 0 {
		return exit.Printed(manifest.Incomplete)
	}
	return nil
}
