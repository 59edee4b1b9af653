package dump

import (
	"context"
	"fmt"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// restoreMode is the sql_mode under which tables are restored.
const restoreMode = "NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES"

// A held is a table whose metadata lock a session holds. The fields have the values of
// information_schema.
type held struct {
	created string
	columns []column
}

// hasRows reports whether the rows of a table are dumped.
func (o *object) hasRows() bool { return o.kind == kindTable && !o.rowless && !o.noData }

// hold takes the metadata lock of a table, so that its definition cannot change until the
// session returns to its savepoint or unlocks the table. One query both takes the lock and
// describes the table. The lock comes first, because a server opens all tables that a
// statement names before it executes the statement.
func (d *Dump) hold(ctx context.Context, c *mysql.Conn, o *object) (*held, error) {
	lock := " AND NOT EXISTS(SELECT 1 FROM " + sqltext.Ident(o.name) + " WHERE FALSE)"
	h, err := d.describe(ctx, c, o, lock)
	if err != nil && o.suspect != nil {
		h, err = d.describe(ctx, c, o, "")
	}
	return h, changed(err)
}

// describe reads the values of information_schema for a table, if a condition is true.
func (d *Dump) describe(ctx context.Context, c *mysql.Conn, o *object, condition string) (*held, error) {
	created := sqltext.Literal(o.created)
	if d.datesChanges() {
		created = "(SELECT CREATE_TIME FROM information_schema.TABLES WHERE " + ofTable(o.name) + ")"
	}
	rows, err := c.Rows(ctx, "SELECT "+d.columnFacts(o.versioned)+", "+created+
		" FROM information_schema.COLUMNS WHERE "+ofTable(o.name)+condition+" ORDER BY ORDINAL_POSITION", 7)
	if err != nil {
		return nil, err
	}
	h := &held{}
	if len(rows) > 0 {
		h.created = rows[0][6].Text
	}
	h.columns, err = columnsOf(rows, d.hasHistory(o))
	return h, err
}

// columnFacts returns the list of values to select for columnsOf. GENERATION_EXPRESSION is
// selected only for a versioned table, where it identifies the columns of a period. It may be
// long, and MariaDB then writes a temporary table to disk.
func (d *Dump) columnFacts(versioned bool) string {
	generated := "'', EXTRA, ''"
	if d.server.MariaDB && d.server.Number >= 100205 {
		generated = "IS_GENERATED, EXTRA, "
		if versioned {
			generated += "GENERATION_EXPRESSION"
		} else {
			generated += "''"
		}
	}
	return "COLUMN_NAME, DATA_TYPE, CHARACTER_SET_NAME, " + generated
}

// readTable reads a table's definition, as SQL, and the columns to write. The columns are
// nil if the rows must not be written.
func (d *Dump) readTable(ctx context.Context, c *mysql.Conn, o *object) (ddl string, columns []column, err error) {
	h := &held{}
	if o.hasRows() {
		if h, err = d.hold(ctx, c, o); err != nil {
			return "", nil, err
		}
	}
	row, err := c.Row(ctx, "SHOW CREATE TABLE "+sqltext.Ident(o.name), 2)
	if err != nil {
		return "", nil, changed(err)
	}
	ddl, err = d.tableText(ctx, c, o, h.created, row[1].Text)
	return ddl, h.columns, err
}

// tableText returns a table's definition as SQL. created is the current creation time, which is
// needed only if the table's rows are written. create is the server's text of the definition.
func (d *Dump) tableText(ctx context.Context, c *mysql.Conn, o *object, created, create string) (string, error) {
	if o.hasRows() && o.transactional {
		if err := o.checkUnchanged(created, create); err != nil {
			return "", err
		}
	}
	hidesOptions := d.hidesOptions(create)
	create, err := d.definition(ctx, c, o, create)
	if err != nil {
		return "", changed(err)
	}
	if err := d.checkDefinition(sqltext.Definition{Kind: "TABLE", Name: o.name}, create); err != nil {
		return "", err
	}
	o.foreignKeys = sqltext.ForeignKeys(create)
	o.ordered = o.hasRows() && o.transactional && sqltext.HasPrimaryKey(create)
	create += ";\n"
	if hidesOptions {
		create = "SET sql_mode='" + restoreMode + ",IGNORE_BAD_TABLE_OPTIONS';\n" + create + "SET sql_mode='" + restoreMode + "';\n"
	}
	return "DROP TABLE IF EXISTS " + sqltext.Ident(o.name) + ";\n" + create, nil
}

// checkDefinition returns an error unless text is one statement that creates the object.
// Otherwise, an attacker who controls the server could make the account that restores the
// dump execute other statements.
func (d *Dump) checkDefinition(want sqltext.Definition, text string) error {
	want.Database.IgnoreCase = d.server.IgnoreCase
	if err := want.Check(text); err != nil {
		return fmt.Errorf("%w: %w", errRefused, err)
	}
	return nil
}

// definition returns a table's CREATE statement for a database of any name on the
// target.
func (d *Dump) definition(ctx context.Context, c *mysql.Conn, o *object, create string) (string, error) {
	if d.hidesOptions(create) {
		var err error
		if create, err = showOptions(ctx, c, o); err != nil {
			return "", err
		}
	}
	if o.hasRows() {
		var err error
		if create, err = d.restoreNonBMP(ctx, c, o, create); err != nil {
			return "", err
		}
	}
	if !d.server.MariaDB && !d.target.MariaDB {
		create = sqltext.WithoutInheritedCollations(create)
	}
	if o.filled && strings.EqualFold(o.engine, "ARCHIVE") { // ARCHIVE accepts no value below the next one
		create = sqltext.WithoutAutoIncrement(create)
	}
	if strings.Contains(create, sqltext.Ident(d.db.Name)+".") {
		create = sqltext.Join(sqltext.Unqualify(sqltext.Tokens(create), d.name(), "", func(name string, _ []sqltext.Token) bool { return d.listed(name) }))
	}
	create, notes := d.target.Table(create)
	for _, note := range notes {
		d.warn(o.String(), note)
	}
	return create, nil
}

// hidesOptions reports whether a table was created under IGNORE_BAD_TABLE_OPTIONS with options
// that its engine does not know. In a session without that mode, MariaDB shows such options in
// comments.
func (d *Dump) hidesOptions(create string) bool {
	return d.server.MariaDB && d.target.MariaDB && sqltext.HasCommentedOptions(create)
}

// showOptions reads a definition with all its options.
func showOptions(ctx context.Context, c *mysql.Conn, o *object) (string, error) {
	if err := c.Exec(ctx, "SET SESSION sql_mode='IGNORE_BAD_TABLE_OPTIONS'"); err != nil {
		return "", err
	}
	row, err := c.Row(ctx, "SHOW CREATE TABLE "+sqltext.Ident(o.name), 2)
	if err != nil {
		return "", err
	}
	return row[1].Text, c.Exec(ctx, "SET SESSION sql_mode=''")
}
