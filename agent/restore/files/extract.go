// Package files writes the files of a run into a folder. It treats the tar as hostile input:
// whatever the tar contains, nothing is written outside the folder.
package files

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
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
	// MaxBytes is the maximum size of all files together, in bytes.
	MaxBytes int64
	// NumericOwner gives entries their archived owners, except that UID and GID replace root.
	// If false, entries belong to the user who writes them.
	NumericOwner bool
	UID, GID     int
	// Setuid keeps the setuid, setgid and sticky bits.
	Setuid bool
	// Wants reports whether the entry is written to that place; nil means all are. LinkKept makes
	// a hard link to a file that Wants rejected; if nil, such a link is an error.
	Wants    func(place string, h *tar.Header) (bool, error)
	LinkKept func(target, place string) error
}

// A Folder is where entries are written: below the folder Name in Root.
type Folder struct {
	Root *os.Root
	Name string
}

// A Summary is what was written.
type Summary struct {
	Files, Folders, Links int64
	Bytes                 int64
	// LeadOut are symlinks that lead out of the folder. They are written unchanged.
	LeadOut []string
	// Missing are the included paths that are not in the archive.
	Missing []string
}

// ErrUnsafe is the error for a tar that the agent cannot have written.
var ErrUnsafe = errors.New("the archive is not one of wp-oneway")

// These limits bound the memory: the number of links in LeadOut, the bytes of the folders and
// links that are finished last, and the bytes of a name.
const (
	maxLeadOut = 100
	maxLater   = 256 << 20
	maxName    = 4096
)

// Extract writes the entries of a tar. The mapping gives each entry a place; the first element
// of the place is the key of its folder in to.
func Extract(ctx context.Context, in io.Reader, to map[string]Folder, o Options) (Summary, error) {
	x := &extraction{to: to, o: o, left: o.MaxBytes}
	defer x.leave()
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
	to   map[string]Folder
	o    Options
	sum  Summary
	left int64 // number of bytes that may still be written

	// Symlinks are made last, so that no file is written through one. The modes and times of
	// folders are set after that, in reverse order.
	links, folders []later
	laterBytes     int

	in *os.Root // the folder of the previous file
	at string   // its place
}

// A later is a folder or symlink whose entry is finished at the end.
type later struct {
	place, link string
	mode        fs.FileMode
	modified    time.Time
	uid, gid    int
}

// remember returns the entry as one to finish at the end, and counts the memory it takes.
func (x *extraction) remember(place string, h *tar.Header) (later, error) {
	if x.laterBytes += 128 + len(place) + len(h.Linkname); x.laterBytes > maxLater {
		return later{}, fmt.Errorf("restore %q: %w: it has too many folders and links", place, ErrUnsafe)
	}
	uid, gid := x.owner(h)
	return later{place, h.Linkname, x.mode(h), h.ModTime, uid, gid}, nil
}

// locate returns the root of a place, and the name below that root.
func (x *extraction) locate(place string) (*os.Root, string, error) {
	key, rest, _ := strings.Cut(place, "/")
	f, ok := x.to[key]
	if !ok {
		return nil, "", fmt.Errorf("restore %q: %w: it came from outside of the site", place, ErrUnsafe)
	}
	return f.Root, path.Join(f.Name, rest), nil
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
	if !slices.Contains([]byte{tar.TypeReg, tar.TypeDir, tar.TypeSymlink, tar.TypeLink}, h.Typeflag) {
		return fmt.Errorf("restore %q: %w: it is neither a file, a folder nor a link", place, ErrUnsafe)
	}
	if _, _, err := x.locate(place); err != nil {
		return err
	}
	if x.o.Wants != nil {
		if wanted, err := x.o.Wants(place, h); err != nil || !wanted {
			return err
		}
	}
	switch h.Typeflag {
	case tar.TypeReg:
		return x.file(place, h, content)
	case tar.TypeLink:
		return x.hardLink(place, h)
	}
	entry, err := x.remember(place, h)
	if err != nil {
		return err
	}
	if h.Typeflag == tar.TypeSymlink {
		x.links = append(x.links, entry)
		return nil
	}
	x.folders = append(x.folders, entry)
	return x.folder(place, 0o700)
}

// entryName returns the name of an entry without the slash at the end of a folder's name.
func entryName(name string) (string, error) {
	clean := strings.TrimSuffix(strings.TrimPrefix(name, "./"), "/")
	if clean == "" || clean == "." {
		return ".", nil
	}
	if len(clean) > maxName {
		return "", fmt.Errorf("restore %.100q…: %w: its name has %d bytes", name, ErrUnsafe, len(clean))
	}
	if !isInside(clean) {
		return "", fmt.Errorf("restore %q: %w: its name leads out of the site", name, ErrUnsafe)
	}
	return clean, nil
}

