package dump

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// batchTables is how many tables are read with two requests. The dump holds the metadata
// lock of only one of them at a time, because it may have to wait for its reader.
const (
	batchTables = 64
	batchText   = 64 << 10 // approximate length of a batch's statements in bytes
)

// readColumns reads the columns of the tables that can be read in batches. It must be called
// after the values that checkUnchanged compares were read. If those have not changed later,
// the columns have not changed either.
func (d *Dump) readColumns(ctx context.Context, tables []*object) error {
	byName := map[string]*object{}
	var some []*object
	for _, o := range tables {
		if o.transactional && o.hasRows() && !o.gone && !o.versioned && o.suspect == nil && d.selection.where(o.name) == "" {
			byName[o.name] = o
			some = append(some, o)
		}
	}
	if len(some) == 0 {
		return nil
	}
	facts := map[string][]byte{}
	err := d.main.QuerySmall(ctx, "SELECT TABLE_NAME, "+d.columnFacts(false)+" FROM information_schema.COLUMNS WHERE "+ofTables(some)+" ORDER BY ORDINAL_POSITION",
		func(row []byte) error {
			name, rest, _, err := mysql.Value(row)
			facts[string(name)] = append(facts[string(name)], rest...)
			return err
		})
	if err != nil {
		return fmt.Errorf("inspect tables: %w", err)
	}
	for name, o := range byName {
		key := string(facts[name])
		columns, known := d.columns[key]
		if !known {
			cells, err := mysql.Cells(facts[name])
			if err != nil || len(cells)%6 != 0 {
				return fmt.Errorf("inspect tables: %w", cmp.Or(err, mysql.ErrMalformed))
			}
			if columns, err = columnsOf(slices.Collect(slices.Chunk(cells, 6)), false); err != nil || d.hiddenTypesCondition(columns) != "" {
				columns = nil // the table is not read in a batch
			}
			d.columns[key] = columns
		}
		if o.timeHidden = hidesTime(key); !o.timeHidden {
			o.columns = columns // otherwise, its definition is read later than its columns
		}
	}
	return nil
}

// hidesTime reports whether the server may return NULL as the creation time of a table with these
// facts about its columns. MariaDB does so while its purge thread has the table open, or has left
// it in the table cache. It opens tables with an index on a virtual column.
func hidesTime(facts string) bool { return strings.Contains(facts, "VIRTUAL GENERATED") }

// batches divides tables, in their order, into groups that are read in one batch.
func batches(list []*object) [][]*object {
	var all [][]*object
	for i, o := range list {
		last := len(all) - 1
		if i > 0 && o.columns != nil && list[i-1].columns != nil && len(all[last]) < batchTables {
			all[last] = append(all[last], o)
		} else {
			all = append(all, []*object{o})
		}
	}
	return all
}

// writeBatch writes the tables of a group, as of the snapshot.
func (d *Dump) writeBatch(ctx context.Context, t *text, tables []*object) error {
	var definitions []string
	if len(tables) > 1 {
		if _, err := readAtSavepoint(ctx, d.main, func() (_ int64, err error) {
			definitions, err = d.readTogether(ctx, tables)
			return 0, err
		}); err != nil {
			return err
		}
	}
	for len(tables) > 0 {
		done, alone := 0, true
		if len(definitions) > 0 {
			var err error
			if done, alone, err = newBatch(d, t, tables, definitions).write(ctx); err != nil {
				return err
			}
		}
		if alone {
			if err := d.writeObject(ctx, t, tables[done]); err != nil {
				return err
			}
			done++
		}
		tables, definitions = tables[done:], definitions[min(done, len(definitions)):]
	}
	return nil
}

// readTogether reads the definitions of tables, up to the first that cannot be read. It takes
// no locks. Values that are read later, under the tables' locks, show whether a table has changed.
func (d *Dump) readTogether(ctx context.Context, tables []*object) ([]string, error) {
	statements, texts := make([]string, len(tables)), make([]string, len(tables))
	for i, o := range tables {
		statements[i] = showCreate(o)
	}
	none := func(int) bool { return false }
	n, err := d.main.Batch(ctx, statements, none, func(i int, row []byte) (err error) {
		texts[i], err = secondCell(row)
		return err
	})
	if err != nil && !errors.As(damaged(err, false), new(*damage)) {
		return nil, fmt.Errorf("dump %s: %w", tables[min(n, len(tables)-1)], err)
	}
	for i, o := range tables[:n] {
		texts[i], err = d.tableText(ctx, d.main, o, o.created, texts[i])
		switch {
		case errors.As(damaged(err, false), new(*damage)):
			return texts[:i], nil
		case err != nil:
			return nil, fmt.Errorf("dump %s: %w", o, err)
		}
	}
	return texts[:n], nil
}

func showCreate(o *object) string { return "SHOW CREATE TABLE " + sqltext.Ident(o.name) }

// secondCell returns the second value of a row.
func secondCell(row []byte) (string, error) {
	cells, err := mysql.Cells(row)
	if err == nil && len(cells) < 2 {
		err = mysql.ErrMalformed
	}
	if err != nil {
		return "", err
	}
	return cells[1].Text, nil
}

