package php

import (
	"strconv"
	"strings"
	"unicode"
)

// lineEscape rewrites \N, all but a line's end, and \R, any of them.
func (w *patternWriter) lineEscape(c byte) bool {
	w.i += 2
	if c == 'N' {
		w.b.WriteString(`[^\n]`)
		return true
	}
	more := ""
	if w.utf8 {
		more = `\u2028\u2029`
	}
	w.b.WriteString(`(?>\r\n|[\n\v\f\r\x85` + more + `])`)
	return true
}

// boundary rewrites \b and \B.
func (w *patternWriter) boundary(c byte) bool {
	w.classes = true
	w.i += 2
	ahead, behind := "(?=[0-9A-Za-z_])", "(?<=[0-9A-Za-z_])"
	nahead, nbehind := "(?![0-9A-Za-z_])", "(?<![0-9A-Za-z_])"
	if c == 'b' {
		w.b.WriteString("(?:" + behind + nahead + "|" + nbehind + ahead + ")")
	} else {
		w.b.WriteString("(?:" + behind + ahead + "|" + nbehind + nahead + ")")
	}
	return true
}

// property rewrites \p{Lu} and its like: general categories alone.
func (w *patternWriter) property() bool {
	name, n := "", 3
	if rest := w.p[w.i+2:]; strings.HasPrefix(rest, "{") {
		end := strings.IndexByte(rest, '}')
		if end < 0 {
			return false
		}
		name, n = rest[1:end], 2+end+1
	} else if rest != "" {
		name = rest[:1]
	}
	if _, ok := unicode.Categories[name]; !ok || name == "C" || name == "Cn" || name == "Co" || name == "Cs" {
		return false
	}
	w.b.WriteString(w.p[w.i:w.i+2] + "{" + name + "}")
	w.i += n
	return true
}

// backReference rewrites \k<name> and \g{1}: all of them by number.
func (w *patternWriter) backReference() bool {
	rest := w.p[w.i+2:]
	if rest == "" {
		return false
	}
	at := strings.IndexByte("<{'", rest[0])
	if at < 0 {
		return false
	}
	end := strings.IndexByte(rest[1:], ">}'"[at])
	if end < 0 || w.p[w.i+1] == 'g' && rest[0] != '{' {
		return false // \g<1> calls the group
	}
	name := rest[1 : end+1]
	w.i += 2 + end + 2
	for number, n := range w.names {
		if number > 0 && (n == name || strconv.Itoa(number) == name) {
			w.b.WriteString(`(?:\` + strconv.Itoa(number) + `)`)
			return true
		}
	}
	return false
}

func (w *patternWriter) hex() bool {
	end := w.i + 2
	for end < len(w.p) && end < w.i+4 && strings.IndexByte("0123456789abcdefABCDEF", w.p[end]) >= 0 {
		end++
	}
	if end != w.i+4 {
		return false
	}
	if w.utf8 && w.p[w.i+2] >= '8' {
		return w.copy(4)
	}
	return w.copy(4)
}
