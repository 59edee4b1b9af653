package sqltext

import (
	"errors"
	"slices"
	"strings"
)

var errMoreStatements = errors.New("it is more than one statement")

// checkBody checks the statement of a routine, library, package, trigger or event
// after its name: everything up to its end belongs to one body.
func (d Definition) checkBody(b *blocks, i int) error {
	switch d.Kind {
	case "TRIGGER":
		i = d.triggerHead(b.list, i)
	case "EVENT":
		for i < len(b.list) && !b.list[i].IsWord("DO") && b.list[i].Text != ";" {
			i++
		}
		i++
	case "PACKAGE", "PACKAGE BODY":
		if i = routineHead(b.list, i, "PACKAGE"); isWordAt(b.list, i, "AS", "IS") {
			i++
		}
		b.push(frame{declares: true})
	default:
		i = routineHead(b.list, i, d.Kind)
		at := SkipSpace(b.list, i+1)
		if !b.oracle && isWordAt(b.list, i, "AS") && at < len(b.list) {
			return errors.Join(checkLexically(b.list[:at]), checkForeign(b.list[at:]))
		}
		if d.Kind == "LIBRARY" || isWordAt(b.list, i, "SONAME") {
			return errors.New("it is not a stored routine")
		}
	}
	if i < 0 || i >= len(b.list) || b.list[i-1].Text == ";" {
		return errors.New("its head is malformed")
	}
	if err := checkLexically(b.list); err != nil {
		return err
	}
	b.starts = true
	return b.check(i)
}

// triggerHead returns the index of a trigger's body; -1 if the trigger belongs to
// another table, or if what precedes the body is malformed.
func (d Definition) triggerHead(list []Token, i int) int {
	for !isWordAt(list, i, "ON") {
		if i >= len(list) || list[i].Text == ";" {
			return -1
		}
		i++
	}
	table, i := qualifiedName(list, SkipSpace(list, i+1), d.Database)
	if table != d.Table && !(d.Database.IgnoreCase && strings.EqualFold(table, d.Table)) {
		return -1
	}
	for _, word := range []string{"FOR", "EACH", "ROW"} {
		if i = SkipSpace(list, i); !isWordAt(list, i, word) {
			return -1
		}
		i++
	}
	if at := SkipSpace(list, i); isWordAt(list, at, "FOLLOWS", "PRECEDES") {
		i = SkipSpace(list, at+1) + 1
	}
	return i
}

// checkForeign checks that a body in another language than SQL is one literal.
func checkForeign(list []Token) error {
	text := Join(list)
	rest := Join(list[1:])
	if tag, after, ok := strings.Cut(text[1:], "$"); text[0] == '$' && ok && strings.Trim(tag, letters) == "" {
		if _, rest, ok = strings.Cut(after, "$"+tag+"$"); !ok {
			return errors.New("its text has no end")
		}
	} else if list[0].Kind != String {
		return errors.New("its text has no quotes")
	}
	if strings.Trim(rest, " \t\r\n") != "" {
		return errMoreStatements
	}
	return nil
}

// letters may be in the quotes of dollar signs that MySQL has for texts in other
// languages.
const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

// routineHead returns the index of the first token of a routine's body: parameters,
// the type that a function returns, and characteristics come before it.
func routineHead(list []Token, i int, kind string) int {
	if i = SkipSpace(list, i); i < len(list) && list[i].Text == "(" {
		i = SkipSpace(list, GroupEnd(list, i))
	}
	if kind == "FUNCTION" && isWordAt(list, i, "RETURNS", "RETURN") {
		i = SkipSpace(list, SkipSpace(list, i+1)+1) // after the type's name
		for i < len(list) {
			switch {
			case list[i].Text == "(":
				i = GroupEnd(list, i)
			case isWordAt(list, i, "UNSIGNED", "SIGNED", "ZEROFILL", "PRECISION", "VARYING", "BINARY", "ASCII", "UNICODE", "BYTE", "CHARACTER"):
				i++
			case isWordAt(list, i, "CHARSET", "SET", "COLLATE", "OF"), list[i].Text == ".", list[i].Text == "%":
				i = SkipSpace(list, i+1) + 1
			default:
				return skipCharacteristics(list, i)
			}
			i = SkipSpace(list, i)
		}
	}
	return skipCharacteristics(list, i)
}

