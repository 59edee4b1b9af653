// Package load restores a dump into a database. It treats the dump as hostile input: it executes
// only statements that dumps contain, and only in the database that the operator names.
//
// The tables are created and filled under other names. Then the switch, one RENAME TABLE, replaces
// the old tables by them. The old tables are kept under other names until Confirm drops them.
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
	// Tables are the tables to restore, with their triggers, as names or patterns with * and ?.
	// Without Tables, everything is restored.
	Tables []string
	// Definer is DefinerKeep, DefinerCurrent or "".
	Definer string
	// CollationFallback replaces a collation that the server does not know by the closest one.
	CollationFallback bool
	// AllowPrivileged accepts an account that has privileges outside of the database.
	AllowPrivileged bool
	// DropOld drops the old tables after the switch. Old tables that an earlier restore has kept
	// are dropped before the switch.
	DropOld bool
	// DryRun checks every statement, but writes nothing.
	DryRun bool
	// Save is called before the switch, with the definitions that the switch replaces, as SQL. It
	// returns where it has saved them.
	Save func(sql []byte) (place string, err error)
	// Rewrite returns the statement to send instead of an INSERT statement. It must have the same
	// form, table and columns. Rewrite may change the statement in place. If nil, the rows are not
	// changed.
	Rewrite func(statement []byte, in dumpfile.Insert) ([]byte, error)
	// Note is called with messages for the operator; may be nil.
	Note func(text string)
}

// A Loader restores one dump into one database. Its methods are called in the order Check,
// Stage, Switch, Commit or Revert, Close.
type Loader struct {
	db       wordpress.Database
	o        Options
	main     *mysql.Conn // this session holds the lock of the restore
	rules    rules
	state    state // what earlier restores have left
	tables   []*loaded
	late     []statement // views, triggers, routines and events, with their settings
	lateSize int
	held     []statement // settings whose next statement is not known yet: it may be for a table or for late
	keys     []lateKey   // foreign keys that the dump adds with ALTER TABLE
	rows     atomic.Int64
	seen     int64 // number of rows in the dump, including tables that are not restored
	warnings map[string]tableWarnings
	switched bool
	occupied bool // the database had tables before
	kept     bool // the old tables are kept
}

// A loaded is a table or sequence that was created under another name.
type loaded struct {
	name    string // name after the switch
	scratch string
	def     *table // nil for a sequence
	dropped map[string]bool
	rows    int64
}

// tableWarnings are the warnings of a server about the rows of a table.
type tableWarnings struct {
	count int
	first string
}

// A lateKey is a foreign key or check that ALTER TABLE adds after the switch.
type lateKey struct{ table, text string }

// New returns a loader for a database.
func New(db wordpress.Database, o Options) *Loader {
	if o.Note == nil {
		o.Note = func(string) {}
	}
	return &Loader{db: db, o: o, warnings: map[string]tableWarnings{}}
}

// Rows returns the number of rows that were loaded so far. It can be called at any time.
func (l *Loader) Rows() int64 { return l.rows.Load() }

// Check connects, locks the database against other restores, and returns an error if the account
// or the database cannot be used. It changes nothing.
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

// prepare undoes an interrupted restore.
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

// wants reports whether a table must be restored.
func (l *Loader) wants(name string) bool {
	if strings.HasPrefix(strings.ToLower(name), ownPrefix) { // a restore on the host of the backup has kept this table
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

// find returns the table with a name that this restore has created; nil if there is none.
func (l *Loader) find(name string) *loaded {
	for i := len(l.tables) - 1; i >= 0; i-- {
		if t := l.tables[i]; t.name == name || l.rules.database.IgnoreCase && strings.EqualFold(t.name, name) {
			return t
		}
	}
	return nil
}

// Plan lists what Switch will do, or would do without DryRun. It must be called after Stage.
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

// Summary says what was done, and what the operator still has to do. It must be called after
// Commit.
func (l *Loader) Summary() string {
	text := fmt.Sprintf("restored %d tables with %d rows into database %s", len(l.tables), l.Rows(), sqltext.DisplayName(l.rules.database.Name))
	if others := len(l.Plan()) - len(l.tables); others > 0 {
		text += fmt.Sprintf(", and views, triggers, routines and events: %d", others)
	}
	if l.kept {
		text += "; the old tables are kept as " + oldPrefix + "…: drop them with restore --confirm, or put them back with restore --undo"
	}
	return text
}

// Close drops the new tables that are not in use, and ends the session.
func (l *Loader) Close() error {
	if l.main == nil {
		return nil
	}
	if !l.switched && !l.o.DryRun && len(l.tables) > 0 {
		// The context of the restore may have ended.
		ctx, cancel := context.WithTimeout(context.Background(), closeLimit)
		defer cancel()
		l.dropScratch(ctx)
	}
	_ = l.main.Close()
	return nil
}
