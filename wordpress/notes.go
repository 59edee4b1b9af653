package wordpress

import (
	"strings"
	"unicode/utf8"
)

// Notes keeps at most MaxNotes notes, and fewer if they are longer than maxNotesBytes as JSON. A
// note longer than maxNote bytes is shortened in the middle.
const (
	MaxNotes      = 10_000
	maxNotesBytes = 10 << 20
	maxNote       = 1 << 10
)

// Notes is a list of notes of limited length. It also has the total number of notes.
type Notes struct {
	Total int      `json:"total"`
	Items []string `json:"items"`

	bytes int // length of the items as JSON
}

// Add counts a note and keeps it if the list is not full.
func (n *Notes) Add(note string) {
	n.Total++
	if len(n.Items) >= MaxNotes || n.bytes >= maxNotesBytes {
		return
	}
	if len(note) > maxNote {
		note = strings.ToValidUTF8(note[:maxNote/2], "") + "…" + strings.ToValidUTF8(note[len(note)-maxNote/2:], "")
	}
	n.bytes += jsonLen(note)
	n.Items = append(n.Items, note)
}

// jsonLen returns the length in bytes of a text as JSON.
func jsonLen(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case r < ' ', r == utf8.RuneError, r == '\u2028', r == '\u2029':
			n += len(`\u0000`)
		case r == '"', r == '\\':
			n += 2
		default:
			n += utf8.RuneLen(r)
		}
	}
	return n
}
