package load

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// The names of the tables that a restore creates or keeps. The names alone show how far a restore
// got, because one RENAME TABLE changes several of them at once.
const (
	ownPrefix = "_wp_oneway_"
	newPrefix = ownPrefix + "new_" // tables that are not in use yet, and may be dropped
	oldPrefix = ownPrefix + "old_" // the old tables

	// The record of a switch: which tables it renamed, and the definitions it replaced.
	recordPrepared   = newPrefix + "record"
	recordUnfinished = ownPrefix + "record_unfinished" // the new tables are in use, but not all of their triggers, views and keys
	recordUndoing    = ownPrefix + "record_undoing"    // the old tables are in use again, but not all of their triggers, views and keys
	recordDone       = ownPrefix + "record"

	maxName = 64 // maximum number of characters in a name
)

// A state says what earlier restores have left in a database.
type state struct {
	record string   // the name of the record; "" if there is none
	names  []string // names of all tables that restores have created or kept
}

// old reports whether the database has old tables of a complete restore.
func (s state) old() bool { return s.record == recordDone || s.record == "" && s.has(oldPrefix) }

func (s state) has(prefix string) bool {
	for _, name := range s.names {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// readState reads what earlier restores have left.
func readState(ctx context.Context, conn *mysql.Conn) (state, error) {
	names, err := conn.Strings(ctx, "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA=DATABASE() AND TABLE_NAME LIKE '"+
		strings.ReplaceAll(ownPrefix, "_", `\\_`)+"%' ORDER BY TABLE_NAME")
	if err != nil {
		return state{}, fmt.Errorf("list the tables of earlier restores: %w", err)
	}
	s := state{names: names}
	for _, name := range names {
		switch name {
		case recordUnfinished, recordUndoing, recordDone:
			if s.record != "" {
				return s, fmt.Errorf("read the tables of earlier restores: both %s and %s exist; drop the wrong one", s.record, name)
			}
			s.record = name
		}
	}
	return s, nil
}

// recoverDatabase undoes an interrupted switch, and drops tables that restores have created but not
// put in use.
func recoverDatabase(ctx context.Context, conn *mysql.Conn, s state, note func(string)) error {
	if s.record == recordUnfinished || s.record == recordUndoing {
		note("an earlier restore was interrupted while it put the tables in use; the old ones are put back first")
		if err := undo(ctx, conn, s.record); err != nil {
			return fmt.Errorf("undo an interrupted restore: %w", err)
		}
	}
	return dropTables(ctx, conn, newPrefix)
}

// dropTables drops all tables, views and sequences whose names begin with a prefix. It drops them one
// by one, so that other sessions do not wait long.
func dropTables(ctx context.Context, conn *mysql.Conn, prefix string) error {
	rows, err := conn.Rows(ctx, "SELECT TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES WHERE TABLE_SCHEMA=DATABASE() AND TABLE_NAME LIKE '"+
		strings.ReplaceAll(prefix, "_", `\\_`)+"%'", 2)
	if err != nil {
		return fmt.Errorf("list the tables to drop: %w", err)
	}
	for _, r := range rows {
		kind := "TABLE"
		switch {
		case strings.Contains(r[1].Text, "VIEW"):
			kind = "VIEW"
		case r[1].Text == "SEQUENCE":
			kind = "SEQUENCE"
		}
		if err := conn.Exec(ctx, "DROP "+kind+" IF EXISTS "+sqltext.Ident(r[0].Text)); err != nil {
			return fmt.Errorf("drop table %s: %w", sqltext.DisplayName(r[0].Text), err)
		}
	}
	return nil
}

// dropScratch drops what the restore has created. If the session is lost, it opens another one.
func (l *Loader) dropScratch(ctx context.Context) {
	err := prepareSession(ctx, l.main)
	if err != nil {
		_ = l.main.Close()
		if l.main, _, err = open(ctx, l.db, closeLimit/2); err == nil {
			err = prepareSession(ctx, l.main)
		}
	}
	if err == nil {
		err = dropTables(ctx, l.main, newPrefix)
	}
	if err != nil {
		l.o.Note("the tables " + newPrefix + "… could not be dropped; the next restore does it: " + err.Error())
	}
}

// Confirm drops the old tables that a restore has kept.
func Confirm(ctx context.Context, db wordpress.Database) error {
	return withDatabase(ctx, db, func(conn *mysql.Conn, s state) error {
		switch {
		case s.record == recordUnfinished || s.record == recordUndoing:
			return errors.New("drop the old tables: the restore was interrupted, so they are still needed; run restore again, or with --undo")
		case !s.old():
			return errors.New("drop the old tables: the database contains none that a restore has kept")
		}
		return dropOld(ctx, conn)
	})
}

// dropOld drops the old tables, and then the record.
func dropOld(ctx context.Context, conn *mysql.Conn) error {
	for _, prefix := range []string{oldPrefix, newPrefix, recordDone} {
		if err := dropTables(ctx, conn, prefix); err != nil {
			return err
		}
	}
	return nil
}

// Undo puts the old tables that a restore has kept in use again, and drops the new ones.
func Undo(ctx context.Context, db wordpress.Database) error {
	return withDatabase(ctx, db, func(conn *mysql.Conn, s state) error {
		if s.record == "" {
			return errors.New("undo the restore: there is no record of one in the database")
		}
		return undo(ctx, conn, s.record)
	})
}

func withDatabase(ctx context.Context, db wordpress.Database, do func(*mysql.Conn, state) error) error {
	conn, _, err := open(ctx, db, lockGrace)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := prepareSession(ctx, conn); err != nil {
		return err
	}
	s, err := readState(ctx, conn)
	if err != nil {
		return err
	}
	return do(conn, s)
}
