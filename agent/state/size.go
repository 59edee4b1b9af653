package state

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
)

// maxSizes is the number of selections of a site that are remembered.
const maxSizes = 32

// A Size is the content of one part of a run.
type Size struct {
	Run   string    `json:"run"`   // name of the run
	Time  time.Time `json:"time"`  // start of the run
	Count int64     `json:"count"` // rows or files
	Bytes int64     `json:"bytes"`
}

// CheckSizes returns a warning for each part of a run that holds less than half of
// what the last run with the same selection held: rows or bytes of the database,
// files or their bytes. The keys are a part's name, a space, and its selection.
func (s *Site) CheckSizes(now map[string]Size) []string {
	var warnings []string
	for _, key := range slices.Sorted(maps.Keys(now)) {
		last, known := s.Sizes[key]
		if !known {
			continue
		}
		part, _, _ := strings.Cut(key, " ")
		unit := map[string]string{manifest.DatabaseStream: "rows", manifest.FilesStream: "files"}[part]
		for _, m := range []struct {
			unit     string
			from, to int64
		}{{unit, last.Count, now[key].Count}, {"bytes", last.Bytes, now[key].Bytes}} {
			if m.to < m.from-m.to {
				warnings = append(warnings, fmt.Sprintf("%s: less than half of what %s holds: %d %s then, %d now", part, last.Run, m.from, m.unit, m.to))
			}
		}
	}
	return warnings
}

// KeepSizes stores the sizes of a published run, and removes the selections whose last run is
// the oldest.
func (s *Site) KeepSizes(now map[string]Size) {
	maps.Copy(s.Sizes, now)
	for len(s.Sizes) > maxSizes {
		oldest := ""
		for key, size := range s.Sizes {
			if oldest == "" || size.Time.Before(s.Sizes[oldest].Time) {
				oldest = key
			}
		}
		delete(s.Sizes, oldest)
	}
}
