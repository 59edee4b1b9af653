package sinks

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Verdict is the result of one check.
type Verdict string

// The verdicts.
const (
	Holds    Verdict = "holds"    // as required
	Warning  Verdict = "warning"  // not as recommended, but no reason to fail
	Unproven Verdict = "unproven" // the answers neither prove nor disprove it
	Fails    Verdict = "fails"    // not as required
)

// A Finding is one check of the doctor, of a sink or of a site.
type Finding struct {
	Check    string  `json:"check"`            // what was checked, in a few words
	Verb     string  `json:"verb,omitempty"`   // the permission in question, as the provider calls it
	Folder   string  `json:"folder,omitempty"` // below the sink's prefix; "" for the sink as a whole
	Verdict  Verdict `json:"verdict"`
	Required bool    `json:"required"`         // without it, the sink is not one-way, or no backup can be made
	Detail   string  `json:"detail"`           // what happened
	Advice   string  `json:"advice,omitempty"` // what to do
}

// OK reports whether the finding does not prevent a backup.
func (f Finding) OK() bool {
	return !f.Required || f.Verdict == Holds || f.Verdict == Warning
}

// Quote quotes a word for a shell command that is printed for people. The result is
// always one line, whatever the word contains: tenants choose the names of folders.
func Quote(word string) string {
	if regexp.MustCompile(`^[A-Za-z0-9_./:@%+,=-]+$`).MatchString(word) {
		return word
	}
	if utf8.ValidString(word) && !strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	var b strings.Builder
	for i := range len(word) {
		switch c := word[i]; {
		case c < ' ' || c >= 0x7f:
			fmt.Fprintf(&b, `\x%02x`, c)
		case c == '\'' || c == '\\':
			b.WriteString(`\` + string(c))
		default:
			b.WriteByte(c)
		}
	}
	return "$'" + b.String() + "'"
}
