package models

import (
	"strconv"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// ParseOldDotenv reads an .env file as phpdotenv 2, 3 or 4 does. If releases of the same
// major version give different values, the entry has Ambiguous set. An error is a
// *DotenvError if phpdotenv refuses the file, or a *ReleaseConflictError if the releases do not
// even agree on the entries.
func ParseOldDotenv(text string, r Release) ([]DotenvEntry, error) {
	lines, err := oldLines(text, r.Major)
	if err != nil {
		return nil, err
	}
	var entries []DotenvEntry
	for i, line := range lines {
		if trimmed := PhpTrim(line); trimmed == "" || trimmed[0] == '#' {
			continue
		}
		name, value, assigned := strings.Cut(line, "=")
		if !assigned {
			if r.Major < 4 {
				continue
			}
			return nil, &ReleaseConflictError{i + 1}
		}
		for _, s := range []string{"export ", "'", `"`} {
			name = strings.ReplaceAll(PhpTrim(name), s, "")
		}
		name = PhpTrim(name)
		if !oldName(name) {
			if r.Major < 3 {
				return nil, &ReleaseConflictError{i + 1}
			}
			return nil, &DotenvError{"an invalid name"}
		}
		e := DotenvEntry{Name: name}
		var cause string
		if r.Major == 4 {
			cause = e.readRelease4(PhpTrim(value))
		} else {
			cause = e.readRelease2Or3(PhpTrim(value), r)
		}
		if cause != "" {
			return nil, &DotenvError{cause}
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// A ReleaseConflictError is a line that releases of the same major version read differently.
// Line counts from 1.
type ReleaseConflictError struct{ Line int }

func (e *ReleaseConflictError) Error() string { return "line " + strconv.Itoa(e.Line) }

// oldLines splits a file into lines, as phpdotenv of a major version does.
func oldLines(text string, major int) ([]string, error) {
	if strings.HasPrefix(text, "\xef\xbb\xbf") {
		return nil, &ReleaseConflictError{1}
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	if i := strings.IndexByte(text, '\r'); i >= 0 {
		if strings.Contains(text, "\n") {
			return nil, &ReleaseConflictError{1 + strings.Count(text[:i], "\n")}
		}
		text = strings.ReplaceAll(text, "\r", "\n")
	}
	lines := strings.Split(text, "\n")
	switch major {
	case 3: // its releases differ in how they read values of several lines
		for i, line := range lines {
			if strings.Contains(line, `="`) && (!dotenvStops(line, true) || strings.Count(line, `"`) == 1) {
				return nil, &ReleaseConflictError{i + 1}
			}
		}
	case 4:
		lines = dotenvLines(lines)
	}
	return lines, nil
}

func oldName(s string) bool {
	for i := range len(s) {
		if !syntax.IsLetter(s[i]) && !syntax.IsDigit(s[i]) && s[i] != '_' && s[i] != '.' {
			return false
		}
	}
	return s != ""
}

// readRelease4 reads a value as phpdotenv 4 does: as phpdotenv 5, but the value is in doubt
// if a quote is not closed, or if ${NAME} is in single quotes.
func (e *DotenvEntry) readRelease4(value string) (cause string) {
	e.Text, e.Vars, cause = dotenvValue(value)
	if cause == "a missing closing quote" || value != "" && value[0] == '\'' && strings.Contains(value, "${") {
		e.Ambiguous = true
		return ""
	}
	return cause
}

// readRelease2Or3 reads a value as phpdotenv 2 and 3 do. They replace ${NAME} everywhere in the
// value.
func (e *DotenvEntry) readRelease2Or3(value string, r Release) (cause string) {
	defer func() {
		for i := range len(e.Text) {
			if strings.HasPrefix(e.Text[i:], "${") {
				e.Vars = append(e.Vars, i)
			}
		}
	}()
	if value == "" {
		return ""
	}
	if value[0] == '"' || value[0] == '\'' {
		e.Text, e.Ambiguous = oldQuoted(value)
		if r.Major == 2 {
			e.Text = PhpTrim(e.Text)
		}
		return ""
	}
	before, _, commented := strings.Cut(value, " #")
	hash := strings.IndexByte(value, '#')
	switch {
	case r.Major == 2:
		before = PhpTrim(before)
		e.Ambiguous = before[0] == '#' && strings.ContainsAny(before, " \t\v\f")
	case r.Major == 3 && r.Minor >= 4 && hash >= 0:
		before = strings.TrimRight(value[:hash], " \t\v\f")
	default:
		e.Ambiguous = hash >= 0 && (!commented || hash < len(before) || strings.TrimRight(before, " \t\v\f") != before)
	}
	if !e.Ambiguous && strings.ContainsAny(before, " \t\v\f\n\r") {
		return "an unexpected space"
	}
	e.Text = before
	return ""
}

// oldQuoted reads a value in quotes. A backslash may only escape the same quote or
// another backslash, and only a comment may follow the closing quote. In other cases,
// doubt is true.
func oldQuoted(value string) (text string, doubt bool) {
	var b strings.Builder
	for i := 1; i < len(value); i++ {
		switch c := value[i]; {
		case c == value[0]:
			rest := PhpTrim(value[i+1:])
			return b.String(), rest != "" && rest[0] != '#'
		case c == '\\' && i+1 < len(value) && (value[i+1] == '\\' || value[i+1] == value[0]):
			i++
			b.WriteByte(value[i])
		case c == '\\':
			return "", true
		default:
			b.WriteByte(c)
		}
	}
	return "", true
}

// markRepeated sets Ambiguous for names that occur twice with different values, for an
// immutable phpdotenv 3: some of its releases keep the first value and some the last.
func markRepeated(entries []DotenvEntry) {
	first := map[string]int{}
	for i := range entries {
		e := &entries[i]
		j, seen := first[e.Name]
		if !seen {
			first[e.Name] = i
			continue
		}
		if entries[j].Text != e.Text {
			entries[j].Ambiguous, e.Ambiguous = true, true
		}
	}
}
