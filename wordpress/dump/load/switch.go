package load

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// undoLimit is the maximum time for putting the old tables back.
const undoLimit = 10 * time.Minute

// checkLate removes late statements that belong to tables that were not chosen. It returns an error
// if the dump has a trigger, but not the table of that trigger.
func (l *Loader) checkLate() error {
	names := map[string]bool{}
	for _, st := range l.late {
		if st.kind == "TRIGGER" && st.action == createProgram {
			if l.find(st.owner) == nil {
				return fmt.Errorf("the dump is refused: line %d: trigger %s is of table %s, which the dump does not have",
					st.line, sqltext.DisplayName(st.name), sqltext.DisplayName(st.owner))
			}
			names[strings.ToLower(st.name)] = true
		}
	}
	l.late = slices.DeleteFunc(l.late, func(st statement) bool {
		return len(l.o.Tables) > 0 && st.kind == "TRIGGER" && st.action == dropProgram && !names[strings.ToLower(st.name)]
	})
	for _, pattern := range l.o.Tables {
		if !strings.ContainsAny(pattern, "*?[") && l.find(pattern) == nil && !slices.ContainsFunc(l.late, func(st statement) bool { return st.kind == "VIEW" && st.name == pattern }) {
			return fmt.Errorf("restore table %s: the dump does not have it", sqltext.DisplayName(pattern))
		}
	}
	return nil
}

// Switch replaces the old tables by the new ones, and then creates the views, triggers, routines,
// events and keys. If that fails, it puts the old tables back. If the program is killed before
// Commit, the next restore puts them back.
func (l *Loader) Switch(ctx context.Context) error {
	if l.o.DryRun {
		return nil
	}
	r, err := l.plan(ctx)
	if err != nil {
		return err
	}
	if len(r.moves)+len(l.late) == 0 {
		return errors.New("restore the database: the dump has nothing to restore")
	}
	if l.o.DropOld && l.state.old() {
		if err := dropTables(ctx, l.main, oldPrefix); err != nil {
			return err
		}
		if err := dropTables(ctx, l.main, recordDone); err != nil {
			return err
		}
	}
	if l.o.Save != nil && l.occupied {
		place, err := l.o.Save(r.undoFile(l.main.Server()))
		if err != nil {
			return fmt.Errorf("save the replaced definitions: %w", err)
		}
		l.o.Note("the definitions that are replaced are saved in " + place)
	}
	if err := r.write(ctx, l.main); err != nil {
		return err
	}
	if err := l.main.Exec(ctx, fmt.Sprintf("SET SESSION lock_wait_timeout=%d", lockWait)); err != nil {
		return fmt.Errorf("switch the tables: %w", err)
	}
	l.switched = true
	if err := l.rename(ctx, r); err != nil { // the rename may have happened: its answer may be lost
		return l.putBack(ctx, fmt.Errorf("switch the tables: %w", err))
	}
	if err := l.finish(ctx, r); err != nil {
		return l.putBack(ctx, err)
	}
	return nil
}

// plan decides which tables are renamed, and reads the definitions that are replaced.
func (l *Loader) plan(ctx context.Context) (*record, error) {
	rows, err := l.main.Rows(ctx, "SELECT TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES WHERE TABLE_SCHEMA=DATABASE()", 2)
	if err != nil {
		return nil, fmt.Errorf("list the tables: %w", err)
	}
	isView := map[string]bool{}
	for _, row := range rows {
		isView[l.key(row[0].Text)] = strings.Contains(row[1].Text, "VIEW")
		l.occupied = l.occupied || !strings.HasPrefix(row[0].Text, ownPrefix)
	}
	r := &record{}
	moved := map[string]bool{}
	add := func(name string, isNew bool) {
		m := move{name: name, new: isNew}
		if _, exists := isView[l.key(name)]; exists {
			m.old = oldName(name)
		}
		r.moves, moved[l.key(name)] = append(r.moves, m), true
	}
	for _, t := range l.tables {
		add(t.name, true)
	}
	for _, st := range l.late {
		if st.action != dropProgram && st.action != createProgram {
			continue
		}
		name, err := realName(ctx, l.main, st)
		if err != nil {
			return nil, err
		}
		if !r.touches(st.kind, name, strings.EqualFold) {
			r.programs = append(r.programs, program{st.kind, name})
		}
		if view, exists := isView[l.key(name)]; st.kind == "VIEW" && exists && !view && !moved[l.key(name)] {
			add(name, false)
		}
	}
	schema, err := readSchema(ctx, l.db)
	if err != nil {
		return nil, err
	}
	for _, w := range schema.warnings {
		l.o.Note("not saved, or not completely: " + w)
	}
	for table, keys := range schema.keys {
		for _, k := range keys {
			child := !moved[l.key(table)]
			if k.parent == "" && l.rules.mariaDB { // a check; in MariaDB, it stays with its table
				continue
			}
			if !child || k.parent != "" && moved[l.key(k.parent)] {
				r.keys = append(r.keys, tableKey{table, k.key, child})
			}
		}
	}
	r.saved = schema.sql
	return r, nil
}