func skipCharacteristics(list []Token, i int) int {
	for i = SkipSpace(list, i); i < len(list); i = SkipSpace(list, i+1) {
		switch t := list[i]; {
		case t.Text == "(": // of USING
			i = GroupEnd(list, i) - 1
		case t.Kind == String:
		case t.Kind != Word || !belongsToHead(t.Text, "FUNCTION"):
			return i
		}
	}
	return i
}

// A frame is an open compound statement, or an open CASE in an expression.
type frame struct {
	declares   bool // BEGIN is still to come
	expression bool // of CASE: END closes it anywhere
	condition  bool // up to THEN, DO or LOOP, or up to END after UNTIL
	until      bool // the condition is that after UNTIL
}

// blocks follows the structure of a body, to find out where it ends. Where servers could
// disagree with it, it reports an error: it never believes to be inside of a compound
// statement that has ended.
type blocks struct {
	list   []Token
	oracle bool
	stack  []frame
	starts bool // the next token begins a statement
	parens int
}

func (b *blocks) push(f frame) { b.stack = append(b.stack, f) }

func (b *blocks) top() *frame {
	if len(b.stack) == 0 {
		return &frame{}
	}
	return &b.stack[len(b.stack)-1]
}

// check reads a body from the token at i to the end.
func (b *blocks) check(i int) error {
	var before *blocks // the state at the beginning of a version comment
	for i < len(b.list) {
		t := b.list[i]
		switch {
		case t.Text == "/" && i+2 < len(b.list) && b.list[i+1].Text == "*":
			before = &blocks{stack: slices.Clone(b.stack), starts: b.starts, parens: b.parens}
			for i += 2; i < len(b.list) && (b.list[i].Text == "!" || b.list[i].Kind == Word && strings.Trim(b.list[i].Text, "M0123456789") == ""); {
				i++
			}
			continue
		case before != nil && t.Text == "*" && i+1 < len(b.list) && b.list[i+1].Text == "/":
			if !slices.Equal(before.stack, b.stack) || before.starts != b.starts || before.parens != b.parens {
				return errors.New("a version comment changes where a statement ends")
			}
			before = nil
			i += 2
			continue
		case before != nil && len(b.stack) < len(before.stack), before != nil && len(before.stack) == 0 && t.Text == ";":
			return errors.New("a version comment changes where a statement ends")
		case t.Kind == Space:
			i++
			continue
		}
		var err error
		if i, err = b.next(i); err != nil {
			return err
		}
	}
	if len(b.stack) > 0 || b.parens != 0 {
		return errors.New("its body has no end")
	}
	return nil
}

// next reads one token, or more that belong to it, and returns the index after them.
func (b *blocks) next(i int) (int, error) {
	t := b.list[i]
	switch t.Text {
	case "(":
		b.parens++
	case ")":
		b.parens--
	case ";":
		return b.separator(i)
	}
	if t.Kind != Word {
		return b.quotedOrOther(i), nil
	}
	if b.list[i-1].Text == "@" || afterDot(b.list[:i]) {
		b.starts = false
		return i + 1, nil
	}
	word, err := keyword(t.Text)
	if err != nil {
		return i, err
	}
	if b.starts && b.parens == 0 {
		return b.begin(i, word), nil
	}
	return b.inside(i, word), nil
}

// quotedOrOther reads a token that is not a word. A label does not end the beginning of a
// statement.
func (b *blocks) quotedOrOther(i int) int {
	if b.starts && b.list[i].Kind == QuotedName && isLabel(b.list, i) {
		return SkipSpace(b.list, i+1) + 1
	}
	if b.starts && b.oracle && i+4 < len(b.list) && b.list[i].Text+b.list[i+1].Text == "<<" && isNameAt(b.list, i+2) && b.list[i+3].Text+b.list[i+4].Text == ">>" {
		return i + 5
	}
	b.starts = false
	return i + 1
}

// separator reads a semicolon. Outside of compound statements, nothing may follow it.
func (b *blocks) separator(i int) (int, error) {
	if f := b.top(); b.parens != 0 || f.expression || f.condition {
		return i, errors.New("a semicolon inside of an expression")
	}
	b.starts = true
	if len(b.stack) > 0 {
		return i + 1, nil
	}
	for ; i < len(b.list); i++ {
		if b.list[i].Kind != Space && b.list[i].Text != ";" {
			return i, errMoreStatements
		}
	}
	return i, nil
}

