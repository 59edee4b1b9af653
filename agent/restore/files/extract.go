// Package files writes the files of a run into a folder. A tar is hostile input: nothing is
// written outside the folder, whatever the tar says.
package files

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Options say how entries are written.
type Options struct {
	// Mapping says where each entry goes.
	Mapping Mapping
	// MaxBytes is the most that all files together may have.
	MaxBytes int64
	// NumericOwner gives entries the archived owners, except root. Otherwise they belong to
	// the user who writes them.
	NumericOwner bool
	// Setuid keeps the bits setuid, setgid and sticky.
	Setuid bool
	// Written is called with the number of bytes of each piece of a file; or nil.
	Written func(n int64) `json:"-"`
}

// A Summary is what was written.
type Summary struct {
	Files, Folders, Links int64
	Bytes                 int64
	// LeadOut are links that lead out of the folder. They are written as they are.
	LeadOut []string
	// Missing are the included paths that the archive does not have.
	Missing []string
}

// ErrUnsafe is the error of a tar that no agent has written.
var ErrUnsafe = errors.New("the archive is not one of wp-oneway")

// maxLeadOut is the maximum number of links that are listed.
const maxLeadOut = 100

// Extract writes the entries of a tar below a root, which must hold none of them.
func Extract(ctx context.Context, in io.Reader, root *os.Root, o Options) (Summary, error) {
	x := &extraction{root: root, o: o, left: o.MaxBytes}
	x.o.Mapping.start()
	archive := tar.NewReader(in)
	for {
		if ctx.Err() != nil {
			return x.sum, context.Cause(ctx)
		}
		if x.o.Mapping.done() {
			break
		}
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return x.sum, fmt.Errorf("read the tar: %w", err)
		}
		if err := x.entry(header, archive); err != nil {
			return x.sum, err
		}
	}
	err := x.finish()
	x.sum.Missing = x.o.Mapping.missing()
	return x.sum, err
}

// An extraction is one call of Extract.
type extraction struct {
	root *os.Root
	o    Options
	sum  Summary
	left int64 // bytes that may still be written

	// Links are made last: no file is written through one.
	links   []tar.Header
	folders []tar.Header // in order; their modes and times are set last
}

// entry writes one entry.
func (x *extraction) entry(h *tar.Header, content io.Reader) error {
	name, err := entryName(h.Name)
	if err != nil {
		return err
	}
	place := x.o.Mapping.place(name, h.Typeflag == tar.TypeDir)
	if place == "" || place == "." {
		return nil
	}
	if !isInside(place) {
		return fmt.Errorf("restore %q: %w: not a name inside the site", h.Name, ErrUnsafe)
	}
	h.Name = place
	switch h.Typeflag {
	case tar.TypeReg:
		return x.file(h, content)
	case tar.TypeDir:
		x.folders = append(x.folders, *h)
		return x.folder(place)
	case tar.TypeSymlink:
		x.links = append(x.links, *h)
		return nil
	case tar.TypeLink:
		return x.hardLink(h)
	}
	return fmt.Errorf("restore %q: %w: it is neither a file, a folder nor a link", place, ErrUnsafe)
}

// entryName is the name of an entry without the slash of a folder.
func entryName(name string) (string, error) {
	clean := strings.TrimSuffix(strings.TrimPrefix(name, "./"), "/")
	if clean == "" || clean == "." {
		return ".", nil
	}
	if !isInside(clean) {
		return "", fmt.Errorf("restore %q: %w: its name leads out of the site", name, ErrUnsafe)
	}
	return clean, nil
}

// isInside tells whether a name, which need not be UTF-8, is plain and leads to something
// in the folder that it is relative to.
func isInside(name string) bool {
	return filepath.IsLocal(name) && path.Clean(name) == name && !strings.ContainsRune(name, 0)
}

