package dump

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// A routine is a trigger, routine, package, library or event, as SHOW CREATE returns it. It is
// also used, without kind and name, for the statement that creates a view.
type routine struct {
	kind      string // TRIGGER, PROCEDURE, FUNCTION, PACKAGE, PACKAGE BODY, LIBRARY or EVENT; "" for a view
	name      string
	encoded   string // the quoted name in the character set of the client
	text      string
	mode      string // sql_mode
	table     string // table of a trigger
	zone      string // time zone of an event
	client    string // character set of the client that created it
	collation string // collation of the connection that created it
	database  string // collation of the database in which it was created
	created   string // creation time of an event
	broken    string // why it can no longer be created; "" if it can
}

func (r *routine) String() string {
	return strings.ToLower(r.kind) + " " + sqltext.Ident(sqltext.DisplayName(r.name))
}

// readRoutines reads the libraries and routines, the triggers of the tables that are
// dumped, and the events, in the order of their creation.
func (d *Dump) readRoutines(ctx context.Context) error {
	if !d.opts.whole() {
		return d.readTriggers(ctx)
	}
	if err := d.readLibraries(ctx); err != nil {
		return err
	}
	if err := d.readFunctions(ctx); err != nil {
		return err
	}
	if err := d.readTriggers(ctx); err != nil {
		return err
	}
	rows, err := d.main.Rows(ctx, "SELECT EVENT_NAME, CREATED FROM information_schema.EVENTS WHERE "+inDatabase("EVENT")+" ORDER BY EVENT_NAME", 2)
	if err != nil {
		return fmt.Errorf("list events: %w", err)
	}
	for _, row := range rows {
		if err := d.readRoutine(ctx, &routine{kind: "EVENT", name: row[0].Text, created: row[1].Text}); err != nil {
			return err
		}
	}
	return nil
}

// readLibraries reads the libraries that routines in languages other than SQL use. MySQL has
// them since version 9.2.
func (d *Dump) readLibraries(ctx context.Context) error {
	if d.server.MariaDB || d.server.Number < 90200 {
		return nil
	}
	names, err := d.main.Strings(ctx, "SELECT LIBRARY_NAME FROM information_schema.LIBRARIES WHERE "+inDatabase("LIBRARY")+" ORDER BY LIBRARY_NAME")
	if err != nil {
		return fmt.Errorf("list libraries: %w", err)
	}
	for _, name := range names {
		if err := d.readRoutine(ctx, &routine{kind: "LIBRARY", name: name}); err != nil {
			return err
		}
	}
	return nil
}

// readFunctions reads functions, packages and procedures.
func (d *Dump) readFunctions(ctx context.Context) error {
	rows, err := d.main.Rows(ctx, "SELECT ROUTINE_TYPE, ROUTINE_NAME FROM information_schema.ROUTINES WHERE "+inDatabase("ROUTINE"), 2)
	if err != nil {
		return fmt.Errorf("list routines: %w", err)
	}
	sort.Slice(rows, func(i, j int) bool { // FUNCTION, PACKAGE, PACKAGE BODY, PROCEDURE
		if rows[i][0].Text != rows[j][0].Text {
			return rows[i][0].Text < rows[j][0].Text
		}
		return rows[i][1].Text < rows[j][1].Text
	})
	for _, row := range rows {
		if err := d.readRoutine(ctx, &routine{kind: strings.ToUpper(row[0].Text), name: row[1].Text}); err != nil {
			return err
		}
	}
	return nil
}

// readRoutine reads a definition, and adds it to d.routines.
func (d *Dump) readRoutine(ctx context.Context, r *routine) error {
	row, err := d.main.Row(ctx, "SHOW CREATE "+r.kind+" "+sqltext.Ident(r.name), 3)
	switch mysql.ErrorNumber(err) {
	case 0:
		if err != nil {
			return fmt.Errorf("read %s: %w", r, err)
		}
	case mysql.NoSuchTrigger, mysql.NoSuchRoutine, mysql.NoSuchEvent:
		return fmt.Errorf("read %s: %w: %w", r, ErrChanged, err)
	default:
		return d.missing(r.String(), "its definition cannot be read: "+err.Error())
	}
	r.mode = row[1].Text
	rest := row[2:]
	if r.kind == "EVENT" {
		r.zone, rest = rest[0].Text, rest[1:]
	}
	if r.kind == "LIBRARY" && len(rest) == 1 { // for a library, MySQL returns no character sets
		rest = append(rest, mysql.Cell{Text: "utf8mb4"}, mysql.Cell{Text: "utf8mb4_general_ci"}, mysql.Cell{})
	}
	if len(rest) < 4 {
		return fmt.Errorf("read %s: %w", r, mysql.ErrMalformed)
	}
	if rest[0].Null {
		return d.missing(r.String(), "its definition is hidden from the account, which neither defined it nor may read all definitions")
	}
	r.text, r.client, r.collation, r.database = rest[0].Text, rest[1].Text, rest[2].Text, rest[3].Text
	return d.addRoutine(ctx, r)
}

