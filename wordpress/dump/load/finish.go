package load

import (
	"context"
	"fmt"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// finish creates what could not be created while the old tables were in use. It is called after
// the switch.
func (l *Loader) finish(ctx context.Context, r *record) error {
	conn := l.main
	for _, m := range r.moves {
		if m.old != "" {
			if err := dropKeys(ctx, conn, m.old); err != nil {
				return err
			}
		}
	}
	for _, t := range l.tables {
		if err := l.finishTable(ctx, t); err != nil {
			return err
		}
	}
	for _, k := range l.newKeys() {
		if err := patiently(ctx, conn, "ALTER TABLE "+sqltext.Ident(k.table)+" ADD "+k.text); err != nil {
			return fmt.Errorf("create a key of table %s: %w", sqltext.DisplayName(k.table), err)
		}
	}
	for _, k := range r.keys {
		if !k.child { // a child's key has followed the old table to its other name
			continue
		}
		if err := replaceKey(ctx, conn, k); err != nil {
			return err
		}
	}
	return runLate(ctx, conn, l.late, nil)
}

// replaceKey creates a foreign key of a table again, so that it references the table that now has
// the name.
func replaceKey(ctx context.Context, conn *mysql.Conn, k tableKey) error {
	if err := dropKey(ctx, conn, k.table, "FOREIGN KEY", k.name); err != nil {
		return err
	}
	if err := patiently(ctx, conn, "ALTER TABLE "+sqltext.Ident(k.table)+" ADD "+k.text); err != nil {
		return fmt.Errorf("create the foreign key %s of table %s again: %w", sqltext.DisplayName(k.name), sqltext.DisplayName(k.table), err)
	}
	return nil
}

// finishTable creates a table of the engine MERGE, which only names other tables. It also sets the
// defaults that use sequences.
func (l *Loader) finishTable(ctx context.Context, t *loaded) error {
	if t.def == nil {
		return nil
	}
	same := func(name string) string { return name }
	if t.def.merge {
		if err := l.main.Exec(ctx, string(t.def.as(t.name, same))); err != nil {
			return explainCreate(t.name, err)
		}
	}
	for _, c := range t.def.defaults {
		err := patiently(ctx, l.main, "ALTER TABLE "+sqltext.Ident(t.name)+" ALTER COLUMN "+sqltext.Ident(c.name)+" SET DEFAULT "+c.value)
		if err != nil {
			return fmt.Errorf("set the default of column %s of table %s: %w", sqltext.DisplayName(c.name), sqltext.DisplayName(t.name), err)
		}
	}
	return nil
}

// newKeys returns the keys of the new tables in the order in which they are created: the checks,
// then the foreign keys of the definitions, then the foreign keys that the dump adds itself.
func (l *Loader) newKeys() []lateKey {
	var checks, foreign []lateKey
	for _, t := range l.tables {
		if t.def == nil {
			continue
		}
		for _, k := range t.def.keys {
			switch {
			case t.dropped[k.name]:
			case strings.Contains(k.text, " FOREIGN KEY "):
				foreign = append(foreign, lateKey{t.name, k.text})
			default:
				checks = append(checks, lateKey{t.name, k.text})
			}
		}
	}
	foreign = append(foreign, l.keys...)
	return append(checks, foreign...)
}

// dropKeys drops the foreign keys and the named checks of a table, because their names are unique
// in a database.
func dropKeys(ctx context.Context, conn *mysql.Conn, table string) error {
	kinds := "'FOREIGN KEY'"
	if !conn.Server().MariaDB {
		kinds += ",'CHECK'"
	}
	rows, err := conn.Rows(ctx, "SELECT CONSTRAINT_TYPE, CONSTRAINT_NAME FROM information_schema.TABLE_CONSTRAINTS WHERE TABLE_SCHEMA=DATABASE() AND CONSTRAINT_SCHEMA=DATABASE() AND TABLE_NAME="+
		sqltext.Literal(table)+" AND CONSTRAINT_TYPE IN ("+kinds+")", 2)
	if err != nil {
		return fmt.Errorf("list the keys of table %s: %w", sqltext.DisplayName(table), err)
	}
	for _, r := range rows {
		if err := patiently(ctx, conn, "ALTER TABLE "+sqltext.Ident(table)+" DROP "+r[0].Text+" "+sqltext.Ident(r[1].Text)); err != nil {
			return fmt.Errorf("drop the key %s of table %s: %w", sqltext.DisplayName(r[1].Text), sqltext.DisplayName(table), err)
		}
	}
	return nil
}

// hasKey reports whether a table has a foreign key or check with that name.
func hasKey(ctx context.Context, conn *mysql.Conn, table, name string) (bool, error) {
	rows, err := conn.Strings(ctx, "SELECT CONSTRAINT_NAME FROM information_schema.TABLE_CONSTRAINTS WHERE TABLE_SCHEMA=DATABASE() AND CONSTRAINT_SCHEMA=DATABASE() AND TABLE_NAME="+
		sqltext.Literal(table)+" AND CONSTRAINT_NAME="+sqltext.Literal(name))
	if err != nil {
		return false, fmt.Errorf("list the keys of table %s: %w", sqltext.DisplayName(table), err)
	}
	return len(rows) > 0, nil
}

// dropKey drops a key if it still exists.
func dropKey(ctx context.Context, conn *mysql.Conn, table, kind, name string) error {
	has, err := hasKey(ctx, conn, table, name)
	if err != nil || !has {
		return err
	}
	if err := patiently(ctx, conn, "ALTER TABLE "+sqltext.Ident(table)+" DROP "+kind+" "+sqltext.Ident(name)); err != nil {
		return fmt.Errorf("drop the key %s of table %s: %w", sqltext.DisplayName(name), sqltext.DisplayName(table), err)
	}
	return nil
}

// runLate executes the statements for views, triggers, routines and events, with their
// settings. wants selects the statements; if nil, all are executed.
func runLate(ctx context.Context, conn *mysql.Conn, late []statement, wants func(statement) (bool, error)) error {
	for _, st := range late {
		if wants != nil && (st.action == createProgram || st.action == dropProgram) {
			want, err := wants(st)
			if err != nil {
				return err
			}
			if !want {
				continue
			}
		}
		if err := patientlyWrite(ctx, conn, st.text); err != nil {
			return explainLate(st, err)
		}
	}
	if err := conn.Exec(ctx, "SET NAMES utf8mb4"); err != nil {
		return fmt.Errorf("restore the session: %w", err)
	}
	return nil
}

// explainLate adds advice to an error of a server.
func explainLate(st statement, err error) error {
	what := "execute a setting"
	switch st.action {
	case createProgram:
		what = "create " + strings.ToLower(st.kind) + " " + sqltext.DisplayName(st.name)
	case dropProgram:
		what = "replace " + strings.ToLower(st.kind) + " " + sqltext.DisplayName(st.name)
	case setDatabase:
		what = "set the collation of the database"
	default:
	}
	hint := ""
	switch mysql.ErrorNumber(err) {
	case mysql.AccessDenied, mysql.NoSuchUser:
		hint = "; with --definer current, the account that restores becomes the definer"
	}
	return fmt.Errorf("%s (line %d): %w%s", what, st.line, err, hint)
}