// folder makes a folder and those above it. Until the end, its owner can write to it.
func (x *extraction) folder(name string) error {
	if name == "." {
		return nil
	}
	err := x.root.Mkdir(name, 0o700)
	if errors.Is(err, fs.ErrNotExist) {
		if err := x.folder(path.Dir(name)); err != nil {
			return err
		}
		err = x.root.Mkdir(name, 0o700)
	}
	if errors.Is(err, fs.ErrExist) {
		if info, err := x.root.Lstat(name); err != nil || !info.IsDir() {
			return errors.Join(fmt.Errorf("restore %q: %w: something else has its name", name, ErrUnsafe), err)
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("restore the folder %q: %w", name, plain(err))
	}
	x.sum.Folders++
	return nil
}

// file writes a regular file.
func (x *extraction) file(h *tar.Header, content io.Reader) error {
	if x.left -= h.Size; h.Size < 0 || x.left < 0 {
		return fmt.Errorf("restore %q: %w: the files are larger than the backup", h.Name, ErrUnsafe)
	}
	if err := x.folder(path.Dir(h.Name)); err != nil {
		return err
	}
	f, err := x.root.OpenFile(h.Name, os.O_WRONLY|os.O_CREATE|os.O_EXCL|unix.O_NOFOLLOW, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("restore %q: %w: its name is there twice", h.Name, ErrUnsafe)
	}
	if err != nil {
		return fmt.Errorf("restore %q: %w", h.Name, plain(err))
	}
	err = x.fill(f, h, content)
	return errors.Join(err, f.Close())
}

func (x *extraction) fill(f *os.File, h *tar.Header, content io.Reader) error {
	n, err := io.Copy(&counter{f, x.o.Written}, content)
	x.sum.Bytes += n
	if err != nil {
		return fmt.Errorf("restore %q: %w", h.Name, plain(err))
	}
	if x.o.NumericOwner && h.Uid > 0 {
		if err := f.Chown(h.Uid, max(h.Gid, 0)); err != nil {
			return fmt.Errorf("give %q its owner: %w", h.Name, plain(err))
		}
	}
	if err := f.Chmod(x.mode(h)); err != nil {
		return fmt.Errorf("give %q its rights: %w", h.Name, plain(err))
	}
	x.sum.Files++
	if err := x.root.Chtimes(h.Name, time.Now(), h.ModTime); err != nil {
		return fmt.Errorf("give %q its time: %w", h.Name, plain(err))
	}
	return nil
}

// mode is the mode of an entry as the options allow it.
func (x *extraction) mode(h *tar.Header) fs.FileMode {
	mode := h.FileInfo().Mode()
	kept := fs.ModePerm
	if x.o.Setuid {
		kept |= fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky
	}
	return mode & kept
}

// hardLink links a name to a file that was written before.
func (x *extraction) hardLink(h *tar.Header) error {
	target, err := entryName(h.Linkname)
	if err != nil {
		return err
	}
	links := x.o.Mapping // a copy: the target is not seen by this
	links.found = nil
	target = links.place(target, false)
	if info, err := x.root.Lstat(target); target == "" || err != nil || !info.Mode().IsRegular() {
		return fmt.Errorf("restore %q: the file %q that it is a hard link to is not restored; include it too", h.Name, h.Linkname)
	}
	if err := x.folder(path.Dir(h.Name)); err != nil {
		return err
	}
	if err := x.root.Link(target, h.Name); err != nil {
		return fmt.Errorf("restore %q: %w", h.Name, plain(err))
	}
	x.sum.Files++
	return nil
}

// finish makes the links, and then sets the modes and times of the folders, the innermost
// first.
func (x *extraction) finish() error {
	for _, h := range x.links {
		if err := x.link(&h); err != nil {
			return err
		}
	}
	for _, h := range slices.Backward(x.folders) {
		if x.o.NumericOwner && h.Uid > 0 {
			if err := x.root.Lchown(h.Name, h.Uid, max(h.Gid, 0)); err != nil {
				return fmt.Errorf("give %q its owner: %w", h.Name, plain(err))
			}
		}
		if err := x.root.Chmod(h.Name, x.mode(&h)); err != nil {
			return fmt.Errorf("give %q its rights: %w", h.Name, plain(err))
		}
		if err := x.root.Chtimes(h.Name, time.Now(), h.ModTime); err != nil {
			return fmt.Errorf("give %q its time: %w", h.Name, plain(err))
		}
	}
	return nil
}

func (x *extraction) link(h *tar.Header) error {
	if err := x.folder(path.Dir(h.Name)); err != nil {
		return err
	}
	name := h.Name
	if !x.o.Mapping.Flat {
		_, name, _ = strings.Cut(name, "/") // below the site, or outside
	}
	if leadsOut(name, h.Linkname) && len(x.sum.LeadOut) < maxLeadOut {
		x.sum.LeadOut = append(x.sum.LeadOut, h.Name+" → "+h.Linkname)
	}
	if err := x.root.Symlink(h.Linkname, h.Name); err != nil {
		return fmt.Errorf("restore the link %q: %w", h.Name, plain(err))
	}
	if x.o.NumericOwner && h.Uid > 0 {
		if err := x.root.Lchown(h.Name, h.Uid, max(h.Gid, 0)); err != nil {
			return fmt.Errorf("give %q its owner: %w", h.Name, plain(err))
		}
	}
	x.sum.Links++
	return x.linkTime(h)
}

// linkTime sets the time of a link itself.
func (x *extraction) linkTime(h *tar.Header) error {
	parent, err := x.root.OpenFile(path.Dir(h.Name), os.O_RDONLY|unix.O_DIRECTORY, 0)
	if err == nil {
		defer parent.Close()
		at := unix.NsecToTimespec(h.ModTime.UnixNano())
		err = unix.UtimesNanoAt(int(parent.Fd()), path.Base(h.Name), []unix.Timespec{at, at}, unix.AT_SYMLINK_NOFOLLOW)
	}
	if err != nil {
		return fmt.Errorf("give the link %q its time: %w", h.Name, plain(err))
	}
	return nil
}

// leadsOut tells whether a link leads out of the folder by its text.
func leadsOut(name, target string) bool {
	return path.IsAbs(target) || !isInside(path.Join(path.Dir(name), target))
}

// plain is an error without the path in it, and with advice where there is one.
func plain(err error) error {
	switch {
	case errors.Is(err, unix.ENOSPC), errors.Is(err, unix.EDQUOT):
		return errors.New("the disk is full, and nothing was written there; free some space, or choose another folder")
	case errors.Is(err, fs.ErrPermission):
		return errors.New("this user may not write there; choose the user with --owner")
	}
	if e := (*fs.PathError)(nil); errors.As(err, &e) {
		return e.Err
	}
	if e := (*os.LinkError)(nil); errors.As(err, &e) {
		return e.Err
	}
	return err
}

// A counter counts what is written.
type counter struct {
	w       io.Writer
	written func(int64)
}

// Write is io.Writer's.
func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	if c.written != nil {
		c.written(int64(n))
	}
	return n, err
}
