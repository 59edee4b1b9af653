package dump

import "strings"

// writeInterims creates the views that others use once before their turn, as anybody
// may use them: whether a view can be written through is settled when it is created,
// by what it uses then, and stand-ins cannot. Their definers, who may be gone, come
// with the real ones.
func (d *Dump) writeInterims(t *text) error {
	used := map[*view]bool{}
	for _, v := range d.views {
		for _, u := range v.uses {
			used[u] = used[u] || v.broken == "" && u.broken == ""
		}
	}
	for i := len(d.views) - 1; i >= 0; i-- { // each after those that it uses
		v := d.views[i]
		if !used[v] {
			continue
		}
		c := code{text: interim(v.create, d.opts.SkipDefiner), mode: v.mode, client: v.client, collation: v.collation}
		if err := t.raw("DROP VIEW IF EXISTS ", ident(v.object.name), ";\n"); err != nil {
			return err
		}
		if err := d.writeStatement(t, &c); err != nil {
			return err
		}
	}
	return nil
}

// interim is a CREATE VIEW statement with neither definer nor CHECK OPTION, for a
// view that acts as who uses it.
func interim(create string, withoutAlready bool) string {
	list := (dialect{}).tokens(create)
	query := viewQuery(list)
	if !withoutAlready {
		list = withoutDefiner(list)
	}
	if query == "" {
		return create
	}
	var head strings.Builder
	var view, security bool
	for _, t := range list {
		switch {
		case t.kind != tokenWord:
		case t.is("VIEW"):
			view = true
		case t.is("SECURITY"):
			security = true
		case security && t.is("DEFINER"):
			t.text, security = "INVOKER", false
		case view && t.is("AS"):
			return head.String() + "AS " + query
		}
		head.WriteString(t.text)
	}
	return create
}
