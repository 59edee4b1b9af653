package dump

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// Check returns an error if the options are invalid for every database.
func (o *Options) Check() error {
	if err := sqltext.CheckTarget(o.For); err != nil {
		return err
	}
	switch {
	case o.Threads < 0 || o.Threads > maxThreads:
		return fmt.Errorf("threads %d: must be 1 to %d", o.Threads, maxThreads)
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

// Partial returns what the options leave out or change, as JSON; "" if nothing.
func (o *Options) Partial() string {
	set := *o
	set.Strict, set.Threads = false, 0 // they do not change the dump
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(set); err != nil || b.String() == "{}\n" {
		return ""
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// checkSelection returns an error if the options match nothing in this database: a
// misspelt name must not lead to a dump that silently lacks a table.
func (d *Dump) checkSelection() error {
	o := &d.opts
	switch {
	case d.db.TablePrefix != "":
	case o.PrefixOnly || o.Blog != 0:
		return errors.New("choose tables: prefix_only and blog need the site's table prefix, which is unknown")
	case o.NoTransients:
		d.warn("", "transients are not left out, since the site's table prefix is unknown")
	}
	for _, name := range o.Tables {
		if !slices.ContainsFunc(d.objects, func(t *object) bool { return match(name, t.name) }) {
			return fmt.Errorf("choose tables: %s matches no table or view", sqltext.DisplayName(name))
		}
	}
	if o.Blog != 0 && !slices.ContainsFunc(d.objects, func(t *object) bool { return blogOf(t.name, d.db.TablePrefix) == o.Blog }) {
		return fmt.Errorf("choose tables: there is no table of site %d of the multisite (prefix %s)", o.Blog, sqltext.DisplayName(d.db.TablePrefix))
	}
	if o.PrefixOnly && !slices.ContainsFunc(d.objects, func(t *object) bool { return strings.HasPrefix(t.name, d.db.TablePrefix) }) {
		return fmt.Errorf("choose tables: there is no table with the site's prefix %s", sqltext.DisplayName(d.db.TablePrefix))
	}
	for _, name := range o.NoData {
		if !strings.ContainsAny(name, "*?") && !d.listed(name) {
			d.warn("", "no_data names "+sqltext.DisplayName(name)+", which is not in the dump")
		}
	}
	for name := range o.Where {
		if !slices.ContainsFunc(d.objects, func(t *object) bool { return t.name == name && t.kind == kindTable }) {
			return fmt.Errorf("choose rows: where names %s, which is no table in the dump", sqltext.DisplayName(name))
		}
	}
	return nil
}

// wants reports whether a table or view is to be dumped.
func (o *Options) wants(name, prefix string, custom []string) bool {
	if matchAny(o.ExcludeTables, name) {
		return false
	}
	if len(o.Tables) > 0 {
		return matchAny(o.Tables, name)
	}
	if !o.PrefixOnly && o.Blog == 0 {
		return true
	}
	if slices.Contains(custom, name) {
		return true
	}
	if o.Blog == 0 {
		return strings.HasPrefix(name, prefix)
	}
	return blogOf(name, prefix) == o.Blog || name == prefix+"users" || name == prefix+"usermeta"
}

// whole reports whether the dump is of the whole database, routines and events
// included.
func (o *Options) whole() bool {
	return len(o.Tables) == 0 && !o.PrefixOnly && o.Blog == 0
}

// blogOf returns the number of the site of a multisite that a table belongs to: 3 for
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

// condition returns the condition for the rows of a table to dump, "" for all.
func (o *Options) condition(table, prefix string) string {
	var parts []string
	if w := o.Where[table]; w != "" {
		parts = append(parts, "("+w+")")
	}
	if o.NoTransients {
		rest, ours := strings.CutPrefix(table, prefix)
		if n := blogOf(table, prefix); n > 1 {
			_, rest, _ = strings.Cut(rest, "_")
		}
		switch {
		case ours && rest == "options":
			parts = append(parts, `option_name NOT LIKE '\_transient\_%' AND option_name NOT LIKE '\_site\_transient\_%'`)
		case ours && rest == "sitemeta":
			parts = append(parts, `meta_key NOT LIKE '\_site\_transient\_%'`)
		}
	}
	return strings.Join(parts, " AND ")
}

func matchAny(patterns []string, name string) bool {
	for _, p := range patterns {
		if match(p, name) {
			return true
		}
	}
	return false
}

// match reports whether a name matches a pattern, in which * stands for any bytes and
// ? for one.
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
