package load

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/dumpfile"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// An action says what a statement of a dump does.
type action uint8

const (
	nothing     action = iota // not needed by the session, or only for other servers
	setting                   // a setting of the session, for later statements
	setDatabase               // sets the database's default collation
	dropTable                 // drops a table or a sequence
	createTable
	createSequence
	insertRows
	deleteRow // deletes a row of a system-versioned table
	renameTable
	dropForeignKey
	addForeignKey
	dropProgram // drops a view, trigger, routine or event
	createProgram
)

// A statement is one checked statement of a dump.
type statement struct {
	action action
	line   int
	kind   string // kind of a program: VIEW, TRIGGER, PROCEDURE, …
	name   string // name of the table or program
	to     string // new name of a renamed table, or name of a foreign key
	text   []byte // the text to send to the server
	insert dumpfile.Insert
	rows   int64
	table  *table
	owner  string // table of a trigger
	client string // character set of a program's text
}

// maxParsed is the maximum length in bytes of a statement other than an INSERT.
const maxParsed = 4 << 20

// A checker accepts only statements that dumps contain. It keeps track of the settings that
// decide how a server reads a statement.
type checker struct {
	rules     rules
	mode      string // sql_mode
	savedMode string // value of @wp_oneway_mode
	client    string // character_set_client
	immediate []byte // value of @wp_oneway; nil if it is not set
	packages  map[string]bool
}

// rules say which statements a target accepts.
type rules struct {
	mariaDB    bool
	number     int
	database   sqltext.SchemaName
	collations *collations // if nil, all are accepted
	definers   definers
	confined   bool // the account has no privileges outside of the database
	trusted    bool // the statements come from the target itself, and may name other databases
}

func newChecker(r rules) *checker {
	return &checker{rules: r, client: "utf8mb4", packages: map[string]bool{}}
}

// check returns the checked form of a statement, or an error if it is refused.
func (c *checker) check(s dumpfile.Statement) (statement, error) {
	st, err := c.read(s)
	if err != nil {
		return st, fmt.Errorf("the dump is refused: line %d: %s", s.Line, sqltext.OneLine(err.Error()))
	}
	st.line = s.Line
	return st, nil
}

func (c *checker) read(s dumpfile.Statement) (statement, error) {
	if bytes.HasPrefix(s.Text, []byte("INSERT INTO ")) && s.Delimiter == ";" {
		return c.insert(s.Text)
	}
	if len(s.Text) > maxParsed {
		return statement{}, fmt.Errorf("the statement has %d bytes; only an INSERT may have more than %d", len(s.Text), maxParsed)
	}
	text := bytes.TrimRight(s.Text, "\n")
	if s.Delimiter != ";" {
		return c.program([]byte(sqltext.AsClient(string(text), sqltext.DialectOf(c.mode))))
	}
	text, version, err := dumpfile.Unwrap(text)
	if err != nil {
		return statement{}, err
	}
	runs := version.Runs(c.rules.mariaDB, c.rules.number)
	st, err := c.plain(text, runs)
	if !runs {
		return statement{}, err
	}
	return st, err
}

// plain reads a statement that ends with a semicolon. runs reports whether this server
// executes it.
func (c *checker) plain(text []byte, runs bool) (statement, error) {
	word, _, _ := bytes.Cut(text, []byte(" "))
	switch string(word) {
	case "SET":
		return c.set(text, runs)
	case "CREATE":
		return c.create(text)
	case "DROP":
		return c.drop(text)
	case "ALTER", "RENAME", "DELETE":
		return c.change(text)
	}
	switch string(text) {
	case "PREPARE wp_oneway FROM @WP_ONEWAY", "EXECUTE wp_oneway", "DEALLOCATE PREPARE wp_oneway":
		return statement{}, nil // the value of @WP_ONEWAY was checked when it was set
	case "EXECUTE IMMEDIATE @wp_oneway":
		if c.immediate == nil {
			return statement{}, errors.New("EXECUTE IMMEDIATE without the statement that it executes")
		}
		return c.program(c.immediate)
	}
	return statement{}, refused(text)
}

func refused(text []byte) error {
	return fmt.Errorf("a dump contains no statement such as %.60q; this part of it was not written by wp-oneway", text)
}

// byBytes returns an error unless the server reads the bytes of a statement in the same way as
// the checker.
func (c *checker) byBytes() error {
	if d := sqltext.DialectOf(c.mode); d.ANSIQuotes || d.NoBackslash || c.client != "utf8mb4" {
		return fmt.Errorf("a table under the sql_mode %.80q and the character set %.40q", c.mode, c.client)
	}
	return nil
}

func (c *checker) insert(text []byte) (statement, error) {
	if err := c.byBytes(); err != nil {
		return statement{}, err
	}
	in, err := dumpfile.ParseInsert(text)
	if err != nil {
		return statement{}, err
	}
	rows, err := in.Values(text, nil)
	if err != nil {
		return statement{}, fmt.Errorf("table %s: %w", sqltext.DisplayName(in.Table), err)
	}
	return statement{action: insertRows, name: in.Table, text: text, insert: in, rows: rows}, nil
}

