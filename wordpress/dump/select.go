package dump

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Check tells what is wrong with the options, as far as that is known without the
// database.
func (o *Options) Check() error {
	if err := checkFor(o.For); err != nil {
		return err
	}
	switch {
	case o.Threads < 0 || o.Threads > threadsMost:
		return fmt.Errorf("threads %d: must be 1 to %d", o.Threads, threadsMost)
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

// Partial is what the options leave out or change, as JSON; "" when the dump is of
// everything, as it is.
func (o *Options) Partial() string {
	what := *o
	what.Strict, what.Threads = false, 0 // they change nothing of a dump
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(what); err != nil || b.String() == "{}\n" {
		return ""
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// checkSelection makes sure that the options can mean something in this database.
// A misspelt name must not end in a dump that silently lacks a table.
func (d *Dump) checkSelection() error {
	o := &d.opts
	switch {
	case d.db.TablePrefix != "":
	case o.PrefixOnly || o.Blog != 0:
		return errors.New("choose tables: the site's table prefix is not known, which prefix_only and blog go by")
	case o.NoTransients:
		d.warn("", "transients are not left out, since the site's table prefix is not known")
	}
	for _, name := range o.Tables {
		if !d.matched(name) {
			return fmt.Errorf("choose tables: %s matches no table or view", printable(name))
		}
	}
	if o.Blog != 0 && !slices.ContainsFunc(d.objects, func(t *object) bool { return blogOf(t.name, d.db.TablePrefix) == o.Blog }) {
		return fmt.Errorf("choose tables: there is no table of site %d of the multisite (prefix %s)", o.Blog, printable(d.db.TablePrefix))
	}
	if o.PrefixOnly && !slices.ContainsFunc(d.objects, func(t *object) bool { return strings.HasPrefix(t.name, d.db.TablePrefix) }) {
		return fmt.Errorf("choose tables: there is no table with the site's prefix %s", printable(d.db.TablePrefix))
	}
	for _, name := range o.NoData {
		if !strings.ContainsAny(name, "*?") && !d.listed(name) {
			d.warn("", "no_data names "+printable(name)+", which is not in the dump")
		}
	}
	for name := range o.Where {
		if !slices.ContainsFunc(d.objects, func(t *object) bool { return t.name == name && t.kind == kindTable }) {
			return fmt.Errorf("choose rows: where names %s, which is no table in the dump", printable(name))
		}
	}
	return nil
}

// matched tells whether a pattern fits one of the tables to dump.
func (d *Dump) matched(pattern string) bool {
	return slices.ContainsFunc(d.objects, func(t *object) bool { return match(pattern, t.name) })
}

// wants tells whether a table or view is to be dumped.
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
	for _, c := range custom {
		if c == name {
			return true
		}
	}
	if o.Blog == 0 {
		return strings.HasPrefix(name, prefix)
	}
	return blogOf(name, prefix) == o.Blog || name == prefix+"users" || name == prefix+"usermeta"
}

// whole tells whether the dump is of the whole database, its routines and events included.
func (o *Options) whole() bool {
	return len(o.Tables) == 0 && !o.PrefixOnly && o.Blog == 0
}

// blogOf is the number of the multisite's site that a table belongs to: wp_3_posts
// is of site 3, wp_posts of site 1.
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

// condition is which rows of a table to dump, "" for all.
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

// match tells whether name fits pattern, in which * stands for any bytes and ? for one.
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
