package dump

import (
	"context"
	"crypto/sha256"
	"fmt"
	"sort"
	"strconv"
	"strings"
)

// A kind is what stands behind a name in the list of tables.
type kind uint8

const (
	kindTable kind = iota
	kindView
	kindSequence
)

func (k kind) String() string { return [...]string{"table", "view", "sequence"}[k] }

// An object is a table, a view or a sequence.
type object struct {
	name      string
	kind      kind
	engine    string
	versioned bool // it keeps its rows' history
	steady    bool // its engine takes part in a snapshot
	rowless   bool // its rows live elsewhere, or nowhere
	noData    bool // its rows are not wanted, or cannot be read
	filled    bool // it had rows a moment before the snapshot
	gone      bool // it cannot be read at all
	ordered   bool // its rows lie in the order of a primary key
	numbered  bool // its history is kept by numbers of transactions, not by time
	bytes     int64
	made      string // its definition a moment before the snapshot, and when it got it
}

func (o *object) String() string { return o.kind.String() + " " + ident(printable(o.name)) }

// objects lists what the options want of the database, by name.
func (d *Dump) listObjects(ctx context.Context) ([]*object, error) {
	engines, err := d.main.strings(ctx, "SELECT ENGINE FROM information_schema.ENGINES WHERE TRANSACTIONS='YES'")
	if err != nil {
		return nil, fmt.Errorf("list storage engines: %w", err)
	}
	steady := map[string]bool{}
	for _, e := range engines {
		steady[strings.ToLower(e)] = true
	}
	rows, err := d.main.table(ctx, "SELECT TABLE_NAME, TABLE_TYPE, ENGINE, DATA_LENGTH, CREATE_TIME FROM information_schema.TABLES WHERE "+thisDatabase("TABLE"), 5)
	if err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	var list []*object
	for _, r := range rows {
		name := r[0].s
		d.inDatabase[name] = true
		if !d.opts.wants(name, d.db.TablePrefix, d.db.CustomTables) || strings.HasPrefix(r[1].s, "TEMPORARY") {
			continue
		}
		o := &object{name: name, engine: r[2].s, made: r[4].s}
		switch {
		case strings.Contains(r[1].s, "VIEW"):
			o.kind, o.engine = kindView, ""
		case r[1].s == "SEQUENCE":
			o.kind = kindSequence
		}
		o.versioned = r[1].s == "SYSTEM VERSIONED"
		engine := strings.ToLower(o.engine)
		o.steady = steady[engine]
		o.rowless = strings.HasPrefix(engine, "mrg_") || engine == "merge" || engine == "federated" || engine == "blackhole" || engine == "spider"
		o.bytes, _ = strconv.ParseInt(r[3].s, 10, 64) // an estimate; none of views
		o.noData = matchAny(d.opts.NoData, name)
		list = append(list, o)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].name < list[j].name })
	return list, nil
}

// thisDatabase is the condition for what information_schema has of our database. By
// itself it would compare names without regard to case and accents.
func thisDatabase(prefix string) string {
	return prefix + "_SCHEMA=DATABASE() AND HEX(" + prefix + "_SCHEMA)=HEX(DATABASE())"
}

// thisTable is the condition for what it has of one table.
func thisTable(name string) string {
	return thisDatabase("TABLE") + " AND TABLE_NAME=" + literal(name) + " AND HEX(TABLE_NAME)='" + string(appendHex(nil, []byte(name))) + "'"
}

// peek looks at each table before the snapshot is opened: whether it can be read,
// and whether it holds rows, for a table that is truncated later on shows itself
// by nothing else than their absence.
func (d *Dump) peek(ctx context.Context, o *object) error {
	if o.kind != kindTable {
		return nil
	}
	var err error
	if !o.rowless && !o.noData {
		if err = d.peekRows(ctx, o); err == nil {
			return nil
		}
	}
	switch number(err) {
	case 0:
		if err != nil {
			return fmt.Errorf("look at %s: %w", o, err)
		}
	case errLockTimeout:
		return fmt.Errorf("look at %s: %w", o, changed(err))
	case errNoTable:
		if !d.stillListed(ctx, o.name) {
			o.gone = true // dropped since it was listed; this is before the moment of the dump
			return nil
		}
	}
	_, unknown := d.main.one(ctx, "SHOW CREATE TABLE "+ident(o.name), 2)
	switch {
	case unknown == nil && err == nil:
		return nil
	case unknown == nil:
		o.noData = true
		return d.missing(o.String(), "its rows cannot be read: "+err.Error())
	case number(unknown) == 0:
		return fmt.Errorf("look at %s: %w", o, unknown)
	}
	o.gone = true
	return d.missing(o.String(), "it cannot be read: "+unknown.Error())
}

// peekRows looks for rows, and notes the definition that they belong to.
func (d *Dump) peekRows(ctx context.Context, o *object) error {
	row, err := d.main.one(ctx, "SHOW CREATE TABLE "+ident(o.name), 2)
	if err != nil {
		return err
	}
	o.numbered = o.versioned && numbersTransactions(row[1].s)
	history := ""
	if d.history(o) {
		history = " FOR SYSTEM_TIME ALL"
	}
	rows, err := d.main.strings(ctx, "SELECT 1 FROM "+ident(o.name)+history+" LIMIT 1")
	if err != nil {
		return err
	}
	o.filled = len(rows) > 0
	o.made += " " + fingerprint(row[1].s)
	return nil
}

// fingerprint stands for a definition; the next number of AUTO_INCREMENT, which
// changes with the rows, is no part of it.
func fingerprint(create string) string {
	sum := sha256.Sum256([]byte(withoutNextNumber(create)))
	return string(sum[:])
}

// sameTable makes sure that a table which is being held, and is created like this,
// is the one that was seen before the snapshot. Servers notice by themselves when a
// table was rebuilt, but not when it lost a partition, or changed names with another.
func (d *Dump) sameTable(ctx context.Context, c *conn, o *object, create string) error {
	when, err := c.one(ctx, "SELECT CREATE_TIME FROM information_schema.TABLES WHERE "+thisTable(o.name), 1)
	if err != nil {
		return err
	}
	if when[0].s+" "+fingerprint(create) != o.made {
		return fmt.Errorf("%w: its definition is not the one from before the snapshot", ErrChanged)
	}
	return nil
}

func (d *Dump) stillListed(ctx context.Context, table string) bool {
	names, err := d.main.strings(ctx, "SELECT TABLE_NAME FROM information_schema.TABLES WHERE "+thisTable(table))
	return err != nil || len(names) > 0
}
