package agent

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/dump"
)

// sizesKept is how many selections of a site are remembered.
const sizesKept = 32

// A Size is how much one part of a run held.
type Size struct {
	Run   string    `json:"run"`  // its name
	Time  time.Time `json:"time"` // its start
	Count int64     `json:"count"`
	Bytes int64     `json:"bytes"`
}

// sizes are those of the run's parts, by part and selection: what was asked for
// with other options is no measure.
func (r *run) sizes(findings Findings, streams []ManifestStream) (map[string]Size, error) {
	sizes := map[string]Size{}
	for _, s := range streams {
		size := Size{Run: r.name, Time: r.started}
		var selected any
		switch s.Name {
		case databaseStream:
			size.Bytes = s.RawBytes
			for _, t := range findings.Tables {
				size.Count += t.Rows
			}
			selected = selectedRows(r.job.Dump)
		case filesStream:
			size.Count, size.Bytes = findings.Files, findings.FileBytes
			selected = r.job.Selection
		}
		text, err := json.Marshal(selected)
		if err != nil {
			return nil, fmt.Errorf("remember how much the run holds: %w", err)
		}
		sum := sha256.Sum256(text)
		sizes[s.Name+" "+hex.EncodeToString(sum[:8])] = size
	}
	return sizes, nil
}

// selectedRows are the options that change how much a dump holds.
func selectedRows(o dump.Options) dump.Options {
	o.Strict, o.Threads, o.SkipDefiner, o.For = false, 0, false, ""
	return o
}

// shrunk says where the run holds less than half of what the last one of the same
// selection did: in rows or bytes of the database, in files or their bytes.
func shrunk(before, now map[string]Size) []string {
	var said []string
	for _, key := range slices.Sorted(maps.Keys(now)) {
		last, known := before[key]
		if !known {
			continue
		}
		part, _, _ := strings.Cut(key, " ")
		unit := map[string]string{databaseStream: "rows", filesStream: "files"}[part]
		for _, m := range []struct {
			unit     string
			from, to int64
		}{{unit, last.Count, now[key].Count}, {"bytes", last.Bytes, now[key].Bytes}} {
			if m.to < m.from-m.to {
				said = append(said, fmt.Sprintf("%s: less than half of what %s holds: %d %s then, %d now", part, last.Run, m.from, m.unit, m.to))
			}
		}
	}
	return said
}

// noteShrunk puts what has shrunk before all other warnings, where it is seen.
func (r *run) noteShrunk(findings *Findings, now map[string]Size) {
	said := shrunk(r.state.Sizes, now)
	r.report.Shrunk = slices.Clone(said)
	if len(said) == 0 {
		return
	}
	var all wordpress.Notes
	for _, note := range append(said, findings.Warnings.Items...) {
		all.Add(note)
	}
	all.Total = len(said) + findings.Warnings.Total
	findings.Warnings = all
}

// keepSizes remembers how much a published run holds, and forgets the selections
// that have not been used for longest.
func (s *siteState) keepSizes(now map[string]Size) {
	maps.Copy(s.Sizes, now)
	for len(s.Sizes) > sizesKept {
		oldest := ""
		for key, size := range s.Sizes {
			if oldest == "" || size.Time.Before(s.Sizes[oldest].Time) {
				oldest = key
			}
		}
		delete(s.Sizes, oldest)
	}
}
