package dump

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// A kind is the kind of an entry in the list of tables.
type kind uint8

const (
	kindTable kind = iota
	kindView
	kindSequence
)

func (k kind) String() string { return [...]string{"table", "view", "sequence"}[k] }

// An object is a table, a view or a sequence.
type object struct {
	name          string
	kind          kind
	engine        string
	versioned     bool  // system-versioned: it keeps old versions of its rows
	transactional bool  // its engine takes part in a snapshot
	rowless       bool  // its engine stores no rows itself
	noData        bool  // its rows are not to be dumped, or cannot be read
	filled        bool  // it had rows before the snapshot
	gone          bool  // it cannot be read at all
	suspect       error // of the server, when its first row was read before the snapshot
	damaged       bool  // it cannot be read, or not to its end, as the dump found out
	ordered       bool  // its rows are stored in the order of a primary key
	byTransaction bool  // its history is kept by transaction IDs, not by time
	bytes         int64
	identity      string // creation time and fingerprint of its definition before the snapshot
}

func (o *object) String() string {
	return o.kind.String() + " " + sqltext.Ident(sqltext.DisplayName(o.name))
}

// listObjects lists the objects to dump, sorted by name.
func (d *Dump) listObjects(ctx context.Context) ([]*object, error) {
	engines, err := d.main.Strings(ctx, "SELECT ENGINE FROM information_schema.ENGINES WHERE TRANSACTIONS='YES'")
	if err != nil {
		return nil, fmt.Errorf("list storage engines: %w", err)
	}
	transactional := map[string]bool{}
	for _, e := range engines {
		transactional[strings.ToLower(e)] = true
	}
	rows, err := d.main.Rows(ctx, "SELECT TABLE_NAME, TABLE_TYPE, ENGINE, DATA_LENGTH, CREATE_TIME FROM information_schema.TABLES WHERE "+inDatabase("TABLE"), 5)
	if err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	var list []*object
	for _, r := range rows {
		name, tableType, engine := r[0].Text, r[1].Text, strings.ToLower(r[2].Text)
		d.names[d.selection.key(name)] = true
		if !d.selection.wants(name) || strings.HasPrefix(tableType, "TEMPORARY") {
			continue
		}
		o := &object{name: name, engine: r[2].Text, identity: r[4].Text}
		switch {
		case strings.Contains(tableType, "VIEW"):
			o.kind, o.engine, engine = kindView, "", ""
		case tableType == "SEQUENCE":
			o.kind = kindSequence
		}
		o.versioned = tableType == "SYSTEM VERSIONED"
		o.transactional = transactional[engine]
		o.rowless = strings.HasPrefix(engine, "mrg_") || engine == "merge" || engine == "federated" || engine == "blackhole" || engine == "spider"
		o.bytes, _ = strconv.ParseInt(r[3].Text, 10, 64) // an estimate; NULL for views
		o.noData = !d.selection.wantsRows(name)
		list = append(list, o)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].name < list[j].name })
	return list, nil
}

// inDatabase returns the condition for rows of information_schema about the dumped
// database. A comparison of names alone would ignore accents, and also case, which only
// some servers ignore.
func inDatabase(prefix string) string {
	hex := func(name string) string {
		return "HEX(IF(@@lower_case_table_names=0," + name + ",LOWER(" + name + ")))"
	}
	return prefix + "_SCHEMA=DATABASE() AND " + hex(prefix+"_SCHEMA") + "=" + hex("DATABASE()")
}

// ofTable returns the condition for rows of information_schema about one table.
func ofTable(name string) string {
	return inDatabase("TABLE") + " AND TABLE_NAME=" + sqltext.Literal(name) + " AND HEX(TABLE_NAME)='" + string(sqltext.AppendHex(nil, []byte(name))) + "'"
}

