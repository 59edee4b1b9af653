package dump

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
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
	versioned     bool  // system-versioned: the server keeps old versions of its rows
	transactional bool  // its engine takes part in a snapshot
	rowless       bool  // its engine stores no rows itself
	noData        bool  // its rows must not be dumped, or cannot be read
	filled        bool  // it had rows before the snapshot
	gone          bool  // it cannot be read at all
	suspect       error // the server's error when its first row was read before the snapshot
	damaged       bool  // it could not be read, or not to its end
	ordered       bool  // its rows are stored in the order of its primary key
	byTransaction bool  // its history has transaction IDs instead of times
	bytes         int64
	foreignKeys   []sqltext.ForeignKey
	columns       []column // columns of a table that can be read in a batch; otherwise nil
	created       string   // creation time before the snapshot, as the server writes it
	timeHidden    bool     // the server may not tell its creation time
	fingerprint   string   // hash of its definition before the snapshot; "" if the creation time is enough
}

func (o *object) String() string {
	return o.kind.String() + " " + sqltext.Ident(sqltext.DisplayName(o.name))
}

// listObjects lists the objects to dump, sorted by name. Its queries do not make any server
// open every table.
func (d *Dump) listObjects(ctx context.Context) ([]*object, error) {
	rows, err := d.main.Rows(ctx, "SELECT TABLE_NAME, TABLE_TYPE, ENGINE FROM information_schema.TABLES WHERE "+inDatabase("TABLE"), 3)
	if err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	transactional, err := d.transactionalEngines(ctx, rows)
	if err != nil {
		return nil, fmt.Errorf("list storage engines: %w", err)
	}
	var list []*object
	for _, r := range rows {
		name, tableType, engine := r[0].Text, r[1].Text, strings.ToLower(r[2].Text)
		chosen := d.selection.wants(name) && !strings.HasPrefix(tableType, "TEMPORARY")
		d.names[d.selection.key(name)] = chosen
		if !chosen {
			continue
		}
		o := &object{name: name, engine: r[2].Text}
		switch {
		case strings.Contains(tableType, "VIEW"):
			o.kind, o.engine, engine = kindView, "", ""
		case tableType == "SEQUENCE":
			o.kind = kindSequence
		}
		o.versioned = tableType == "SYSTEM VERSIONED"
		o.transactional = transactional[engine]
		o.rowless = strings.HasPrefix(engine, "mrg_") || engine == "merge" || engine == "federated" || engine == "blackhole" || engine == "spider"
		o.noData = !d.selection.wantsRows(name)
		list = append(list, o)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].name < list[j].name })
	return list, nil
}

// transactionalEngines returns the names of engines that take part in a snapshot, in lower
// case. It queries the server only if a table has an engine other than InnoDB.
func (d *Dump) transactionalEngines(ctx context.Context, tables [][]mysql.Cell) (map[string]bool, error) {
	engines := map[string]bool{"innodb": true}
	if !slices.ContainsFunc(tables, func(r []mysql.Cell) bool { return r[2].Text != "" && !strings.EqualFold(r[2].Text, "InnoDB") }) {
		return engines, nil
	}
	list, err := d.main.Strings(ctx, "SELECT ENGINE FROM information_schema.ENGINES WHERE TRANSACTIONS='YES'")
	for _, e := range list {
		engines[strings.ToLower(e)] = true
	}
	return engines, err
}

// inDatabase returns the condition for rows of information_schema about the dumped
// database. It compares the bytes of the names, because a comparison as text would ignore
// accents, and also case where the server does not ignore it.
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

// ofTables returns the condition for rows of information_schema about tables. It may also
// select rows of tables whose names differ only in case or accents.
func ofTables(tables []*object) string {
	list := make([]string, len(tables))
	for i, o := range tables {
		list[i] = sqltext.Literal(o.name)
	}
	if len(tables) > 1 { // if all names differ only in case, MariaDB would treat them as one value and look for one file
		list = slices.Concat(list, []string{"''"})
	}
	return inDatabase("TABLE") + " AND TABLE_NAME IN (" + strings.Join(list, ",") + ")"
}

const (
	factsAtOnce = 500 // maximum number of tables in one query of information_schema before the snapshot
	rowsAtOnce  = 100 // maximum number of tables in one query that checks whether they have rows
)

// inspectTables checks, before the snapshot is opened, whether each table can be read and
// has rows. A table that is truncated later can only be noticed because its rows are missing.
func (d *Dump) inspectTables(ctx context.Context) error {
	var some []*object
	for _, o := range d.objects {
		switch {
		case o.kind != kindTable:
		case o.rowless || o.noData:
			if err := d.inspect(ctx, o, false); err != nil {
				return err
			}
		default:
			some = append(some, o)
		}
	}
	for tables := range slices.Chunk(some, factsAtOnce) {
		if err := d.inspectSome(ctx, tables); err != nil {
			return err
		}
	}
	return nil
}

// inspectSome inspects tables with few queries. Tables that need more queries are inspected
// one by one. With this order, a server opens each table only once.
func (d *Dump) inspectSome(ctx context.Context, tables []*object) error {
	unknown := map[*object]bool{}
	for some := range slices.Chunk(tables, rowsAtOnce) {
		readable, err := d.findRows(ctx, some)
		if err != nil {
			return err
		}
		for _, o := range some {
			unknown[o] = !readable || o.versioned || d.selection.where(o.name) != ""
		}
	}
	certain, err := d.readCreated(ctx, tables)
	if err != nil {
		return err
	}
	for _, o := range tables {
		if unknown[o] || !certain[o.name] || !o.transactional { // LOCK TABLES fails for all if one of them cannot be locked
			if err := d.inspect(ctx, o, unknown[o]); err != nil {
				return err
			}
		}
	}
	if err := d.readColumns(ctx, tables); err != nil {
		return err
	}
	for _, o := range tables {
		if o.timeHidden && o.fingerprint == "" {
			if err := d.inspect(ctx, o, false); err != nil {
				return err
			}
		}
	}
	return nil
}