// A purpose says what a statement of a batch is for. Each table has one statement for each
// purpose, in this order. The first takes the table's metadata lock, the last releases it.
type purpose uint8

const (
	forRows purpose = iota
	forCreated
	forDefinition
	forEnd
)

// A statement is one statement of a batch.
type statement struct {
	table int
	use   purpose
	sql   string
}

// A batch writes tables from the answers to its statements.
type batch struct {
	d           *Dump
	t           *text
	tables      []*object
	definitions []string
	statements  []statement
	done        int      // statements whose answers are complete
	w           *inserts // writer of the current table; nil before its first row
	from        int64    // where the text of the current table begins
	created     string   // creation time of the current table, read under its lock
	create      string
}

// newBatch prepares a batch for the first tables, those whose definitions were read.
func newBatch(d *Dump, t *text, tables []*object, definitions []string) *batch {
	b := &batch{d: d, t: t, tables: tables}
	length := int64(0)
	for i, o := range tables[:len(definitions)] {
		if length > min(batchText, d.server.MaxPacket/2) {
			break
		}
		b.definitions = definitions[:i+1]
		first := len(b.statements)
		b.statements = append(b.statements, statement{i, forRows, "SELECT " + sources(o.columns) + d.source(o)})
		if d.datesChanges() {
			b.statements = append(b.statements, statement{i, forCreated, "SELECT 1, CREATE_TIME FROM information_schema.TABLES WHERE " + ofTable(o.name)})
		}
		if o.fingerprint != "" {
			b.statements = append(b.statements, statement{i, forDefinition, showCreate(o)})
		}
		b.statements = append(b.statements, statement{i, forEnd, "ROLLBACK TO SAVEPOINT t"})
		length += int64(1000 + len(b.statements[first].sql))
	}
	return b
}

// write returns how many tables it has written. If alone is true, the next table could not be
// read in the batch, and nothing of it was written: the caller must read it alone.
func (b *batch) write(ctx context.Context) (tables int, alone bool, err error) {
	list := make([]string, len(b.statements))
	for i, s := range b.statements {
		list[i] = s.sql
	}
	var own error // an error that is not from the session, and that names the table
	rows := func(i int) bool { return b.statements[i].use == forRows }
	n, err := b.d.main.Batch(ctx, list, rows, func(i int, row []byte) error {
		own = b.row(i, row)
		return own
	})
	if own != nil {
		return 0, false, own
	}
	unreadable := mysql.ErrorNumber(err) != 0 && !errors.Is(err, mysql.ErrLost) && n < len(list)
	if err != nil && !unreadable {
		return 0, false, fmt.Errorf("dump %s: %w", b.tables[b.statements[min(n, len(list)-1)].table], err)
	}
	if err := b.complete(n); err != nil || n == len(list) {
		return len(b.definitions), false, err
	}
	at := b.statements[n].table
	_, err = readAtSavepoint(ctx, b.d.main, func() (int64, error) { return 0, damaged(err, true) })
	switch {
	case !errors.As(err, new(*damage)):
		return 0, false, err
	case b.w == nil:
		return at, true, nil
	}
	if endErr := b.w.end(); endErr != nil {
		return 0, false, endErr
	}
	return at + 1, false, b.d.endObject(b.t, b.tables[at], b.from, b.w.rows, err)
}

// row takes one row of the answer to a statement.
func (b *batch) row(n int, row []byte) (err error) {
	if err := b.complete(n); err != nil {
		return err
	}
	s := b.statements[n]
	switch s.use {
	case forRows:
		if b.w == nil {
			if err := b.begin(); err != nil {
				return err
			}
		}
		err = b.w.row(row)
	case forCreated:
		b.created, err = secondCell(row)
	case forDefinition:
		b.create, err = secondCell(row)
	case forEnd:
	}
	if err != nil {
		return fmt.Errorf("dump %s: %w", b.tables[s.table], err)
	}
	return nil
}

// begin writes the definition of the current table.
func (b *batch) begin() error {
	i := b.statements[b.done].table
	o := b.tables[i]
	b.from = b.t.size()
	b.w = newInserts(b.t, o.name, o.columns, b.d.server.MaxPacket)
	if err := b.d.writeTitle(b.t, o); err != nil {
		return err
	}
	return b.t.raw(b.definitions[i])
}

// complete finishes the first n statements, whose answers were read.
func (b *batch) complete(n int) error {
	for ; b.done < n; b.done++ {
		s := b.statements[b.done]
		o := b.tables[s.table]
		switch s.use {
		case forRows:
			if b.w == nil {
				if err := b.begin(); err != nil {
					return err
				}
			}
			if err := b.w.end(); err != nil {
				return err
			}
			b.d.warnLongest(o, b.w.longest)
		case forEnd:
			if !b.d.datesChanges() {
				b.created = o.created
			}
			if err := o.checkUnchanged(b.created, b.create); err != nil {
				return fmt.Errorf("dump %s: %w", o, err)
			}
			if err := b.d.endObject(b.t, o, b.from, b.w.rows, nil); err != nil {
				return err
			}
			b.w, b.created, b.create = nil, "", ""
		case forCreated, forDefinition:
		}
	}
	return nil
}
