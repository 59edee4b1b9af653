package load

import (
	"errors"
	"fmt"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// A table is the definition of a table, for creating the table under another name.
type table struct {
	list     []sqltext.Token // the definition without the keys
	name     int             // index of the table's name
	merge    bool            // its engine is MERGE: it has no rows of its own, and names other tables
	keys     []key           // foreign keys and named checks; created later, because their names are unique in a database
	defaults []column        // columns whose default is the next value of a sequence
}

// A key is a foreign key or a check of a table.
type key struct {
	name string
	text string // CONSTRAINT `name` FOREIGN KEY …
}

// A column is the name of a column, and its default value.
type column struct {
	name, value string
}

// table reads a CREATE TABLE statement whose form was checked before.
func (c *checker) table(name string, text []byte) (*table, error) {
	if err := c.byBytes(); err != nil {
		return nil, err
	}
	list := sqltext.Tokens(string(text))
	t := &table{}
	label := "table " + sqltext.DisplayName(name)
	if err := c.rules.collations.adapt(list); err != nil {
		return nil, fmt.Errorf("%s: %w", label, err)
	}
	elements := sqltext.Elements(list)
	for t.name < len(list) && !list[t.name].Is(name) {
		t.name++
	}
	if len(elements) == 0 || t.name >= elements[0][0] {
		return nil, fmt.Errorf("%s: its definition lists no columns", label)
	}
	var kept [][2]int
	for _, e := range elements {
		later, err := c.element(t, list, e)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", label, err)
		}
		if !later {
			kept = append(kept, e)
		}
	}
	end := elements[len(elements)-1][1] // the closing parenthesis
	if err := checkOptions(t, list[end+1:]); err != nil {
		return nil, fmt.Errorf("%s: %w", label, err)
	}
	if len(kept) == 0 {
		return nil, fmt.Errorf("%s: its definition lists no columns", label)
	}
	t.list = append(t.list, list[:elements[0][0]]...)
	for i, e := range kept {
		if i > 0 {
			t.list = append(t.list, sqltext.Token{Kind: sqltext.Other, Text: ","})
		}
		t.list = append(t.list, list[e[0]:e[1]]...)
	}
	t.list = append(t.list, list[end:]...)
	return t, nil
}

// element checks a column, key or check. later is true if it is a key that is created after the
// switch, and not with the table.
func (c *checker) element(t *table, list []sqltext.Token, e [2]int) (later bool, err error) {
	at := sqltext.SkipSpace(list, e[0])
	if at >= e[1] {
		return false, errors.New("an empty column")
	}
	if list[at].IsWord("CONSTRAINT") {
		name := sqltext.SkipSpace(list, at+1)
		kind := sqltext.SkipSpace(list, name+1)
		if kind >= e[1] || list[name].Kind != sqltext.QuotedName {
			return false, errors.New("a constraint without a name")
		}
		switch {
		case list[kind].IsWord("FOREIGN"):
			if _, err := c.foreignKey(list[at:e[1]]); err != nil {
				return false, err
			}
			later = true
		case list[kind].IsWord("CHECK"):
			later = !c.rules.mariaDB // in MariaDB, the names need only be unique in a table, and a session can disable checks
			if err := checkExpressions(list[at:e[1]]); err != nil {
				return false, err
			}
		default:
			return false, errors.New("a constraint of an unknown kind")
		}
		if later {
			t.keys = append(t.keys, key{list[name].Name, strings.TrimSpace(sqltext.Join(list[at:e[1]]))})
		}
		return later, nil
	}
	if list[at].Kind == sqltext.QuotedName {
		kind := sqltext.SkipSpace(list, at+1)
		if kind >= e[1] || list[kind].Kind != sqltext.Word {
			return false, errors.New("a column without a type")
		}
		if value := sequenceDefault(list[kind:e[1]]); value != "" {
			t.defaults = append(t.defaults, column{list[at].Name, value})
		}
	}
	return false, checkExpressions(list[at:e[1]])
}

