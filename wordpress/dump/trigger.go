package dump

import (
	"context"
	"fmt"
	"strings"
)

// readTriggers reads the triggers of the tables that are dumped, in the order in
// which they fire.
func (d *Dump) readTriggers(ctx context.Context) error {
	rows, err := d.main.table(ctx, "SELECT TRIGGER_NAME, EVENT_OBJECT_TABLE FROM information_schema.TRIGGERS WHERE "+thisDatabase("TRIGGER")+
		" ORDER BY EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER", 2)
	if err != nil {
		return fmt.Errorf("list triggers: %w", err)
	}
	for _, r := range rows {
		if !d.listed(r[1].s) {
			continue
		}
		before := len(d.codes)
		if err := d.readCode(ctx, &code{what: "TRIGGER", name: r[0].s}); err != nil {
			return err
		}
		if len(d.codes) == before {
			continue
		}
		c := d.codes[before]
		if err := d.tryTrigger(ctx, c, r[1].s); err != nil {
			return err
		}
		if c.broken != "" {
			d.warn(c.String(), "it cannot be created any more and is kept as a comment: "+c.broken)
		}
	}
	return nil
}

// tryTrigger finds out whether a trigger names a column that its table has no more:
// servers do not mind that until the trigger fires, but refuse to create it.
func (d *Dump) tryTrigger(ctx context.Context, c *code, table string) error {
	for _, column := range rowColumns(dialectOf(c.mode).tokens(c.text)) {
		found, err := d.main.strings(ctx, "SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE "+thisTable(table)+" AND COLUMN_NAME="+literal(column))
		if err != nil {
			return fmt.Errorf("look at %s: %w", c, err)
		}
		if len(found) == 0 {
			c.broken = "its table has no column " + ident(printable(column))
		}
	}
	return nil
}

// rowColumns are the columns that a trigger's body names of its rows, NEW and OLD;
// none if one of these names may stand for something else there.
func rowColumns(list []token) []string {
	var columns []string
	for i, t := range list {
		if t.kind != tokenWord || !strings.EqualFold(t.text, "NEW") && !strings.EqualFold(t.text, "OLD") || afterDot(list[:i]) {
			continue
		}
		dot := skipSpace(list, i+1)
		column := skipSpace(list, dot+1)
		if dot >= len(list) || list[dot].text != "." || column >= len(list) {
			return nil
		}
		columns = append(columns, list[column].plain())
	}
	return columns
}