// inspect looks at an object before the snapshot is opened: whether it can be read,
// and whether it has rows. A table that is truncated later is noticed only because its
// rows are missing.
func (d *Dump) inspect(ctx context.Context, o *object) error {
	if o.kind != kindTable {
		return nil
	}
	var err error
	if !o.rowless && !o.noData {
		if err = d.inspectRows(ctx, o); err == nil {
			return nil
		}
	}
	if errors.As(err, new(*conditionError)) {
		return fmt.Errorf("choose rows of %s: %w", o, err)
	}
	switch mysql.ErrorNumber(err) {
	case 0:
		if err != nil {
			return fmt.Errorf("inspect %s: %w", o, err)
		}
	case mysql.NoSuchTable:
		if !d.stillListed(ctx, o.name) {
			o.gone = true // dropped since it was listed, before the snapshot
			return nil
		}
	}
	_, unreadable := d.main.Row(ctx, "SHOW CREATE TABLE "+sqltext.Ident(o.name), 2)
	switch {
	case unreadable == nil && err == nil:
		return nil
	case unreadable == nil && !hasNoRows(err):
		o.suspect = err // some rows may be readable
		return nil
	case unreadable == nil:
		o.noData = true
		return d.missing(o.String(), "its rows cannot be read: "+err.Error())
	case mysql.ErrorNumber(unreadable) == 0:
		return fmt.Errorf("inspect %s: %w", o, unreadable)
	}
	o.gone = true
	return d.missing(o.String(), "it cannot be read: "+unreadable.Error())
}

// hasNoRows reports whether an error means that a table has no rows that the account
// could read, and not that the table is damaged.
func hasNoRows(err error) bool {
	switch mysql.ErrorNumber(err) {
	case mysql.DatabaseAccessDenied, mysql.TableAccessDenied, mysql.ColumnAccessDenied, mysql.AccessDenied, mysql.TablespaceMissing, mysql.TablespaceDiscarded:
		return true
	}
	return false
}

// A conditionError is the server's error about a condition for rows.
type conditionError struct{ error }

func (e *conditionError) Unwrap() error { return e.error }

// inspectRows checks whether a table has rows, and records its definition.
func (d *Dump) inspectRows(ctx context.Context, o *object) error {
	row, err := d.main.Row(ctx, "SHOW CREATE TABLE "+sqltext.Ident(o.name), 2)
	if err != nil {
		return err
	}
	o.byTransaction = o.versioned && sqltext.VersionedByTransaction(row[1].Text)
	o.identity += " " + fingerprint(row[1].Text)
	history := ""
	if d.hasHistory(o) {
		history = " FOR SYSTEM_TIME ALL"
	}
	rows, err := d.main.Strings(ctx, "SELECT 1 FROM "+sqltext.Ident(o.name)+history+" LIMIT 1")
	if err != nil {
		return err
	}
	if where := d.selection.where(o.name); where != "" {
		if err := d.main.Exec(ctx, "SELECT 1 FROM "+sqltext.Ident(o.name)+" WHERE ("+where+") LIMIT 0"); err != nil {
			return &conditionError{err} // a mistake of the operator's, and no damage
		}
	}
	o.filled = len(rows) > 0
	return nil
}

// fingerprint returns a hash of a definition without the next value of
// AUTO_INCREMENT, which changes with the rows.
func fingerprint(create string) string {
	sum := sha256.Sum256([]byte(sqltext.WithoutAutoIncrement(create)))
	return string(sum[:])
}

// checkUnchanged returns an error unless a table, whose metadata lock the session
// holds, is the one that was inspected before the snapshot. Servers notice that a
// table was rebuilt, but not that it lost a partition or swapped names with another.
func (d *Dump) checkUnchanged(ctx context.Context, c *mysql.Conn, o *object, create string) error {
	created, err := c.Row(ctx, "SELECT CREATE_TIME FROM information_schema.TABLES WHERE "+ofTable(o.name), 1)
	if err != nil {
		return err
	}
	if created[0].Text+" "+fingerprint(create) != o.identity {
		return fmt.Errorf("%w: its definition differs from the one before the snapshot", ErrChanged)
	}
	return nil
}

func (d *Dump) stillListed(ctx context.Context, table string) bool {
	names, err := d.main.Strings(ctx, "SELECT TABLE_NAME FROM information_schema.TABLES WHERE "+ofTable(table))
	return err != nil || len(names) > 0
}
