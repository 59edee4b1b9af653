package source

import (
	"fmt"
	"slices"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/dump"
	"github.com/wp-oneway/wp-oneway/wordpress/files"
)

// Findings describes a site after its parts were written.
type Findings struct {
	Base       string              `json:"base"` // the folder that entry names of the files are relative to
	Tables     []manifest.Table    `json:"tables,omitempty"`
	Files      int64               `json:"files"`
	FileBytes  int64               `json:"file_bytes"`
	Excludes   []files.ExcludeHits `json:"excludes,omitempty"`
	Warnings   wordpress.Notes     `json:"warnings"`
	Unreadable wordpress.Notes     `json:"unreadable"`
	Privileges wordpress.Notes     `json:"privileges"` // what the database account cannot see or read
}

// Counts returns the sums for the manifest.
func (f *Findings) Counts() manifest.Counts {
	c := manifest.Counts{
		Tables: len(f.Tables), Files: f.Files, Warnings: f.Warnings.Total,
		Unreadable: f.Unreadable.Total + f.Privileges.Total,
	}
	for _, t := range f.Tables {
		c.Rows += t.Rows
	}
	for _, e := range f.Excludes {
		c.Excluded += e.Entries
	}
	return c
}

// addDatabase adds the notes of a dump or of its check.
func (f *Findings) addDatabase(warnings, missing []dump.Note) {
	for _, n := range warnings {
		f.Warnings.Add("database: " + n.String())
	}
	for _, n := range missing {
		f.Privileges.Add(n.String())
	}
}

// maxCount is the highest count that is accepted from a worker. Sums of such counts
// do not overflow, and JSON readers that use floating point read them exactly.
const maxCount = 1 << 53

// check refuses findings that cannot be true. They are written into manifests and
// reports, and readers of those rely on their form.
func (f *Findings) check() error {
	for _, n := range []wordpress.Notes{f.Warnings, f.Unreadable, f.Privileges} {
		if len(n.Items) > wordpress.MaxNotes || n.Total < len(n.Items) {
			return fmt.Errorf("worker reported %d notes of %d; at most %d are listed by name", len(n.Items), n.Total, wordpress.MaxNotes)
		}
	}
	lowest, highest, sum := int64(0), int64(0), f.Counts()
	count := func(numbers ...int64) {
		lowest, highest = min(lowest, slices.Min(numbers)), max(highest, slices.Max(numbers))
	}
	count(f.Files, f.FileBytes, sum.Rows, sum.Excluded, int64(sum.Warnings), int64(sum.Unreadable))
	for _, t := range f.Tables {
		count(t.Rows)
	}
	for _, e := range f.Excludes {
		count(e.Entries)
	}
	if lowest < 0 || highest > maxCount {
		return fmt.Errorf("worker reported a count of %d or %d", lowest, highest)
	}
	return nil
}
