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
type DotenvError struct{ cause string }

func (e *DotenvError) Error() string {
	return "Failed to parse dotenv file. Encountered " + e.cause + "."
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
			return DotenvEntry{}, &DotenvError{"an unexpected equals"}
		}
	}
	name, ok := dotenvName(name)
	if !ok {
		return DotenvEntry{}, &DotenvError{"an invalid name"}
	}
	if !assigned {
		return DotenvEntry{Name: name, NoValue: true}, nil
	}
	text, vars, cause := dotenvValue(value)
	if cause != "" {
		return DotenvEntry{}, &DotenvError{cause}
	}
	return DotenvEntry{Name: name, Text: text, Vars: vars}, nil
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

// dotenvValue reads the text after the equals sign, which is trimmed: quoted text or a
// word, then blanks and a comment. vars are the offsets of dollar signs that are not
// escaped.
func dotenvValue(s string) (text string, vars []int, cause string) {
	if PhpTrim(s) == "" {
		return "", nil, ""
	}
	var b strings.Builder
	i, quote := len(s)-len(strings.TrimLeft(s, " \t\v\f")), byte(0)
	b.WriteString(s[:i]) // form feeds, which PHP's trim() keeps
	if s[0] == '"' || s[0] == '\'' {
		i, quote = 1, s[0]
	}
	closed := false
	for ; i < len(s); i++ {
		c := s[i]
		if quote == 0 && (c == '#' || eval.PhpSpace(c)) {
			break
		}
		if closed = quote != 0 && c == quote; closed {
			i++
			break
		}
		switch {
		case c == '\\' && quote == '"' && i+1 < len(s):
			i++
			escape := strings.IndexByte(`"\$fnrtv`, s[i])
			if escape < 0 {
				return "", nil, "an unexpected escape sequence"
			}
			c = "\"\\$\f\n\r\t\v"[escape]
		case c == '$' && quote != '\'':
			vars = append(vars, b.Len())
		}
		b.WriteByte(c)
	}
	if quote != 0 && !closed {
		return "", nil, "a missing closing quote"
	}
	rest, _, _ := strings.Cut(s[i:], "#")
	if strings.Trim(rest, " \t\n\v\f\r") != "" {
		return "", nil, "unexpected whitespace"
	}
	return b.String(), vars, ""
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
