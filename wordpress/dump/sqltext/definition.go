package sqltext

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Definition says which statement a server's answer must be: a dump is restored with
// the rights of the account that restores it, and a hostile server could add statements
// of its own.
type Definition struct {
	Kind     string     // TABLE, SEQUENCE, VIEW, TRIGGER, PROCEDURE, FUNCTION, PACKAGE, PACKAGE BODY, LIBRARY or EVENT
	Name     string     // of the object
	Table    string     // of a trigger
	Mode     string     // sql_mode of the restore
	Charset  string     // character_set_client of the restore; "" is utf8mb4
	Database SchemaName // may precede the name
}

// Check returns an error unless text is exactly one statement, which creates the
// object. Texts that servers of different kinds and versions would read differently are
// errors too.
func (d Definition) Check(text string) error {
	b := &blocks{list: DialectOf(d.Mode).Tokens(SingleBytes(text, d.Charset)), oracle: DialectOf(d.Mode).Oracle}
	i, err := d.head(b.list)
	if err != nil {
		return err
	}
	switch d.Kind {
	case "TABLE":
		err = checkTable(b.list, i)
	case "SEQUENCE":
		err = checkPlain(b.list, i)
	case "VIEW":
		err = checkView(b.list, i)
	default:
		return d.checkBody(b, i)
	}
	return errors.Join(checkLexically(b.list), err)
}

