// Package load restores a dump into a database. A dump is hostile input: only the statements
// that dumps contain are executed, and only in the database that the operator names.
//
// The tables are created and filled under other names. One RENAME TABLE then puts them in the
// place of the old ones, which stay under other names until they are confirmed.
package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/dumpfile"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// Options say what to restore and how.
type Options struct {
	// Tables are the tables to restore, with their triggers; names or patterns with * and ?.
	// Without Tables, everything is restored.
	Tables []string
	// Definer is DefinerKeep, DefinerCurrent or "".
	Definer string
	// CollationFallback replaces collations that the server does not know by the closest.
	CollationFallback bool
	// AllowPrivileged accepts an account that has rights outside of the database.
	AllowPrivileged bool
	// DropOld drops the old tables after the switch, and those of an earlier restore before it.
	DropOld bool
	// DryRun checks every statement, and writes nothing.
	DryRun bool
	// Save is called with the definitions that the switch replaces, as SQL, before it.
	Save func(sql []byte) (place string, err error)
	// Rewrite returns the statement to send instead of an INSERT statement: one of the same
	// form, with the same table and columns. It may change the statement in place. nil: the rows
	// stay as they are.
	Rewrite func(statement []byte, in dumpfile.Insert) ([]byte, error)
	// Note is called with what people should know; nil: nobody is told.
	Note func(text string)
}

// A Loader restores one dump into one database. Its methods are called in the order Check,
// Stage, Switch, Commit or Revert, Close.
type Loader struct {
	db       wordpress.Database
	o        Options
	main     *mysql.Conn // it has the lock
	rules    rules
	state    state // what earlier restores left
	tables   []*loaded
	late     []statement // views, triggers, routines and events, with their settings
	lateSize int
	held     []statement // settings that are not yet known to be for tables or for late
	keys     []lateKey   // foreign keys that the dump adds itself
	rows     atomic.Int64
	seen     int64 // rows of tables in the dump, also of those that are left out
	warnings map[string]tableWarnings
	switched bool
	occupied bool // the database had tables before
	kept     bool // old tables are kept
}

// loaded is a table or sequence that was created under another name.
type loaded struct {
	name    string // in the end
	scratch string
	def     *table // nil for a sequence
	dropped map[string]bool
	rows    int64
}

// tableWarnings are those of a server about the rows of a table.
type tableWarnings struct {
	count int
	first string
}

// A lateKey is a foreign key that ALTER TABLE adds.
type lateKey struct{ table, text string }

// New returns a loader for a database.
func New(db wordpress.Database, o Options) *Loader {
	if o.Note == nil {
		o.Note = func(string) {}
	}
	return &Loader{db: db, o: o, warnings: map[string]tableWarnings{}}
}

// Rows returns how many rows were loaded so far.
func (l *Loader) Rows() int64 { return l.rows.Load() }

// Check connects, locks the database against other restores, and refuses an account or a
// database that cannot be used. It changes nothing.
func (l *Loader) Check(ctx context.Context) error {
	for _, pattern := range l.o.Tables {
		if _, err := path.Match(pattern, ""); err != nil || pattern == "" {
			return fmt.Errorf("choose the tables %q: it is neither a name nor a pattern", pattern)
		}
	}
	if d := l.o.Definer; d != "" && d != DefinerKeep && d != DefinerCurrent {
		return fmt.Errorf("definer %q: it must be %s or %s", d, DefinerKeep, DefinerCurrent)
	}
	conn, account, err := open(ctx, l.db, lockGrace)
	l.main = conn
	if err != nil {
		return err
	}
	if !account.confined && !l.o.AllowPrivileged {
		return fmt.Errorf("restore database %s: the account %s@%s has rights outside of it (%s), which a hostile dump could use; "+
			"give an account that has rights on this database only, or --allow-privileged-account",
			sqltext.DisplayName(conn.Server().Database), account.user, account.host, account.why)
	}
	l.rules = rules{
		mariaDB: conn.Server().MariaDB, number: conn.Server().Number, confined: account.confined,
		database: sqltext.SchemaName{Name: conn.Server().Database, IgnoreCase: conn.Server().IgnoreCase},
		definers: definers{mode: l.o.Definer, user: account.user, host: account.host},
	}
	if l.rules.collations, err = readCollations(ctx, conn, l.o.CollationFallback); err != nil {
		return err
	}
	if l.o.Definer == DefinerKeep {
		if l.rules.definers.known, err = readAccounts(ctx, conn); err != nil {
			return err
		}
	}
	if l.state, err = readState(ctx, conn); err != nil {
		return err
	}
	if l.state.old() && !l.o.DropOld {
		return fmt.Errorf("restore database %s: it still has the old tables of an earlier restore (%s…); run restore with --confirm to drop them, "+
			"with --undo to use them again, or give --drop-old", sqltext.DisplayName(conn.Server().Database), oldPrefix)
	}
	return nil
}

