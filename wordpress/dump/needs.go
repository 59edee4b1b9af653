package dump

import (
	"context"
	"fmt"
	"slices"
)

// A need is what a view's query cannot do without.
type need struct {
	tables    []string // and views
	functions []string
	packages  []string // or databases, whose functions it calls
}

// needsOf reads a view's needs off its query, as the server writes it: a source follows
// FROM or JOIN, maybe after parentheses, and a function has its parenthesis right
// behind it.
func needsOf(list []token) (n need) {
	text := func(i int) string {
		if i < len(list) {
			return list[i].text
		}
		return ""
	}
	for i, t := range list {
		if t.kind != tokenName || afterDot(list[:i]) {
			continue
		}
		switch {
		case text(i+1) == "(":
			n.functions = append(n.functions, t.name)
		case text(i+1) == "." && text(i+3) == "(":
			n.packages = append(n.packages, t.name)
		case text(i+1) == ".": // a column's table, or another database
		case isSource(list[:i]):
			n.tables = append(n.tables, t.name)
		}
	}
	return n
}

// isSource tells whether what comes next is read from.
func isSource(before []token) bool {
	for i := len(before) - 1; i >= 0; i-- {
		switch t := before[i]; {
		case t.kind == tokenSpace || t.text == "(":
		default:
			return t.kind == tokenWord && (t.is("FROM") || t.is("JOIN") || t.is("STRAIGHT_JOIN"))
		}
	}
	return false
}

// listPackages lists the database's packages, also those that the account cannot read,
// if views call what may be theirs.
func (d *Dump) listPackages(ctx context.Context) ([]string, error) {
	if !d.server.maria || !slices.ContainsFunc(d.views, func(v *view) bool { return len(v.needs.packages) > 0 }) {
		return nil, nil
	}
	names, err := d.main.strings(ctx, "SELECT ROUTINE_NAME FROM information_schema.ROUTINES WHERE "+thisDatabase("ROUTINE")+" AND ROUTINE_TYPE='PACKAGE'")
	if err != nil {
		return nil, fmt.Errorf("list packages: %w", err)
	}
	return names, nil
}

// settleViews marks the views that a restore of this dump could not create, for
// they need what is not in it. Such a view would stop the restore. Known are the
// packages that the database has, in the dump or not.
func (d *Dump) settleViews(known []string) {
	there := map[string]bool{}
	for _, o := range d.objects {
		there[o.name] = !o.gone && !(o.kind == kindSequence && d.foreign())
	}
	routines, packages := map[string]bool{}, map[string]bool{}
	for _, c := range d.codes {
		switch c.what {
		case "FUNCTION":
			routines[c.name] = true
		case "PACKAGE":
			packages[c.name] = true
		}
	}
	for _, v := range d.views {
		for _, name := range v.needs.packages {
			if packages[name] {
				v.mode, v.doubt = "ORACLE", "" // no other mode has functions of packages
			} else if slices.Contains(known, name) {
				v.broken = "it calls package " + ident(printable(name)) + ", which is not in this dump"
			}
		}
		if v.doubt != "" {
			v.broken = v.doubt
		}
	}
	for again := true; again; {
		again = false
		for _, v := range d.views {
			if v.broken == "" {
				v.broken = v.needs.lacking(d.inDatabase, there, routines)
			}
			if v.broken != "" && there[v.object.name] {
				there[v.object.name], again = false, true
			}
		}
	}
	for _, v := range d.views {
		if v.broken != "" {
			d.warn(v.object.String(), "it cannot be created from this dump alone and is kept as a comment: "+v.broken)
		}
	}
}

// lacking says which of the needs is not there, "" if all are. What is of another
// database is none of ours.
func (n need) lacking(known, there, routines map[string]bool) string {
	for _, name := range n.tables {
		if known[name] && !there[name] {
			return "it reads " + ident(printable(name)) + ", which is not in this dump"
		}
	}
	for _, name := range n.functions {
		if !routines[name] {
			return "it calls " + ident(printable(name)) + ", which is not in this dump"
		}
	}
	return ""
}
