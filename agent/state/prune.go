package state

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// A tenant can create any number of folders that look like sites. These limits bound the state
// that is kept for each owner.
const (
	maxNames       = 4096 // names that are reserved
	maxSites       = 4096 // sites whose state is kept
	maxUnpublished = 64   // of them, sites without a backup
	// forgetAfter is how long a site must be missing, or an unpublished site must have had no
	// run, before its state is removed.
	forgetAfter = 90 * 24 * time.Hour
)

// pruneInterval is the time after which Prune is due again: less than a day, so that a daily
// run always prunes, and less than missingTime.
const pruneInterval = 12 * time.Hour

func (d Dirs) prunedPath() string { return filepath.Join(d.State, "pruned") }

// PruneDue reports whether the last call of Prune was longer ago than pruneInterval.
func (d Dirs) PruneDue(now time.Time) bool {
	info, err := os.Stat(d.prunedPath())
	if err != nil {
		return true
	}
	age := now.Sub(info.ModTime())
	return age < -clockTolerance || age >= pruneInterval
}

// Prune removes the state of sites that no longer exist, and of the oldest sites of owners with
// too many. It reads the state of all sites.
func (d Dirs) Prune(ctx context.Context, now time.Time) error {
	err := errors.Join(d.pruneNames(ctx, now), d.pruneSites(ctx, now), ctx.Err())
	if err != nil {
		return err
	}
	path := d.prunedPath()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|unix.O_NOFOLLOW, 0o600)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // there is no state
	}
	if err != nil {
		return fmt.Errorf("record the time: %w", err)
	}
	return errors.Join(f.Close(), os.Chtimes(path, now, now))
}

// pruneNames records which owners of names are missing, and frees the names of those that
// have been missing for forgetAfter or were never published.
func (d Dirs) pruneNames(ctx context.Context, now time.Time) error {
	var errs []error
	for _, name := range d.names() {
		if ctx.Err() != nil {
			break
		}
		errs = append(errs, d.pruneName(ctx, name, now))
	}
	return errors.Join(errs...)
}

func (d Dirs) pruneName(ctx context.Context, name string, now time.Time) error {
	owner, err := d.nameOwner(name)
	if err != nil || owner == nil || !d.outdated(owner, now) {
		return nil // a file of an unknown format blocks its name until the operator decides
	}
	unlock, err := d.Exclusive(ctx, "names")
	if err != nil {
		return err
	}
	defer unlock()
	// Another process may have changed it before it was locked.
	if owner, err = d.nameOwner(name); err != nil || owner == nil || !d.outdated(owner, now) {
		return err
	}
	switch now = now.UTC(); {
	case d.unpublished(owner), owner.Missing != nil && owner.missing():
		return os.Remove(d.namePath(name))
	case owner.Missing == nil:
		owner.Missing = &now
	default:
		owner.Missing = nil
	}
	return d.saveNameOwner(owner)
}

// outdated reports whether the file of a name must be changed.
func (d Dirs) outdated(o *nameOwner, now time.Time) bool {
	missing := o.missing()
	return missing != (o.Missing != nil) || missing && now.Sub(*o.Missing) >= forgetAfter || d.unpublished(o)
}

// pruneSites removes states of sites.
func (d Dirs) pruneSites(ctx context.Context, now time.Time) error {
	var (
		errs   []error
		owners = map[uint32][]storedSite{}
	)
	for _, s := range d.storedSites(ctx) {
		if now.Sub(s.last) >= forgetAfter && (!s.published || s.missing()) {
			errs = append(errs, os.Remove(s.file))
			continue
		}
		owners[s.uid] = append(owners[s.uid], s)
	}
	for _, sites := range owners {
		slices.SortFunc(sites, func(a, b storedSite) int { return b.last.Compare(a.last) }) // the newest first
		unpublished := 0
		for i, s := range sites {
			if !s.published {
				unpublished++
			}
			if i >= maxSites || !s.published && unpublished > maxUnpublished {
				errs = append(errs, os.Remove(s.file))
			}
		}
	}
	return errors.Join(errs...)
}

// A storedSite is the part of a site's state that pruneSites needs.
type storedSite struct {
	file      string
	path      string
	uid       uint32
	published bool
	last      time.Time // of its last run
}

// missing reports whether the site's folder does not exist.
func (s *storedSite) missing() bool {
	_, err := os.Stat(s.path)
	return errors.Is(err, fs.ErrNotExist)
}

// storedSites reads all states. One that cannot be read is no longer used: it counts as
// a site without a backup.
func (d Dirs) storedSites(ctx context.Context) (all []storedSite) {
	folder := filepath.Join(d.State, "sites")
	entries, _ := os.ReadDir(folder) // no folder, no states
	for _, e := range entries {
		if ctx.Err() != nil {
			return nil
		}
		s := storedSite{file: filepath.Join(folder, e.Name())}
		if info, err := e.Info(); err == nil {
			s.last = info.ModTime()
		}
		var site Site
		if text, err := os.ReadFile(s.file); err == nil && json.Unmarshal(text, &site) == nil {
			s.path, s.uid, s.published = site.Path, site.UID, site.Published()
			s.last = cmp.Or(site.lastRun(), s.last)
		}
		all = append(all, s)
	}
	return all
}

// lastRun is when the last run of the site finished.
func (s *Site) lastRun() (last time.Time) {
	for _, h := range s.Runs {
		if h.Last.Finished.After(last) {
			last = h.Last.Finished
		}
	}
	return last
}
