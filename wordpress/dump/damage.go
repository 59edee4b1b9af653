package dump

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// A damage is the error for a table or sequence that cannot be read, or not to its end.
// The dump continues with the next object.
type damage struct {
	error
	created bool // the table's definition is in the dump, and maybe some of its rows
}

func (e *damage) Unwrap() error { return e.error }

// damaged returns err as a damage if it affects only the table: the server reported an
// error and still answers, or its definition of the table was refused.
func damaged(err error, created bool) error {
	if errors.Is(err, errRefused) || mysql.ErrorNumber(err) != 0 && !errors.Is(err, ErrChanged) && !errors.Is(err, mysql.ErrLost) {
		return &damage{err, created}
	}
	return err
}

// readAtSavepoint calls read, which reads from tables, and then returns to the savepoint
// of the snapshot, which releases the tables' metadata locks. It returns mysql.ErrLost if the
// snapshot no longer exists, since some errors of a server end the transaction.
func readAtSavepoint(ctx context.Context, c *mysql.Conn, read func() (rows int64, err error)) (int64, error) {
	rows, err := read()
	var broken *damage
	if err != nil && !errors.As(err, &broken) {
		return rows, err
	}
	if lost := c.Exec(ctx, "ROLLBACK TO SAVEPOINT t"); lost != nil {
		return rows, fmt.Errorf("%w: the snapshot is lost: %w", mysql.ErrLost, errors.Join(err, lost))
	}
	return rows, err
}

// endObject adds an object, whose text began at from, to the report. If only some of
// its rows could be read, the dump renames it, so that nobody mistakes the incomplete table
// for the complete one.
func (d *Dump) endObject(t *text, o *object, from, rows int64, err error) error {
	var broken *damage
	if err == nil && o.suspect != nil { // a damaged table may end too early without an error
		err = &damage{o.suspect, true}
	}
	switch {
	case err == nil:
		return d.count(o, rows, t.size()-from)
	case !errors.As(err, &broken):
		return fmt.Errorf("dump %s: %w", o, err)
	}
	o.damaged = true
	if errors.Is(err, errRefused) {
		return d.missing(o.String(), err.Error())
	}
	if !broken.created {
		return d.missing(o.String(), "it cannot be read: "+err.Error())
	}
	name := d.incompleteName(o.name)
	if err := t.raw("DROP TABLE IF EXISTS ", sqltext.Ident(name), ";\nRENAME TABLE ", sqltext.Ident(o.name), " TO ", sqltext.Ident(name), ";\n"); err != nil {
		return err
	}
	d.report.add(Table{Name: name, Kind: o.kind.String(), Engine: o.engine, Rows: rows, Bytes: t.size() - from})
	return d.missing(o.String(), fmt.Sprintf("it cannot be read completely; the %d rows that could be read are in table %s: %v",
		rows, sqltext.Ident(sqltext.DisplayName(name)), err))
}

// incompleteName returns a name for an incomplete table that no other object has.
func (d *Dump) incompleteName(table string) string {
	const longest = 64 // characters in a name
	for n := 1; ; n++ {
		end := "__incomplete"
		if n > 1 {
			end += fmt.Sprint(n)
		}
		short := []rune(table)
		name := string(short[:min(len(short), longest-len(end))]) + end
		if !d.hasName(name) {
			d.names[d.selection.key(name)] = true
			return name
		}
	}
}

// hasName reports whether a table, view or sequence of the database has the name. It ignores
// case.
func (d *Dump) hasName(name string) bool {
	for other := range d.names {
		if strings.EqualFold(other, name) {
			return true
		}
	}
	return false
}

// writeDamages writes statements that the renamed incomplete tables require. It is called
// after all tables. Foreign keys of other tables have followed a renamed table to its new name,
// and must refer to the old name again, which is now missing. Triggers and views that need such
// a table are kept as comments.
func (d *Dump) writeDamages(t *text) error {
	var renamed []*object
	for _, o := range d.objects {
		if o.damaged {
			renamed = append(renamed, o)
		}
	}
	if len(renamed) == 0 {
		return nil
	}
	for _, o := range renamed {
		for _, c := range d.objects {
			if err := d.restoreForeignKeys(t, c, o); err != nil {
				return err
			}
		}
	}
	d.findBroken()
	return nil
}

// restoreForeignKeys makes the foreign keys of a table refer to the old name of parent, which
// was renamed.
func (d *Dump) restoreForeignKeys(t *text, child, parent *object) error {
	for _, k := range child.foreignKeys {
		if child.damaged || d.selection.key(k.Parent) != d.selection.key(parent.name) {
			continue
		}
		table, name := sqltext.Ident(child.name), sqltext.Ident(k.Name)
		if err := t.raw("ALTER TABLE ", table, " DROP FOREIGN KEY ", name, ";\nALTER TABLE ", table, " ADD ", k.Text, ";\n"); err != nil {
			return err
		}
	}
	return nil
}
