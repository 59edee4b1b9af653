package state

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"
)

const (
	// removedAfter is how long the results of a site are shown after its folder was removed.
	removedAfter = 30 * 24 * time.Hour
	// unusedAfter is how long the results of a kind or a destination are shown if the site's
	// later runs have not used it.
	unusedAfter = 90 * 24 * time.Hour
)

// A Series is the results of one kind of backup of a site at one destination.
type Series struct {
	ID          string // as in Site
	Site        string // its name
	Path        string
	Kind        string // as in Site.Runs
	Destination string // name of the sink
	Gone        bool   // the site's folder does not exist
	Delivery

	// Interval is how often a run is due, and Next when the next one is; zero if no schedule is
	// known. The caller sets them.
	Interval time.Duration
	Next     time.Time
}

// Series returns the results of all sites that are shown to machines at now, ordered by
// site, kind and destination. No two of them have the same three.
func (d Dirs) Series(now time.Time) ([]Series, error) {
	sites, err := d.Sites()
	if err != nil {
		return nil, err
	}
	var all []Series
	for s := range sites {
		gone, last := s.gone(), s.lastRun()
		if gone && now.Sub(last) > removedAfter {
			continue
		}
		for kind, history := range s.Runs {
			for name, at := range history.Destinations {
				if last.After(at.Last.Finished) && now.Sub(at.Last.Finished) > unusedAfter {
					continue
				}
				all = append(all, Series{ID: s.ID, Site: s.Name, Path: s.Path, Kind: kind, Destination: name, Gone: gone, Delivery: at})
			}
		}
	}
	slices.SortFunc(all, func(a, b Series) int { return cmp.Or(a.compare(&b), a.newerFirst(&b)) })
	return slices.CompactFunc(all, func(a, b Series) bool { return a.compare(&b) == 0 }), nil
}

// gone reports whether the site's folder does not exist.
func (s *Site) gone() bool {
	_, err := os.Stat(s.Path)
	return errors.Is(err, fs.ErrNotExist)
}

func (s *Series) compare(o *Series) int {
	return cmp.Or(strings.Compare(s.Site, o.Site), strings.Compare(s.Kind, o.Kind), strings.Compare(s.Destination, o.Destination))
}

// newerFirst orders series of two sites that have used the same name: a site with a backup
// comes first, then the one with the later run.
func (s *Series) newerFirst(o *Series) int {
	if (s.Stored != nil) != (o.Stored != nil) {
		if s.Stored != nil {
			return -1
		}
		return 1
	}
	return o.Last.Finished.Compare(s.Last.Finished)
}
