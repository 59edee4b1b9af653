package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
)

// A Site is the state of one site between runs.
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

	recorded string // the key of Runs that this run has changed
}

// A History holds the results of the last runs of one kind.
type History struct {
	Last LastRun `json:"last"`
	// Published is the last run that is a backup at every destination.
	Published *LastRun `json:"published,omitempty"`
	// Destinations are the results at each destination, by the name of its sink.
	Destinations map[string]Delivery `json:"destinations,omitempty"`
}

// A LastRun is the entry of one run in the state.
type LastRun struct {
	Run      string          `json:"run,omitempty"` // the manifest's name without .manifest.json
	Started  time.Time       `json:"started"`
	Finished time.Time       `json:"finished"`
	Status   manifest.Status `json:"status"` // ok, incomplete, refused, failed or locked
	Error    string          `json:"error,omitempty"`
}

// A Delivery holds the results at one destination.
type Delivery struct {
	Last LastRun `json:"last"`
	// Stored is the last run that is a backup there.
	Stored *StoredRun `json:"stored,omitempty"`
	// Credential is the end of the credential that the last run used.
	Credential *manifest.CredentialEnd `json:"credential,omitempty"`
}

// A StoredRun is a run that is a backup at a destination.
type StoredRun struct {
	LastRun
	Contents
	Bytes int64 `json:"bytes"` // of its objects at the destination
}

// Contents says how much a run contains, and how much is missing.
type Contents struct {
	RawBytes   int64 `json:"raw_bytes"` // before compression
	Tables     int   `json:"tables"`
	Files      int64 `json:"files"`
	Warnings   int   `json:"warnings"`
	Unreadable int   `json:"unreadable"`
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

// SiteAt is the ID of the known site with that path, "" for none.
func (d Dirs) SiteAt(path string) string {
	sites, err := d.Sites()
	if err != nil {
		return ""
	}
	for s := range sites {
		if s.Path == path {
			return s.ID
		}
	}
	return ""
}

// Sites are the states of all known sites. A state that cannot be read is left out.
func (d Dirs) Sites() (iter.Seq[*Site], error) {
	folder := filepath.Join(d.State, "sites")
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read the state: %w", err)
	}
	return func(yield func(*Site) bool) {
		for _, e := range entries {
			s := &Site{}
			text, err := os.ReadFile(filepath.Join(folder, e.Name()))
			if err == nil && json.Unmarshal(text, s) == nil && s.Version == manifest.Version && fileName(s.ID)+".json" == e.Name() && !yield(s) {
				return
			}
		}
	}, nil
}
