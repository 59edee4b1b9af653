package retention

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/sinks"
)

// Apply removes the runs that go: first all their manifests, then, once that is on the
// disk, their objects. If it is interrupted, the objects that remain have no manifest, so
// they do not look like a backup, and a later plan removes them. In the other order, a
// manifest would remain that promises objects which are gone.
//
// It removes nothing if the newest complete run has disappeared since the plan was made.
func (p *Plan) Apply(ctx context.Context) error {
	if runs, _ := p.Going(); runs == 0 {
		return nil
	}
	dir, err := p.in.openKind(p.Site, p.Kind)
	if dir == nil || err != nil {
		return err
	}
	defer dir.Close()
	if err := p.checkNewest(dir); err != nil {
		return err
	}
	var errs []error
	var going []*Run
	for _, r := range p.Runs {
		if !r.Goes || ctx.Err() != nil {
			continue
		}
		if r.manifest {
			if err := remove(dir, r.Name+manifest.Suffix); err != nil {
				errs = append(errs, err)
				continue // its objects stay: it is still a backup
			}
		}
		going = append(going, r)
	}
	if len(going) == 0 {
		return errors.Join(append(errs, context.Cause(ctx))...)
	}
	if err := sinks.SyncFolder(dir); err != nil {
		return errors.Join(append(errs, fmt.Errorf("remove runs in %s: %w", dir.Name(), err))...)
	}
	for _, r := range going {
		for _, file := range r.files {
			if ctx.Err() == nil {
				errs = append(errs, remove(dir, file))
			}
		}
	}
	if err := sinks.SyncFolder(dir); err != nil {
		errs = append(errs, fmt.Errorf("remove runs in %s: %w", dir.Name(), err))
	}
	return errors.Join(append(errs, context.Cause(ctx))...)
}

// checkNewest makes sure that a complete run stays, if one goes.
func (p *Plan) checkNewest(dir *os.File) error {
	var stays *Run
	goes := false
	for _, r := range p.Runs {
		if r.counted && !r.Goes && stays == nil {
			stays = r
		}
		goes = goes || r.Goes && r.counted
	}
	if !goes {
		return nil
	}
	if stays != nil {
		if _, err := lstat(dir, stays.Name+manifest.Suffix); err == nil {
			return nil
		}
	}
	return fmt.Errorf("remove runs in %s: the newest complete run has disappeared meanwhile; nothing was removed", dir.Name())
}

// remove removes a file. Another process may have removed it first.
func remove(dir *os.File, file string) error {
	err := unix.Unlinkat(int(dir.Fd()), file, 0)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return fmt.Errorf("remove %s in %s: %w", file, dir.Name(), err)
}

// StaleLinks returns the names, below the folder of the backups, of the objects that the
// latest links must lead to, if one of them leads to a run that goes; otherwise nil.
func (p *Plan) StaleLinks() (objects []string) {
	stale := false
	for _, r := range p.Runs {
		for _, l := range p.latest {
			stale = stale || r.Goes && strings.HasPrefix(l, r.Name+".")
		}
	}
	for _, r := range p.Runs {
		if stale && r.counted && !r.Goes {
			below := path.Join(p.Site, p.Kind.Folder())
			for _, file := range append(r.files, r.Name+manifest.Suffix) {
				objects = append(objects, path.Join(below, file))
			}
			return objects
		}
	}
	return nil
}
