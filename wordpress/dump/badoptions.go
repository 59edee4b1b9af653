package dump

import (
	"context"
	"strings"
)

// restoreMode is the sql_mode that tables are restored under.
const restoreMode = "NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES"

// hidesOptions tells whether a table was made with options that its engine does not
// know, under IGNORE_BAD_TABLE_OPTIONS: without that mode, MariaDB shows them in
// comments.
func (d *Dump) hidesOptions(create string) bool {
	if !d.server.maria || d.foreign() || !strings.Contains(create, "/* ") {
		return false
	}
	for _, t := range (dialect{}).tokens(create) {
		if t.kind == tokenSpace && strings.HasPrefix(t.text, "/* ") {
			return true
		}
	}
	return false
}

// showOptions reads a definition that hides no option.
func showOptions(ctx context.Context, c *conn, o *object) (string, error) {
	if err := c.exec(ctx, "SET SESSION sql_mode='IGNORE_BAD_TABLE_OPTIONS'"); err != nil {
		return "", err
	}
	row, err := c.one(ctx, "SHOW CREATE TABLE "+ident(o.name), 2)
	if err != nil {
		return "", err
	}
	return row[1].s, c.exec(ctx, "SET SESSION sql_mode=''")
}