// sequenceDefault returns the default of a column if it uses a sequence.
func sequenceDefault(list []sqltext.Token) string {
	for i, t := range list {
		if !t.IsWord("DEFAULT") {
			continue
		}
		begin := sqltext.SkipSpace(list, i+1)
		end := begin
		if end < len(list) && list[end].Text != "(" {
			end++
		}
		if end = sqltext.GroupEnd(list, sqltext.SkipSpace(list, end)); end > len(list) || begin >= end {
			return ""
		}
		value := sqltext.Join(list[begin:end])
		for _, call := range list[begin:end] {
			if call.IsWord("nextval") || call.IsWord("lastval") || call.IsWord("setval") {
				return value
			}
		}
		return ""
	}
	return ""
}

// foreignKey checks a foreign key, and returns its name.
func (c *checker) foreignKey(list []sqltext.Token) (string, error) {
	name, references, depth := "", 0, 0
	wrong := func(t sqltext.Token) error { return fmt.Errorf("a foreign key with %.40q", t.Text) }
	for i, t := range list {
		switch {
		case t.Kind == sqltext.Space && len(strings.TrimSpace(t.Text)) == 0:
		case t.Text == "(":
			depth++
		case t.Text == ")":
			depth--
		case t.Text == "," && depth == 1:
		case t.Kind == sqltext.QuotedName:
			if name == "" {
				name = t.Name
			}
		case t.Kind == sqltext.Word && strings.Contains(" CONSTRAINT FOREIGN KEY ON DELETE UPDATE CASCADE SET NULL DEFAULT RESTRICT NO ACTION REFERENCES ", " "+strings.ToUpper(t.Text)+" "):
			if t.IsWord("REFERENCES") {
				references++
			}
			if i == 0 && !t.IsWord("CONSTRAINT") {
				return "", wrong(t)
			}
		default: // including a dot, which would follow the name of another database
			return "", wrong(t)
		}
	}
	if name == "" || references != 1 || depth != 0 {
		return "", errors.New("a foreign key that is malformed")
	}
	return name, nil
}

// checkExpressions checks a column, a key or a check. It returns an error if a call is not one of
// tableFunctions.
func checkExpressions(list []sqltext.Token) error {
	functions := wordLists().functions
	for i, t := range list {
		next := sqltext.SkipSpace(list, i+1)
		switch {
		case t.Text == "@":
			return errors.New("a definition with a variable")
		case t.Text == "." && i > 0 && i+1 < len(list) && list[i-1].Kind == sqltext.QuotedName && list[i+1].Kind == sqltext.QuotedName:
			return fmt.Errorf("a definition that names %s.%s", sqltext.DisplayName(list[i-1].Name), sqltext.DisplayName(list[i+1].Name))
		case t.Kind != sqltext.Word:
			if t.Kind == sqltext.QuotedName && i > 0 && next < len(list) && list[next].Text == "(" && !mayPrecedeList(list, i) {
				return fmt.Errorf("a definition that calls %s", sqltext.DisplayName(t.Name))
			}
		case t.IsWord("REFERENCES"), t.IsWord("SELECT"), t.IsWord("DIRECTORY"), t.IsWord("CONNECTION"):
			return fmt.Errorf("a definition with %s", strings.ToUpper(t.Text))
		case next < len(list) && list[next].Text == "(" && !functions[strings.ToLower(t.Text)] && !isNumber(t.Text):
			return fmt.Errorf("a definition that calls %.60s", t.Text)
		}
	}
	return nil
}

// mayPrecedeList reports whether a quoted name may precede a parenthesis: the name of a key or of a
// period, or of a column in a key, with the length of its prefix.
func mayPrecedeList(list []sqltext.Token, i int) bool {
	before := i - 1
	for before >= 0 && list[before].Kind == sqltext.Space {
		before--
	}
	if before < 0 {
		return true
	}
	t := list[before]
	switch {
	case t.IsWord("KEY"), t.IsWord("INDEX"), t.IsWord("FOR"), t.IsWord("UNIQUE"):
		return true
	case list[0].Kind == sqltext.Word && (t.Text == "(" || t.Text == ","): // `column`(length), in a key
		depth := 0
		for _, t := range list[:i] {
			switch t.Text {
			case "(":
				depth++
			case ")":
				depth--
			}
		}
		length := sqltext.SkipSpace(list, i+2)
		return depth == 1 && i+1 < len(list) && list[i+1].Text == "(" && length < len(list) && isNumber(list[length].Text)
	}
	return false
}

