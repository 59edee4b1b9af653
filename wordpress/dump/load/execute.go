package load

import (
	"errors"
	"fmt"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/dumpfile"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// maxLate is the maximum size in bytes of the statements that are executed after the switch.
const maxLate = 64 << 20

// execute executes a statement other than an INSERT, or keeps it for after the switch.
func (l *Loader) execute(s *sender, st statement) error {
	switch st.action { //nolint:exhaustive // the others are below
	case nothing, insertRows:
		return nil
	case setting, setDatabase:
		l.held = append(l.held, st)
		return nil
	case dropProgram, createProgram:
		return l.keepLate(st)
	}
	if err := l.applyHeld(s); err != nil {
		return err
	}
	switch st.action {
	case dropTable:
		return nil // this restore has created nothing with that name
	case createTable, createSequence:
		return l.create(s, st)
	case deleteRow:
		if t := l.find(st.name); t != nil {
			return s.alone([]byte("DELETE FROM " + sqltext.Ident(t.scratch) + " LIMIT 1"))
		}
		return l.unknown(st.name)
	case renameTable:
		t := l.find(st.name)
		if t == nil {
			return l.unknown(st.name)
		}
		if l.find(st.to) != nil {
			return fmt.Errorf("it renames a table to %s, which exists", sqltext.DisplayName(st.to))
		}
		t.name = st.to
		return nil
	case dropForeignKey:
		t := l.find(st.name)
		if t == nil {
			return l.unknown(st.name)
		}
		t.dropped[st.to] = true
		return nil
	case addForeignKey:
		if l.find(st.name) == nil {
			return l.unknown(st.name)
		}
		l.keys = append(l.keys, lateKey{st.name, string(st.text)})
		return nil
	default:
		return errors.New("an unexpected statement")
	}
}

// unknown returns an error if the dump uses a table before it creates it. It returns nil for a
// table that is not restored.
func (l *Loader) unknown(name string) error {
	if l.wants(name) {
		return fmt.Errorf("table %s is used before it is created", sqltext.DisplayName(name))
	}
	return nil
}

// applyHeld executes the held settings, which precede a statement for a table.
func (l *Loader) applyHeld(s *sender) error {
	for _, st := range l.held {
		if st.action == setDatabase { // views and routines need it
			if err := l.append(st); err != nil {
				return err
			}
			continue
		}
		if err := s.alone(st.text); err != nil {
			return err
		}
	}
	l.held = l.held[:0]
	return nil
}

// keepLate keeps a statement, and the held settings before it, for after the switch.
func (l *Loader) keepLate(st statement) error {
	for _, held := range append(l.held, st) {
		if err := l.append(held); err != nil {
			return err
		}
	}
	l.held = l.held[:0]
	return nil
}

func (l *Loader) append(st statement) error {
	if len(l.o.Tables) > 0 && !l.wantsLate(st) {
		return nil
	}
	if l.lateSize += len(st.text) + 100; l.lateSize > maxLate {
		return fmt.Errorf("the dump has more than %d bytes of views and routines", maxLate)
	}
	l.late = append(l.late, st)
	return nil
}

// wantsLate reports whether a statement is needed for the chosen tables: it belongs to one of
// their triggers, or to a chosen view, or is a setting.
func (l *Loader) wantsLate(st statement) bool {
	switch {
	case st.action == setting:
		return true
	case st.kind == "VIEW":
		return l.wants(st.name)
	case st.kind == "TRIGGER" && st.action == dropProgram:
		return true // checkLate later removes those that belong to other tables
	case st.kind == "TRIGGER":
		return l.wants(st.owner)
	}
	return false
}

// create creates a table or a sequence under another name.
func (l *Loader) create(s *sender, st statement) error {
	if !l.wants(st.name) {
		return nil
	}
	if l.find(st.name) != nil {
		return fmt.Errorf("table %s is created twice, or two tables differ in the case of their names only", sqltext.DisplayName(st.name))
	}
	if len([]rune(st.name)) > maxName {
		return fmt.Errorf("the name of table %s is too long", sqltext.DisplayName(st.name))
	}
	t := &loaded{name: st.name, scratch: fmt.Sprintf("%s%06d", newPrefix, len(l.tables)+1), def: st.table, dropped: map[string]bool{}}
	l.tables = append(l.tables, t)
	if st.action == createSequence {
		list := sqltext.Tokens(string(st.text))
		for i := range list {
			if list[i].Kind == sqltext.QuotedName {
				list[i].Text = sqltext.Ident(t.scratch)
				break
			}
		}
		return s.alone([]byte(sqltext.Join(list)))
	}
	if t.def.merge { // the tables that it names have other names until the switch
		return nil
	}
	create := t.def.as(t.scratch, func(sequence string) string {
		if seq := l.find(sequence); seq != nil {
			return seq.scratch
		}
		return sequence
	})
	if err := s.alone(create); err != nil {
		return explainCreate(t.name, err)
	}
	return nil
}

// explainCreate adds advice to an error of a server.
func explainCreate(name string, err error) error {
	switch mysql.ErrorNumber(err) {
	case mysql.UnknownCollation, mysql.UnknownCharset:
		return fmt.Errorf("create table %s: %w; --collation-fallback uses the closest one that the server knows", sqltext.DisplayName(name), err)
	case mysql.TableAccessDenied, mysql.AccessDenied, mysql.DatabaseAccessDenied:
		return fmt.Errorf("create table %s: %w; the account needs all privileges on the database", sqltext.DisplayName(name), err)
	}
	return fmt.Errorf("create table %s: %w", sqltext.DisplayName(name), err)
}

// insert sends the rows of a table.
func (l *Loader) insert(s *sender, scanner *dumpfile.Scanner, st statement) error {
	if st.insert.Columns != nil { // not for the state of a sequence
		l.seen += st.rows
	}
	if !l.wants(st.name) {
		return nil
	}
	if len(l.held) > 0 {
		if err := l.applyHeld(s); err != nil {
			return err
		}
	}
	t := l.find(st.name)
	if t == nil {
		return l.unknown(st.name)
	}
	if t.def != nil && t.def.merge {
		return errors.New("a table that stores no rows of its own has rows")
	}
	text := st.text
	if l.o.Rewrite != nil && t.def != nil {
		var err error
		if text, err = l.o.Rewrite(text, st.insert); err != nil {
			return err
		}
	}
	l.rows.Add(st.rows)
	t.rows += st.rows
	if l.o.DryRun {
		return l.checkSize(text, st.insert)
	}
	return s.rows(scanner, job{table: t, text: text, insert: st.insert, rows: st.rows})
}
