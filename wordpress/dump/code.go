package dump

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"
)

// A code is a trigger, a routine, a package or an event, as SHOW CREATE has it.
type code struct {
	what      string // TRIGGER, PROCEDURE, FUNCTION, PACKAGE, PACKAGE BODY or EVENT
	name      string
	text      string
	mode      string // sql_mode
	zone      string // time zone, of events
	client    string // character set of who created it
	collation string // of the connection that created it
	database  string // collation of the database it was created in
	created   string // of events
	broken    string // why it cannot be created any more; "" when it can
}

func (c *code) String() string { return strings.ToLower(c.what) + " " + ident(printable(c.name)) }

// readCodes reads the routines, the triggers of the tables that are dumped, and the
// events, in the order of their creation.
func (d *Dump) readCodes(ctx context.Context) error {
	if d.opts.whole() {
		if err := d.readLibraries(ctx); err != nil {
			return err
		}
		if err := d.readRoutines(ctx); err != nil {
			return err
		}
	}
	if err := d.readTriggers(ctx); err != nil {
		return err
	}
	if !d.opts.whole() {
		return nil
	}
	rows, err := d.main.table(ctx, "SELECT EVENT_NAME, CREATED FROM information_schema.EVENTS WHERE "+thisDatabase("EVENT")+" ORDER BY EVENT_NAME", 2)
	if err != nil {
		return fmt.Errorf("list events: %w", err)
	}
	for _, r := range rows {
		if err := d.readCode(ctx, &code{what: "EVENT", name: r[0].s, created: r[1].s}); err != nil {
			return err
		}
	}
	return nil
}

// readLibraries reads what routines in other languages than SQL may use, as MySQL has
// it from 9.2 on.
func (d *Dump) readLibraries(ctx context.Context) error {
	if d.server.maria || d.server.number < 90200 {
		return nil
	}
	names, err := d.main.strings(ctx, "SELECT LIBRARY_NAME FROM information_schema.LIBRARIES WHERE "+thisDatabase("LIBRARY")+" ORDER BY LIBRARY_NAME")
	if err != nil {
		return fmt.Errorf("list libraries: %w", err)
	}
	for _, name := range names {
		if err := d.readCode(ctx, &code{what: "LIBRARY", name: name}); err != nil {
			return err
		}
	}
	return nil
}

func (d *Dump) readRoutines(ctx context.Context) error {
	rows, err := d.main.table(ctx, "SELECT ROUTINE_TYPE, ROUTINE_NAME FROM information_schema.ROUTINES WHERE "+thisDatabase("ROUTINE"), 2)
	if err != nil {
		return fmt.Errorf("list routines: %w", err)
	}
	sort.Slice(rows, func(i, j int) bool { // FUNCTION, PACKAGE, PACKAGE BODY, PROCEDURE
		if rows[i][0].s != rows[j][0].s {
			return rows[i][0].s < rows[j][0].s
		}
		return rows[i][1].s < rows[j][1].s
	})
	for _, r := range rows {
		if err := d.readCode(ctx, &code{what: strings.ToUpper(r[0].s), name: r[1].s}); err != nil {
			return err
		}
	}
	return nil
}

