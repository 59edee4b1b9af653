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
)

// runName takes an object's name apart: what comes before the run, and what
// comes after it.
func runName() *regexp.Regexp {
	return regexp.MustCompile(`^(.+)-\d{4}-\d\d-\d\d_\d\d-\d\d-\d\dZ-[a-z0-9]{8}\.(.+)$`)
}

// Complete lays a link to each object of a run: SITE-db-2026-…Z-k3f9a2xq.sql.zst
// becomes what SITE-db-latest.sql.zst leads to. Links to an older run's objects
// that this one has no counterpart of are removed, so that what is called latest
// is always of one run.
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

// replaceLink makes link lead to target in one step; there is always one or the other.
func (s *dirSink) replaceLink(target, link string) error {
	if i, err := s.root.Lstat(link); err == nil && i.Mode()&fs.ModeSymlink == 0 {
		return errors.New("there is something that is no link")
	}
	tmp := randomName(path.Dir(link))
	if err := s.root.Symlink(target, tmp); err != nil {
		if cannot(err) { // a file system without links; the objects are there all the same
			return nil
		}
		return err
	}
	if err := s.root.Rename(tmp, link); err != nil {
		return errors.Join(err, s.root.Remove(tmp))
	}
	return nil
}

// removeLinks removes the stem's latest links but those to keep.
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