// checkLexically checks what does not depend on the kind of the statement. Version
// comments are read as code and as comments by different servers: both must end at the
// same place.
func checkLexically(list []Token) error {
	inVersion := false
	for i, t := range list {
		next := Token{}
		if i+1 < len(list) {
			next = list[i+1]
		}
		switch {
		case t.Kind == Unclosed:
			return errors.New("a literal, name or comment has no end")
		case inVersion && t.Kind != Other && (strings.Contains(t.Text, "*/") || strings.Contains(t.Text, "/*")):
			return errors.New("a version comment contains another comment or its end")
		case t.Kind == Space && strings.HasPrefix(t.Text, "/*+") && strings.Contains(t.Text, `\`):
			return errors.New("a backslash in an optimizer hint")
		case t.Kind == Space && strings.Contains(t.Text, "\x00"):
			return errors.New("a zero byte in a comment")
		case t.Kind != Other:
		case t.Text[0] < ' ' || t.Text[0] == 0x7f:
			return errors.New("a control character")
		case t.Text == `\` && next.Text != "N": // \N is NULL; clients run other commands
			return errors.New("a backslash outside of literals")
		case t.Text == "-" && next.Text == "-" && i+2 < len(list) && list[i+2].Text[0] >= 0x7f:
			return errors.New("a comment for some character sets only")
		case t.Text == "/" && next.Text == "*": // plain comments are one token
			if inVersion {
				return errors.New("a version comment in another")
			}
			inVersion = true
		case t.Text == "*" && next.Text == "/":
			if !inVersion {
				return errors.New("the end of a comment without its beginning")
			}
			inVersion = false
		}
	}
	if inVersion {
		return errors.New("a version comment has no end")
	}
	return nil
}

// head checks the statement up to the object's name, and returns the index after it.
func (d Definition) head(list []Token) (int, error) {
	wrong := fmt.Errorf("it is not a CREATE %s statement", d.Kind)
	i := SkipSpace(list, 0)
	if !isWordAt(list, i, "CREATE") {
		return 0, wrong
	}
	kinds := strings.Fields(d.Kind)
	for i = SkipSpace(list, i+1); !isWordAt(list, i, kinds[0]); i = SkipSpace(list, i+1) {
		switch {
		case isWordAt(list, i, "DEFINER"):
			if i = definerEnd(list, i); i < 0 {
				return 0, wrong
			}
		case isWordAt(list, i, "OR", "REPLACE", "ALGORITHM", "UNDEFINED", "MERGE", "TEMPTABLE", "SQL", "SECURITY", "INVOKER", "AGGREGATE",
			"JSON", "RELATIONAL", "DUALITY", "MATERIALIZED"):
		case i < len(list) && list[i].Text == "=":
		default:
			return 0, wrong
		}
	}
	for _, word := range append(kinds[1:], "IF", "NOT", "EXISTS") {
		next := SkipSpace(list, i+1)
		if isWordAt(list, next, word) {
			i = next
		} else if slices.Contains(kinds, word) {
			return 0, wrong
		}
	}
	name, end := qualifiedName(list, SkipSpace(list, i+1), d.Database)
	if !d.isName(name, d.Name) {
		return 0, fmt.Errorf("it does not create %s %s", strings.ToLower(d.Kind), Ident(DisplayName(d.Name)))
	}
	return end, nil
}

// isName reports whether a statement's name is that of the object. Servers ignore the
// case of routines' names; triggers keep the case in which they were created.
func (d Definition) isName(found, name string) bool {
	switch d.Kind {
	case "TABLE", "SEQUENCE", "VIEW":
		return found == name || d.Database.IgnoreCase && strings.EqualFold(found, name)
	}
	return found != "" && strings.EqualFold(found, name)
}

// definerEnd returns the index of the last token of DEFINER=user@host, or that of the
// word itself if no equals sign follows (SQL SECURITY DEFINER); -1 if it is malformed.
func definerEnd(list []Token, i int) int {
	at := SkipSpace(list, i+1)
	if at >= len(list) || list[at].Text != "=" {
		return i
	}
	if at = SkipSpace(list, at+1); !isNameAt(list, at) {
		return -1
	}
	host := SkipSpace(list, at+1)
	if host >= len(list) || list[host].Text != "@" {
		return at
	}
	if host = SkipSpace(list, host+1); !isNameAt(list, host) {
		return -1
	}
	return host
}

// qualifiedName returns the name at i, maybe after the database's name, and the index
// after it; "" if there is none.
func qualifiedName(list []Token, i int, database SchemaName) (name string, end int) {
	if !isNameAt(list, i) || list[i].Kind == String {
		return "", i
	}
	dot := SkipSpace(list, i+1)
	if dot >= len(list) || list[dot].Text != "." {
		return list[i].Identifier(), i + 1
	}
	second := SkipSpace(list, dot+1)
	if !database.Matches(list[i]) || !isNameAt(list, second) || list[second].Kind == String {
		return "", i
	}
	return list[second].Identifier(), second + 1
}

// checkPlain checks the rest of a statement that the server wrote itself, in which all
// names are quoted.
func checkPlain(list []Token, from int) error {
	for i := from; i < len(list); i++ {
		t := list[i]
		switch {
		case t.Text == ";":
			return errors.New("it is more than one statement")
		case t.Kind == Space && (t.Text[0] == '#' || t.Text[0] == '-'):
			return errors.New("it contains a comment")
		case t.IsWord("DELIMITER"):
			return errors.New("it contains a command of the client")
		}
	}
	return nil
}

// checkTable checks a CREATE TABLE statement after its name: it lists columns, and
// takes neither columns nor rows from other tables.
func checkTable(list []Token, from int) error {
	open := SkipSpace(list, from)
	if open >= len(list) || list[open].Text != "(" || isWordAt(list, SkipSpace(list, open+1), "LIKE") {
		return errors.New("it does not list the table's columns")
	}
	for i := open; i < len(list); i++ {
		next := SkipSpace(list, i+1)
		if isWordAt(list, i, "SELECT", "TABLE") || isWordAt(list, i, "VALUES") && !isWordAt(list, next, "LESS", "IN") {
			return errors.New("it takes rows from elsewhere")
		}
		if isWordAt(list, i, "CONSTRAINT") && startsElement(list[:i]) && !wellQuoted(list[i:]) {
			return errors.New("the server did not quote the names of a foreign key correctly; rename the key, and the columns whose names have a backquote")
		}
	}
	return checkPlain(list, open)
}

// wellQuoted reports whether the names in a constraint, with which list begins, stand alone.
// MariaDB up to 10.5 does not escape backquotes in the names of foreign keys and of their
// columns, so that the rest of a name follows without a space.
func wellQuoted(list []Token) bool {
	depth := 0
	for i := 0; i+1 < len(list); i++ {
		switch t := list[i]; {
		case t.IsWord("CHECK"), depth == 0 && t.Text == ",", depth == 0 && t.Text == ")":
			return true
		case t.Text == "(":
			depth++
		case t.Text == ")":
			depth--
		}
		name, other := list[i].Kind, list[i+1].Kind
		if name != QuotedName {
			name, other = other, name
		}
		if name == QuotedName && other != Space && other != Other {
			return false
		}
	}
	return true
}

// checkView checks a CREATE VIEW statement after its name.
func checkView(list []Token, from int) error {
	i := SkipSpace(list, from)
	if i < len(list) && list[i].Text == "(" {
		i = SkipSpace(list, GroupEnd(list, i))
	}
	if !isWordAt(list, i, "AS") {
		return errors.New("it has no query")
	}
	for i = SkipSpace(list, i+1); i < len(list) && list[i].Text == "("; {
		i = SkipSpace(list, i+1)
	}
	if !isWordAt(list, i, "SELECT", "WITH", "VALUES", "TABLE") {
		return errors.New("it has no query")
	}
	return checkPlain(list, from)
}

// isWordAt reports whether the token at i is one of the given keywords.
func isWordAt(list []Token, i int, words ...string) bool {
	return i < len(list) && slices.ContainsFunc(words, list[i].IsWord)
}

// isNameAt reports whether the token at i may be a name, quoted or not.
func isNameAt(list []Token, i int) bool {
	return i < len(list) && (list[i].Kind == QuotedName || list[i].Kind == Word || list[i].Kind == String)
}
