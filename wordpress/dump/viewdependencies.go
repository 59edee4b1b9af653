package dump

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// listPackages lists the database's packages, including those that the account cannot
// read, if views call functions that may belong to packages.
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

// findBroken marks the views and triggers that cannot be created from this dump alone,
// since they depend on objects that are not in it: they would stop the restore. It is
// called again after the tables, since some may be damaged.
func (d *Dump) findBroken() {
	dumped := map[string]bool{} // tables, views and sequences
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
				v.mode, v.unlessPackage = "ORACLE", "" // only this mode has functions of packages
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

// missingDependency returns which dependency is not in the dump, "" if all are. Tables
// of other databases are not checked.
func (d *Dump) missingDependency(uses sqltext.Dependencies, dumped, functions map[string]bool) string {
	for _, name := range uses.Tables {
		if _, exists := d.names[d.selection.key(name)]; exists && !dumped[d.selection.key(name)] {
			return "it reads " + sqltext.Ident(sqltext.DisplayName(name)) + ", which is not in this dump"
		}
	}
	for _, name := range uses.Functions {
		if !functions[strings.ToLower(name)] { // servers ignore case in the names of functions
			return "it calls " + sqltext.Ident(sqltext.DisplayName(name)) + ", which is not in this dump"
		}
	}
	return ""
}
