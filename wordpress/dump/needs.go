package dump

// needs are the tables and views that a view's query reads, and the routines that it
// calls, as the server writes them: a source follows FROM or JOIN, maybe after
// parentheses, and a routine has its parenthesis right behind it.
func needs(list []token) (tables, functions []string) {
	for i, t := range list {
		if t.kind != tokenName || afterDot(list[:i]) {
			continue
		}
		switch {
		case i+1 < len(list) && list[i+1].text == "(":
			functions = append(functions, t.name)
		case i+1 < len(list) && list[i+1].text == ".": // of another database, or a package's
		case isSource(list[:i]):
			tables = append(tables, t.name)
		}
	}
	return tables, functions
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

// settleViews marks the views that a restore of this dump could not create, for
// they need what is not in it. Such a view would stop the restore.
func (d *Dump) settleViews() {
	there := map[string]bool{}
	for _, o := range d.objects {
		there[o.name] = !o.gone && !(o.kind == kindSequence && d.foreign())
	}
	routines := map[string]bool{}
	for _, c := range d.codes {
		routines[c.name] = routines[c.name] || c.what == "FUNCTION"
	}
	for again := true; again; {
		again = false
		for _, v := range d.views {
			if v.broken != "" {
				continue
			}
			for _, name := range v.tables {
				if d.inDatabase[name] && !there[name] {
					v.broken = "it reads " + ident(printable(name)) + ", which is not in this dump"
				}
			}
			for _, name := range v.functions {
				if !routines[name] {
					v.broken = "it calls " + ident(printable(name)) + ", which is not in this dump"
				}
			}
			if v.broken != "" {
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
