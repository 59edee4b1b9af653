package dump

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// restoreMode is the sql_mode that tables are restored under.
const restoreMode = "NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES"

// A held table has its metadata lock held by a session. The fields are what
// information_schema says of it.
type held struct {
	created string
	columns [][]mysql.Cell // for columnsOf
}

// hasRows reports whether the rows of a table are dumped.
func (o *object) hasRows() bool { return o.kind == kindTable && !o.rowless && !o.noData }

// hold takes the metadata locks of tables, so that their definitions cannot change until
// the session returns to its savepoint or unlocks them. It returns the tables by name.
// All locks are taken by one statement: another session that locks several tables
// cannot cause a deadlock.
func (d *Dump) hold(ctx context.Context, c *mysql.Conn, tables []*object) (map[string]*held, error) {
	lock := "SELECT 1 FROM " + sqltext.Ident(tables[0].name) + " LIMIT 0"
	if len(tables) > 1 {
		lock = existRows(tables)
	}
	if err := c.Exec(ctx, lock); err != nil && tables[0].suspect == nil {
		return nil, changed(err)
	}
	all := map[string]*held{}
	for _, o := range tables {
		all[o.name] = &held{created: o.created}
	}
	if d.datesChanges() {
		created, err := c.Rows(ctx, "SELECT TABLE_NAME, CREATE_TIME FROM information_schema.TABLES WHERE "+ofTables(tables), 2)
		if err != nil {
			return nil, err
		}
		for _, h := range all {
			h.created = "not listed"
		}
		for _, r := range created {
			if h := all[r[0].Text]; h != nil {
				h.created = r[1].Text
			}
		}
	}
	return all, readColumns(ctx, c, tables, all)
}

// holdTogether holds tables without waiting for locks of other sessions. It returns nil if
// the server refuses one of them; each is then to be held alone.
func (d *Dump) holdTogether(ctx context.Context, c *mysql.Conn, tables []*object) (all map[string]*held, err error) {
	err = c.WithoutWaiting(func() (err error) {
		all, err = d.hold(ctx, c, tables)
		return err
	})
	if mysql.ErrorNumber(err) != 0 && !errors.Is(err, mysql.ErrLost) {
		return nil, nil
	}
	return all, err
}

// readTable reads a table's definition, as SQL, and the columns to write; these are
// nil if its rows are not to be written. h is nil if the table is not held yet.
func (d *Dump) readTable(ctx context.Context, c *mysql.Conn, o *object, h *held) (ddl string, columns []column, err error) {
	if o.hasRows() && h == nil {
		all, err := d.hold(ctx, c, []*object{o})
		if err != nil {
			return "", nil, err
		}
		h = all[o.name]
	}
	row, err := c.Row(ctx, "SHOW CREATE TABLE "+sqltext.Ident(o.name), 2)
	if err != nil {
		return "", nil, changed(err)
	}
	if h != nil && o.transactional {
		if err := o.checkUnchanged(h.created, row[1].Text); err != nil {
			return "", nil, err
		}
	}
	create, err := d.definition(ctx, c, o, row[1].Text)
	if err != nil {
		return "", nil, changed(err)
	}
	if err := d.checkDefinition(sqltext.Definition{Kind: "TABLE", Name: o.name}, create); err != nil {
		return "", nil, err
	}
	d.keepForeignKeys(o, create)
	create += ";\n"
	if d.hidesOptions(row[1].Text) {
		create = "SET sql_mode='" + restoreMode + ",IGNORE_BAD_TABLE_OPTIONS';\n" + create + "SET sql_mode='" + restoreMode + "';\n"
	}
	if h != nil {
		if columns, err = columnsOf(h.columns, d.hasHistory(o)); err != nil {
			return "", nil, err
		}
		o.ordered = o.transactional && sqltext.HasPrimaryKey(create)
	}
	return "DROP TABLE IF EXISTS " + sqltext.Ident(o.name) + ";\n" + create, columns, nil
}

// errRefused is wrapped when what a server returns as a definition is more or other
// than that.
var errRefused = errors.New("the server's definition is refused")

// checkDefinition returns an error unless text is one statement that creates the
// object: whoever controls the server could otherwise make the account that restores
// the dump execute other statements.
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
	if o.filled && strings.EqualFold(o.engine, "ARCHIVE") { // it accepts no value below the next one
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

// hidesOptions reports whether a table was created under IGNORE_BAD_TABLE_OPTIONS with
// options that its engine does not know: without that mode, MariaDB shows them in
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
