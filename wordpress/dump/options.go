package dump

import (
	"log/slog"
	"os"
	"time"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/target"
)

// Options say what to dump and how. The zero value dumps everything.
type Options struct {
	Logger *slog.Logger     `json:"-"` // if nil, nothing is logged
	Now    func() time.Time `json:"-"` // for the last line; if nil, time.Now
	// Tables and ExcludeTables are names or patterns with * and ?, of tables and
	// views. Without Tables, all are dumped.
	Tables        []string `json:"tables,omitempty"`
	ExcludeTables []string `json:"exclude_table,omitempty"`
	// NoData are tables whose structure is dumped without rows; names or patterns.
	NoData []string `json:"no_data,omitempty"`
	// Where limits the rows of single tables by a condition in SQL.
	Where map[string]string `json:"where,omitempty"`
	// PrefixOnly dumps only the site's tables, in a database that other sites share:
	// those that begin with its prefix, and its custom tables. Blog, if not 0, is the
	// number of one site of a multisite: only its own tables and the tables of users are
	// dumped.
	PrefixOnly bool `json:"prefix_only,omitempty"`
	Blog       int  `json:"blog,omitempty"`
	// NoTransients leaves out WordPress' transients.
	NoTransients bool `json:"no_transients,omitempty"`
	// SkipDefiner leaves out the definers of views, triggers, routines and events: the
	// account that restores the dump becomes the definer.
	SkipDefiner bool `json:"skip_definer,omitempty"`
	// Strict returns an error if an object cannot be read. Otherwise the dump
	// continues, and lists the object in Report.Missing.
	Strict bool `json:"strict,omitempty"`
	// Threads is the number of connections that read in parallel; 0 means 1.
	Threads int `json:"threads,omitempty"`
	// For adapts the dump to another kind of server, one of Targets; "" means the same
	// kind as the source.
	For string `json:"for,omitempty"`
	// LockWait is the longest time that the dump waits for locks of other sessions, in
	// total; 0 is DefaultLockWait.
	LockWait time.Duration `json:"lock_wait,omitempty"`
	// Waiting is called with true when the dump begins to wait for a lock that another
	// session holds, and with false when the wait ends; may be nil. Calls may nest.
	Waiting func(bool) `json:"-"`
	// Temp opens an unnamed file for rows that are read under a lock and do not fit into
	// memory. If nil, OpenTemp is used with the system's folder. It is called at most once.
	Temp func() (*os.File, error) `json:"-"`
}

// Targets returns the names of the servers that a dump can be adapted to.
func Targets() []string { return target.Names() }

// A Report lists the contents of a dump, and the objects that are missing in it.
type Report struct {
	Tables       []Table
	Warnings     []Note
	Missing      []Note // objects that the account could not see or read
	Rows         int64
	Bytes        int64
	SHA256       [32]byte // hash of everything before the last line, which contains it
	SnapshotTime time.Time
}

func (r *Report) add(t Table) {
	r.Rows += t.Rows
	r.Tables = append(r.Tables, t)
}

// A Table describes the dump of one table, view or sequence.
type Table struct {
	Name   string
	Kind   string // table, view or sequence
	Engine string // "" for views
	Rows   int64
	Bytes  int64 // length of its SQL
}

// A Note is a remark on one object of the database.
type Note struct {
	Object string // such as "trigger `a`"; "" for the whole database
	Text   string
}

// String returns the note as one line.
func (n Note) String() string {
	if n.Object == "" {
		return n.Text
	}
	return n.Object + ": " + n.Text
}
