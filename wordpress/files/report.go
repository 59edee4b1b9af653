package files

import (
	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
)

// A Report is the result of a walk.
type Report struct {
	Files    int64 // regular files, each name of a hard link counted
	Bytes    int64 // in regular files, each counted once
	Folders  int64
	Links    int64
	Excludes []ExcludeHits
	// Warnings are entries that cannot be in the archive, or that changed while they
	// were read.
	Warnings wordpress.Notes
	// Unreadable are entries that the archive should contain but does not.
	Unreadable wordpress.Notes
}

func (r *Report) warn(name, what string) { r.Warnings.Add(wordpress.QuoteName(name) + ": " + what) }
func (r *Report) unreadable(name, what string) {
	r.Unreadable.Add(wordpress.QuoteName(name) + ": " + what)
}

// Warn adds a warning about an entry, such as that it changed while it was read.
func (s *Set) Warn(name, what string) { s.report.warn(name, what) }

// Unreadable adds an entry that could not be read to its end.
func (s *Set) Unreadable(name string, err error) {
	s.report.unreadable(name, safefs.Cause(err).Error())
}

func orDot(name string) string {
	if name == "" {
		return "."
	}
	return name
}