// Stage reads a dump to its end, and creates and fills its tables under other names.
func (l *Loader) Stage(ctx context.Context, in io.Reader) (err error) {
	if !l.o.DryRun {
		if err := l.prepare(ctx); err != nil {
			return err
		}
	}
	end := dumpfile.NewEndChecker()
	s := newSender(ctx, l)
	err = l.read(s, dumpfile.NewScanner(io.TeeReader(in, end)))
	if stopped := s.finish(); stopped != nil && !errors.Is(stopped, context.Canceled) {
		err = stopped
	}
	if err != nil {
		return err
	}
	totals, err := end.Totals()
	if err != nil {
		return fmt.Errorf("restore the database: %w", err)
	}
	if l.seen != totals.Rows {
		return fmt.Errorf("restore the database: the dump has %d rows, and its last line says %d", l.seen, totals.Rows)
	}
	for name, w := range l.warnings {
		l.o.Note(fmt.Sprintf("table %s: the server warned %d times while it stored the rows, first: %s", sqltext.DisplayName(name), w.count, sqltext.OneLine(w.first)))
	}
	for from, to := range l.rules.collations.replaced {
		l.o.Note(fmt.Sprintf("%s is replaced by %s, which the server knows", from, to))
	}
	l.late = append(l.late, l.held...)
	return l.checkLate()
}

// prepare undoes what an interrupted restore left.
func (l *Loader) prepare(ctx context.Context) error {
	if err := prepareSession(ctx, l.main); err != nil {
		return err
	}
	return recoverDatabase(ctx, l.main, l.state, l.o.Note)
}

// read checks and executes the statements of a dump.
func (l *Loader) read(s *sender, scanner *dumpfile.Scanner) error {
	check := newChecker(l.rules)
	for {
		next, err := scanner.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		st, err := check.check(next)
		if err != nil {
			return err
		}
		if st.action == insertRows {
			if err := l.insert(s, scanner, st); err != nil {
				return fmt.Errorf("restore table %s, line %d: %w", sqltext.DisplayName(st.name), st.line, err)
			}
			continue
		}
		if err := l.execute(s, st); err != nil {
			return fmt.Errorf("restore the database: line %d: %w", st.line, err)
		}
	}
}

// wants reports whether a table is to be restored.
func (l *Loader) wants(name string) bool {
	if strings.HasPrefix(strings.ToLower(name), ownPrefix) { // kept by a restore on the host of the backup
		return false
	}
	if len(l.o.Tables) == 0 {
		return true
	}
	for _, pattern := range l.o.Tables {
		if l.rules.database.IgnoreCase {
			pattern, name = strings.ToLower(pattern), strings.ToLower(name)
		}
		if ok, err := path.Match(pattern, name); ok && err == nil {
			return true
		}
	}
	return false
}

// find returns a table that was created; nil if there is none.
func (l *Loader) find(name string) *loaded {
	for i := len(l.tables) - 1; i >= 0; i-- {
		if t := l.tables[i]; t.name == name || l.rules.database.IgnoreCase && strings.EqualFold(t.name, name) {
			return t
		}
	}
	return nil
}

// Plan lists, after Stage, what Switch will do or would do.
func (l *Loader) Plan() []string {
	var lines []string
	for _, t := range l.tables {
		what := "table"
		if t.def == nil {
			what = "sequence"
		}
		lines = append(lines, fmt.Sprintf("%s %s: %d rows", what, sqltext.DisplayName(t.name), t.rows))
	}
	for _, st := range l.late {
		if line := strings.ToLower(st.kind) + " " + sqltext.DisplayName(st.name); st.action == createProgram && !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return lines
}

// Summary says, after Commit, what was done and what is left to do.
func (l *Loader) Summary() string {
	text := fmt.Sprintf("restored %d tables with %d rows into database %s", len(l.tables), l.Rows(), sqltext.DisplayName(l.rules.database.Name))
	if l.kept {
		text += "; the old tables are kept as " + oldPrefix + "…: drop them with restore --confirm, or put them back with restore --undo"
	}
	return text
}

// Close drops the tables that were not put in use, and ends the sessions.
func (l *Loader) Close() error {
	if l.main == nil {
		return nil
	}
	if !l.switched && !l.o.DryRun && len(l.tables) > 0 {
		// Not with the context of the restore, which may have ended.
		ctx, cancel := context.WithTimeout(context.Background(), closeLimit)
		defer cancel()
		l.dropScratch(ctx)
	}
	_ = l.main.Close()
	return nil
}
