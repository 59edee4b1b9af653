package dump

import "context"

// Hold describes a table as of the snapshot, as Write does before it reads its rows.
func (d *Dump) Hold(ctx context.Context, table string) error {
	_, err := d.hold(ctx, d.main, &object{name: table, kind: kindTable, transactional: true})
	return err
}
