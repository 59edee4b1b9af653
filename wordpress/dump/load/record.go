package load

import (
	"context"
	"fmt"
	"slices"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// A record has everything that is needed to undo a switch. It is stored in a table of the database,
// so that the next restore can undo an interrupted one, even on another host.
type record struct {
	moves    []move
	programs []program // objects that the dump drops and creates
	keys     []tableKey
	saved    []byte // the definitions before the switch, as SQL
}

// A move says which table gets a name, and which table had it before.
type move struct {
	name string
	old  string // the name that the old table gets; "" if there is no old table
	new  bool   // the dump has a table with that name
}

// A program is a view, trigger, routine or event.
type program struct{ kind, name string }

// A tableKey is a foreign key or check of a table before the switch.
type tableKey struct {
	table string
	key
	child bool // a foreign key of a table that is not replaced; it references a table that is replaced
}

const recordPiece = 128 << 10 // maximum bytes of the saved definitions in one row

// write stores the record in a new table.
func (r *record) write(ctx context.Context, conn *mysql.Conn) error {
	table := sqltext.Ident(recordPrepared)
	err := conn.Exec(ctx, "CREATE TABLE "+table+" (id INT NOT NULL PRIMARY KEY, kind VARCHAR(16) CHARACTER SET ascii NOT NULL, "+
		"a LONGBLOB NOT NULL, b LONGBLOB NOT NULL, c LONGBLOB NOT NULL) ENGINE=InnoDB COMMENT='of wp-oneway restore, see docs/restore-database.md'")
	id := 0
	row := func(kind string, a, b, c string) {
		if err == nil {
			id++
			err = conn.Exec(ctx, fmt.Sprintf("INSERT INTO %s VALUES (%d,'%s',%s,%s,%s)", table, id, kind, sqltext.Hex(a), sqltext.Hex(b), sqltext.Hex(c)))
		}
	}
	if err == nil {
		err = conn.Exec(ctx, "START TRANSACTION")
	}
	for _, m := range r.moves {
		is := ""
		if m.new {
			is = "new"
		}
		row("move", m.name, m.old, is)
	}
	for _, p := range r.programs {
		row("program", p.kind, p.name, "")
	}
	for _, k := range r.keys {
		kind := "key"
		if k.child {
			kind = "child"
		}
		row(kind, k.table, k.name, k.text)
	}
	for piece := range slices.Chunk(r.saved, recordPiece) {
		row("saved", string(piece), "", "")
	}
	if err == nil {
		err = conn.Exec(ctx, "COMMIT")
	}
	if err != nil {
		return fmt.Errorf("write the record of the restore: %w", err)
	}
	return nil
}

// readRecord reads the record from the table with a name.
func readRecord(ctx context.Context, conn *mysql.Conn, name string) (*record, error) {
	rows, err := conn.Rows(ctx, "SELECT kind, a, b, c FROM "+sqltext.Ident(name)+" ORDER BY id", 4)
	if err != nil {
		return nil, fmt.Errorf("read the record of the restore: %w", err)
	}
	r := &record{}
	for _, row := range rows {
		a, b, c := row[1].Text, row[2].Text, row[3].Text
		switch row[0].Text {
		case "move":
			r.moves = append(r.moves, move{a, b, c != ""})
		case "program":
			r.programs = append(r.programs, program{a, b})
		case "key", "child":
			r.keys = append(r.keys, tableKey{a, key{b, c}, row[0].Text == "child"})
		case "saved":
			r.saved = append(r.saved, a...)
		default:
			return nil, fmt.Errorf("read the record of the restore: it was written by a later version; update wp-oneway")
		}
	}
	return r, nil
}

func (r *record) touches(kind, name string, same func(a, b string) bool) bool {
	return slices.ContainsFunc(r.programs, func(p program) bool { return p.kind == kind && same(p.name, name) })
}
