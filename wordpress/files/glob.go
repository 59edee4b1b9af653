package files

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// A glob is a compiled pattern of --include and --exclude. The language is that
// of .gitignore: "*" matches any characters except "/", "?" one such character, "[a-z]"
// and "[!a-z]" one character of a set, "\" removes the meaning of the next character, and
// the component "**" matches any number of folders. A pattern without a slash before its
// end is matched with the last component of a name at any depth, any other with the whole
// name. A slash at the end matches folders only. Names are bytes: a byte that is not
// UTF-8 counts as one character.
type glob struct {
	text       string
	components []string
	anywhere   bool // matched with the last component
	folders    bool // matches folders only
}

// newGlob compiles a pattern.
func newGlob(pattern string) (glob, error) {
	g := glob{text: pattern}
	fail := func(why string) (glob, error) { return glob{}, fmt.Errorf("pattern %q: %s", pattern, why) }
	body := pattern
	if strings.HasPrefix(body, "!") {
		return fail(`begins with "!"; use an include for files to keep, or write "\!"`)
	}
	if trimmed, ok := strings.CutSuffix(body, "/"); ok {
		g.folders, body = true, trimmed
	}
	g.anywhere = !strings.Contains(body, "/")
	for _, c := range strings.Split(strings.TrimPrefix(body, "/"), "/") {
		switch c {
		case "", ".", "..":
			return fail(`has an empty component, "." or ".."; write the path from the site's root`)
		}
		if err := checkComponent(c); err != nil {
			return fail(err.Error())
		}
		if n := len(g.components); c == "**" && n > 0 && g.components[n-1] == "**" {
			continue
		}
		g.components = append(g.components, c)
	}
	return g, nil
}

// match reports whether the glob matches a name, whose components are joined by "/".
func (g *glob) match(name string, folder bool) bool {
	if g.folders && !folder {
		return false
	}
	if g.anywhere {
		return matchComponent(g.components[0], name[strings.LastIndexByte(name, '/')+1:])
	}
	// "**" matches as few components as possible, and one more each time the rest of the
	// pattern fails. Of several, only the last must be retried.
	rest, pattern := name, g.components
	var retryName string
	var retryPattern []string
	for more := true; more; {
		if len(pattern) > 0 && pattern[0] == "**" {
			if pattern = pattern[1:]; len(pattern) == 0 {
				return true
			}
			retryName, retryPattern = rest, pattern
			continue
		}
		head, tail, slash := strings.Cut(rest, "/")
		if len(pattern) > 0 && matchComponent(pattern[0], head) {
			if pattern = pattern[1:]; !slash {
				return len(pattern) == 0
			}
			rest = tail
			if len(pattern) > 0 {
				continue
			}
		}
		if retryPattern == nil {
			return false
		}
		if _, retryName, more = strings.Cut(retryName, "/"); more {
			rest, pattern = retryName, retryPattern
		}
	}
	return false
}

// below reports whether the glob may match something below the folder name.
func (g *glob) below(name string) bool {
	if g.anywhere || name == "" {
		return true
	}
	for _, c := range g.components {
		if c == "**" {
			return true
		}
		head, tail, more := strings.Cut(name, "/")
		if !matchComponent(c, head) {
			return false
		}
		if name = tail; !more {
			return true
		}
	}
	return false
}

// checkComponent returns an error for a set without an end and an escape of nothing.
func checkComponent(c string) error {
	for i := 0; i < len(c); {
		switch c[i] {
		case '\\':
			if i++; i == len(c) {
				return errors.New(`ends in "\"`)
			}
			i++
		case '[':
			_, n := matchSet(c[i:], 0)
			if n == 0 {
				return errors.New(`has a "[" without its "]"; write "\[" for the character`)
			}
			i += n
		default:
			i++
		}
	}
	return nil
}

// matchComponent matches one component. Of several stars only the last must be retried,
// so the time is bounded by the product of the lengths.
func matchComponent(p, s string) bool {
	if !strings.ContainsAny(p, `*?[\`) {
		return p == s
	}
	star, mark, i, j := -1, 0, 0, 0
	for j < len(s) {
		if i < len(p) && p[i] == '*' {
			star, mark = i, j
			i++
			continue
		}
		if i < len(p) {
			if ip, js, ok := matchOne(p[i:], s[j:]); ok {
				i, j = i+ip, j+js
				continue
			}
		}
		if star < 0 {
			return false
		}
		_, size := utf8.DecodeRuneInString(s[mark:])
		mark += size
		i, j = star+1, mark
	}
	return strings.Trim(p[i:], "*") == ""
}

// matchOne matches the first character of s with the first element of p, which is not a
// star. It returns the lengths of both.
func matchOne(p, s string) (np, ns int, ok bool) {
	r, size := utf8.DecodeRuneInString(s)
	switch p[0] {
	case '?':
		return 1, size, true
	case '[':
		in, n := matchSet(p, r)
		return n, size, in
	case '\\':
		return 2, 1, p[1] == s[0]
	}
	return 1, 1, p[0] == s[0]
}

// matchSet matches a character with the set that p begins with. It returns the length of
// the set, or 0 if the set has no end.
func matchSet(p string, r rune) (in bool, n int) {
	i := 1
	negated := i < len(p) && (p[i] == '!' || p[i] == '^')
	if negated {
		i++
	}
	for first := true; i < len(p); first = false {
		if p[i] == ']' && !first {
			return in != negated, i + 1
		}
		var lo, hi rune
		lo, i = setRune(p, i)
		hi = lo
		if i+1 < len(p) && p[i] == '-' && p[i+1] != ']' {
			hi, i = setRune(p, i+1)
		}
		if lo <= r && r <= hi {
			in = true
		}
	}
	return false, 0
}

func setRune(p string, i int) (r rune, next int) {
	if p[i] == '\\' && i+1 < len(p) {
		i++
	}
	r, size := utf8.DecodeRuneInString(p[i:])
	return r, i + size
}
