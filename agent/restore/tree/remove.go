package tree

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// remove removes a box with everything in it.
func (p *place) remove(box string) error {
	err := p.parent.RemoveAll(box)
	if err != nil && os.Geteuid() != 0 {
		// Folders that their owner may not change.
		_ = fs.WalkDir(p.parent.FS(), box, func(name string, d fs.DirEntry, _ error) error {
			if d != nil && d.IsDir() {
				_ = p.parent.Chmod(name, 0o700) // RemoveAll says what is left
			}
			return nil
		})
		err = p.parent.RemoveAll(box)
	}
	if err != nil {
		return fmt.Errorf("remove %s: %w", filepath.Join(filepath.Dir(p.path), box), cause(err))
	}
	return nil
}

// cause is an error without the path in it.
func cause(err error) error {
	if e := (*fs.PathError)(nil); errors.As(err, &e) {
		return e.Err
	}
	return err
}

// Confirm removes what earlier restores have kept from before of the site at a path, of the
// folder for what is outside of it, and of other paths. It returns what it has removed.
func Confirm(site string, others []string) (removed []string, err error) {
	for i, path := range append([]string{site, ""}, others...) {
		if i == 1 {
			path = site + outsideSuffix
		}
		p, err := openPlace(path)
		if err != nil {
			return removed, err
		}
		defer p.close()
		if i == 0 {
			site = p.path
		}
		boxes, err := p.boxes(oldMark)
		if err != nil {
			return removed, err
		}
		for _, box := range boxes {
			if err := p.remove(box); err != nil {
				return removed, err
			}
			removed = append(removed, filepath.Join(filepath.Dir(p.path), box))
		}
	}
	return removed, nil
}