// create reads a CREATE statement.
func (c *checker) create(text []byte) (statement, error) {
	d, err := c.describe(text)
	if err != nil {
		return statement{}, err
	}
	switch d.Kind {
	case "TABLE":
		t, err := c.table(d.Name, text)
		return statement{action: createTable, name: d.Name, table: t}, err
	case "SEQUENCE":
		if err := c.byBytes(); err != nil {
			return statement{}, err
		}
		return statement{action: createSequence, name: d.Name, text: bytes.Clone(text)}, c.sequence(sqltext.Tokens(string(text)))
	case "VIEW":
		return c.program(text)
	}
	return statement{}, fmt.Errorf("%s %s without a delimiter of its own", strings.ToLower(d.Kind), sqltext.DisplayName(d.Name))
}

// describe returns what a CREATE statement creates. It returns an error if the text contains
// anything else.
func (c *checker) describe(text []byte) (sqltext.Definition, error) {
	d, err := sqltext.Describe(string(text), c.mode, c.client, c.rules.database)
	if err == nil {
		err = d.Check(string(text))
	}
	if err != nil {
		return d, fmt.Errorf("%w: %.60q", err, text)
	}
	return d, nil
}

// sequenceWords are the words that may follow the name in a CREATE SEQUENCE statement.
const sequenceWords = " AS TINYINT SMALLINT MEDIUMINT INT BIGINT UNSIGNED START WITH MINVALUE MAXVALUE INCREMENT BY NOCACHE CACHE NOCYCLE CYCLE ENGINE NO COMMENT "

func (c *checker) sequence(list []sqltext.Token) error {
	name := len(list)
	for i, t := range list {
		switch {
		case t.Kind == sqltext.QuotedName && name == len(list):
			name = i
		case i < name, t.Kind == sqltext.Space, t.Kind == sqltext.String, t.Text == "=", t.Text == "-":
		case t.Kind == sqltext.Word && (isNumber(t.Text) || strings.Contains(sequenceWords, " "+strings.ToUpper(t.Text)+" ")):
		case t.Kind == sqltext.Word && isEngine(t.Text):
		default:
			return fmt.Errorf("a sequence with %.40q", t.Text)
		}
	}
	return nil
}

var dropStatement = pattern("^DROP (TABLE|SEQUENCE|VIEW|TRIGGER|PROCEDURE|FUNCTION|PACKAGE|PACKAGE BODY|LIBRARY|EVENT) IF EXISTS (?s:(`.*`))$")

func (c *checker) drop(text []byte) (statement, error) {
	parts := dropStatement().FindSubmatch(text)
	if parts == nil {
		return statement{}, refused(text)
	}
	name, ok := soleName(string(parts[2]))
	if !ok {
		return statement{}, refused(text)
	}
	st := statement{action: dropProgram, kind: string(parts[1]), name: name, client: c.client, text: bytes.Clone(text)}
	if st.kind == "TABLE" || st.kind == "SEQUENCE" {
		st.action = dropTable
		return st, c.byBytes()
	}
	return st, nil
}

// soleName returns the name in a text that consists of one quoted name. It returns false for any
// other text.
func soleName(text string) (string, bool) {
	list := sqltext.Tokens(text)
	if len(list) != 1 || list[0].Kind != sqltext.QuotedName || list[0].Name == "" {
		return "", false
	}
	return list[0].Name, true
}

// change reads an ALTER, RENAME or DELETE statement for a table or for the database.
func (c *checker) change(text []byte) (statement, error) {
	if err := c.byBytes(); err != nil {
		return statement{}, err
	}
	list := sqltext.Tokens(string(text))
	var names []string
	var shape strings.Builder // the statement, with ` in place of each name
	end := 0
	for i, t := range list {
		if t.Kind == sqltext.QuotedName {
			names = append(names, t.Name)
			shape.WriteByte('`')
		} else {
			shape.WriteString(t.Text)
		}
		if end = i + 1; shape.String() == "ALTER TABLE ` ADD " {
			break
		}
	}
	switch shape.String() {
	case "RENAME TABLE ` TO `":
		return statement{action: renameTable, name: names[0], to: names[1]}, nil
	case "DELETE FROM ` LIMIT 1":
		return statement{action: deleteRow, name: names[0], text: bytes.Clone(text)}, nil
	case "ALTER TABLE ` DROP FOREIGN KEY `":
		return statement{action: dropForeignKey, name: names[0], to: names[1]}, nil
	case "ALTER TABLE ` ADD ":
		key, err := c.foreignKey(list[end:])
		return statement{action: addForeignKey, name: names[0], to: key, text: []byte(sqltext.Join(list[end:]))}, err
	}
	var charset, collation string
	if n, _ := fmt.Sscanf(shape.String(), "ALTER DATABASE CHARACTER SET %s COLLATE %s", &charset, &collation); n == 2 && sqltext.CheckPlain(charset, collation) == nil {
		charset, collation, err := c.rules.collations.both(charset, collation)
		return statement{action: setDatabase, text: []byte("ALTER DATABASE CHARACTER SET " + charset + " COLLATE " + collation)}, err
	}
	return statement{}, refused(text)
}
