package dump

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// A routine is what SHOW CREATE returns of a trigger, routine, package, library or
// event. Its fields except kind and name also describe how to create a view.
type routine struct {
	kind      string // TRIGGER, PROCEDURE, FUNCTION, PACKAGE, PACKAGE BODY, LIBRARY or EVENT; "" for a view
	name      string
	text      string
	mode      string // sql_mode
	table     string // of a trigger
	zone      string // time zone, of events
	client    string // character set of the client that created it
	collation string // of the connection that created it
	database  string // collation of the database in which it was created
	created   string // time of creation, of events
	broken    string // why it cannot be created any more; "" if it can
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

// readLibraries reads the libraries that routines in other languages than SQL use;
// MySQL has them from 9.2 on.
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

// readRoutine reads a definition and adds it to those to be written.
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
	if r.kind == "LIBRARY" && len(rest) == 1 { // MySQL shows no character sets of libraries
		rest = append(rest, mysql.Cell{Text: "utf8mb4"}, mysql.Cell{Text: "utf8mb4_general_ci"}, mysql.Cell{})
	}
	if len(rest) < 4 {
		return fmt.Errorf("read %s: %w", r, mysql.ErrMalformed)
	}
	if rest[0].Null {
		return d.missing(r.String(), "its definition is hidden from the account, which neither defined it nor may read all definitions")
	}
	r.text, r.client, r.collation, r.database = rest[0].Text, rest[1].Text, rest[2].Text, rest[3].Text
	return d.addRoutine(r)
}

// addRoutine adapts a definition and adds it to those to be written.
func (d *Dump) addRoutine(r *routine) error {
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
	if d.adapter != "" && (strings.HasPrefix(r.kind, "PACKAGE") || r.kind == "LIBRARY") {
		d.warn(r.String(), "left out, since "+d.opts.For+" has no counterpart")
		return nil
	}
	if sqltext.Mentions(list, d.name()) {
		d.warn(r.String(), "it contains the name of the database, and still refers to that database after a restore")
	}
	if d.opts.SkipDefiner {
		list = sqltext.WithoutDefiner(list)
	}
	r.text = sqltext.Join(list)
	if err := d.checkStatement(r, sqltext.Definition{Kind: r.kind, Name: r.name, Table: r.table}); err != nil {
		return d.missing(r.String(), err.Error())
	}
	d.routines = append(d.routines, r)
	return nil
}

// checkStatement returns an error unless writeStatement will write exactly the
// definition that is expected.
func (d *Dump) checkStatement(r *routine, want sqltext.Definition) error {
	if err := sqltext.CheckPlain(r.client, r.collation, r.database); err != nil {
		return fmt.Errorf("%w: %w", errRefused, err)
	}
	want.Mode, want.Charset = d.adapter.Mode(r.mode), r.client
	return d.checkDefinition(want, r.text)
}

// writeViewsAndRoutines writes, after all rows: routines, since views may use them;
// views; triggers, which must not fire while rows are loaded; events.
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

// writeBroken writes the definition of what cannot be created as a comment.
func writeBroken(t *text, why, create string) error {
	return t.raw("-- It cannot be created: ", sqltext.OneLine(why), "\n", sqltext.Comment(create))
}

// writeStatement writes a CREATE statement under the settings under which it was first
// executed.
func (d *Dump) writeStatement(t *text, r *routine) error {
	otherCollation := r.database != "" && r.database != d.schema.collation
	if otherCollation {
		if err := d.writeCollation(t, r.database); err != nil {
			return err
		}
	}
	immediate := d.hasExecuteImmediate() && r.kind != ""
	if immediate {
		if err := t.raw("SET @wp_oneway=", r.literal(), ";\n"); err != nil {
			return err
		}
	}
	set := "SET sql_mode=" + sqltext.Literal(d.adapter.Mode(r.mode)) + ", character_set_client=" + d.adapter.Charset(r.client) + ", collation_connection=" + d.adapter.Collation(r.collation)
	if r.zone != "" {
		set += ", time_zone=" + sqltext.Literal(r.zone)
	}
	if r.created != "" { // an expired event would be dropped at once
		set += ", timestamp=UNIX_TIMESTAMP(" + sqltext.Literal(r.created) + ")"
	}
	if r.kind != "" { // after sql_mode, since only some modes know packages
		set += ";\nDROP " + r.kind + " IF EXISTS " + sqltext.Ident(r.name)
	}
	if err := t.raw(set, ";\n"); err != nil {
		return err
	}
	var err error
	switch {
	case immediate:
		err = t.raw("EXECUTE IMMEDIATE @wp_oneway;\n")
	case r.kind == "":
		err = t.raw(r.text, ";\n")
	default:
		end := sqltext.Delimiter(r.text)
		err = t.raw("DELIMITER ", end, "\n", sqltext.ForClient(r.text, sqltext.DialectOf(r.mode)), "\n", end, "\nDELIMITER ;\n")
	}
	if err != nil {
		return err
	}
	reset := "SET NAMES utf8mb4;\nSET sql_mode='" + restoreMode + "', time_zone='+00:00'"
	if r.created != "" {
		reset += ", timestamp=DEFAULT"
	}
	if err := t.raw(reset, ";\n"); err != nil || !otherCollation {
		return err
	}
	return d.writeCollation(t, d.schema.collation)
}

// writeCollation sets the default collation of the database.
func (d *Dump) writeCollation(t *text, collation string) error {
	charset := d.schema.charset
	if collation != d.schema.collation {
		charset, _, _ = strings.Cut(collation, "_")
	}
	return t.raw("ALTER DATABASE CHARACTER SET ", d.adapter.Charset(charset), " COLLATE ", d.adapter.Collation(collation), ";\n")
}

// hasExecuteImmediate reports whether the target server executes any statement from a
// string. The client then cannot misread the statement, or remove its comments, as
// MariaDB's does.
func (d *Dump) hasExecuteImmediate() bool {
	return d.server.MariaDB && d.server.Number >= 100602 && (d.opts.For == "" || d.opts.For == sqltext.MariaDB)
}

// literal returns the text as a literal: readable if it is UTF-8, else hexadecimal.
func (r *routine) literal() string {
	if sqltext.IsASCII([]byte(r.text)) || strings.HasPrefix(r.client, "utf8") && utf8.ValidString(r.text) {
		return sqltext.Literal(r.text)
	}
	return sqltext.Hex(r.text)
}
