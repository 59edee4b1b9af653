package replace

import (
	"bytes"
	"encoding/json"
)

// value returns the edits of a value, in their order. nesting is the number of values that contain
// it. If it returns an error, the value must not be changed.
func (r *Replacer) value(v []byte, nesting int) ([]edit, error) {
	if !r.mayMatch(v) || len(r.matches(v)) == 0 {
		return nil, nil
	}
	if nesting > maxNesting {
		return nil, errBroken
	}
	from := len(v) - len(bytes.TrimLeft(v, " \t\n\r\x00\x0b"))
	if isSerialized(v[from:]) {
		p := parser{r: r, text: v, at: from, nesting: nesting}
		if err := p.value(0); err != nil {
			return nil, err
		}
		after, err := r.text(v[p.at:], nesting)
		return append(p.edits, shift(after, p.at)...), err
	}
	if bytes.Contains(v, []byte(`:\"`)) && json.Valid(v) {
		return r.json(v, nesting)
	}
	return r.text(v, nesting)
}

// text returns the edits of a text that may contain serialized strings and objects, such as PHP's
// session data.
func (r *Replacer) text(v []byte, nesting int) (edits []edit, err error) {
	plain := 0 // the part before this index was edited
	for at := 0; at < len(v); at++ {
		i := bytes.IndexByte(v[at:], ':')
		if i < 0 {
			break
		}
		at += i
		if at == 0 || at-1 < plain || !isFragment(v[at-1:]) {
			continue
		}
		if check := (&parser{text: v, at: at - 1}); check.value(0) != nil {
			continue
		}
		p := parser{r: r, text: v, at: at - 1, nesting: nesting}
		if err := p.value(0); err != nil {
			return nil, err
		}
		edits = append(edits, shift(r.matches(v[plain:at-1]), plain)...)
		edits = append(edits, p.edits...)
		plain = p.at
		at = plain - 1
	}
	return append(edits, shift(r.matches(v[plain:]), plain)...), nil
}

// isFragment reports whether s may begin with a serialized string or custom object.
func isFragment(s []byte) bool { return (s[0] == 's' || s[0] == 'C') && isSerialized(s) }

// shift adds offset to the positions of edits.
func shift(edits []edit, offset int) []edit {
	for i := range edits {
		edits[i].from += offset
		edits[i].to += offset
	}
	return edits
}

// growth returns the number of bytes by which edits lengthen a value.
func growth(edits []edit) (n int) {
	for _, e := range edits {
		n += len(e.text) - (e.to - e.from)
	}
	return n
}

// matchesOf returns the number of matches that edits replace.
func matchesOf(edits []edit) (n int) {
	for _, e := range edits {
		n += e.matches
	}
	return n
}

// apply returns the edited value.
func apply(v []byte, edits []edit) []byte {
	out := make([]byte, 0, len(v)+growth(edits))
	at := 0
	for _, e := range edits {
		out = append(append(out, v[at:e.from]...), e.text...)
		at = e.to
	}
	return append(out, v[at:]...)
}