// key returns a name in the form in which the server compares it.
func (l *Loader) key(name string) string {
	if l.rules.database.IgnoreCase {
		return strings.ToLower(name)
	}
	return name
}

// oldName returns the name that an old table gets. If that is too long, a hash replaces a part.
func oldName(name string) string {
	const digits = 8
	runes := []rune(oldPrefix + name)
	if len(runes) <= maxName {
		return string(runes)
	}
	sum := sha256.Sum256([]byte(name))
	return string(runes[:maxName-digits-1]) + fmt.Sprintf("_%x", sum[:digits/2])
}

// realName returns the name of a program in UTF-8. In its statement, the name is in the character
// set of the client that created the program.
func realName(ctx context.Context, conn *mysql.Conn, st statement) (string, error) {
	if sqltext.IsASCII([]byte(st.name)) || strings.HasPrefix(st.client, "utf8") || st.client == "binary" {
		return st.name, nil
	}
	row, err := conn.Row(ctx, "SELECT CONVERT(CONVERT("+sqltext.Hex(st.name)+" USING "+st.client+") USING utf8mb4)", 1)
	if err != nil {
		return "", fmt.Errorf("read the name of %s %s: %w", strings.ToLower(st.kind), sqltext.DisplayName(st.name), err)
	}
	return row[0].Text, nil
}

// rename replaces all old tables by the new ones in one statement. The same statement renames the
// record, so the name of the record shows whether the replacement has happened.
func (l *Loader) rename(ctx context.Context, r *record) error {
	pairs := []string{sqltext.Ident(recordPrepared) + " TO " + sqltext.Ident(recordUnfinished)}
	for _, m := range r.moves {
		if m.old != "" {
			pairs = append(pairs, sqltext.Ident(m.name)+" TO "+sqltext.Ident(m.old))
		}
		if t := l.find(m.name); m.new && t != nil && (t.def == nil || !t.def.merge) {
			pairs = append(pairs, sqltext.Ident(t.scratch)+" TO "+sqltext.Ident(m.name))
		}
	}
	return patiently(ctx, l.main, "RENAME TABLE "+strings.Join(pairs, ", "))
}

// Commit records that the restore is complete. After that, only Undo puts the old tables back. If
// there is no reason to keep them, Commit drops them. The end of the context does not stop it,
// because the new tables are already in use.
func (l *Loader) Commit(ctx context.Context) error {
	const done = "RENAME TABLE " + recordUnfinished + " TO " + recordDone
	if !l.switched {
		return nil
	}
	living, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeLimit)
	defer cancel()
	err := l.main.Exec(living, done)
	if err != nil { // it may be complete: the answer may be lost
		if err = l.reopen(living, closeLimit); err == nil && l.state.record != recordDone {
			err = l.main.Exec(living, done)
		}
	}
	if err != nil {
		return fmt.Errorf("record that the database is restored: %w; it is in use, but run the restore again, which begins with the old tables, or run restore --undo", err)
	}
	l.kept = l.occupied && !l.o.DropOld
	if !l.kept {
		return dropOld(ctx, l.main)
	}
	return nil
}

// reopen opens another session, because the current one may be lost, and reads the state again.
func (l *Loader) reopen(ctx context.Context, wait time.Duration) (err error) {
	_ = l.main.Close() // releases the lock
	if l.main, _, err = open(ctx, l.db, wait); err != nil {
		return err
	}
	if err = prepareSession(ctx, l.main); err == nil {
		l.state, err = readState(ctx, l.main)
	}
	return err
}

// Revert undoes the switch because another part of the restore has failed with the error cause.
func (l *Loader) Revert(ctx context.Context, cause error) error { return l.putBack(ctx, cause) }

// putBack undoes a switch. It opens another session, because the current one may be lost. It does
// not use the end of ctx, which may have ended already.
func (l *Loader) putBack(ctx context.Context, cause error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoLimit)
	defer cancel()
	err := l.reopen(ctx, undoLimit)
	if err == nil && l.state.record == recordUnfinished {
		err = undo(ctx, l.main, recordUnfinished)
	}
	if err != nil {
		return fmt.Errorf("%w; the old tables could not be put back (%w): run the restore again, or with --undo", cause, err)
	}
	l.switched = false
	return fmt.Errorf("%w; the old tables are in use", cause)
}