// readCode reads how one thing was created, and adds it to those to be written.
func (d *Dump) readCode(ctx context.Context, c *code) error {
	row, err := d.main.one(ctx, "SHOW CREATE "+c.what+" "+ident(c.name), 3)
	switch number(err) {
	case 0:
		if err != nil {
			return fmt.Errorf("read %s: %w", c, err)
		}
	case errNoSuchTrigger, errNoSuchRoutine, errNoSuchEvent:
		return fmt.Errorf("read %s: %w: %w", c, ErrChanged, err)
	default:
		return d.missing(c.String(), "its definition cannot be read: "+err.Error())
	}
	c.mode = row[1].s
	rest := row[2:]
	if c.what == "EVENT" {
		c.zone, rest = rest[0].s, rest[1:]
	}
	if c.what == "LIBRARY" && len(rest) == 1 { // it has no circumstances but its mode
		rest = append(rest, cell{s: "utf8mb4"}, cell{s: "utf8mb4_general_ci"}, cell{})
	}
	if len(rest) < 4 {
		return fmt.Errorf("read %s: %w", c, errMalformed)
	}
	if rest[0].null {
		return d.missing(c.String(), "its definition is hidden from the account, which neither defined it nor may read all definitions")
	}
	c.text, c.client, c.collation, c.database = rest[0].s, rest[1].s, rest[2].s, rest[3].s
	list := dialectOf(c.mode).tokens(c.text)
	if c.what != "TRIGGER" && dialectOf(c.mode).noBackslash {
		list = withPlainHead(list, c.what)
	}
	if c.what == "TRIGGER" {
		list = unqualify(list, d.name(), "EACH", anyName)
	}
	if c.what == "FUNCTION" || c.what == "PROCEDURE" {
		list = d.unqualifyLibraries(list)
	}
	if d.foreign() && (strings.HasPrefix(c.what, "PACKAGE") || c.what == "LIBRARY") {
		d.warn(c.String(), "left out, since "+d.opts.For+" has nothing like it")
		return nil
	}
	if mentions(list, d.name()) {
		d.warn(c.String(), "it names the database, and will go on to mean that one")
	}
	if d.opts.SkipDefiner {
		list = withoutDefiner(list)
	}
	c.text = join(list)
	d.codes = append(d.codes, c)
	return nil
}

// anyName takes whatever follows the database's name for one of its objects.
func anyName(string, []token) bool { return true }

// unqualifyLibraries takes the database's name away from the libraries that a
// routine says to be using, in its head.
func (d *Dump) unqualifyLibraries(list []token) []token {
	for i, t := range list {
		switch open := skipSpace(list, i+1); {
		case t.kind != tokenWord:
		case t.is("AS") || t.is("BEGIN") || t.is("RETURN"):
			return list
		case t.is("USING") && open < len(list) && list[open].text == "(":
			end := open
			for end < len(list) && list[end].text != ")" {
				end++
			}
			inside := unqualify(list[open:end], d.name(), "", anyName)
			return append(append(append([]token{}, list[:open]...), inside...), list[end:]...)
		}
	}
	return list
}

// writeViewsAndCode writes, after all rows: routines, since views may use them;
// views; triggers, which must not see the rows being loaded; events.
func (d *Dump) writeViewsAndCode(t *text) error {
	if err := d.writeStandins(t); err != nil {
		return err
	}
	views := false
	for _, c := range d.codes {
		if (c.what == "TRIGGER" || c.what == "EVENT") && !views {
			if err := d.writeViews(t); err != nil {
				return err
			}
			views = true
		}
		if err := t.printf("\n--\n-- %s\n--\n\n", c); err != nil {
			return err
		}
		if c.broken != "" {
			if err := t.raw("-- It cannot be created: ", oneLine(c.broken), "\n", commented(c.text)); err != nil {
				return err
			}
			continue
		}
		if err := d.writeStatement(t, c); err != nil {
			return err
		}
	}
	if !views {
		return d.writeViews(t)
	}
	return nil
}

func (d *Dump) writeViews(t *text) error {
	if err := d.writeInterims(t); err != nil {
		return err
	}
	for _, v := range d.views {
		if err := d.writeView(t, v); err != nil {
			return err
		}
	}
	return nil
}

