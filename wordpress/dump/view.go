package dump

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// A view is a view as SHOW CREATE VIEW returns it.
type view struct {
	object        *object
	create        string
	client        string // character set of the client that created it
	collation     string // collation of the connection that created it
	mode          string // sql_mode to create it under
	standIn       string // CREATE statement of a view with the same columns
	broken        string // why it can no longer be created; "" if it can
	warned        bool   // the report already says that it is broken
	unlessPackage string // why it is broken if the function that it calls does not belong to a package
	invalid       bool   // it is broken if a view that it uses is broken
	views         []*view
	uses          sqltext.Dependencies
}

// statement returns a CREATE VIEW statement with the settings under which the view was created.
func (v *view) statement(create string) *routine {
	return &routine{text: create, mode: v.mode, client: v.client, collation: v.collation}
}

// readViews reads the views' definitions, and sorts them in the order in which a restore creates
// them. Each view comes before the views that it uses, which are placeholders at that time.
// Otherwise a view could not be created if it uses a view whose definer no longer exists.
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
		views, byName[d.selection.key(o.name)] = append(views, v), v
	}
	for _, v := range views {
		for _, name := range sqltext.Identifiers(v.create) {
			if used := byName[d.selection.key(name)]; used != nil && used != v {
				v.views = append(v.views, used)
			}
		}
	}
	spreadBroken(views)
	d.views = usersFirst(views)
	return nil
}

// readView reads one view; it returns nil if the view cannot be read.
func (d *Dump) readView(ctx context.Context, o *object) (*view, error) {
	c := d.main
	row, err := c.Row(ctx, "SHOW CREATE VIEW "+sqltext.Ident(o.name), 4)
	if mysql.ErrorNumber(err) == mysql.ReadOnlyTransaction { // the view uses a sequence, or a function that writes
		switch c, err = d.connectWritable(ctx); {
		case err == nil:
			defer c.Close()
			row, err = c.Row(ctx, "SHOW CREATE VIEW "+sqltext.Ident(o.name), 4)
		case !mysql.AccountFull(err):
			return nil, err
		}
	}
	switch mysql.ErrorNumber(err) {
	case 0:
		if err != nil {
			return nil, err
		}
	case mysql.NoSuchTable:
		return nil, changed(err)
	case mysql.RecursiveView:
		return d.readQuery(ctx, o, err.Error())
	default:
		v, queryErr := d.readQuery(ctx, o, err.Error())
		if queryErr != nil || v == nil {
			return nil, errors.Join(queryErr, d.missing(o.String(), "its definition cannot be read: "+err.Error()))
		}
		v.warned = true
		return v, d.missing(o.String(), "it cannot be created from this dump; its query is kept as a comment: "+err.Error())
	}
	v := &view{object: o, create: row[1].Text, client: row[2].Text, collation: row[3].Text}
	list := sqltext.Unqualify(sqltext.Tokens(v.create), d.name(), "", d.isObject)
	if sqltext.ViewMentions(list, d.name()) {
		d.warn(o.String(), "its definition contains the name of the database, and still refers to that database after a restore")
	}
	if d.opts.SkipDefiner {
		list = sqltext.WithoutDefiner(list)
	}
	adapted, refused := d.target.View(list)
	v.create, v.broken = sqltext.Join(adapted), refused
	err = d.checkStatement(v.statement(v.create), sqltext.Definition{Kind: "VIEW", Name: o.name})
	if err != nil {
		return nil, d.missing(o.String(), err.Error())
	}
	v.uses = sqltext.ViewDependencies(list)
	if err := d.tryView(ctx, c, v, list); err != nil {
		return nil, err
	}
	return v, d.readStandIn(ctx, c, v)
}

