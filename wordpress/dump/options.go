package dump

import (
	"log/slog"
	"strings"
	"time"
)

// Options say what to dump and how. The zero value dumps everything.
type Options struct {
	Logger *slog.Logger     // nil: silent
	Now    func() time.Time // nil: time.Now; for the trailer
	// Tables and ExcludeTables are names or patterns with * and ?, of tables and
	// views. Without Tables, all are dumped.
	Tables, ExcludeTables []string
	// NoData are tables whose structure is dumped without rows; names or patterns.
	NoData []string
	// Where limits the rows of single tables by a condition in SQL.
	Where map[string]string
	// PrefixOnly dumps the site's tables only, in a database shared with others:
	// those that begin with its prefix, and its custom tables. Blog, if not 0, is
	// one site of a multisite by its number: its own tables and the users'.
	PrefixOnly bool
	Blog       int
	// NoTransients leaves out WordPress' transients.
	NoTransients bool
	// SkipDefiner leaves out who defined views, triggers, routines and events, for a
	// restore under another account: it will then be who restores.
	SkipDefiner bool
	// Strict fails when something cannot be read, where the dump would otherwise
	// go on and list it in Report.Missing.
	Strict bool
	// Threads is how many connections read at once; 0 and 1 are one.
	Threads int
	// For adapts the dump to another server: "mysql57", "mysql8" or "mariadb"; ""
	// is the same as the source.
	For string
	// TempDir holds what has to be read under a lock and does not fit into memory;
	// "" is the system's.
	TempDir string
}

// A Report is what a dump holds, and what it does not.
type Report struct {
	Tables   []Table
	Warnings []Note // worth knowing
	Missing  []Note // the account could not see or read it
	Rows     int64
	Bytes    int64
	SHA256   [32]byte // of everything before the last line, as that line says
	Moment   time.Time
}

// A Table is what was written of one table, view or sequence.
type Table struct {
	Name   string
	Kind   string // table, view or sequence
	Engine string // "" of views
	Rows   int64
	Bytes  int64 // of SQL
}

// A Note is about one thing of the database.
type Note struct {
	Object string // such as "trigger `a`"; "" when it is about the whole database
	Text   string
}

// String is the note on one line.
func (n Note) String() string {
	if n.Object == "" {
		return n.Text
	}
	return n.Object + ": " + n.Text
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
