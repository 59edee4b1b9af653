package replace

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// json returns the edits of a valid JSON document. A string in it may hold a serialized value, with
// escaped quotes. The lengths in that value do not count the escapes.
func (r *Replacer) json(v []byte, nesting int) (edits []edit, err error) {
	for at := 0; at < len(v); {
		open := bytes.IndexByte(v[at:], '"')
		if open < 0 {
			break
		}
		from := at + open + 1
		to := from
		for v[to] != '"' {
			if v[to] == '\\' {
				to++
			}
			to++
		}
		inside, err := r.jsonString(v[from:to], nesting)
		if err != nil {
			return nil, err
		}
		edits = append(edits, shift(inside, from)...)
		at = to + 1
	}
	return edits, nil
}

// jsonString returns the edits of a JSON string without its quotes.
func (r *Replacer) jsonString(s []byte, nesting int) ([]edit, error) {
	if !r.mayMatch(s) {
		return nil, nil
	}
	if !bytes.Contains(s, []byte(`:\"`)) {
		return r.matches(s), nil
	}
	decoded := make([]byte, 0, len(s))
	for at := 0; at < len(s); {
		n, text := jsonUnit(s[at:])
		if n == 0 {
			return r.matches(s), nil
		}
		decoded, at = append(decoded, text...), at+n
	}
	edits, err := r.value(decoded, nesting+1)
	if err != nil {
		return nil, err
	}
	return jsonEdits(s, edits), nil
}

// jsonEdits converts edits of a decoded string to edits of the encoded string s.
func jsonEdits(s []byte, edits []edit) []edit {
	at, decoded := 0, 0
	advance := func(to int) int {
		for decoded < to {
			n, text := jsonUnit(s[at:])
			at, decoded = at+n, decoded+len(text)
		}
		return at
	}
	moved := make([]edit, len(edits))
	for i, e := range edits {
		from := advance(e.from)
		to := advance(e.to)
		slash := "/"
		if bytes.Contains(s[from:to], []byte(`\/`)) {
			slash = `\/`
		}
		moved[i] = edit{from, to, strings.NewReplacer(`\`, `\\`, `"`, `\"`, "/", slash).Replace(e.text), e.matches}
	}
	return moved
}

// jsonUnit returns the length of the first byte or escape of a JSON string without its quotes, and
// the text that it stands for. The length is 0 for half of a surrogate pair.
func jsonUnit(s []byte) (n int, text string) {
	if s[0] != '\\' {
		return 1, string(s[:1])
	}
	if s[1] != 'u' {
		const escapes, meanings = `"\/bfnrt`, "\"\\/\b\f\n\r\t"
		return 2, meanings[strings.IndexByte(escapes, s[1]):][:1]
	}
	unit := func(s []byte) rune {
		if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
			return -1
		}
		n, err := strconv.ParseUint(string(s[2:6]), 16, 16)
		if err != nil {
			return -1
		}
		return rune(n)
	}
	first := unit(s)
	if !utf16.IsSurrogate(first) {
		return 6, string(first)
	}
	if both := utf16.DecodeRune(first, unit(s[6:])); both != utf8.RuneError {
		return 12, string(both)
	}
	return 0, ""
}