// begin reads the first word of a statement.
func (b *blocks) begin(i int, word string) int {
	f := b.top()
	switch {
	case word == "BEGIN" && f.declares:
		f.declares = false
	case word == "BEGIN" || word == "LOOP" || word == "REPEAT":
		b.push(frame{})
	case word == "IF" || word == "CASE" || word == "WHILE" || word == "FOR":
		b.push(frame{condition: true})
		b.starts = false
	case word == "ELSE" || word == "EXCEPTION" && b.oracle:
	case word == "ELSEIF" || word == "ELSIF" || word == "WHEN":
		f.condition, b.starts = true, false
	case word == "UNTIL":
		f.condition, f.until, b.starts = true, true, false
	case word == "END":
		return b.end(i)
	case word == "DECLARE":
		return b.declare(i)
	case f.declares && (word == "FUNCTION" || word == "PROCEDURE"):
		return b.nested(i, word)
	case b.oracle && (word == "AS" || word == "IS"):
		b.push(frame{declares: true})
	case isLabel(b.list, i):
		return SkipSpace(b.list, i+1) + 1
	default:
		b.starts = false
	}
	return i + 1
}

// inside reads a word in the middle of a statement.
func (b *blocks) inside(i int, word string) int {
	f := b.top()
	switch {
	case word == "CASE":
		b.push(frame{expression: true})
	case word == "END" && f.expression:
		b.stack = b.stack[:len(b.stack)-1]
	case word == "END" && f.until && b.parens == 0:
		return b.end(i)
	case f.condition && !f.until && b.parens == 0 && (word == "THEN" || word == "DO" || word == "LOOP"):
		f.condition, b.starts = false, true
	}
	return i + 1
}

// end closes the innermost compound statement.
func (b *blocks) end(i int) int {
	if len(b.stack) > 0 {
		b.stack = b.stack[:len(b.stack)-1]
	}
	b.starts = false
	if next := SkipSpace(b.list, i+1); isWordAt(b.list, next, "IF", "CASE", "LOOP", "WHILE", "REPEAT", "FOR") {
		return next + 1
	}
	return i + 1
}

// declare reads DECLARE up to the statement of a handler.
func (b *blocks) declare(i int) int {
	b.starts = false
	handler := SkipSpace(b.list, SkipSpace(b.list, i+1)+1)
	if !isWordAt(b.list, handler, "HANDLER") {
		if b.oracle {
			b.push(frame{declares: true})
			b.starts = true
		}
		return i + 1
	}
	for i = SkipSpace(b.list, handler+1) + 1; ; i++ { // after FOR, or a comma
		i = SkipSpace(b.list, i)
		if isWordAt(b.list, i, "SQLSTATE", "NOT") {
			if i = SkipSpace(b.list, i+1); isWordAt(b.list, i, "VALUE") {
				i = SkipSpace(b.list, i+1)
			}
		}
		if i = SkipSpace(b.list, i+1); i >= len(b.list) || b.list[i].Text != "," {
			b.starts = true
			return i
		}
	}
}

// nested reads the head of a routine in a package or among declarations.
func (b *blocks) nested(i int, kind string) int {
	i = routineHead(b.list, SkipSpace(b.list, i+1)+1, kind)
	if isWordAt(b.list, i, "BEGIN") {
		b.push(frame{})
		return i + 1
	}
	return i
}

// isLabel reports whether the name at i is followed by a colon.
func isLabel(list []Token, i int) bool {
	colon := SkipSpace(list, i+1)
	return colon < len(list) && list[colon].Text == ":" && !(colon+1 < len(list) && list[colon+1].Text == "=")
}

// keyword returns a word in capitals. A byte above 0x7f is a space in some character
// sets: a word that would then be a keyword is an error.
func keyword(word string) (string, error) {
	if IsASCII([]byte(word)) {
		return strings.ToUpper(word), nil
	}
	for _, part := range strings.FieldsFunc(word, func(r rune) bool { return r >= 0x80 }) {
		switch strings.ToUpper(part) {
		case "BEGIN", "END", "IF", "CASE", "WHILE", "FOR", "LOOP", "REPEAT", "UNTIL", "THEN", "DO", "DECLARE":
			return "", errors.New("a keyword contains characters that are not letters")
		}
	}
	return word, nil
}