// addRoutine adapts a definition to the target, and adds it to d.routines.
func (d *Dump) addRoutine(ctx context.Context, r *routine) error {
	dialect := sqltext.DialectOf(r.mode)
	list := dialect.Tokens(r.text)
	if r.kind != "TRIGGER" && dialect.NoBackslash {
		list = sqltext.UnescapeHead(list, r.kind)
	}
	switch r.kind {
	case "TRIGGER":
		list = sqltext.Unqualify(list, d.name(), "EACH", sqltext.AnyName)
	case "FUNCTION", "PROCEDURE":
		list = sqltext.UnqualifyLibraries(list, d.name())
	}
	if strings.HasPrefix(r.kind, "PACKAGE") && !d.target.HasPackages() || r.kind == "LIBRARY" && !d.target.HasLibraries() {
		d.warn(r.String(), "left out, since "+d.target.String()+" has no counterpart")
		return nil
	}
	if sqltext.Mentions(list, d.name()) {
		d.warn(r.String(), "it contains the name of the database, and still refers to that database after a restore")
	}
	if d.opts.SkipDefiner {
		list = sqltext.WithoutDefiner(list)
	}
	list, refused, note := d.target.Routine(list, r.mode)
	if note != "" {
		d.warn(r.String(), note)
	}
	if r.broken = refused; refused != "" {
		d.warn(r.String(), "it cannot be created on the target and is kept as a comment: "+refused)
	}
	want, err := d.encodeHead(ctx, r, list)
	if errors.Is(err, errRefused) {
		return d.missing(r.String(), err.Error())
	} else if err != nil {
		return fmt.Errorf("read %s: %w", r, err)
	}
	r.text = sqltext.Join(list)
	if err := d.checkStatement(r, want); err != nil {
		return d.missing(r.String(), err.Error())
	}
	d.routines = append(d.routines, r)
	return nil
}

// checkStatement returns an error unless writeStatement will write exactly the expected
// definition.
func (d *Dump) checkStatement(r *routine, want sqltext.Definition) error {
	if err := sqltext.CheckPlain(r.client, r.collation, r.database); err != nil {
		return fmt.Errorf("%w: %w", errRefused, err)
	}
	if _, want.Mode, _ = d.target.Modes(r.mode); r.broken != "" {
		want.Mode = r.mode // it is written as a comment, without changes for the target
	}
	want.Charset = r.client
	return d.checkDefinition(want, r.text)
}

// writeViewsAndRoutines is called after all rows are written. It writes routines before views,
// which may use them. It writes triggers and events last; triggers must not fire while rows are
// loaded.
func (d *Dump) writeViewsAndRoutines(t *text) error {
	if err := d.writeStandIns(t); err != nil {
		return err
	}
	views := false
	for _, r := range d.routines {
		if (r.kind == "TRIGGER" || r.kind == "EVENT") && !views {
			if err := d.writeViews(t); err != nil {
				return err
			}
			views = true
		}
		if err := t.printf("\n--\n-- %s\n--\n\n", r); err != nil {
			return err
		}
		if r.broken != "" {
			if err := writeBroken(t, r.broken, r.text); err != nil {
				return err
			}
			continue
		}
		if err := d.writeStatement(t, r); err != nil {
			return err
		}
	}
	if !views {
		return d.writeViews(t)
	}
	return nil
}

// writeBroken writes, as a comment, the definition of an object that cannot be created.
func writeBroken(t *text, why, create string) error {
	return t.raw("-- It cannot be created: ", sqltext.OneLine(why), "\n", sqltext.Comment(create))
}

// readTriggers reads the triggers of the tables that are dumped, in the order in which
// they fire.
func (d *Dump) readTriggers(ctx context.Context) error {
	rows, err := d.main.Rows(ctx, "SELECT TRIGGER_NAME, EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_STATEMENT FROM information_schema.TRIGGERS WHERE "+inDatabase("EVENT_OBJECT")+
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
		if len(d.routines) == before { // it was not added; the report already names it
			if row[4].Text != "" {
				text := "CREATE TRIGGER " + sqltext.Ident(row[0].Text) + " " + row[2].Text + " " + row[3].Text + " ON " + sqltext.Ident(row[1].Text) + " FOR EACH ROW " + row[4].Text
				d.routines = append(d.routines, &routine{kind: "TRIGGER", name: row[0].Text, table: row[1].Text, text: text, broken: "its definition cannot be read"})
			}
			continue
		}
		r := d.routines[before]
		refused := r.broken
		if err := d.tryTrigger(ctx, r, row[1].Text); err != nil {
			return err
		}
		if r.broken != refused {
			d.warn(r.String(), "it cannot be created any more and is kept as a comment: "+r.broken)
		}
	}
	return nil
}

// findBrokenTriggers marks the triggers whose tables are not in the dump as broken.
func (d *Dump) findBrokenTriggers(dumped map[string]bool) {
	for _, r := range d.routines {
		if r.kind == "TRIGGER" && r.broken == "" && !dumped[d.selection.key(r.table)] {
			r.broken = "its table " + sqltext.Ident(sqltext.DisplayName(r.table)) + " is not in this dump"
			d.warn(r.String(), "it cannot be created from this dump alone and is kept as a comment: "+r.broken)
		}
	}
}

// tryTrigger checks whether a trigger uses a column that its table no longer has. A server keeps
// such a trigger, but refuses to create it again.
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
