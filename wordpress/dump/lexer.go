package dump

import "strings"

// A token is a piece of an SQL statement; the pieces together are the statement.
type token struct {
	kind tokenKind
	text string // as it stands there
	name string // of a quoted name: what it says
}

type tokenKind uint8

const (
	tokenSpace  tokenKind = iota // white space and comments
	tokenName                    // a name in backticks, or in double quotes where these quote names
	tokenWord                    // a keyword, a bare name or a number
	tokenString                  // a literal in quotes
	tokenOther                   // anything else, one byte
)

// A dialect is what of sql_mode matters for taking a statement apart.
type dialect struct{ ansiQuotes, noBackslash bool }

func dialectOf(sqlMode string) dialect {
	return dialect{strings.Contains(sqlMode, "ANSI_QUOTES"), strings.Contains(sqlMode, "NO_BACKSLASH_ESCAPES")}
}

// tokens takes a statement apart.
func (d dialect) tokens(s string) []token {
	var list []token
	for len(s) > 0 {
		kind, n := d.token(s)
		t := token{kind: kind, text: s[:n]}
		if kind == tokenName && n > 1 {
			q := s[:1]
			t.name = strings.ReplaceAll(s[1:n-1], q+q, q)
		}
		list, s = append(list, t), s[n:]
	}
	return list
}

// token measures the first token of s.
func (d dialect) token(s string) (tokenKind, int) {
	switch c := s[0]; {
	case c == '`' || c == '"' && d.ansiQuotes:
		return tokenName, quoted(s, true)
	case c == '\'' || c == '"':
		return tokenString, quoted(s, d.noBackslash)
	case strings.IndexByte(" \t\r\n\v\f", c) >= 0:
		return tokenSpace, 1
	case c == '#', strings.HasPrefix(s, "-- "), strings.HasPrefix(s, "--\n"), strings.HasPrefix(s, "--\t"):
		return tokenSpace, until(s, "\n")
	case strings.HasPrefix(s, "/*") && !strings.HasPrefix(s, "/*!") && !strings.HasPrefix(s, "/*M!"):
		return tokenSpace, 2 + until(s[2:], "*/")
	case wordByte(c):
		n := 1
		for n < len(s) && wordByte(s[n]) {
			n++
		}
		return tokenWord, n
	}
	return tokenOther, 1
}

// quoted measures what begins with a quote; plain means that a backslash is one.
func quoted(s string, plain bool) int {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && !plain:
			i++
		case s[i] == s[0]:
			if i+1 < len(s) && s[i+1] == s[0] {
				i++
				continue
			}
			return i + 1
		}
	}
	return len(s)
}

func until(s, end string) int {
	if i := strings.Index(s, end); i >= 0 {
		return i + len(end)
	}
	return len(s)
}

func wordByte(c byte) bool {
	return c == '_' || c == '$' || c >= 0x80 || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// identifiers are the names that stand in backticks in a statement that the server
// wrote.
func identifiers(statement string) []string {
	var names []string
	for _, t := range (dialect{}).tokens(statement) {
		if t.kind == tokenName {
			names = append(names, t.name)
		}
	}
	return names
}

// is tells whether a token is the given name, quoted or not.
func (t token) is(name string) bool {
	return t.kind == tokenName && t.name == name || t.kind == tokenWord && strings.EqualFold(t.text, name)
}

// unqualify takes the database's name away from before the names of its own
// objects, wherever ours says that a name, after what comes before it, is one; the head
// of a statement goes as far as the word stop, or to its end if stop is "".
func unqualify(list []token, database schemaName, stop string, ours func(name string, before []token) bool) []token {
	var out []token
	for i := 0; i < len(list); i++ {
		t := list[i]
		if stop != "" && t.kind == tokenWord && strings.EqualFold(t.text, stop) {
			return append(out, list[i:]...)
		}
		if database.is(t) && !afterDot(out) {
			dot := skipSpace(list, i+1)
			next := skipSpace(list, dot+1)
			if dot < len(list) && list[dot].text == "." && next < len(list) {
				third := skipSpace(list, next+1)
				if third < len(list) && list[third].text == "." || ours(list[next].plain(), out) {
					i = next - 1
					continue
				}
			}
		}
		out = append(out, t)
	}
	return out
}

// A schemaName is the database's name, which some servers tell from others by case.
type schemaName struct {
	name    string
	anyCase bool
}

// is tells whether a token is the name.
func (n schemaName) is(t token) bool {
	if t.kind != tokenName && t.kind != tokenWord {
		return false
	}
	return t.plain() == n.name || n.anyCase && strings.EqualFold(t.plain(), n.name)
}

// plain is the name that a token stands for.
func (t token) plain() string {
	if t.kind == tokenName {
		return t.name
	}
	return t.text
}

func skipSpace(list []token, i int) int {
	for i < len(list) && list[i].kind == tokenSpace {
		i++
	}
	return i
}

func afterDot(list []token) bool {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].kind != tokenSpace {
			return list[i].text == "."
		}
	}
	return false
}

// withoutDefiner takes DEFINER=user away from the head of a CREATE statement.
func withoutDefiner(list []token) []token {
	for i, t := range list {
		if t.kind == tokenOther && t.text == "(" {
			break
		}
		if !t.is("DEFINER") {
			continue
		}
		end := skipSpace(list, i+1) // =
		end = skipSpace(list, end+1) + 1
		if at := skipSpace(list, end); at < len(list) && list[at].text == "@" {
			end = skipSpace(list, at+1) + 1
		}
		end = skipSpace(list, min(end, len(list)))
		return append(append([]token{}, list[:i]...), list[end:]...)
	}
	return list
}

// join puts tokens together again.
func join(list []token) string {
	var b strings.Builder
	for _, t := range list {
		b.WriteString(t.text)
	}
	return b.String()
}

// mentions tells whether a statement names something of the database by its full name.
func mentions(list []token, database schemaName) bool {
	for i, t := range list {
		if !database.is(t) || afterDot(list[:i]) {
			continue
		}
		if dot := skipSpace(list, i+1); dot < len(list) && list[dot].text == "." {
			return true
		}
	}
	return false
}