// isInside reports whether a name is clean and stays inside the folder that it is relative to.
// The name may contain bytes that are not UTF-8.
func isInside(name string) bool {
	return filepath.IsLocal(name) && path.Clean(name) == name && !strings.ContainsRune(name, 0)
}

// impliedFolder is the mode of a folder that has no entry in the archive.
const impliedFolder = 0o755

// folder makes a folder and the folders above it. Those get the mode impliedFolder unless they
// have an entry of their own.
func (x *extraction) folder(place string, mode fs.FileMode) error {
	root, name, err := x.locate(place)
	if err != nil || name == "." {
		return err
	}
	err = root.Mkdir(name, mode)
	if errors.Is(err, fs.ErrNotExist) && strings.ContainsRune(place, '/') {
		if err := x.folder(path.Dir(place), impliedFolder); err != nil {
			return err
		}
		err = root.Mkdir(name, mode)
	}
	if errors.Is(err, fs.ErrExist) {
		if info, err := root.Lstat(name); err != nil || !info.IsDir() {
			return errors.Join(fmt.Errorf("restore %q: %w: something else has its name", place, ErrUnsafe), err)
		}
		return nil
	}
	if err == nil && x.o.NumericOwner && mode == impliedFolder {
		err = root.Lchown(name, x.o.UID, x.o.GID)
	}
	if err != nil {
		return fmt.Errorf("restore the folder %q: %w", place, plain(err))
	}
	x.sum.Folders++
	return nil
}

// file writes a regular file.
func (x *extraction) file(place string, h *tar.Header, content io.Reader) error {
	if x.left -= h.Size; h.Size < 0 || x.left < 0 {
		return fmt.Errorf("restore %q: %w: the files are larger than the backup", place, ErrUnsafe)
	}
	root, name, err := x.enter(place)
	if err != nil {
		return err
	}
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL|unix.O_NOFOLLOW, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("restore %q: %w: its name occurs twice", place, ErrUnsafe)
	}
	if err != nil {
		return fmt.Errorf("restore %q: %w", place, plain(err))
	}
	if err := errors.Join(x.fill(f, place, h, content), f.Close()); err != nil {
		return err
	}
	x.sum.Files++
	if err := root.Chtimes(name, time.Now(), h.ModTime); err != nil {
		return fmt.Errorf("give %q its time: %w", place, plain(err))
	}
	return nil
}

// enter opens the folder of a place, and makes it if necessary. The archive lists files folder by
// folder, so the folder is usually open already.
func (x *extraction) enter(place string) (*os.Root, string, error) {
	dir := path.Dir(place)
	if dir == "." {
		return x.locate(place)
	}
	if x.in != nil && x.at == dir {
		return x.in, path.Base(place), nil
	}
	if err := x.above(place); err != nil {
		return nil, "", err
	}
	root, name, err := x.locate(dir)
	if err != nil {
		return nil, "", err
	}
	in, err := root.OpenRoot(name)
	if err != nil {
		return nil, "", fmt.Errorf("restore %q: %w", place, plain(err))
	}
	x.leave()
	x.in, x.at = in, dir
	return in, path.Base(place), nil
}

// leave closes the folder of the previous file.
func (x *extraction) leave() {
	if x.in != nil {
		_ = x.in.Close() // a folder opened for reading: no write can fail
	}
}

// above makes the folders above a place.
func (x *extraction) above(place string) error {
	if !strings.ContainsRune(place, '/') {
		return nil
	}
	return x.folder(path.Dir(place), impliedFolder)
}

func (x *extraction) fill(f *os.File, place string, h *tar.Header, content io.Reader) error {
	n, err := io.Copy(f, content)
	x.sum.Bytes += n
	if err != nil {
		return fmt.Errorf("restore %q: %w", place, plain(err))
	}
	if x.o.NumericOwner {
		if err := f.Chown(x.owner(h)); err != nil {
			return fmt.Errorf("give %q its owner: %w", place, plain(err))
		}
	}
	if err := f.Chmod(x.mode(h)); err != nil {
		return fmt.Errorf("give %q its rights: %w", place, plain(err))
	}
	return nil
}

// owner returns the archived owner of an entry, but never root. An ID that does not fit into 32
// bits would become another ID in the kernel, so it is replaced as well.
func (x *extraction) owner(h *tar.Header) (uid, gid int) {
	uid, gid = x.o.UID, x.o.GID
	if h.Uid > 0 && h.Uid < math.MaxUint32 {
		uid = h.Uid
	}
	if h.Gid > 0 && h.Gid < math.MaxUint32 {
		gid = h.Gid
	}
	return uid, gid
}

// mode returns the mode of an entry, limited to the bits that the options allow.
func (x *extraction) mode(h *tar.Header) fs.FileMode {
	mode := h.FileInfo().Mode()
	kept := fs.ModePerm
	if x.o.Setuid {
		kept |= fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky
	}
	return mode & kept
}

// plain returns an error without the path in it, and adds advice where possible.
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
