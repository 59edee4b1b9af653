package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/google/renameio/v2"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
)

// A Site is what the host remembers of one site between runs.
type Site struct {
	Version int    `json:"version"`
	ID      string `json:"id"`   // site.Place.Identity
	Path    string `json:"path"` // as the operator gave it last
	UID     uint32 `json:"uid"`  // owner
	Name    string `json:"name"`
	// Previous is the last complete run, by sinks.Location and kind.
	Previous map[string]manifest.Previous `json:"previous"`
	// Sizes is the content of the last run, by part and selection.
	Sizes map[string]Size `json:"sizes,omitempty"`
	// Runs are the results of the last runs, by kind; a kind without uploads is
	// a separate kind.
	Runs map[string]History `json:"runs,omitempty"`
}

// A History holds the results of the last runs of one kind.
type History struct {
	Last LastRun `json:"last"`
	// Published is the last run that is a backup at every destination.
	Published *LastRun `json:"published,omitempty"`
}

// A LastRun is one run as the host remembers it.
type LastRun struct {
	Run      string          `json:"run,omitempty"` // the manifest's name without .manifest.json
	Started  time.Time       `json:"started"`
	Finished time.Time       `json:"finished"`
	Status   manifest.Status `json:"status"` // ok, incomplete, refused or failed
	Error    string          `json:"error,omitempty"`
}

func (d Dirs) sitePath(id string) string {
	return filepath.Join(d.State, "sites", fileName(id)+".json")
}

// LoadSite reads the state of the site with that ID. The state is usable even when
// there is an error: a state that cannot be read counts as empty, because a backup
// matters more than its link to the previous one.
func (d Dirs) LoadSite(id string) (*Site, error) {
	empty := &Site{Version: manifest.Version, ID: id, Previous: map[string]manifest.Previous{}, Sizes: map[string]Size{}}
	text, err := os.ReadFile(d.sitePath(id))
	if errors.Is(err, fs.ErrNotExist) {
		return empty, nil
	}
	if err != nil {
		return empty, fmt.Errorf("read the site's state: %w", err)
	}
	s := &Site{}
	if err := json.Unmarshal(text, s); err != nil {
		return empty, fmt.Errorf("read the site's state %s: %w; the site starts with an empty state", d.sitePath(id), err)
	}
	if s.Version != manifest.Version || s.ID != id || s.Previous == nil {
		return empty, fmt.Errorf("read the site's state %s: it belongs to another version or site; the site starts with an empty state", d.sitePath(id))
	}
	if s.Sizes == nil {
		s.Sizes = map[string]Size{}
	}
	return s, nil
}

// Published reports whether a run of the site was ever stored at a destination.
func (s *Site) Published() bool { return len(s.Previous) > 0 }

// HasSite reports whether a run of the site was ever recorded.
func (d Dirs) HasSite(id string) bool {
	_, err := os.Stat(d.sitePath(id))
	return err == nil
}

// SaveSite writes the state of a site.
func (d Dirs) SaveSite(s *Site) error {
	path := d.sitePath(s.ID)
	if err := makeFolder(filepath.Dir(path)); err != nil {
		return fmt.Errorf("create the folder of site states: %w", err)
	}
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("write the site's state: %w", err)
	}
	if err := renameio.WriteFile(path, append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("write the site's state: %w", err)
	}
	return nil
}

// Record adds the result of a run that finished at now.
func (s *Site) Record(report *manifest.SiteReport, noUploads bool, now time.Time) {
	last := LastRun{Run: report.Run, Started: report.Started, Finished: now.UTC(), Status: report.Status}
	if report.Error != nil {
		last.Error = report.Error.Message
	}
	for _, d := range report.Destinations {
		if d.Error != nil && last.Error == "" {
			last.Error = d.URL + ": " + d.Error.Message
		}
	}
	label := runLabel(report.Kind, noUploads)
	history := s.Runs[label]
	history.Last = last
	if report.Status == manifest.OK || report.Status == manifest.Incomplete {
		history.Published = &last
	}
	if s.Runs == nil {
		s.Runs = map[string]History{}
	}
	s.Runs[label] = history
	s.Path, s.Name = report.Path, report.Name
}

// runLabel is the key of a kind in Site.Runs.
func runLabel(kind manifest.Kind, noUploads bool) string {
	if noUploads && kind != manifest.DB {
		return string(kind) + "-no_uploads"
	}
	return string(kind)
}
