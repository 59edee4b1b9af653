package dump

import (
	"context"
	"errors"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// readPrivileges records the kinds of objects that the account cannot see. This is needed
// because a server omits such objects from its lists without an error.
func (d *Dump) readPrivileges(ctx context.Context) error {
	has, err := d.privileges(ctx)
	if err != nil {
		return d.missing("privileges", "they cannot be read, so it is unknown what the account cannot see: "+err.Error())
	}
	if !has.Any("SELECT") {
		if err := d.missing("tables", "the account may read only single tables, and cannot see whether there are others"); err != nil {
			return err
		}
	}
	if !has.Any("TRIGGER") {
		if err := d.missing("triggers", "the account has no TRIGGER privilege on the database, and cannot see whether there are any"); err != nil {
			return err
		}
	}
	if !d.opts.whole() {
		return nil
	}
	if !has.Any("EVENT") {
		if err := d.missing("events", "the account has no EVENT privilege on the database, and cannot see whether there are any"); err != nil {
			return err
		}
	}
	if !has.Any("EXECUTE", "CREATE ROUTINE", "ALTER ROUTINE", "SHOW_ROUTINE", "SHOW CREATE ROUTINE") {
		return d.missing("routines", "the account has no privilege on routines, and cannot see whether there are any")
	}
	return nil
}

// privileges returns the account's privileges on the database.
func (d *Dump) privileges(ctx context.Context) (sqltext.Privileges, error) {
	grants, err := d.grants(ctx)
	for i, line := range grants {
		grants[i] = d.selection.key(line)
	}
	return sqltext.ParseGrants(grants, d.selection.key(d.db.Name)), err
}

// grants returns the lines of SHOW GRANTS, including those of active roles.
func (d *Dump) grants(ctx context.Context) ([]string, error) {
	if !d.server.MariaDB && d.server.Number >= 80000 {
		role, err := d.main.Strings(ctx, "SELECT CURRENT_ROLE()")
		if err == nil && len(role) == 1 && role[0] != "" && role[0] != "NONE" {
			return d.main.Strings(ctx, "SHOW GRANTS FOR CURRENT_USER() USING "+role[0])
		}
	}
	list, err := d.main.Strings(ctx, "SHOW GRANTS")
	if err == nil && len(list) == 0 {
		err = errors.New("SHOW GRANTS returns nothing")
	}
	return list, err
}
