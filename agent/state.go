package agent

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/google/renameio/v2"
)

// A siteState is what the host remembers of a site between runs.
type siteState struct {
	Version int    `json:"version"`
	ID      string `json:"id"`   // what the site is known by
	Path    string `json:"path"` // as the operator gave it last
	Name    string `json:"name"`
	// Previous is the last complete run, by sink URL and kind.
	Previous map[string]Previous `json:"previous"`
	// Sizes is what the last run of each selection held, by part and selection.
	Sizes map[string]Size `json:"sizes,omitempty"`
	// Runs is how the last runs came out, by kind; without uploads is a kind apart.
	Runs map[string]History `json:"runs,omitempty"`
}

// A History is how the last runs of one kind came out.
type History struct {
	Last LastRun `json:"last"`
	// Published is the last one that is a backup at every destination.
	Published *LastRun `json:"published,omitempty"`
}

// A LastRun is one run as the host remembers it.
type LastRun struct {
	Run      string    `json:"run,omitempty"` // the manifest's name without .manifest.json
	Started  time.Time `json:"started"`
	Finished time.Time `json:"finished"`
	Status   Status    `json:"status"` // ok, incomplete or failed
	Error    string    `json:"error,omitempty"`
}

func (d Dirs) statePath(id string) string {
	return filepath.Join(d.State, "sites", key(id)+".json")
}

// load reads what is remembered of the site known by id: nothing, the first time.
// State that cannot be read is an error in words, and nothing remembered: a
// backup is worth more than its link to the one before.
func (d Dirs) load(id string) (*siteState, error) {
	fresh := &siteState{Version: formatVersion, ID: id, Previous: map[string]Previous{}, Sizes: map[string]Size{}}
	text, err := os.ReadFile(d.statePath(id))
	if errors.Is(err, fs.ErrNotExist) {
		return fresh, nil
	}
	if err != nil {
		return fresh, fmt.Errorf("read the site's state: %w", err)
	}
	s := &siteState{}
	if err := json.Unmarshal(text, s); err != nil {
		return fresh, fmt.Errorf("read the site's state %s: %w; it starts anew", d.statePath(id), err)
	}
	if s.Version != formatVersion || s.ID != id || s.Previous == nil {
		return fresh, fmt.Errorf("read the site's state %s: it is of another version or site; it starts anew", d.statePath(id))
	}
	if s.Sizes == nil {
		s.Sizes = map[string]Size{}
	}
	return s, nil
}

// knows tells whether the site was ever backed up, or tried to be.
func (d Dirs) knows(id string) bool {
	_, err := os.Stat(d.statePath(id))
	return err == nil
}

func (d Dirs) save(s *siteState) error {
	path := d.statePath(s.ID)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make the folder of state: %w", err)
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

// remember keeps how a run came out.
func (d Dirs) remember(s *siteState, job *Job, report *SiteReport, now time.Time) error {
	last := LastRun{Run: report.Run, Started: report.Started, Finished: now.UTC(), Status: report.Status}
	if report.Error != nil {
		last.Error = report.Error.Message
	}
	for _, d := range report.Destinations {
		if d.Error != nil && last.Error == "" {
			last.Error = d.URL + ": " + d.Error.Message
		}
	}
	label := runLabel(job.Kind, job.Selection.NoUploads)
	history := s.Runs[label]
	history.Last = last
	if report.Status == OK || report.Status == Incomplete {
		history.Published = &last
	}
	if s.Runs == nil {
		s.Runs = map[string]History{}
	}
	s.Runs[label] = history
	s.Path, s.Name = job.Place.Path, job.Name
	return d.save(s)
}

// runLabel is what a kind of run is remembered by.
func runLabel(kind Kind, noUploads bool) string {
	if noUploads && kind != DB {
		return string(kind) + "-no_uploads"
	}
	return string(kind)
}
