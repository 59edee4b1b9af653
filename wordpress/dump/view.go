package dump

import (
	"context"
	"fmt"
	"strings"
)

// A view is as SHOW CREATE VIEW has it.
type view struct {
	object    *object
	create    string
	client    string // character set of who created it
	collation string // of the connection that created it
	standin   string // what stands in for it until all views are there
	broken    string // why it cannot be created any more; "" when it can
	suspect   bool   // broken, if one that it uses is
	doubt     string // why it is broken, unless what it calls is a package's
	uses      []*view
	needs     need
	mode      string // sql_mode to create it under
}

// readViews reads the views' definitions and puts them into the order of their
// creation: each before those that it uses, for these are stand-ins by then. Else
// a view on another whose definer is gone could not be created.
func (d *Dump) readViews(ctx context.Context) error {
	byName := map[string]*view{}
	var views []*view
	for _, o := range d.objects {
		if o.kind != kindView {
			continue
		}
		v, err := d.readView(ctx, o)
		if err != nil {
			return fmt.Errorf("read %s: %w", o, err)
		}
		if v == nil {
			o.gone = true
			continue
		}
		views, byName[o.name] = append(views, v), v
	}
	for _, v := range views {
		for _, name := range identifiers(v.create) {
			if used := byName[name]; used != nil && used != v {
				v.uses = append(v.uses, used)
			}
		}
	}
	spreadBroken(views)
	d.views = usersFirst(views)
	return nil
}

// readView reads one view; it is nil when it cannot be read.
func (d *Dump) readView(ctx context.Context, o *object) (*view, error) {
	c := d.main
	row, err := c.one(ctx, "SHOW CREATE VIEW "+ident(o.name), 4)
	if number(err) == errReadOnly { // it draws on a sequence, or calls what writes
		if c, err = d.aside(ctx); err != nil {
			return nil, err
		}
		defer c.Close()
		row, err = c.one(ctx, "SHOW CREATE VIEW "+ident(o.name), 4)
	}
	switch number(err) {
	case 0:
		if err != nil {
			return nil, err
		}
	case errNoTable:
		return nil, changed(err)
	case errViewRecursive:
		return d.readRecursiveView(ctx, o, err)
	default:
		return nil, d.missing(o.String(), "its definition cannot be read: "+err.Error())
	}
	v := &view{object: o, create: row[1].s, client: row[2].s, collation: row[3].s}
	list := (dialect{}).tokens(v.create)
	list = unqualify(list, d.name(), "", d.isObject)
	if viewMentions(list, d.name()) {
		d.warn(o.String(), "its definition names the database, and will go on to mean that one")
	}
	if d.opts.SkipDefiner {
		list = withoutDefiner(list)
	}
	v.create = join(list)
	v.needs = needsOf(list)
	if err := d.tryView(ctx, c, v, list); err != nil {
		return nil, err
	}
	return v, d.readStandin(ctx, c, v)
}

