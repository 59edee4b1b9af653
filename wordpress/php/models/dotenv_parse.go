package models

import (
	"regexp"
	"strings"
	"sync"
	"unicode"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
)

// A DotenvEntry is one line of an .env file as phpdotenv 5 reads it.
type DotenvEntry struct {
	Name    string
	NoValue bool // a name without an equals sign: the variable is cleared
	Text    string
	Vars    []int // offsets in Text at which ${NAME} is replaced

	Ambiguous bool // minor releases before phpdotenv 5 give different values
}

// A DotenvError says why phpdotenv refuses a file.
type DotenvError struct{ cause, line string }

func (e *DotenvError) Error() string {
	return "Failed to parse dotenv file. Encountered " + e.cause + " at [" + e.line + "]."
}

// ParseDotenv reads an .env file as phpdotenv 5 does. The text must be UTF-8.
func ParseDotenv(text string) ([]DotenvEntry, *DotenvError) {
	text = strings.TrimPrefix(text, "\xef\xbb\xbf")
	lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n")
	var entries []DotenvEntry
	for _, line := range dotenvLines(lines) {
		e, err := parseDotenvEntry(line)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// dotenvLines joins the lines of values in double quotes, and removes comments.
func dotenvLines(lines []string) []string {
	var out, open []string
	multi := false
	for _, line := range lines {
		starts := false
		if !multi && strings.Contains(line, `="`) && !dotenvStops(line, true) {
			multi, starts = true, true
		}
		if multi {
			open = append(open, line)
			if dotenvStops(line, starts) {
				multi = false
				line = strings.Join(open, "\n")
				open = nil
			}
		}
		if trimmed := PhpTrim(line); !multi && trimmed != "" && trimmed[0] != '#' {
			out = append(out, line)
		}
	}
	return out
}

// dotenvStops reports whether a line ends a value of several lines: it has a quote that
// is not escaped, in addition to the quote that opens the value.
func dotenvStops(line string, started bool) bool {
	if line == `"` {
		return true
	}
	line = strings.ReplaceAll(line, `\\`, "")
	n := 0
	for i := 1; i < len(line); i++ {
		if line[i] == '"' && line[i-1] != '\\' {
			n++
		}
	}
	if started {
		return n > 1
	}
	return n >= 1
}

// PhpTrim implements PHP's trim().
func PhpTrim(s string) string { return strings.Trim(s, " \n\r\t\v\x00") }

func parseDotenvEntry(line string) (DotenvEntry, *DotenvError) {
	name, value, assigned := strings.Cut(line, "=")
	if assigned {
		name, value = PhpTrim(name), PhpTrim(value)
		if name == "" {
			return DotenvEntry{}, &DotenvError{"an unexpected equals", firstLine(line)}
		}
	}
	name, ok := dotenvName(name)
	if !ok {
		return DotenvEntry{}, &DotenvError{"an invalid name", firstLine(name)}
	}
	if !assigned {
		return DotenvEntry{Name: name, NoValue: true}, nil
	}
	text, vars, cause := dotenvValue(value)
	if cause != "" {
		return DotenvEntry{}, &DotenvError{cause, firstLine(value)}
	}
	return DotenvEntry{Name: name, Text: text, Vars: vars}, nil
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}

func dotenvName(s string) (string, bool) {
	if len([]rune(s)) > 8 && strings.HasPrefix(s, "export") && eval.PhpSpace(s[6]) {
		s = strings.TrimLeft(s[6:], " \n\r\t\v\x00")
	}
	if n := len(s); len([]rune(s)) >= 3 && (s[0] == '"' || s[0] == '\'') && s[n-1] == s[0] {
		s = s[1 : n-1]
	}
	if s == "" {
		return s, false
	}
	for _, r := range s {
		if !unicode.In(r, unicode.Ll, unicode.Lu, unicode.M, unicode.N) && r != '_' && r != '.' {
			return s, false
		}
	}
	return s, true
}

// A dotenvState is a state of the parser of values.
type dotenvState uint8

const (
	dotenvInitial dotenvState = iota
	dotenvPlain
	dotenvSingle
	dotenvDouble
	dotenvEscape
	dotenvBlank
	dotenvComment
)

// dotenvValue reads the text after the equals sign.
func dotenvValue(s string) (text string, vars []int, cause string) {
	if PhpTrim(s) == "" {
		return "", nil, ""
	}
	var b strings.Builder
	state := dotenvInitial
	for s != "" {
		token := dotenvToken(s)
		s = s[len(token):]
		var put string
		put, state, cause = state.next(token)
		if cause != "" {
			return "", nil, cause
		}
		if token == "$" && put == "$" && (state == dotenvPlain || state == dotenvDouble) {
			vars = append(vars, b.Len())
		}
		if strings.HasPrefix(put, "\x00$") { // an escaped dollar sign
			put = "$"
		}
		b.WriteString(put)
	}
	if state == dotenvSingle || state == dotenvDouble || state == dotenvEscape {
		return "", nil, "a missing closing quote"
	}
	return b.String(), vars, ""
}

// dotenvToken returns a run of line ends, of blanks or of plain text, or one byte with a
// special meaning.
func dotenvToken(s string) string {
	class := func(c byte) int {
		switch {
		case c == '\n' || c == '\r':
			return 1
		case eval.PhpSpace(c):
			return 2
		case strings.IndexByte(`\'"#$`, c) >= 0:
			return 0
		}
		return 3
	}
	first := class(s[0])
	n := 1
	for first != 0 && n < len(s) && class(s[n]) == first {
		n++
	}
	return s[:n]
}

// next returns the text that a token adds to the value, and the state after it.
func (st dotenvState) next(token string) (put string, to dotenvState, cause string) {
	blank := eval.PhpSpace(token[0])
	switch st {
	case dotenvInitial:
		switch token {
		case "'":
			return "", dotenvSingle, ""
		case `"`:
			return "", dotenvDouble, ""
		case "#":
			return "", dotenvComment, ""
		}
		return token, dotenvPlain, ""
	case dotenvPlain:
		switch {
		case token == "#":
			return "", dotenvComment, ""
		case blank:
			return "", dotenvBlank, ""
		}
		return token, dotenvPlain, ""
	case dotenvSingle:
		if token == "'" {
			return "", dotenvBlank, ""
		}
		return token, dotenvSingle, ""
	case dotenvDouble:
		switch token {
		case `"`:
			return "", dotenvBlank, ""
		case `\`:
			return "", dotenvEscape, ""
		}
		return token, dotenvDouble, ""
	case dotenvEscape:
		return dotenvEscaped(token)
	case dotenvBlank:
		switch {
		case token == "#":
			return "", dotenvComment, ""
		case !blank:
			return "", st, "unexpected whitespace"
		}
	case dotenvComment:
	}
	return "", st, ""
}

func dotenvEscaped(token string) (put string, to dotenvState, cause string) {
	switch token {
	case `"`, `\`:
		return token, dotenvDouble, ""
	case "$":
		return "\x00$", dotenvDouble, ""
	}
	if i := strings.IndexByte("fnrtv", token[0]); i >= 0 {
		return "\f\n\r\t\v"[i:i+1] + token[1:], dotenvDouble, ""
	}
	return "", dotenvEscape, "an unexpected escape sequence"
}

var (
	dotenvVar = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\$\{([A-Za-z0-9_.]+)\}`) })
	// openDotenvVar matches the beginning of a ${NAME} that the text after it may complete.
	openDotenvVar = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\$(\{[A-Za-z0-9_.]*)?$`) })
)

// Resolve replaces each ${NAME} by its value. ok is false if the value of one variable may
// become a part of the name of another, as in ${A${B}}.
func (e *DotenvEntry) Resolve(lookup func(name string) (text string, ok bool)) (text string, ok bool) {
	var b strings.Builder
	end, open := 0, false
	for i, at := range e.Vars {
		b.WriteString(e.Text[end:at])
		end = len(e.Text)
		if i+1 < len(e.Vars) {
			end = e.Vars[i+1]
		}
		part := e.Text[at:end]
		if m := dotenvVar().FindStringSubmatch(part); m != nil {
			v, found := lookup(m[1])
			if found && open {
				return "", false
			}
			if found {
				part = v + part[len(m[0]):]
			}
		}
		open = openDotenvVar().MatchString(e.Text[at:end])
		b.WriteString(part)
	}
	b.WriteString(e.Text[end:])
	return b.String(), true
}
