package files

import (
	"archive/tar"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// hardLink makes a hard link to a file that was written before.
func (x *extraction) hardLink(place string, h *tar.Header) error {
	target, err := entryName(h.Linkname)
	if err != nil {
		return err
	}
	links := x.o.Mapping // a copy: looking up the target must not mark it as found
	links.found = nil
	target = links.place(target, false)
	root, name, err := x.locate(place)
	if err == nil {
		err = x.above(place)
	}
	if err != nil {
		return err
	}
	from, fromName, err := x.locate(target)
	if err != nil || target == "" {
		return x.unlinked(place, h)
	}
	if info, err := from.Lstat(fromName); errors.Is(err, fs.ErrNotExist) && x.o.LinkKept != nil {
		err = x.o.LinkKept(target, place)
		if errors.Is(err, fs.ErrNotExist) {
			return x.unlinked(place, h)
		}
		if err != nil {
			return fmt.Errorf("restore %q: %w", place, plain(err))
		}
		x.sum.Files++
		return nil
	} else if err != nil || !info.Mode().IsRegular() || from != root {
		return x.unlinked(place, h)
	}
	if err := root.Link(fromName, name); err != nil {
		return fmt.Errorf("restore %q: %w", place, plain(err))
	}
	x.sum.Files++
	return nil
}

// unlinked returns the error for a hard link to a file that was not restored.
func (*extraction) unlinked(place string, h *tar.Header) error {
	return fmt.Errorf("restore %q: the file %q that it is a hard link to is not restored with it; include it too", place, h.Linkname)
}

// finish makes the symlinks. Then it sets the modes and times of the folders, the innermost
// first.
func (x *extraction) finish() error {
	for _, l := range x.links {
		if err := x.link(l); err != nil {
			return err
		}
	}
	for _, f := range slices.Backward(x.folders) {
		root, name, err := x.locate(f.place)
		if err != nil {
			return err
		}
		if x.o.NumericOwner {
			if err := root.Lchown(name, f.uid, f.gid); err != nil {
				return fmt.Errorf("give %q its owner: %w", f.place, plain(err))
			}
		}
		if err := root.Chmod(name, f.mode); err != nil {
			return fmt.Errorf("give %q its rights: %w", f.place, plain(err))
		}
		if err := root.Chtimes(name, time.Now(), f.modified); err != nil {
			return fmt.Errorf("give %q its time: %w", f.place, plain(err))
		}
	}
	return nil
}

func (x *extraction) link(l later) error {
	root, name, err := x.locate(l.place)
	if err == nil {
		err = x.above(l.place)
	}
	if err != nil {
		return err
	}
	_, inside, _ := strings.Cut(l.place, "/") // relative to the folder of the place
	if leadsOut(inside, l.link) && len(x.sum.LeadOut) < maxLeadOut {
		x.sum.LeadOut = append(x.sum.LeadOut, inside+" → "+l.link)
	}
	if err := root.Symlink(l.link, name); err != nil {
		return fmt.Errorf("restore the link %q: %w", l.place, plain(err))
	}
	if x.o.NumericOwner {
		if err := root.Lchown(name, l.uid, l.gid); err != nil {
			return fmt.Errorf("give %q its owner: %w", l.place, plain(err))
		}
	}
	x.sum.Links++
	if err := LinkTime(root, name, l.modified); err != nil {
		return fmt.Errorf("give the link %q its time: %w", l.place, plain(err))
	}
	return nil
}

// LinkTime sets the modification time of a symlink, or of another file, without opening it.
func LinkTime(root *os.Root, name string, modified time.Time) error {
	parent, err := root.OpenFile(path.Dir(name), os.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return err
	}
	defer parent.Close()
	at := unix.NsecToTimespec(modified.UnixNano())
	return unix.UtimesNanoAt(int(parent.Fd()), path.Base(name), []unix.Timespec{at, at}, unix.AT_SYMLINK_NOFOLLOW)
}

// leadsOut reports whether the target of a symlink lies outside the folder. It looks only at the
// text of the target.
func leadsOut(name, target string) bool {
	return path.IsAbs(target) || !isInside(path.Join(path.Dir(name), target))
}