// connectWritable opens a session outside the snapshot, in a transaction that is not read-only.
func (d *Dump) connectWritable(ctx context.Context) (*mysql.Conn, error) {
	c, err := d.connect(ctx, true)
	if err != nil {
		return nil, err
	}
	if err := c.Exec(ctx, "START TRANSACTION READ WRITE"); err != nil {
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

// readQuery reads a view that cannot be created from information_schema, so that the dump can
// keep it as a comment. why is the reason. It returns nil if the account cannot see the view's
// query.
func (d *Dump) readQuery(ctx context.Context, o *object, why string) (*view, error) {
	rows, err := d.main.Rows(ctx, "SELECT VIEW_DEFINITION, DEFINER, SECURITY_TYPE, CHECK_OPTION FROM information_schema.VIEWS WHERE "+ofTable(o.name), 4)
	if mysql.ErrorNumber(err) != 0 && !errors.Is(err, mysql.ErrLost) {
		return nil, nil
	}
	if err != nil || len(rows) != 1 || rows[0][0].Text == "" {
		return nil, err
	}
	row, create := rows[0], "CREATE"
	if at := strings.LastIndexByte(row[1].Text, '@'); at >= 0 && !d.opts.SkipDefiner {
		create += " DEFINER=" + sqltext.Ident(row[1].Text[:at]) + "@" + sqltext.Ident(row[1].Text[at+1:])
	}
	query := sqltext.Join(sqltext.Unqualify(sqltext.Tokens(row[0].Text), d.name(), "", d.isObject))
	create += " SQL SECURITY " + row[2].Text + " VIEW " + sqltext.Ident(o.name) + " AS " + query
	if check := row[3].Text; check != "" && check != "NONE" {
		create += " WITH " + check + " CHECK OPTION"
	}
	return &view{object: o, create: create, broken: why}, nil
}

// isObject reports whether a name is a table, view or sequence of the database. In the
// definition, it follows the database's name, which follows the tokens before. In a view, such
// a name may also be a column, if a table has the database's name as its alias.
func (d *Dump) isObject(name string, before []sqltext.Token) bool {
	return d.listed(name) && sqltext.IsReference(before)
}

// listed reports whether a name is the name of one of the objects to dump.
func (d *Dump) listed(name string) bool {
	return d.names[d.selection.key(name)]
}

// tryView prepares the view's query to find out whether the view could be created. This reads no
// rows.
func (d *Dump) tryView(ctx context.Context, c *mysql.Conn, v *view, list []sqltext.Token) error {
	query := sqltext.ViewQuery(list)
	if query == "" {
		return nil
	}
	if err := c.Exec(ctx, "SAVEPOINT v"); err != nil {
		return err
	}
	err := c.Exec(ctx, "PREPARE v FROM "+sqltext.Literal(query))
	callsPackage := len(v.uses.Packages) > 0
	switch mysql.ErrorNumber(err) {
	case 0:
		if err != nil {
			return err
		}
		if err := c.Exec(ctx, "DEALLOCATE PREPARE v"); err != nil {
			return err
		}
	case mysql.NoSuchRoutine:
		if callsPackage {
			v.unlessPackage = err.Error()
		} else {
			v.broken = err.Error()
		}
	case mysql.NoSuchTable, mysql.UnknownColumn, mysql.UnknownTable, mysql.UnknownQueryTable, mysql.UnknownDatabase, mysql.SyntaxError:
		v.broken = err.Error()
	case mysql.RoutineAccessDenied: // the function may exist or not
		if callsPackage {
			v.unlessPackage = err.Error()
		}
	case mysql.InvalidView:
		v.invalid = true
	}
	return c.Exec(ctx, "ROLLBACK TO SAVEPOINT v")
}

// spreadBroken marks invalid views that use a broken view as broken.
func spreadBroken(views []*view) {
	for again := true; again; {
		again = false
		for _, v := range views {
			if !v.invalid || v.broken != "" {
				continue
			}
			for _, u := range v.views {
				if u.broken != "" {
					v.broken = "it uses " + u.object.String() + ", which cannot be created either"
					again = true
					break
				}
			}
		}
	}
}

// usersFirst sorts each view before the views that it uses.
func usersFirst(views []*view) []*view {
	var order []*view
	seen := map[*view]bool{}
	var visit func(v *view)
	visit = func(v *view) {
		if seen[v] {
			return
		}
		seen[v] = true
		for _, u := range v.views {
			visit(u)
		}
		order = append(order, v)
	}
	for _, v := range views {
		visit(v)
	}
	slices.Reverse(order)
	return order
}

// writeViews writes all views.
func (d *Dump) writeViews(t *text) error {
	if err := d.writePlaceholders(t); err != nil {
		return err
	}
	for _, v := range d.views {
		if err := d.writeView(t, v); err != nil {
			return err
		}
	}
	return nil
}

// writeView writes a view, or a comment if it cannot be created.
func (d *Dump) writeView(t *text, v *view) error {
	from := t.size()
	if err := t.printf("\n--\n-- %s\n--\n\n", v.object); err != nil {
		return err
	}
	if v.broken != "" {
		if err := writeBroken(t, v.broken, v.create); err != nil {
			return err
		}
	} else {
		if err := t.raw("DROP VIEW IF EXISTS ", sqltext.Ident(v.object.name), ";\n"); err != nil {
			return err
		}
		if err := d.writeStatement(t, v.statement(v.create)); err != nil {
			return err
		}
	}
	d.report.Tables = append(d.report.Tables, Table{Name: v.object.name, Kind: "view", Bytes: t.size() - from})
	return nil
}