// writeStatement writes a CREATE statement in the circumstances that it was first
// given in, whatever its text holds.
func (d *Dump) writeStatement(t *text, c *code) error {
	foreign := c.database != "" && c.database != d.schema.collation
	if foreign {
		charset, _, _ := strings.Cut(c.database, "_")
		if err := t.raw("ALTER DATABASE CHARACTER SET ", d.adaptCharset(charset), " COLLATE ", d.adaptCollation(c.database), ";\n"); err != nil {
			return err
		}
	}
	quoted := d.immediate() && c.what != ""
	if quoted {
		if err := t.raw("SET @wp_oneway=", c.quoted(), ";\n"); err != nil {
			return err
		}
	}
	set := "SET sql_mode=" + literal(d.adaptMode(c.mode)) + ", character_set_client=" + d.adaptCharset(c.client) + ", collation_connection=" + d.adaptCollation(c.collation)
	if c.zone != "" {
		set += ", time_zone=" + literal(c.zone)
	}
	if c.created != "" { // an event that has run out would vanish at once
		set += ", timestamp=UNIX_TIMESTAMP(" + literal(c.created) + ")"
	}
	if c.what != "" { // under the mode of who created it, since some modes alone know packages
		set += ";\nDROP " + c.what + " IF EXISTS " + ident(c.name)
	}
	if err := t.raw(set, ";\n"); err != nil {
		return err
	}
	var err error
	switch {
	case quoted:
		err = t.raw("EXECUTE IMMEDIATE @wp_oneway;\n")
	case c.what == "":
		err = t.raw(c.text, ";\n")
	default:
		end := delimiter(c.text)
		err = t.raw("DELIMITER ", end, "\n", forClient(c.text, dialectOf(c.mode)), "\n", end, "\nDELIMITER ;\n")
	}
	if err != nil {
		return err
	}
	reset := "SET NAMES utf8mb4;\nSET sql_mode='" + restoreMode + "', time_zone='+00:00'"
	if c.created != "" {
		reset += ", timestamp=DEFAULT"
	}
	if err := t.raw(reset, ";\n"); err != nil || !foreign {
		return err
	}
	return t.raw("ALTER DATABASE CHARACTER SET ", d.adaptCharset(d.schema.charset), " COLLATE ", d.adaptCollation(d.schema.collation), ";\n")
}

// immediate tells whether the server that the dump is for can be given any
// statement as a string. The client then has no chance to misread it, or to drop
// its comments, as MariaDB's does.
func (d *Dump) immediate() bool {
	return d.server.maria && d.server.number >= 100602 && (d.opts.For == "" || d.opts.For == "mariadb")
}

// quoted is the text as a string for SET: legible if it is UTF-8, else as bytes.
func (c *code) quoted() string {
	if isASCII([]byte(c.text)) || strings.HasPrefix(c.client, "utf8") && utf8.ValidString(c.text) {
		return literal(c.text)
	}
	return hexadecimal(c.text)
}

// delimiter is one that does not occur in the text.
func delimiter(text string) string {
	for n := 0; ; n++ {
		end := ";;"
		if n > 0 {
			end = fmt.Sprintf("$$%d$$", n)
		}
		if !strings.Contains(text, end) && !strings.HasSuffix(text, ";") {
			return end
		} else if n > 0 && !strings.Contains(text, end) {
			return end
		}
	}
}

// forClient makes up for what the stock client does to a statement: it takes away the
// end of every line that begins like its own command DELIMITER, unless that lies in a
// string or a comment. A second one takes its place.
func forClient(text string, d dialect) string {
	var b strings.Builder
	line := "" // the current one, as far as it has come
	for _, t := range d.tokens(text) {
		plain := t.kind == tokenSpace && strings.HasSuffix(t.text, "\n") // white space, or a comment up to the line's end
		before, _, _ := strings.Cut(t.text, "\n")
		if line += before; plain && len(line) >= len("DELIMITER") && strings.EqualFold(line[:len("DELIMITER")], "DELIMITER") {
			b.WriteString(t.text + "\n")
		} else {
			b.WriteString(t.text)
		}
		if at := strings.LastIndexByte(t.text, '\n'); at >= 0 {
			line = t.text[at+1:]
		}
	}
	return b.String()
}
