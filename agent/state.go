package agent

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// A siteState is what the host remembers of a site between runs.
type siteState struct {
	Version int    `json:"version"`
	Path    string `json:"path"`
	Name    string `json:"name"`
	// Previous is the last complete run, by sink URL and kind.
	Previous map[string]Previous `json:"previous"`
	// Sizes is what the last run of each selection held, by part and selection.
	Sizes map[string]Size `json:"sizes,omitempty"`
}

func (d Dirs) statePath(root string) string {
	return filepath.Join(d.State, "sites", key(root)+".json")
}

// load reads what is remembered of the site at root: nothing, the first time.
// State that cannot be read is an error in words, and nothing remembered: a
// backup is worth more than its link to the one before.
func (d Dirs) load(root string) (*siteState, error) {
	fresh := &siteState{Version: formatVersion, Path: root, Previous: map[string]Previous{}, Sizes: map[string]Size{}}
	text, err := os.ReadFile(d.statePath(root))
	if errors.Is(err, fs.ErrNotExist) {
		return fresh, nil
	}
	if err != nil {
		return fresh, fmt.Errorf("read the site's state: %w", err)
	}
	s := &siteState{}
	if err := json.Unmarshal(text, s); err != nil {
		return fresh, fmt.Errorf("read the site's state %s: %w; it starts anew", d.statePath(root), err)
	}
	if s.Version != formatVersion || s.Path != root || s.Previous == nil {
		return fresh, fmt.Errorf("read the site's state %s: it is of another version or site; it starts anew", d.statePath(root))
	}
	if s.Sizes == nil {
		s.Sizes = map[string]Size{}
	}
	return s, nil
}

func (d Dirs) save(s *siteState) error {
	path := d.statePath(s.Path)
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

// claim makes sure that no other site of this host goes by the name: two that
// share one would mix their backups. path is the site's as the operator gives
// it, root the same with its links resolved, which a new release changes.
func (d Dirs) claim(name, path, root string) error {
	file := filepath.Join(d.State, "names", name)
	holder, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read who has the name %q: %w", name, err)
	}
	if string(holder) == path {
		return nil
	}
	// A site that has moved leaves its name behind.
	if real, err := filepath.EvalSymlinks(string(holder)); len(holder) > 0 && err == nil && real != root {
		return fmt.Errorf("name %q is that of %s and of %s; give one of them another with --name, or name in the configuration", name, holder, path)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fmt.Errorf("make the folder of names: %w", err)
	}
	if err := renameio.WriteFile(file, []byte(path), 0o600); err != nil {
		return fmt.Errorf("write who has the name %q: %w", name, err)
	}
	return nil
}
