package replace

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
)

// Errors for values that must not be changed.
var (
	errBroken   = errors.New("the serialized value is broken")
	errSameKeys = errors.New("two keys of an array would become the same")
	errCharset  = errors.New("its bytes, or those of the replacement, are not valid text in the column's character set")
	errUnread   = errors.New("not examined: in this character set, a match cannot be distinguished from other text")
)

const (
	maxNesting = 64   // maximum nesting of values that are serialized within a string of another one
	maxDepth   = 4096 // maximum depth of arrays and objects, the same as in PHP
)

// isSerialized reports whether v looks like a serialized value that may contain a string.
func isSerialized(v []byte) bool {
	if len(v) < 4 || v[1] != ':' || strings.IndexByte("aOCEsS", v[0]) < 0 {
		return false
	}
	digits := 2
	for digits < len(v) && v[digits] >= '0' && v[digits] <= '9' {
		digits++
	}
	if digits == 2 || digits+1 >= len(v) || v[digits] != ':' {
		return false
	}
	return v[digits+1] == '"' || v[0] == 'a' && v[digits+1] == '{'
}

// A parser reads a serialized value in the same way as PHP, and edits its strings. It creates no
// objects, so it needs no classes.
type parser struct {
	r       *Replacer // edits the strings; if nil, the parser only checks the value
	text    []byte
	at      int
	nesting int
	edits   []edit
}

// value reads one value.
func (p *parser) value(depth int) error {
	if depth > maxDepth || p.at >= len(p.text) {
		return errBroken
	}
	switch p.text[p.at] {
	case 'N':
		return p.skip("N;")
	case 'i', 'd', 'b', 'r', 'R':
		return p.scalar()
	case 's':
		_, err := p.str()
		return err
	case 'S':
		_, err := p.escaped()
		return err
	case 'a':
		count, err := p.number("a:")
		if err != nil {
			return err
		}
		return p.elements(count, depth)
	case 'O':
		return p.object(depth)
	case 'C':
		return p.custom()
	case 'E':
		if err := p.class("E:"); err != nil {
			return err
		}
		return p.skip(";")
	}
	return errBroken
}

// skip reads text, and returns an error if anything else follows.
func (p *parser) skip(text string) error {
	if !bytes.HasPrefix(p.text[p.at:], []byte(text)) {
		return errBroken
	}
	p.at += len(text)
	return nil
}

// scalar reads a number, a boolean or a reference.
func (p *parser) scalar() error {
	const longest = 400 // maximum length in bytes; a float has at most 330
	end := bytes.IndexByte(p.text[p.at:min(len(p.text), p.at+longest)], ';')
	if end < 3 || p.text[p.at+1] != ':' {
		return errBroken
	}
	for _, c := range p.text[p.at+2 : p.at+end] {
		if c != '.' && c != '+' && !isWord(c) {
			return errBroken
		}
	}
	p.at += end + 1
	return nil
}

// number reads the text after, and the number that follows it.
func (p *parser) number(after string) (int, error) {
	if err := p.skip(after); err != nil {
		return 0, err
	}
	from := p.at
	for p.at < len(p.text) && p.text[p.at] >= '0' && p.text[p.at] <= '9' && p.at-from < 15 {
		p.at++
	}
	n, err := strconv.Atoi(string(p.text[from:p.at]))
	if err != nil {
		return 0, errBroken
	}
	return n, nil
}

// content reads n bytes between the texts open and end, and returns the position of these bytes.
func (p *parser) content(open string, n int, end string) (from, to int, err error) {
	if err := p.skip(open); err != nil {
		return 0, 0, err
	}
	from = p.at
	if n > len(p.text)-from {
		return 0, 0, errBroken
	}
	to = from + n
	p.at = to
	return from, to, p.skip(end)
}

// change adds the edits of a part of the value, and an edit of its length, which is written from
// lengthFrom to lengthTo.
func (p *parser) change(lengthFrom, lengthTo, from, to int, edits []edit) {
	if len(edits) == 0 {
		return
	}
	p.edits = append(p.edits, edit{lengthFrom, lengthTo, strconv.Itoa(to - from + growth(edits)), 0})
	p.edits = append(p.edits, shift(edits, from)...)
}

