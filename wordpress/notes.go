package wordpress

import (
	"strings"
	"unicode/utf8"
)

// MaxNotes is how many notes are kept by name, unless their names are so long that
// they come to more than maxNotesBytes of JSON. A longer one than maxNote is cut in its middle.
const (
	MaxNotes      = 10_000
	maxNotesBytes = 10 << 20
	maxNote       = 1 << 10
)

// Notes is a list of things by name, capped, with how many there were.
type Notes struct {
	Total int      `json:"total"`
	Items []string `json:"items"`

	bytes int // of the items as JSON
}

// Add notes one more thing, by name while there is room.
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

// jsonLen is how many bytes a text takes as JSON.
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
