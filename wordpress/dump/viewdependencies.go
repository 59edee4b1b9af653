package dump

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// listPackages lists the database's packages, including those that the account cannot read. It
// does so only if views call functions that may belong to packages.
func (d *Dump) listPackages(ctx context.Context) ([]string, error) {
	if !d.server.MariaDB || !slices.ContainsFunc(d.views, func(v *view) bool { return len(v.uses.Packages) > 0 }) {
		return nil, nil
	}
	names, err := d.main.Strings(ctx, "SELECT ROUTINE_NAME FROM information_schema.ROUTINES WHERE "+inDatabase("ROUTINE")+" AND ROUTINE_TYPE='PACKAGE'")
	if err != nil {
		return nil, fmt.Errorf("list packages: %w", err)
	}
	return names, nil
}

// findBroken marks the views and triggers that depend on objects that are not in the dump. They
// would stop the restore. It is called again after the tables are written, because some of
// them may have turned out to be damaged.
func (d *Dump) findBroken() {
	dumped := map[string]bool{} // whether a table, view or sequence is in the dump
	for _, o := range d.objects {
		dumped[d.selection.key(o.name)] = !o.gone && !o.damaged && (o.kind != kindSequence || d.target.HasSequences())
	}
	d.findBrokenTriggers(dumped)
	functions, dumpedPackages := map[string]bool{}, map[string]bool{}
	for _, r := range d.routines {
		switch {
		case r.broken != "":
		case r.kind == "FUNCTION":
			functions[strings.ToLower(r.name)] = true
		case r.kind == "PACKAGE":
			dumpedPackages[r.name] = true
		}
	}
	for _, v := range d.views {
		for _, name := range v.uses.Packages {
			if dumpedPackages[name] {
				v.mode, v.unlessPackage = "ORACLE", "" // functions of packages can only be called in this mode
				if err := d.checkStatement(v.statement(v.create), sqltext.Definition{Kind: "VIEW", Name: v.object.name}); err != nil {
					v.broken = err.Error()
				}
			} else if slices.Contains(d.packages, name) {
				v.broken = "it calls package " + sqltext.Ident(sqltext.DisplayName(name)) + ", which is not in this dump"
			}
		}
		if v.unlessPackage != "" {
			v.broken = v.unlessPackage
		}
	}
	for again := true; again; {
		again = false
		for _, v := range d.views {
			if v.broken == "" {
				v.broken = d.missingDependency(v.uses, dumped, functions)
			}
			if v.broken != "" && dumped[d.selection.key(v.object.name)] {
				dumped[d.selection.key(v.object.name)], again = false, true
			}
		}
	}
	for _, v := range d.views {
		if v.broken != "" && !v.warned {
			v.warned = true
			d.warn(v.object.String(), "it cannot be created from this dump alone and is kept as a comment: "+v.broken)
		}
	}
}

// missingDependency says which dependency is not in the dump; "" if all are. It does not check
// tables of other databases.
func (d *Dump) missingDependency(uses sqltext.Dependencies, dumped, functions map[string]bool) string {
	for _, name := range uses.Tables {
		if _, exists := d.names[d.selection.key(name)]; exists && !dumped[d.selection.key(name)] {
			return "it reads " + sqltext.Ident(sqltext.DisplayName(name)) + ", which is not in this dump"
		}
	}
	for _, name := range uses.Functions {
		if !functions[strings.ToLower(name)] { // servers ignore case in names of functions
			return "it calls " + sqltext.Ident(sqltext.DisplayName(name)) + ", which is not in this dump"
		}
	}
	return ""
}

// A restore creates a view up to three times. First it creates a stand-in, which has the same
// columns but uses no table. If other views use the view, it then creates a placeholder, which
// has the view's query but no definer. At the end, it creates the view itself.

// readStandIn builds the stand-in of a view. Its columns have the same character sets as those of
// the view, because the query of another view may depend on them.
func (d *Dump) readStandIn(ctx context.Context, c *mysql.Conn, v *view) error {
	rows, err := c.Rows(ctx, "SELECT COLUMN_NAME, COLLATION_NAME, CHARACTER_SET_NAME, DATA_TYPE FROM information_schema.COLUMNS "+
		"WHERE "+ofTable(v.object.name)+" ORDER BY ORDINAL_POSITION", 4)
	if err != nil || len(rows) == 0 {
		return err
	}
	var columns []string
	for _, r := range rows {
		if err := sqltext.CheckPlain(r[1].Text, r[2].Text); err != nil {
			return err
		}
		columns = append(columns, d.standInValue(strings.ToLower(r[3].Text), r[2].Text, r[1].Text)+" AS "+sqltext.Ident(r[0].Text))
	}
	v.standIn = "CREATE SQL SECURITY INVOKER VIEW " + sqltext.Ident(v.object.name) + " AS SELECT " + strings.Join(columns, ", ")
	return nil
}

// standInValue returns a value that has a column's type. When a server creates a view, it checks
// that expressions fit the types of the columns that they use.
func (d *Dump) standInValue(kind, charset, collation string) string {
	switch kind {
	case "json":
		return "'{}'"
	case "date", "datetime", "timestamp":
		return "CAST(NULL AS DATETIME)"
	case "time":
		return "CAST(NULL AS TIME)"
	case "float", "double":
		return "1e0"
	case "bit":
		return "b'1'"
	case "uuid", "inet6", "inet4", "vector":
		return d.target.StandIn(kind)
	case "geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon", "geometrycollection", "geomcollection":
		return "ST_GeomFromText('POINT(0 0)')"
	case "binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob":
		return "CAST('' AS BINARY)"
	}
	if collation != "" {
		return "CONVERT('' USING " + d.target.Charset(charset) + ") COLLATE " + d.target.Collation(collation)
	}
	return "1"
}

// writeStandIns writes the stand-ins of all views.
func (d *Dump) writeStandIns(t *text) error {
	for _, v := range d.views {
		if err := t.raw("DROP VIEW IF EXISTS ", sqltext.Ident(v.object.name), ";\n"); err != nil {
			return err
		}
		if v.broken == "" && v.standIn != "" {
			if err := t.raw(v.standIn, ";\n"); err != nil {
				return err
			}
		}
	}
	return nil
}

// writePlaceholders writes the placeholders of the views that other views use. When a server
// creates a view, it decides whether the view is updatable, which depends on the views that it
// uses. Stand-ins are not updatable. Placeholders have no definer, because the account may no
// longer exist.
func (d *Dump) writePlaceholders(t *text) error {
	used := map[*view]bool{}
	for _, v := range d.views {
		for _, u := range v.views {
			used[u] = used[u] || v.broken == "" && u.broken == ""
		}
	}
	for i := len(d.views) - 1; i >= 0; i-- { // each view after the views that it uses
		v := d.views[i]
		if !used[v] {
			continue
		}
		create := sqltext.InvokerView(v.create)
		if err := t.raw("DROP VIEW IF EXISTS ", sqltext.Ident(v.object.name), ";\n"); err != nil {
			return err
		}
		if err := d.writeStatement(t, v.statement(create)); err != nil {
			return err
		}
	}
	return nil
}
