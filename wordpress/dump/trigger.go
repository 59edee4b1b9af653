package dump

import (
	"context"
	"fmt"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// readTriggers reads the triggers of the tables that are dumped, in the order in which
// they fire.
func (d *Dump) readTriggers(ctx context.Context) error {
	rows, err := d.main.Rows(ctx, "SELECT TRIGGER_NAME, EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_STATEMENT FROM information_schema.TRIGGERS WHERE "+inDatabase("TRIGGER")+
		" ORDER BY EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER", 5)
	if err != nil {
		return fmt.Errorf("list triggers: %w", err)
	}
	for _, row := range rows {
		if !d.listed(row[1].Text) {
			continue
		}
		before := len(d.routines)
		if err := d.readRoutine(ctx, &routine{kind: "TRIGGER", name: row[0].Text, table: row[1].Text}); err != nil {
			return err
		}
		if len(d.routines) == before { // the report names it
			if row[4].Text != "" {
				text := "CREATE TRIGGER " + sqltext.Ident(row[0].Text) + " " + row[2].Text + " " + row[3].Text + " ON " + sqltext.Ident(row[1].Text) + " FOR EACH ROW " + row[4].Text
				d.routines = append(d.routines, &routine{kind: "TRIGGER", name: row[0].Text, table: row[1].Text, text: text, broken: "its definition cannot be read"})
			}
			continue
		}
		r := d.routines[before]
		if err := d.tryTrigger(ctx, r, row[1].Text); err != nil {
			return err
		}
		if r.broken != "" {
			d.warn(r.String(), "it cannot be created any more and is kept as a comment: "+r.broken)
		}
	}
	return nil
}

// findBrokenTriggers marks the triggers whose tables are not in the dump.
func (d *Dump) findBrokenTriggers(dumped map[string]bool) {
	for _, r := range d.routines {
		if r.kind == "TRIGGER" && r.broken == "" && !dumped[d.selection.key(r.table)] {
			r.broken = "its table " + sqltext.Ident(sqltext.DisplayName(r.table)) + " is not in this dump"
			d.warn(r.String(), "it cannot be created from this dump alone and is kept as a comment: "+r.broken)
		}
	}
}

// tryTrigger checks whether a trigger uses a column that its table does not have any
// more: servers keep such a trigger until it fires, but refuse to create it.
func (d *Dump) tryTrigger(ctx context.Context, r *routine, table string) error {
	for _, column := range sqltext.TriggerColumns(sqltext.DialectOf(r.mode).Tokens(r.text)) {
		found, err := d.main.Strings(ctx, "SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE "+ofTable(table)+" AND COLUMN_NAME="+sqltext.Literal(column))
		if err != nil {
			return fmt.Errorf("check %s: %w", r, err)
		}
		if len(found) == 0 {
			r.broken = "its table has no column " + sqltext.Ident(sqltext.DisplayName(column))
		}
	}
	return nil
}
