package dump

import (
	"log/slog"
	"time"
)

// Options say what to dump and how. The zero value dumps everything.
type Options struct {
	Logger *slog.Logger     `json:"-"` // nil: silent
	Now    func() time.Time `json:"-"` // nil: time.Now; for the trailer
	// Tables and ExcludeTables are names or patterns with * and ?, of tables and
	// views. Without Tables, all are dumped.
	Tables        []string `json:"tables,omitempty"`
	ExcludeTables []string `json:"exclude_table,omitempty"`
	// NoData are tables whose structure is dumped without rows; names or patterns.
	NoData []string `json:"no_data,omitempty"`
	// Where limits the rows of single tables by a condition in SQL.
	Where map[string]string `json:"where,omitempty"`
	// PrefixOnly dumps the site's tables only, in a database shared with others:
	// those that begin with its prefix, and its custom tables. Blog, if not 0, is
	// one site of a multisite by its number: its own tables and the users'.
	PrefixOnly bool `json:"prefix_only,omitempty"`
	Blog       int  `json:"blog,omitempty"`
	// NoTransients leaves out WordPress' transients.
	NoTransients bool `json:"no_transients,omitempty"`
	// SkipDefiner leaves out who defined views, triggers, routines and events, for a
	// restore under another account: it will then be who restores.
	SkipDefiner bool `json:"skip_definer,omitempty"`
	// Strict fails when something cannot be read, where the dump would otherwise
	// go on and list it in Report.Missing.
	Strict bool `json:"strict,omitempty"`
	// Threads is how many connections read at once; 0 and 1 are one.
	Threads int `json:"threads,omitempty"`
	// For adapts the dump to another server: "mysql57", "mysql8" or "mariadb"; ""
	// is the same as the source.
	For string `json:"for,omitempty"`
	// TempDir holds what has to be read under a lock and does not fit into memory;
	// "" is the system's.
	TempDir string `json:"-"`
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