// aside opens a session beside the snapshot, in a transaction that would be let write.
func (d *Dump) aside(ctx context.Context) (*conn, error) {
	c, err := connect(ctx, d.db)
	if err != nil {
		return nil, err
	}
	if _, err = prepare(ctx, c); err == nil {
		err = c.exec(ctx, "START TRANSACTION READ WRITE")
	}
	if err != nil {
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

// readRecursiveView reads a view that has come to use itself, by names that were
// changed. It cannot be used any more, and not be created.
func (d *Dump) readRecursiveView(ctx context.Context, o *object, why error) (*view, error) {
	query, err := d.main.strings(ctx, "SELECT VIEW_DEFINITION FROM information_schema.VIEWS WHERE "+thisTable(o.name))
	if err != nil || len(query) != 1 {
		return nil, err
	}
	return &view{object: o, create: "CREATE VIEW " + ident(o.name) + " AS " + query[0], broken: why.Error()}, nil
}

// viewMentions tells whether a view names something of the database by its full name,
// and not a column of a table that it calls like the database.
func viewMentions(list []token, database schemaName) bool {
	for i, t := range list {
		if !database.is(t) || afterDot(list[:i]) {
			continue
		}
		dot := skipSpace(list, i+1)
		second := skipSpace(list, dot+1)
		third := skipSpace(list, second+1)
		if dot < len(list) && list[dot].text == "." && (isSource(list[:i]) || third < len(list) && (list[third].text == "." || list[third].text == "(")) {
			return true
		}
	}
	return false
}

// isObject tells whether a name, after the database's and what comes before that, is
// an object's: in a view it may be a column's as well, and the database's name be what
// the query calls a table.
func (d *Dump) isObject(name string, before []token) bool {
	if !d.listed(name) {
		return false
	}
	if isSource(before) {
		return true
	}
	at := len(before) - 1
	for at >= 0 && before[at].kind == tokenSpace {
		at--
	}
	if at < 1 || before[at].text != "(" {
		return false
	}
	call := strings.ToLower(before[at-1].text)
	return call == "nextval" || call == "lastval" || call == "setval"
}

// listed tells whether a name is one of the database's tables or views.
func (d *Dump) listed(name string) bool {
	for _, o := range d.objects {
		if o.name == name {
			return true
		}
	}
	return false
}

// tryView finds out whether the view could be created, by preparing its query,
// which reads no row.
func (d *Dump) tryView(ctx context.Context, c *conn, v *view, list []token) error {
	query := viewQuery(list)
	if query == "" {
		return nil
	}
	if err := c.exec(ctx, "SAVEPOINT v"); err != nil {
		return err
	}
	err := c.exec(ctx, "PREPARE v FROM "+literal(query))
	switch number(err) {
	case 0:
		if err != nil {
			return err
		}
		if err := c.exec(ctx, "DEALLOCATE PREPARE v"); err != nil {
			return err
		}
	case errNoTable, errBadField, errNoSuchRoutine, errUnknownTable, errBadTable, errNoDatabase, errSyntax:
		v.broken = err.Error()
		if len(v.needs.packages) > 0 && number(err) == errNoSuchRoutine {
			v.broken, v.doubt = "", err.Error()
		}
	case errRoutineAccess: // of a function that may be there, or not
		if len(v.needs.packages) > 0 {
			v.doubt = err.Error()
		}
	case errViewInvalid:
		v.suspect = true
	}
	return c.exec(ctx, "ROLLBACK TO SAVEPOINT v")
}

// viewQuery is the query in a CREATE VIEW statement, as the server writes that.
func viewQuery(list []token) string {
	at := 0
	for at < len(list) && !list[at].is("VIEW") {
		at++
	}
	at = skipSpace(list, skipSpace(list, at+1)+1) // past the name
	for at < len(list) && !(list[at].kind == tokenWord && list[at].is("AS")) {
		at++ // past the columns
	}
	end := len(list)
	for _, word := range []string{"OPTION", "CHECK", "", "WITH"} {
		if end == 0 || word != "" && !list[end-1].is(word) {
			end = len(list)
			break
		}
		for end--; end > 0 && list[end-1].kind == tokenSpace; {
			end--
		}
	}
	if at+1 >= end {
		return ""
	}
	return strings.TrimSpace(join(list[at+1 : end]))
}

// readStandin makes a view of the same columns that needs no table. The columns
// have the character sets of the real ones, since a query may rely on these.
func (d *Dump) readStandin(ctx context.Context, c *conn, v *view) error {
	rows, err := c.table(ctx, "SELECT COLUMN_NAME, COLLATION_NAME, CHARACTER_SET_NAME, DATA_TYPE FROM information_schema.COLUMNS "+
		"WHERE "+thisTable(v.object.name)+" ORDER BY ORDINAL_POSITION", 4)
	if err != nil || len(rows) == 0 {
		return err
	}
	var columns []string
	for _, r := range rows {
		columns = append(columns, d.standinValue(strings.ToLower(r[3].s), r[2].s, r[1].s)+" AS "+ident(r[0].s))
	}
	v.standin = "CREATE SQL SECURITY INVOKER VIEW " + ident(v.object.name) + " AS SELECT " + strings.Join(columns, ", ")
	return nil
}

// standinValue is a value of a column's type: servers check while they create a view
// whether what it does with another's columns fits their types.
func (d *Dump) standinValue(kind, charset, collation string) string {
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
	case "uuid", "inet6", "inet4":
		return "CAST(NULL AS " + strings.ToUpper(kind) + ")"
	case "vector":
		if d.server.maria {
			return "VEC_FromText('[1]')"
		}
		return "STRING_TO_VECTOR('[1]')"
	case "geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon", "geometrycollection", "geomcollection":
		return "ST_GeomFromText('POINT(0 0)')"
	case "binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob":
		return "CAST('' AS BINARY)"
	}
	if collation != "" {
		return "CONVERT('' USING " + d.adaptCharset(charset) + ") COLLATE " + d.adaptCollation(collation)
	}
	return "1"
}

// spreadBroken marks the views that use a broken one.
func spreadBroken(views []*view) {
	for again := true; again; {
		again = false
		for _, v := range views {
			if !v.suspect || v.broken != "" {
				continue
			}
			for _, u := range v.uses {
				if u.broken != "" {
					v.broken = "it uses " + u.object.String() + ", which cannot be created either"
					again = true
					break
				}
			}
		}
	}
}

// usersFirst puts each view before those that it uses.
func usersFirst(views []*view) []*view {
	var order []*view
	seen := map[*view]bool{}
	var visit func(v *view)
	visit = func(v *view) {
		if seen[v] {
			return
		}
		seen[v] = true
		for _, u := range v.uses {
			visit(u)
		}
		order = append(order, v)
	}
	for _, v := range views {
		visit(v)
	}
	for i, j := 0, len(order)-1; i < j; i, j = i+1, j-1 {
		order[i], order[j] = order[j], order[i]
	}
	return order
}

// writeStandins writes what stands in for the views while they are created.
func (d *Dump) writeStandins(t *text) error {
	for _, v := range d.views {
		if err := t.raw("DROP VIEW IF EXISTS ", ident(v.object.name), ";\n"); err != nil {
			return err
		}
		if v.broken == "" && v.standin != "" {
			if err := t.raw(v.standin, ";\n"); err != nil {
				return err
			}
		}
	}
	return nil
}

// writeView writes the real view, or a comment if it cannot be created.
func (d *Dump) writeView(t *text, v *view) error {
	from := t.size()
	if err := t.printf("\n--\n-- %s\n--\n\n", v.object); err != nil {
		return err
	}
	if v.broken != "" {
		if err := t.raw("-- It cannot be created: ", oneLine(v.broken), "\n", commented(v.create)); err != nil {
			return err
		}
	} else {
		c := code{text: v.create, mode: v.mode, client: v.client, collation: v.collation}
		if err := t.raw("DROP VIEW IF EXISTS ", ident(v.object.name), ";\n"); err != nil {
			return err
		}
		if err := d.writeStatement(t, &c); err != nil {
			return err
		}
	}
	d.report.Tables = append(d.report.Tables, Table{Name: v.object.name, Kind: "view", Bytes: t.size() - from})
	return nil
}

// commented makes every line of a text a comment.
func commented(s string) string {
	var b strings.Builder
	for _, line := range strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' || r == 0 }) {
		b.WriteString("-- " + line + "\n")
	}
	return b.String()
}

// oneLine makes a text fit for one line of a comment.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}