// findRows finds out which tables have rows. readable is false if the server cannot read one
// of them.
func (d *Dump) findRows(ctx context.Context, tables []*object) (readable bool, err error) {
	var row []mysql.Cell
	err = d.main.WithoutWaiting(ctx, func() (err error) {
		row, err = d.main.Row(ctx, existRows(tables), len(tables))
		return err
	})
	if mysql.ErrorNumber(err) != 0 && !errors.Is(err, mysql.ErrLost) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("inspect tables: %w", err)
	}
	for i, o := range tables {
		o.filled = row[i].Text == "1"
	}
	return true, nil
}

// existRows returns a query of one row: for each table, whether it has rows.
func existRows(tables []*object) string {
	list := make([]string, len(tables))
	for i, o := range tables {
		list[i] = "EXISTS(SELECT 1 FROM " + sqltext.Ident(o.name) + ")"
	}
	return "SELECT " + strings.Join(list, ",")
}

// datesChanges reports whether a session that has a snapshot sees the new creation time of a
// table that was altered, renamed or replaced. In MySQL 8 and later, it sees the time as of
// the snapshot.
func (d *Dump) datesChanges() bool { return d.server.MariaDB || d.server.Number < 80000 }

// readCreated reads the creation times and the sizes of tables. certain has the tables for
// which a later creation time is enough to notice a change. This requires datesChanges, and a
// time that is some seconds old, since times have whole seconds. A table with partitions is
// never certain, because servers do not keep the times of partitions.
func (d *Dump) readCreated(ctx context.Context, tables []*object) (certain map[string]bool, err error) {
	rows, err := d.main.Rows(ctx, "SELECT TABLE_NAME, CREATE_TIME, COALESCE(CREATE_TIME < NOW() - INTERVAL 2 SECOND AND CREATE_OPTIONS NOT LIKE '%partitioned%', 0), DATA_LENGTH "+
		"FROM information_schema.TABLES WHERE "+ofTables(tables), 4)
	if err != nil {
		return nil, fmt.Errorf("inspect tables: %w", err)
	}
	byName := map[string]*object{}
	for _, o := range tables {
		byName[o.name] = o
	}
	certain = map[string]bool{}
	for _, r := range rows {
		if o := byName[r[0].Text]; o != nil {
			o.created, certain[o.name] = r[1].Text, r[2].Text == "1" && d.datesChanges()
			o.bytes, _ = strconv.ParseInt(r[3].Text, 10, 64) // an estimate
		}
	}
	return certain, nil
}

// inspect inspects one table. It finds out why the table cannot be read, or records its
// definition and, if rows is true, whether it has rows.
func (d *Dump) inspect(ctx context.Context, o *object, rows bool) error {
	var err error
	if !o.rowless && !o.noData {
		if err = d.inspectDefinition(ctx, o); err == nil && rows {
			err = d.inspectRows(ctx, o)
		}
		if err == nil {
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

// hasNoRows reports whether an error means that the account can read no rows of a table.
// Otherwise the table may be damaged.
func hasNoRows(err error) bool {
	switch mysql.ErrorNumber(err) {
	case mysql.DatabaseAccessDenied, mysql.TableAccessDenied, mysql.ColumnAccessDenied, mysql.AccessDenied, mysql.TablespaceMissing, mysql.TablespaceDiscarded:
		return true
	}
	return false
}

// A conditionError is an error of the server about the operator's condition for rows.
type conditionError struct{ error }

func (e *conditionError) Unwrap() error { return e.error }

// inspectDefinition records a table's definition.
func (d *Dump) inspectDefinition(ctx context.Context, o *object) error {
	row, err := d.main.Row(ctx, "SHOW CREATE TABLE "+sqltext.Ident(o.name), 2)
	if err != nil {
		return err
	}
	o.byTransaction = o.versioned && sqltext.VersionedByTransaction(row[1].Text)
	o.fingerprint = fingerprint(row[1].Text)
	return nil
}

// inspectRows checks whether a table has rows, and whether the condition for them is valid.
func (d *Dump) inspectRows(ctx context.Context, o *object) error {
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
			return &conditionError{err} // the condition is wrong; the table is not damaged
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

// checkUnchanged returns an error if a table has changed since it was inspected before the
// snapshot. The session must hold the table's metadata lock. This check is needed because a
// server returns an error only if a table was rebuilt, but not if it lost a partition or
// swapped names with another table.
//
// In MariaDB, a creation time is sometimes unknown; see hidesTime. Then the definition decides.
func (o *object) checkUnchanged(created, create string) error {
	dated := created != "" && o.created != ""
	switch {
	case !dated && o.fingerprint == "":
		return fmt.Errorf("%w: its creation time is unknown", ErrChanged)
	case dated && created != o.created:
		return fmt.Errorf("%w: its creation time is %q, and was %q before the snapshot", ErrChanged, created, o.created)
	case o.fingerprint != "" && fingerprint(create) != o.fingerprint:
		return fmt.Errorf("%w: its definition differs from the one before the snapshot", ErrChanged)
	}
	return nil
}

func (d *Dump) stillListed(ctx context.Context, table string) bool {
	names, err := d.main.Strings(ctx, "SELECT TABLE_NAME FROM information_schema.TABLES WHERE "+ofTable(table))
	return err != nil || len(names) > 0
}
