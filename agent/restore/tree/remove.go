package tree

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// marker is a file in each box. The owner of the parent folder can give the name of a box to a
// folder that belongs to root. But only root can create a file there, so it has no marker.
const marker = ".wp-oneway"

// mark puts the marker into the box.
func (p *place) mark() error {
	fd, err := unix.Openat(int(p.boxFile.Fd()), marker, unix.O_CREAT|unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return err
	}
	return unix.Close(fd)
}

// remove removes a box with everything in it.
func (p *place) remove(name string) error {
	box, err := p.openBox(name)
	if err == nil {
		defer box.Close()
		err = emptyBox(box)
	}
	if err == nil {
		err = p.parent.Remove(name)
	}
	if err != nil {
		return fmt.Errorf("remove %s: %w", filepath.Join(filepath.Dir(p.path), name), cause(err))
	}
	return nil
}

// emptyBox removes what is in an open box. It never uses the name of the box, which may belong
// to another folder by now.
func emptyBox(box *os.File) error {
	root, err := os.OpenRoot(descriptorPath(box))
	if err != nil {
		return err
	}
	defer root.Close()
	names, err := fs.ReadDir(root.FS(), ".")
	if err != nil || len(names) == 0 {
		return err
	}
	info, err := box.Stat()
	if err != nil {
		return err
	}
	_, unmarked := root.Lstat(marker)
	if os.Geteuid() == 0 && info.Sys().(*syscall.Stat_t).Uid == 0 && unmarked != nil {
		return errors.New("it belongs to root, and no restore created it; rename it")
	}
	for _, d := range names {
		if d.Name() == marker {
			continue
		}
		err := root.RemoveAll(d.Name())
		if err != nil && os.Geteuid() != 0 {
			makeWritable(root, d.Name())
			err = root.RemoveAll(d.Name())
		}
		if err != nil {
			return err
		}
	}
	return root.RemoveAll(marker)
}

// makeWritable gives the owner of the folders in a box write permission for them.
func makeWritable(root *os.Root, name string) {
	_ = fs.WalkDir(root.FS(), name, func(name string, d fs.DirEntry, _ error) error {
		if d != nil && d.IsDir() {
			_ = root.Chmod(name, 0o700) // if it fails, RemoveAll returns an error
		}
		return nil
	})
}

// cause returns an error without the path in it.
func cause(err error) error {
	if e := (*fs.PathError)(nil); errors.As(err, &e) {
		return e.Err
	}
	return err
}

// Confirm removes the old files that earlier restores have kept: for the path site, for the folder
// site.outside, and for the paths others. It returns the paths that it has removed. It keeps what
// an interrupted restore has replaced, because that is still needed.
func Confirm(site string, others []string) (removed []string, err error) {
	err = eachKept(site, others, func(p *place, _ []string) error {
		names, err := p.interrupted()
		if err == nil && len(names) > 0 {
			err = fmt.Errorf("remove the previous content of %s: the restore was interrupted, so it is still needed; run the restore again, or with --undo", p.path)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	err = eachKept(site, others, func(p *place, boxes []string) error {
		if err := p.removeStale(); err != nil {
			return err
		}
		for _, box := range boxes {
			if err := p.remove(box); err != nil {
				return err
			}
			removed = append(removed, filepath.Join(filepath.Dir(p.path), box))
		}
		return nil
	})
	return removed, err
}

// Undo puts back what the latest restore has replaced, and keeps the restored files instead, so
// that a second Undo brings those back. If the latest restore was interrupted, Undo removes what
// it has staged. The arguments are the same as for Confirm. It returns the paths that it has put back.
func Undo(site string, others []string) (back []string, err error) {
	latest := ""
	err = eachKept(site, others, func(p *place, _ []string) error {
		names, err := p.interrupted()
		if err != nil {
			return err
		}
		if len(names) == 0 {
			return p.removeStale()
		}
		if strings.HasPrefix(names[0], p.prefix(oldMark)) {
			latest = boxTime(p, names[0])
		}
		back = append(back, p.path)
		return p.recover()
	})
	if err != nil || len(back) > 0 && latest == "" {
		return back, err
	}
	err = eachKept(site, others, func(p *place, boxes []string) error {
		for _, box := range boxes {
			at := boxTime(p, box)
			if len(back) == 0 && latest == "" {
				latest = boxTime(p, slices.MaxFunc(boxes, func(a, b string) int { return strings.Compare(boxTime(p, a), boxTime(p, b)) }))
			}
			if at != latest {
				continue // it belongs to another restore
			}
			var err error
			if p.boxFile, err = p.lock(box); err == nil && p.boxFile == nil {
				return errBusy(p.path)
			}
			if err == nil {
				err = p.exchange()
			}
			if err != nil {
				return fmt.Errorf("put back %s: %w", p.path, err)
			}
			back = append(back, p.path)
		}
		return nil
	})
	return back, err
}

// boxTime returns the time in the name of a box, at which its content was replaced.
func boxTime(p *place, box string) string {
	at, _, _ := strings.Cut(strings.TrimPrefix(box, p.prefix(oldMark)), "Z-")
	return at
}

// eachKept calls do with each place of a restore, and with the boxes that hold what was at the
// place before.
func eachKept(site string, others []string, do func(p *place, boxes []string) error) error {
	for i, path := range append([]string{site, ""}, others...) {
		if i == 1 {
			path = site + outsideSuffix
		}
		p, err := openPlace(path)
		if err != nil {
			return err
		}
		defer p.close()
		if i == 0 {
			site = p.path
		}
		boxes, err := p.boxes(oldMark)
		if err != nil {
			return err
		}
		if err := do(p, boxes); err != nil {
			return err
		}
	}
	return nil
}
