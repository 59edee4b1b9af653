package replace

import (
	"bytes"
	"slices"
	"strings"
)

// An edit replaces bytes of a value.
type edit struct {
	from, to int
	text     string
	matches  int // number of matches of pairs that it replaces; 0 if it only changes the length of a string
}

// A form is a way in which a text may be written within a value.
type form struct {
	percent bool // reserved bytes are percent-encoded
	// level is the number of backslashes before each slash. With percent, it is how often the
	// percent signs themselves are encoded.
	level int
}

// forms returns the ways in which a text may be written. JSON within JSON has three backslashes.
func forms() []form {
	return []form{{level: 15}, {level: 7}, {level: 3}, {level: 1}, {}, {percent: true}, {percent: true, level: 1}, {percent: true, level: 2}}
}

// width returns the length of c in the form.
func (f form) width(c byte) int {
	switch {
	case f.percent && !isUnreserved(c):
		return 3 + 2*f.level
	case !f.percent && c == '/':
		return 1 + f.level
	}
	return 1
}

func (f form) widthOf(text string) (n int) {
	for i := range len(text) {
		n += f.width(text[i])
	}
	return n
}

// append appends text in the form to dst. If lower is true, percent-encoding uses lower case.
func (f form) append(dst []byte, text string, lower bool) []byte {
	digits := "0123456789ABCDEF"
	if lower {
		digits = "0123456789abcdef"
	}
	for i := range len(text) {
		switch c := text[i]; {
		case f.width(c) == 1:
			dst = append(dst, c)
		case f.percent:
			dst = append(append(dst, '%'), strings.Repeat("25", f.level)...)
			dst = append(dst, digits[c>>4], digits[c&15])
		default:
			dst = append(append(dst, strings.Repeat(`\`, f.level)...), c)
		}
	}
	return dst
}

// begins reports whether s begins with text in the form.
func (f form) begins(s []byte, text string) bool {
	n := f.widthOf(text)
	if len(s) < n {
		return false
	}
	if f.percent {
		return string(s[:n]) == string(f.append(nil, text, false)) || string(s[:n]) == string(f.append(nil, text, true))
	}
	return string(s[:n]) == string(f.append(nil, text, false))
}

// next returns the first position of the anchor in s, from at on; -1 if there is none.
func (p *pair) next(s []byte, at int) int {
	if !p.host {
		if i := bytes.Index(s[at:], []byte(p.anchor)); i >= 0 {
			return at + i
		}
		return -1
	}
	pivot := max(strings.IndexByte(p.anchor, '.'), 0) // a dot is rarer than a letter, so it is faster to search for
	either := strings.ToLower(p.anchor[pivot:pivot+1]) + strings.ToUpper(p.anchor[pivot:pivot+1])
	for at += pivot; at < len(s); at++ {
		var i int
		if either[0] == either[1] {
			i = bytes.IndexByte(s[at:], either[0])
		} else {
			i = bytes.IndexAny(s[at:], either)
		}
		if i < 0 {
			return -1
		}
		at += i
		if from := at - pivot; from+len(p.anchor) <= len(s) && equalFold(s[from:from+len(p.anchor)], p.anchor) {
			return from
		}
	}
	return -1
}

// equalFold reports whether s is equal to text, whose letters must be lower case. It ignores the
// case of ASCII letters only.
func equalFold(s []byte, text string) bool {
	for i := range len(text) {
		if s[i] != text[i] && (s[i]|0x20 != text[i] || !isLetter(s[i])) {
			return false
		}
	}
	return true
}

// at returns the edit for the match whose anchor is at a position of s. It returns false if there is
// no match.
func (p *pair) at(s []byte, anchor int) (edit, bool) {
	begin := anchor
	if p.url && begin >= 4 && equalFold(s[begin-4:begin], "www.") {
		begin -= 4
	}
	for _, f := range forms() {
		from, rest := begin-f.widthOf(p.before), s[anchor+len(p.anchor):]
		if from < 0 || !f.begins(s[from:], p.before) || !f.begins(rest, p.after) {
			continue
		}
		to := anchor + len(p.anchor) + f.widthOf(p.after)
		if p.whole && !p.ends(s[to:]) || p.host && !p.url && !hostBegins(s[:from]) {
			return edit{}, false
		}
		lower := f.percent && bytes.ContainsAny(s[from:begin], "abcdef")
		if !p.url {
			return edit{from, to, string(f.append(nil, p.with, lower)), 1}, true
		}
		scheme, colon, ok := schemeBefore(s[:from])
		if !ok {
			return edit{}, false
		}
		text := append([]byte{}, s[scheme:colon]...)
		if p.scheme != "" && scheme < colon {
			text = []byte(p.scheme)
		}
		return edit{scheme, to, string(f.append(append(text, s[colon:begin]...), p.with, lower)), 1}, true
	}
	return edit{}, false
}

// schemeBefore returns where the scheme at the end of s begins, and where its colon is. Both are
// len(s) if there is no scheme. It returns false if the scheme is neither http nor https.
func schemeBefore(s []byte) (from, colon int, ok bool) {
	colon = len(s)
	if bytes.HasSuffix(s, []byte(":")) {
		colon--
	} else if colon >= 3 && equalFold(s[colon-2:], "3a") {
		at := colon - 2
		for at >= 2 && string(s[at-2:at]) == "25" {
			at -= 2
		}
		if at > 0 && s[at-1] == '%' {
			colon = at - 1
		}
	}
	if colon == len(s) {
		return colon, colon, true
	}
	for _, scheme := range []string{"https", "http"} {
		from := colon - len(scheme)
		if from >= 0 && equalFold(s[from:colon], scheme) {
			return from, colon, true
		}
	}
	return 0, 0, false
}

// ends reports whether a host name or a segment of a path can end before s.
func (p *pair) ends(s []byte) bool {
	if len(s) == 0 {
		return true
	}
	c, n := s[0], 1
	if decoded, length := unpercent(s); length > 0 {
		if c, n = decoded, length; c >= 0x80 && strings.Contains(p.after, "/") {
			return false
		}
	}
	follows := byte(0)
	if len(s) > n {
		follows = s[n]
	}
	switch {
	case isWord(c), c == '@':
		return false
	case c == '.':
		return !isAlphanumeric(follows)
	case c == ':': // with another port, it is another site
		return p.after != "" || follows < '0' || follows > '9'
	}
	return true
}

// unpercent returns the byte that the percent-encoding at the beginning of s stands for, and the
// length of the encoding; 0 if s does not begin with one.
func unpercent(s []byte) (c byte, length int) {
	if s[0] != '%' {
		return 0, 0
	}
	at := 1
	for bytes.HasPrefix(s[at:], []byte("25")) {
		at += 2
	}
	if len(s) < at+2 || !isHex(s[at]) || !isHex(s[at+1]) {
		return 0, 0
	}
	return hexValue(s[at])<<4 | hexValue(s[at+1]), at + 2
}

// hostBegins reports whether a host name, or its label, can begin after s.
func hostBegins(s []byte) bool {
	n := len(s)
	if n == 0 || !isAlphanumeric(s[n-1]) && s[n-1] != '-' {
		return true
	}
	escaped := n >= 2 && s[n-2] == '\\' && strings.IndexByte("nrtbf", s[n-1]) >= 0
	encoded := n >= 3 && isHex(s[n-1]) && isHex(s[n-2]) && (s[n-3] == '%' || n >= 5 && string(s[n-4:n-2]) == "25")
	return escaped || encoded
}

func isHex(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f' }

func hexValue(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return (c | 0x20 - 'a') + 10
}

// matches returns the edits of all matches in s, in their order. If matches overlap, it uses the
// first; if several begin at the same byte, it uses the longest.
func (r *Replacer) matches(s []byte) []edit {
	var list []edit
	for i := range r.pairs {
		p := &r.pairs[i]
		for at := p.next(s, 0); at >= 0; at = p.next(s, at+len(p.anchor)) {
			if m, ok := p.at(s, at); ok {
				list = append(list, m)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b edit) int {
		if a.from != b.from {
			return a.from - b.from
		}
		return b.to - a.to
	})
	end := 0
	return slices.DeleteFunc(list, func(e edit) bool {
		if e.from < end {
			return true
		}
		end = e.to
		return false
	})
}

// mayMatch reports whether s contains an anchor.
func (r *Replacer) mayMatch(s []byte) bool {
	for i := range r.pairs {
		if r.pairs[i].next(s, 0) >= 0 {
			return true
		}
	}
	return false
}