// str reads and edits a string. It returns the edited string.
func (p *parser) str() (string, error) {
	lengthFrom := p.at + len("s:")
	n, err := p.number("s:")
	if err != nil {
		return "", err
	}
	lengthTo := p.at
	from, to, err := p.content(`:"`, n, `";`)
	if err != nil || p.r == nil {
		return "", err
	}
	edits, err := p.r.value(p.text[from:to], p.nesting+1)
	if err != nil {
		return "", err
	}
	after := p.text[from:to]
	if len(edits) > 0 {
		after = apply(after, edits)
	}
	p.change(lengthFrom, lengthTo, from, to, edits)
	return string(after), nil
}

// escaped reads a string with hexadecimal escapes. If the string changes, it becomes an ordinary
// string without escapes.
func (p *parser) escaped() (string, error) {
	begin := p.at
	n, err := p.number("S:")
	if err != nil {
		return "", err
	}
	if err := p.skip(`:"`); err != nil {
		return "", err
	}
	var decoded []byte
	for len(decoded) < n {
		rest := p.text[p.at:]
		switch {
		case len(rest) == 0:
			return "", errBroken
		case rest[0] != '\\':
			decoded = append(decoded, rest[0])
			p.at++
		case len(rest) < 3 || !isHex(rest[1]) || !isHex(rest[2]):
			return "", errBroken
		default:
			decoded = append(decoded, hexValue(rest[1])<<4|hexValue(rest[2]))
			p.at += 3
		}
	}
	if err := p.skip(`";`); err != nil || p.r == nil {
		return "", err
	}
	edits, err := p.r.value(decoded, p.nesting+1)
	if err != nil || len(edits) == 0 {
		return string(decoded), err
	}
	changed := string(apply(decoded, edits))
	p.edits = append(p.edits, edit{begin, p.at, "s:" + strconv.Itoa(len(changed)) + `:"` + changed + `";`, matchesOf(edits)})
	return changed, nil
}

// elements reads the keys and values of an array or object, and edits both.
func (p *parser) elements(count, depth int) error {
	if err := p.skip(":{"); err != nil {
		return err
	}
	var keys []string // the keys that are strings
	before, changed := len(p.edits), false
	for range count {
		key, isText, err := p.key()
		if err != nil {
			return err
		}
		if isText && p.r != nil {
			keys = append(keys, key)
		}
		changed = changed || len(p.edits) > before
		if err := p.value(depth + 1); err != nil {
			return err
		}
		before = len(p.edits)
	}
	if changed && hasDuplicates(keys) {
		return errSameKeys
	}
	return p.skip("}")
}

// key reads the key of an element. isText is true if the key is a string.
func (p *parser) key() (key string, isText bool, err error) {
	if p.at >= len(p.text) {
		return "", false, errBroken
	}
	switch p.text[p.at] {
	case 'i':
		return "", false, p.scalar()
	case 's':
		key, err = p.str()
		return key, true, err
	case 'S':
		key, err = p.escaped()
		return key, true, err
	}
	return "", false, errBroken
}

func hasDuplicates(keys []string) bool {
	seen := make(map[string]bool, len(keys))
	for _, key := range keys {
		if seen[key] {
			return true
		}
		seen[key] = true
	}
	return false
}

// class reads the name of a class, which is not edited.
func (p *parser) class(kind string) error {
	n, err := p.number(kind)
	if err != nil {
		return err
	}
	_, _, err = p.content(`:"`, n, `"`)
	return err
}

// object reads an object with its properties.
func (p *parser) object(depth int) error {
	if err := p.class("O:"); err != nil {
		return err
	}
	count, err := p.number(":")
	if err != nil {
		return err
	}
	return p.elements(count, depth)
}

// custom reads an object that its class has serialized in its own format. Only the length and the
// serialized strings in it can be recognized.
func (p *parser) custom() error {
	if err := p.class("C:"); err != nil {
		return err
	}
	lengthFrom := p.at + 1
	n, err := p.number(":")
	if err != nil {
		return err
	}
	lengthTo := p.at
	from, to, err := p.content(":{", n, "}")
	if err != nil || p.r == nil {
		return err
	}
	if p.nesting >= maxNesting {
		return errBroken
	}
	edits, err := p.r.text(p.text[from:to], p.nesting+1)
	if err != nil {
		return err
	}
	p.change(lengthFrom, lengthTo, from, to, edits)
	return nil
}
