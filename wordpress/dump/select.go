package dump

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/target"
)

// Check returns an error if the options are invalid for every database.
func (o *Options) Check() error {
	if _, err := target.For(o.For, false, 0); err != nil {
		return err
	}
	switch {
	case o.Threads < 0 || o.Threads > maxThreads:
		return fmt.Errorf("threads %d: must be 1 to %d", o.Threads, maxThreads)
	case o.LockWait < 0:
		return fmt.Errorf("lock_wait %v: must not be negative", o.LockWait)
	case o.Blog < 0:
		return fmt.Errorf("blog %d: must be the number of a multisite's site, from 1", o.Blog)
	case len(o.Tables) > 0 && (o.PrefixOnly || o.Blog != 0):
		return errors.New("tables excludes prefix_only and blog; give one of them")
	}
	for _, list := range [][]string{o.Tables, o.ExcludeTables, o.NoData} {
		if slices.Contains(list, "") {
			return errors.New("tables, exclude_table and no_data: an empty name matches nothing")
		}
	}
	return nil
}

// Partial returns, as JSON, the options that make the dump differ from a complete one; "" if
// there are none.
func (o *Options) Partial() string {
	set := *o
	set.Strict, set.Threads, set.LockWait = false, 0, 0 // they do not change the dump
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(set); err != nil || b.String() == "{}\n" {
		return ""
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// A selection selects tables and rows. It compares names in the same way as the server.
type selection struct {
	options    Options
	prefix     string   // of the site's tables; "" if unknown
	custom     []string // tables of the site without the prefix
	ignoreCase bool
}

// newSelection prepares a selection for a server. If the server ignores case, all names and
// patterns in the selection are in lower case.
func newSelection(o Options, db wordpress.Database, server mysql.Server) selection {
	s := selection{options: o, prefix: db.TablePrefix, custom: db.CustomTables, ignoreCase: server.IgnoreCase}
	if !s.ignoreCase {
		return s
	}
	lower := func(names []string) []string {
		var list []string
		for _, n := range names {
			list = append(list, strings.ToLower(n))
		}
		return list
	}
	s.prefix, s.custom = strings.ToLower(s.prefix), lower(s.custom)
	s.options.Tables, s.options.ExcludeTables, s.options.NoData = lower(o.Tables), lower(o.ExcludeTables), lower(o.NoData)
	s.options.Where = map[string]string{}
	for name, condition := range o.Where {
		s.options.Where[strings.ToLower(name)] = condition
	}
	return s
}

// key returns a name in the form in which names are compared: two names of one object have the
// same key.
func (s *selection) key(name string) string {
	if s.ignoreCase {
		return strings.ToLower(name)
	}
	return name
}

// checkSelection returns an error if an option matches nothing in this database, and warns of
// options that have no effect. A misspelt name must not silently lead to a dump that lacks a
// table, or contains a table that it should not contain.
func (d *Dump) checkSelection() error {
	o := &d.selection.options
	switch {
	case d.db.TablePrefix != "":
	case o.PrefixOnly || o.Blog != 0:
		return errors.New("choose tables: prefix_only and blog need the site's table prefix, which is unknown")
	case o.NoTransients:
		d.warn("", "transients are not left out, since the site's table prefix is unknown")
	}
	has := func(fits func(name string) bool) bool {
		return slices.ContainsFunc(d.objects, func(t *object) bool { return fits(d.selection.key(t.name)) })
	}
	for _, name := range o.Tables {
		if !has(func(table string) bool { return match(name, table) }) {
			return fmt.Errorf("choose tables: %s matches no table or view", sqltext.DisplayName(name))
		}
	}
	if o.Blog != 0 && !has(func(table string) bool { return blogOf(table, d.selection.prefix) == o.Blog }) {
		return fmt.Errorf("choose tables: there is no table of site %d of the multisite (prefix %s)", o.Blog, sqltext.DisplayName(d.db.TablePrefix))
	}
	if o.PrefixOnly && !has(func(table string) bool { return strings.HasPrefix(table, d.selection.prefix) }) {
		return fmt.Errorf("choose tables: there is no table with the site's prefix %s", sqltext.DisplayName(d.db.TablePrefix))
	}
	for name := range o.Where {
		if !slices.ContainsFunc(d.objects, func(t *object) bool { return d.selection.key(t.name) == name && t.kind == kindTable }) {
			return fmt.Errorf("choose rows: where names %s, which is not a table in the dump", sqltext.DisplayName(name))
		}
	}
	for _, name := range o.NoData {
		if !has(func(table string) bool { return match(name, table) }) {
			d.warn("", "no_data names "+sqltext.DisplayName(name)+", which is not in the dump")
		}
	}
	for _, name := range o.ExcludeTables {
		excludes := false
		for table := range d.names {
			excludes = excludes || match(name, d.selection.key(table))
		}
		if !excludes {
			d.warn("", "exclude_table names "+sqltext.DisplayName(name)+", which matches no table or view")
		}
	}
	if o.NoTransients && d.db.TablePrefix != "" && !has(func(table string) bool { return d.selection.transients(table) != "" }) {
		d.warn("", "no transients are left out: no table in the dump holds them (prefix "+sqltext.DisplayName(d.db.TablePrefix)+")")
	}
	return nil
}

// wants reports whether a table or view must be dumped.
func (s *selection) wants(table string) bool {
	name, o := s.key(table), &s.options
	if matchAny(o.ExcludeTables, name) {
		return false
	}
	if len(o.Tables) > 0 {
		return matchAny(o.Tables, name)
	}
	if !o.PrefixOnly && o.Blog == 0 {
		return true
	}
	if slices.Contains(s.custom, name) {
		return true
	}
	if o.Blog == 0 {
		return strings.HasPrefix(name, s.prefix)
	}
	return blogOf(name, s.prefix) == o.Blog || name == s.prefix+"users" || name == s.prefix+"usermeta"
}

// wantsRows reports whether a table's rows must be dumped.
func (s *selection) wantsRows(table string) bool {
	return !matchAny(s.options.NoData, s.key(table))
}

// where returns the operator's condition for the rows of a table; "" means all rows.
func (s *selection) where(table string) string { return s.options.Where[s.key(table)] }

// condition returns the condition for the rows of a table to dump; "" means all rows.
func (s *selection) condition(table string) string {
	var parts []string
	if w := s.where(table); w != "" {
		parts = append(parts, "("+w+")")
	}
	if s.options.NoTransients {
		if c := s.transients(table); c != "" {
			parts = append(parts, c)
		}
	}
	return strings.Join(parts, " AND ")
}

// transients returns the condition that leaves out the transients of a table; "" if the table
// does not hold transients.
func (s *selection) transients(table string) string {
	name := s.key(table)
	rest, ours := strings.CutPrefix(name, s.prefix)
	if n := blogOf(name, s.prefix); n > 1 {
		_, rest, _ = strings.Cut(rest, "_")
	}
	switch {
	case ours && rest == "options":
		return `option_name NOT LIKE '\_transient\_%' AND option_name NOT LIKE '\_site\_transient\_%'`
	case ours && rest == "sitemeta":
		return `meta_key NOT LIKE '\_site\_transient\_%'`
	}
	return ""
}

// whole reports whether the dump contains the whole database, including routines and events.
func (o *Options) whole() bool {
	return len(o.Tables) == 0 && !o.PrefixOnly && o.Blog == 0
}

// blogOf returns the number of the site of a multisite to which a table belongs: 3 for
// wp_3_posts, 1 for wp_posts, 0 for a table without the prefix.
func blogOf(name, prefix string) int {
	rest, ok := strings.CutPrefix(name, prefix)
	if !ok {
		return 0
	}
	digits, _, ok := strings.Cut(rest, "_")
	if !ok || digits == "" || digits[0] == '0' || len(digits) > 9 {
		return 1
	}
	n := 0
	for _, r := range digits {
		if r < '0' || r > '9' {
			return 1
		}
		n = n*10 + int(r-'0')
	}
	return n
}

func matchAny(patterns []string, name string) bool {
	for _, p := range patterns {
		if match(p, name) {
			return true
		}
	}
	return false
}

// match reports whether a name matches a pattern. In a pattern, * stands for any bytes, and ?
// for one byte.
func match(pattern, name string) bool {
	var p, n int
	star, mark := -1, 0
	for n < len(name) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, n
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == name[n]):
			p++
			n++
		case star >= 0:
			mark++
			p, n = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
