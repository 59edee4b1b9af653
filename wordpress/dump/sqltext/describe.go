package sqltext

import (
	"errors"
	"strings"
)

// Describe returns what a CREATE statement creates, under a sql_mode and a
// character_set_client: a definition to Check the statement against. It says nothing about
// the rest of the statement.
func Describe(text, mode, charset string, database SchemaName) (Definition, error) {
	d := Definition{Mode: mode, Charset: charset, Database: database}
	list := DialectOf(mode).Tokens(SingleBytes(text, charset))
	at := SkipSpace(list, 0)
	if !isWordAt(list, at, "CREATE") {
		return d, errors.New("it is not a CREATE statement")
	}
	for at = SkipSpace(list, at+1); ; at = SkipSpace(list, at+1) {
		if isWordAt(list, at, "TABLE", "SEQUENCE", "VIEW", "TRIGGER", "PROCEDURE", "FUNCTION", "PACKAGE", "LIBRARY", "EVENT") {
			break
		}
		if isWordAt(list, at, "DEFINER") {
			at = definerEnd(list, at)
		}
		if at < 0 || at >= len(list) || isWordAt(list, at, "OR") || list[at].Kind == Unclosed || list[at].Text == ";" || list[at].Text == "(" {
			return d, errors.New("it does not say what it creates")
		}
	}
	d.Kind = strings.ToUpper(list[at].Text)
	at = SkipSpace(list, at+1)
	if d.Kind == "PACKAGE" && isWordAt(list, at, "BODY") {
		d.Kind, at = "PACKAGE BODY", SkipSpace(list, at+1)
	}
	if d.Name, at = qualifiedName(list, at, database); d.Name == "" {
		return d, errors.New("it creates an object of another database, or one without a name")
	}
	if d.Kind == "TRIGGER" {
		for at < len(list) && !isWordAt(list, at, "ON") {
			at++
		}
		if d.Table, _ = qualifiedName(list, SkipSpace(list, at+1), database); d.Table == "" {
			return d, errors.New("its table belongs to another database")
		}
	}
	return d, nil
}

// Definer returns the account in the head of a CREATE statement, as written; "" if the
// statement names none.
func Definer(list []Token) (user, host string) {
	for i, t := range list {
		if t.Kind == Other && t.Text == "(" {
			return "", ""
		}
		if !t.IsWord("DEFINER") {
			continue
		}
		end := definerEnd(list, i)
		if end <= i {
			continue
		}
		name := SkipSpace(list, SkipSpace(list, i+1)+1)
		if name == end {
			return accountPart(list[name]), "%"
		}
		return accountPart(list[name]), accountPart(list[end])
	}
	return "", ""
}

func accountPart(t Token) string {
	if t.Kind == String && len(t.Text) >= 2 {
		return string(AppendUnescaped(nil, []byte(t.Text[1:len(t.Text)-1])))
	}
	return t.Identifier()
}
