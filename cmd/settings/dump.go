package settings

import (
	"fmt"
	"strings"
	"time"

	"github.com/wp-oneway/wp-oneway/cmd/keys"
	"github.com/wp-oneway/wp-oneway/wordpress/dump"
)

// dumpSetting are the keys about the dump of a database.
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
	TempDir      string   `mapstructure:"temp_dir"`

	LockWait time.Duration `mapstructure:"lock_wait"`
}

// dumpKeys are the keys of dumpSetting.
func dumpKeys() keys.Table {
	return keys.Table{
		{Name: "tables", Form: keys.List, Help: "dump only tables and views of this `name` or pattern with * and ?", Example: "['wp_*']"},
		{Name: "exclude_table", Form: keys.List, Help: "exclude tables and views of this `name` or pattern", Example: "[wp_statistics]"},
		{Name: "prefix_only", Form: keys.Bool, Help: "dump only the tables with the site's prefix, and its custom tables"},
		{Name: "blog", Form: keys.Int, Help: "of a multisite, dump only the tables of the site with this `number`, and the tables of users"},
		{Name: "no_data", Form: keys.List, Help: "dump no rows of tables with this `name` or pattern", Example: "[wp_sessions]"},
		{Name: "no_transients", Form: keys.Bool, Help: "exclude WordPress transients"},
		{Name: "where", Form: keys.List, Help: "`TABLE=CONDITION`: dump only the rows of the table for which the SQL condition holds", Example: "[wp_posts=post_status='publish']"},
		{Name: "skip_definer", Form: keys.Bool, Help: "omit the definers of views, triggers, routines and events; the account that restores becomes the definer"},
		{Name: "strict", Form: keys.Bool, Help: "fail when the account cannot read all of the database"},
		{Name: "threads", Form: keys.Int, Default: 1, Help: "read the database over this `number` of connections, if the account can lock all tables for a moment"},
		{Name: "for", Form: keys.Text, Choices: dump.Targets(), Help: "adapt the dump to another `server`: " + strings.Join(dump.Targets(), ", ") + " (default: the same server)", Example: "mysql8"},
		{Name: "temp_dir", Form: keys.Text, Help: "`folder` for rows of locked tables that do not fit into memory (default: $TMPDIR, else /tmp)", Example: "/var/tmp"},
		{Name: "lock_wait", Form: keys.Duration, Default: dump.DefaultLockWait.String(), Help: "wait for locks of other sessions for this `time` in total, then fail and name the table"},
	}
}

// DumpOptions checks the settings and returns them as options of the dump.
func (s *dumpSetting) DumpOptions() (dump.Options, error) {
	o := dump.Options{
		Tables: s.Tables, ExcludeTables: s.ExcludeTable, PrefixOnly: s.PrefixOnly, Blog: s.Blog, NoData: s.NoData,
		NoTransients: s.NoTransients, SkipDefiner: s.SkipDefiner, Strict: s.Strict, Threads: s.Threads, For: s.For, LockWait: s.LockWait,
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
