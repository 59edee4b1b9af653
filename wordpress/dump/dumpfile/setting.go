package dumpfile

import (
	"bytes"
	"errors"
	"strconv"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// A Setting is one assignment of a SET statement.
type Setting struct {
	Name string // of a variable, in lower case, with @ if it is a user variable; "names" for SET NAMES
	// Value has the tokens of the value without white space: a literal, a word, a number,
	// another variable or the call of a function.
	Value []sqltext.Token
}

// Literal returns the bytes of a value that is one string or hexadecimal literal. It returns
// false for other values.
func (s Setting) Literal() ([]byte, bool) {
	if len(s.Value) != 1 {
		return nil, false
	}
	_, text, err := Text([]byte(s.Value[0].Text), nil)
	return text, err == nil
}

var errSetting = errors.New("the SET statement is not one that a dump contains")

// ParseSet reads a SET statement.
func ParseSet(statement []byte) ([]Setting, error) {
	var list []sqltext.Token
	for _, t := range sqltext.Tokens(string(statement)) {
		switch t.Kind {
		case sqltext.Space:
			if len(t.Text) > 1 { // a comment
				return nil, errSetting
			}
			continue
		case sqltext.Unclosed, sqltext.QuotedName:
			return nil, errSetting
		case sqltext.Word, sqltext.String, sqltext.Other:
		}
		list = append(list, t)
	}
	if len(list) < 3 || !list[0].IsWord("SET") {
		return nil, errSetting
	}
	if list = list[1:]; list[0].IsWord("NAMES") {
		if len(list) != 2 || list[1].Kind != sqltext.Word {
			return nil, errSetting
		}
		return []Setting{{"names", list[1:]}}, nil
	}
	var settings []Setting
	for len(list) > 0 {
		s, n := assignment(list)
		if n == 0 {
			return nil, errSetting
		}
		if list = list[n:]; len(list) > 0 {
			if list = list[1:]; len(list) == 0 { // after a comma
				return nil, errSetting
			}
		}
		settings = append(settings, s)
	}
	return settings, nil
}

// assignment reads an assignment up to its comma, and returns the number n of its tokens; n is 0
// if the assignment is malformed.
func assignment(list []sqltext.Token) (s Setting, n int) {
	user := ""
	if list[0].Text == "@" {
		user, n = "@", 1
	}
	if n+2 >= len(list) || list[n].Kind != sqltext.Word || list[n+1].Text != "=" {
		return s, 0
	}
	s.Name = user + strings.ToLower(list[n].Text)
	begin := n + 2
	depth := 0
	for n = begin; n < len(list) && (depth > 0 || list[n].Text != ","); n++ {
		switch list[n].Text {
		case "(":
			depth++
		case ")":
			depth--
		case ";", "/", "*", "\\", "!":
			return s, 0
		}
	}
	s.Value = list[begin:n]
	if depth != 0 || len(s.Value) == 0 {
		return s, 0
	}
	return s, n
}

// A Version says which servers execute a statement in a version comment.
type Version struct {
	MariaDB bool // MariaDB only
	Number  int  // the oldest version, such as 101100; 0 means any version
}

// Unwrap returns the statement in a version comment. If the statement is not a version comment,
// it returns the statement unchanged. It returns an error if something follows the comment, or if
// the comment contains another one.
func Unwrap(statement []byte) ([]byte, Version, error) {
	var v Version
	rest, ok := bytes.CutPrefix(statement, []byte("/*!"))
	if !ok {
		if rest, v.MariaDB = bytes.CutPrefix(statement, []byte("/*M!")); !v.MariaDB {
			return statement, v, nil
		}
	}
	inside, closed := bytes.CutSuffix(rest, []byte("*/"))
	digits := len(inside) - len(bytes.TrimLeft(inside, "0123456789"))
	number, err := strconv.Atoi(string(inside[:digits]))
	if !closed || err != nil || digits < 5 || digits > 6 || bytes.Contains(inside, []byte("*/")) || bytes.Contains(inside, []byte("/*")) {
		return nil, v, errors.New("the version comment is not one that a dump contains")
	}
	v.Number = number
	return bytes.Trim(inside[digits:], " "), v, nil
}

// Runs reports whether a server executes the statement.
func (v Version) Runs(mariaDB bool, number int) bool {
	switch {
	case v.Number == 0:
		return true
	case !mariaDB:
		return !v.MariaDB && v.Number <= number
	case v.MariaDB:
		return v.Number <= number
	}
	return v.Number <= number && (v.Number < 50700 || v.Number > 99999) // MariaDB skips comments for MySQL 5.7 and 8
}

// follow records the sql_mode that a statement sets. The mode decides whether a backslash in the
// strings of later statements is an escape. The client gets this information from the server.
func (s *Scanner) follow(statement []byte) {
	statement, _, err := Unwrap(statement)
	if err != nil || !bytes.HasPrefix(statement, []byte("SET ")) {
		return
	}
	settings, err := ParseSet(statement)
	if err != nil {
		return
	}
	for _, set := range settings {
		text, literal := set.Literal()
		mode := sqltext.DialectOf(string(text)).NoBackslash
		switch {
		case set.Name == "@wp_oneway_mode" && literal:
			s.savedNoBackslash = mode
		case set.Name == "sql_mode" && literal:
			s.noBackslash = mode
		case set.Name == "sql_mode":
			s.noBackslash = s.savedNoBackslash && strings.EqualFold(sqltext.Join(set.Value), "@wp_oneway_mode")
		}
	}
}
