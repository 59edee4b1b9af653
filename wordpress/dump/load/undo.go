package load

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/dumpfile"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// undo puts the old tables in use again. name is the record's. If undo is interrupted, it can be
// called again.
func undo(ctx context.Context, conn *mysql.Conn, name string) error {
	r, err := readRecord(ctx, conn, name)
	if err != nil {
		return err
	}
	if err := conn.Exec(ctx, fmt.Sprintf("SET SESSION lock_wait_timeout=%d", lockWait)); err != nil {
		return fmt.Errorf("prepare the session: %w", err)
	}
	if name != recordUndoing {
		if err := r.renameBack(ctx, conn, name); err != nil {
			return err
		}
	}
	if err := dropTables(ctx, conn, newPrefix); err != nil {
		return err
	}
	for _, k := range r.keys {
		has, err := hasKey(ctx, conn, k.table, k.name)
		if err != nil {
			return err
		}
		if has {
			continue
		}
		if err := patiently(ctx, conn, "ALTER TABLE "+sqltext.Ident(k.table)+" ADD "+k.text); err != nil {
			return fmt.Errorf("create the key %s of table %s again: %w", sqltext.DisplayName(k.name), sqltext.DisplayName(k.table), err)
		}
	}
	if err := r.restorePrograms(ctx, conn); err != nil {
		return err
	}
	return dropTables(ctx, conn, recordUndoing)
}

// renameBack drops what the dump has created in addition to its tables, and renames the tables back.
func (r *record) renameBack(ctx context.Context, conn *mysql.Conn, name string) error {
	for _, p := range r.programs {
		if p.kind == "TABLE" {
			continue
		}
		if err := patiently(ctx, conn, "DROP "+p.kind+" IF EXISTS "+sqltext.Ident(p.name)); err != nil {
			return fmt.Errorf("drop %s %s: %w", strings.ToLower(p.kind), sqltext.DisplayName(p.name), err)
		}
	}
	for _, k := range r.keys {
		if k.child { // otherwise the key would follow the new table to its other name
			if err := dropKey(ctx, conn, k.table, "FOREIGN KEY", k.name); err != nil {
				return err
			}
		}
	}
	names, err := conn.Strings(ctx, "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA=DATABASE()")
	if err != nil {
		return fmt.Errorf("list the tables: %w", err)
	}
	exists := map[string]bool{}
	fold := func(name string) string {
		if conn.Server().IgnoreCase {
			return strings.ToLower(name)
		}
		return name
	}
	for _, n := range names {
		exists[fold(n)] = true
	}
	pairs := []string{sqltext.Ident(name) + " TO " + sqltext.Ident(recordUndoing)}
	for i, m := range r.moves {
		if m.old != "" && !exists[fold(m.old)] {
			return fmt.Errorf("put table %s back: its old table %s is gone", sqltext.DisplayName(m.name), sqltext.DisplayName(m.old))
		}
		if m.new && exists[fold(m.name)] {
			pairs = append(pairs, fmt.Sprintf("%s TO `%sundone_%06d`", sqltext.Ident(m.name), newPrefix, i+1))
		}
		if m.old != "" {
			pairs = append(pairs, sqltext.Ident(m.old)+" TO "+sqltext.Ident(m.name))
		}
	}
	if err := patiently(ctx, conn, "RENAME TABLE "+strings.Join(pairs, ", ")); err != nil {
		return fmt.Errorf("put the old tables back: %w", err)
	}
	return nil
}

// restorePrograms creates the views, triggers, routines and events again that the dump has replaced.
func (r *record) restorePrograms(ctx context.Context, conn *mysql.Conn) error {
	server := conn.Server()
	check := newChecker(rules{
		mariaDB: server.MariaDB, number: server.Number, trusted: true, definers: definers{mode: DefinerKeep},
		database: sqltext.SchemaName{Name: server.Database, IgnoreCase: server.IgnoreCase},
	})
	var late []statement
	scanner := dumpfile.NewScanner(bytes.NewReader(r.saved))
	for {
		next, err := scanner.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		st, err := check.check(next)
		if err != nil {
			return err
		}
		switch st.action {
		case setting, setDatabase, dropProgram, createProgram:
			late = append(late, st)
		default:
		}
	}
	return runLate(ctx, conn, late, func(st statement) (bool, error) {
		name, err := realName(ctx, conn, st)
		return r.touches(st.kind, name, strings.EqualFold), err
	})
}

// undoFile returns SQL that undoes the switch, for the stock client.
func (r *record) undoFile(server mysql.Server) []byte {
	var b bytes.Buffer
	b.WriteString("-- wp-oneway: what a restore replaced in database " + sqltext.DisplayName(server.Database) + ".\n" +
		"-- `wp-oneway restore --undo` puts the old tables and these definitions back in use. Without it:\n" +
		"-- mysql --binary-mode DATABASE < FILE\n" +
		"-- Not possible any more once the old tables were dropped by --confirm or --drop-old.\n" +
		"SET NAMES utf8mb4;\nSET FOREIGN_KEY_CHECKS=0;\n")
	for _, p := range r.programs {
		fmt.Fprintf(&b, "DROP %s IF EXISTS %s;\n", p.kind, sqltext.Ident(p.name))
	}
	for _, k := range r.keys {
		if k.child {
			fmt.Fprintf(&b, "ALTER TABLE %s DROP FOREIGN KEY %s;\n", sqltext.Ident(k.table), sqltext.Ident(k.name))
		}
	}
	var pairs, drops []string
	for i, m := range r.moves {
		if m.new {
			undone := fmt.Sprintf("`%sundone_%06d`", newPrefix, i+1)
			pairs = append(pairs, sqltext.Ident(m.name)+" TO "+undone)
			drops = append(drops, undone)
		}
		if m.old != "" {
			pairs = append(pairs, sqltext.Ident(m.old)+" TO "+sqltext.Ident(m.name))
		}
	}
	if len(pairs) > 0 {
		fmt.Fprintf(&b, "RENAME TABLE %s;\n", strings.Join(pairs, ", "))
	}
	for _, name := range drops {
		fmt.Fprintf(&b, "DROP TABLE %s;\n", name)
	}
	for _, k := range r.keys {
		fmt.Fprintf(&b, "ALTER TABLE %s ADD %s;\n", sqltext.Ident(k.table), k.text)
	}
	b.Write(r.saved)
	fmt.Fprintf(&b, "DROP TABLE IF EXISTS %s, %s;\n", sqltext.Ident(recordDone), sqltext.Ident(recordUnfinished))
	return b.Bytes()
}