// checkOptions checks the options and partitions of a table, which follow its columns.
func checkOptions(t *table, list []sqltext.Token) error {
	words := wordLists()
	depth, partitions := 0, false // the names of partitions and of their columns have no quotes
	for i, token := range list {
		next := sqltext.SkipSpace(list, i+1)
		before := i - 1
		for before >= 0 && list[before].Kind == sqltext.Space {
			before--
		}
		isValue := before >= 0 && (list[before].Text == "=" || list[before].IsWord("CHARSET") || list[before].IsWord("COLLATE"))
		switch {
		case token.Text == "(":
			depth++
		case token.Text == ")":
			depth--
		case token.Text == ".", token.Text == "@":
			return errors.New("an option that names another database or a variable")
		case token.Kind == sqltext.Space && strings.HasPrefix(token.Text, "/*"): // options that MariaDB shows as comments
			continue
		case token.Kind != sqltext.Word || isNumber(token.Text):
			if token.Kind == sqltext.QuotedName && next < len(list) && list[next].Text == "(" {
				return fmt.Errorf("a partition that calls %s", sqltext.DisplayName(token.Name))
			}
			continue
		case isValue:
			option := valueOf(list, before)
			if strings.EqualFold(option, "ENGINE") || strings.EqualFold(option, "TYPE") {
				if !isEngine(token.Text) {
					return fmt.Errorf("the storage engine %.40s keeps rows elsewhere, or is unknown", token.Text)
				}
				t.merge = t.merge || strings.Contains(" mrg_myisam merge ", " "+strings.ToLower(token.Text)+" ")
			}
		case strings.Contains(" DIRECTORY CONNECTION TABLESPACE PASSWORD SELECT ", " "+strings.ToUpper(token.Text)+" "):
			return fmt.Errorf("the option %s is not one that a restore accepts", strings.ToUpper(token.Text))
		case isVersionNumber(list, i), words.options[strings.ToLower(token.Text)]:
			partitions = partitions || token.IsWord("PARTITION")
		case next < len(list) && list[next].Text == "(" && words.functions[strings.ToLower(token.Text)]:
		case partitions && (next >= len(list) || list[next].Text != "("):
		default:
			return fmt.Errorf("the option %.40s is not one that a restore accepts", token.Text)
		}
	}
	if depth != 0 {
		return errors.New("its options are malformed")
	}
	return nil
}

// valueOf returns the word before the equals sign at an index. If the token there is not an equals
// sign, it returns that token.
func valueOf(list []sqltext.Token, at int) string {
	if list[at].Text != "=" {
		return list[at].Text
	}
	for at--; at >= 0 && list[at].Kind == sqltext.Space; at-- {
	}
	if at < 0 {
		return ""
	}
	return list[at].Text
}

// isVersionNumber reports whether a word belongs to the beginning of a version comment.
func isVersionNumber(list []sqltext.Token, i int) bool {
	return i >= 1 && list[i-1].Text == "!" && isNumber(list[i].Text) || i+1 < len(list) && list[i].Text == "M" && list[i+1].Text == "!"
}

// as returns the statement that creates the table under another name. sequence returns the new name
// of a sequence that a default uses.
func (t *table) as(name string, sequence func(string) string) []byte {
	var b strings.Builder
	call := false
	for i, token := range t.list {
		switch {
		case i == t.name:
			token.Text = sqltext.Ident(name)
		case token.IsWord("nextval") || token.IsWord("lastval"):
			call = true
		case call && token.Kind == sqltext.QuotedName:
			token.Text, call = sqltext.Ident(sequence(token.Name)), false
		}
		b.WriteString(token.Text)
	}
	return []byte(b.String())
}
