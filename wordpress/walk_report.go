package wordpress

import (
	"strconv"
	"strings"
	"unicode"
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

// A FilesReport says what a walk found, and what it could not have.
type FilesReport struct {
	Files    int64 // regular files, each name of a hard link counted
	Bytes    int64 // in regular files, each counted once
	Folders  int64
	Links    int64
	Excludes []ExcludeHits
	// Warnings are things that are not in the archive and cannot be, or that
	// changed while they were read.
	Warnings Notes
	// Unreadable are things that the site has and the archive should hold.
	Unreadable Notes
}

func (r *FilesReport) warn(name, what string)       { r.Warnings.Add(shown(name) + ": " + what) }
func (r *FilesReport) unreadable(name, what string) { r.Unreadable.Add(shown(name) + ": " + what) }

// Warn adds a warning about an entry, such as that it changed while it was read.
func (s *FileSet) Warn(name, what string) { s.report.warn(name, what) }

// Unreadable adds an entry that could not be read to its end.
func (s *FileSet) Unreadable(name string, err error) { s.report.unreadable(name, cause(err).Error()) }

// shown is a name as a person may read it, on one line: quoted where it holds
// what does not print.
func shown(name string) string {
	if !utf8.ValidString(name) {
		return strconv.Quote(name)
	}
	for _, r := range name {
		if !unicode.IsPrint(r) {
			return strconv.Quote(name)
		}
	}
	return name
}

func orDot(name string) string {
	if name == "" {
		return "."
	}
	return name
}
