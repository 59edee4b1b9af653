package sinks

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// runName splits an object's name into the parts before and after the run.
var runName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(.+)-\d{4}-\d\d-\d\d_\d\d-\d\d-\d\dZ-[a-z0-9]{8}\.(.+)$`)
})

// Complete is Completer's: it creates a symlink to each object of a run, such as
// SITE-db-latest.sql.zst. Links that only an older run had are removed, so that all
// latest links belong to one run.
func (s *dirSink) Complete(_ context.Context, objects []Object) error {
	stems := map[string][]string{} // FOLDER/SITE-KIND → its links
	form := runName()
	for _, o := range objects {
		folder, base := path.Split(o.Name)
		m := form.FindStringSubmatch(base)
		if m == nil {
			continue
		}
		link := folder + m[1] + "-latest." + m[2]
		stems[folder+m[1]] = append(stems[folder+m[1]], link)
		if err := s.replaceLink(base, link); err != nil {
			return fmt.Errorf("point %s to %s: %w", filepath.Join(s.dir, link), base, diskError(err, s.dir))
		}
	}
	for stem, links := range stems {
		if err := s.removeLinks(stem, links); err != nil {
			return fmt.Errorf("remove old links %s-latest: %w", filepath.Join(s.dir, stem), err)
		}
	}
	return nil
}

// replaceLink points link to target atomically.
func (s *dirSink) replaceLink(target, link string) error {
	if i, err := s.root.Lstat(link); err == nil && i.Mode()&fs.ModeSymlink == 0 {
		return errors.New("a file that is not a symlink has this name")
	}
	tmp := randomName(path.Dir(link))
	if err := s.root.Symlink(target, tmp); err != nil {
		if unsupported(err) { // the file system has no symlinks; the objects are stored
			return nil
		}
		return err
	}
	if err := s.root.Rename(tmp, link); err != nil {
		return errors.Join(err, s.root.Remove(tmp))
	}
	return nil
}

// removeLinks removes the latest links of a stem except those to keep.
func (s *dirSink) removeLinks(stem string, keep []string) error {
	folder := path.Dir(stem)
	dir, err := s.root.Open(folder)
	if err != nil {
		return err
	}
	defer dir.Close()
	entries, err := dir.ReadDir(-1)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := path.Join(folder, e.Name())
		if e.Type() != fs.ModeSymlink || !strings.HasPrefix(name, stem+"-latest.") || slices.Contains(keep, name) {
			continue
		}
		if err := s.root.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}
