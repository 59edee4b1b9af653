package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wp-oneway/wp-oneway/agent"
	"github.com/wp-oneway/wp-oneway/wordpress/dump"
)

// dumpSetting is what may be said of how a database is dumped.
type dumpSetting struct {
	Tables       []string `mapstructure:"tables"`
	ExcludeTable []string `mapstructure:"exclude_table"`
	PrefixOnly   bool     `mapstructure:"prefix_only"`
	Blog         int      `mapstructure:"blog"`
	NoData       []string `mapstructure:"no_data"`
	NoTransients bool     `mapstructure:"no_transients"`
	Where        []string `mapstructure:"where"`
	SkipDefiner  bool     `mapstructure:"skip_definer"`
	Strict       bool     `mapstructure:"strict"`
	Threads      int      `mapstructure:"threads"`
	For          string   `mapstructure:"for"`
}

// dumpDefaults has every key of dumpSetting.
func dumpDefaults() map[string]any {
	return map[string]any{
		"tables": []string{}, "exclude_table": []string{}, "prefix_only": false, "blog": 0, "no_data": []string{},
		"no_transients": false, "where": []string{}, "skip_definer": false, "strict": false, "threads": 1, "for": "",
	}
}

// dumpFlags are those of every command that dumps a database.
func dumpFlags(f *pflag.FlagSet) {
	f.StringArray("tables", nil, "dump only tables and views of this `name` or pattern with * and ?; may be repeated")
	f.StringArray("exclude-table", nil, "leave out tables and views of this `name` or pattern; may be repeated")
	f.Bool("prefix-only", false, "dump only the tables with the site's prefix, and its custom ones")
	f.Int("blog", 0, "dump only the tables of the multisite's site of this `number`, and the users")
	f.StringArray("no-data", nil, "leave out the rows of tables of this `name` or pattern; may be repeated")
	f.Bool("no-transients", false, "leave out WordPress' transients")
	f.StringArray("where", nil, "`TABLE=CONDITION`: of this table, dump only the rows for which the SQL holds; may be repeated")
	f.Bool("skip-definer", false, "leave out who defined views, triggers, routines and events, for a restore under another account")
	f.Bool("strict", false, "fail when the account cannot read or see something of the database")
	f.Int("threads", 1, "read the database by this `number` of connections, where a moment's lock is allowed")
	f.String("for", "", "dump for another `server`: mysql57, mysql8 or mariadb (default: the one it is)")
}

// dumpOptions are the settings as the dump takes them.
func (s *dumpSetting) dumpOptions() (dump.Options, error) {
	o := dump.Options{
		Tables: s.Tables, ExcludeTables: s.ExcludeTable, PrefixOnly: s.PrefixOnly, Blog: s.Blog, NoData: s.NoData,
		NoTransients: s.NoTransients, SkipDefiner: s.SkipDefiner, Strict: s.Strict, Threads: s.Threads, For: s.For,
	}
	for _, w := range s.Where {
		table, condition, _ := strings.Cut(w, "=")
		if table == "" || strings.TrimSpace(condition) == "" {
			return o, fmt.Errorf("where %q: must be TABLE=CONDITION; in the environment, give [\"TABLE=CONDITION\"]", w)
		}
		if o.Where[table] != "" {
			return o, fmt.Errorf("where: table %s is given twice; join its conditions with AND or OR", table)
		}
		if o.Where == nil {
			o.Where = map[string]string{}
		}
		o.Where[table] = condition
	}
	return o, o.Check()
}

// dumpCommand writes one site's database.
func (a *app) dumpCommand() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "dump PATH",
		Short: "Write a site's database as SQL",
		Long: `Write a site's database as SQL, at one moment and without stopping the site, to
standard output or to a file. It restores with: mysql --binary-mode DATABASE < FILE

Exit status: 0 complete; 3 something could not be read, and is named; 1 failed;
2 bad usage or configuration.`,
		Args: onePath,
		RunE: func(cmd *cobra.Command, paths []string) error { return a.dump(cmd.Context(), paths[0], file) },
	}
	cmd.Flags().StringVarP(&file, "output", "o", "", "write to this `file`, 0600, which must not exist")
	dumpFlags(cmd.Flags())
	siteFlags(cmd.Flags())
	return cmd
}

func (a *app) dump(ctx context.Context, path, file string) error {
	job, err := a.oneJob(ctx, path)
	if err != nil {
		return err
	}
	out := a.io.out
	var target *output
	if file != "" {
		if target, err = createOutput(file); err != nil {
			return err
		}
		defer target.abandon()
		out = target.file
	}
	findings, err := (&agent.Agent{Version: version, Log: a.log}).Dump(ctx, job, out)
	if err == nil && target != nil {
		err = target.publish()
	}
	if err != nil {
		return err
	}
	if !a.config.GetBool("quiet") {
		for _, w := range findings.Warnings.Items {
			a.tell(ctx, slog.LevelWarn, "warning: ", w)
		}
	}
	for _, m := range findings.Privileges.Items {
		a.tell(ctx, slog.LevelError, "not in the dump: ", m)
	}
	if findings.Privileges.Total > 0 {
		return &exitError{code: 3}
	}
	return nil
}
