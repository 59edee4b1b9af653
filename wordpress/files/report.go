package files

import (
	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
)

// A Report says what a walk found, and what it could not have.
type Report struct {
	Files    int64 // regular files, each name of a hard link counted
	Bytes    int64 // in regular files, each counted once
	Folders  int64
	Links    int64
	Excludes []ExcludeHits
	// Warnings are things that are not in the archive and cannot be, or that
	// changed while they were read.
	Warnings wordpress.Notes
	// Unreadable are things that the site has and the archive should hold.
	Unreadable wordpress.Notes
}

func (r *Report) warn(name, what string) { r.Warnings.Add(wordpress.Shown(name) + ": " + what) }

func (r *Report) unreadable(name, what string) { r.Unreadable.Add(wordpress.Shown(name) + ": " + what) }

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
