package state

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// SaveSite writes the state of a site whose lock is held. Another run may have recorded
// meanwhile that it did not get the lock: its results are kept.
func (d Dirs) SaveSite(s *Site) error {
	unlock, err := d.Exclusive(context.Background(), "sites")
	if err != nil {
		return err
	}
	defer unlock()
	if disk, err := d.LoadSite(s.ID); err == nil {
		s.keepOthers(disk)
	}
	return d.writeSite(s)
}

// keepOthers takes over the results of the kinds that this run has not changed.
func (s *Site) keepOthers(disk *Site) {
	for label, history := range disk.Runs {
		if label == s.recorded {
			continue
		}
		if s.Runs == nil {
			s.Runs = map[string]History{}
		}
		s.Runs[label] = history
	}
}

// writeSite writes the state of a site. The states are locked.
func (d Dirs) writeSite(s *Site) error {
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
