package retention

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// A Kind is a kind of backup with a folder of its own below a site's.
type Kind struct {
	Key       string // in the configuration
	Kind      manifest.Kind
	NoUploads bool
}

// Kinds returns all kinds.
func Kinds() []Kind {
	return []Kind{
		{"full", manifest.Full, false},
		{"db", manifest.DB, false},
		{"files", manifest.Files, false},
		{"full_no_uploads", manifest.Full, true},
		{"files_no_uploads", manifest.Files, true},
	}
}

// KindOf returns the kind of a run.
func KindOf(kind manifest.Kind, noUploads bool) Kind {
	noUploads = noUploads && kind != manifest.DB
	kinds := Kinds()
	return kinds[slices.IndexFunc(kinds, func(k Kind) bool { return k.Kind == kind && k.NoUploads == noUploads })]
}

// Folder is the name of the kind's folder below a site's.
func (k Kind) Folder() string {
	return path.Base(path.Dir(manifest.RunName("site", k.Kind, k.NoUploads, "")))
}

// prefix begins the names of the site's runs of the kind.
func (k Kind) prefix(site string) string {
	return path.Base(manifest.RunName(site, k.Kind, k.NoUploads, ""))
}

// A Folder is a folder with backups. It is used through descriptors, and no symlink below
// it is followed: others may be able to write there.
type Folder struct {
	path string
	file *os.File
}

// Open opens a folder. It must not be a symlink. Symlinks on the way to it are followed
// as safefs.OpenFolder does.
func Open(dir string) (*Folder, error) {
	if info, err := os.Lstat(dir); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		target, _ := os.Readlink(dir) // only for the message
		return nil, fmt.Errorf("open the backups: %s is a symlink to %s, and nothing is removed through a symlink; give the folder itself", dir, target)
	}
	file, err := safefs.OpenFolder(dir)
	if err != nil {
		return nil, fmt.Errorf("open the backups: %w", err)
	}
	return &Folder{path: filepath.Clean(dir), file: file}, nil
}

// Close closes the folder.
func (f *Folder) Close() { _ = f.file.Close() } // nothing was written

// Sites returns the names of the sites that have a folder, sorted. A symlink with the name
// of a site is one of them: it is refused when the site is planned.
func (f *Folder) Sites() ([]string, error) {
	names, err := list(f.file)
	if err != nil {
		return nil, fmt.Errorf("list the sites in %s: %w", f.path, err)
	}
	names = slices.DeleteFunc(names, func(name string) bool {
		stat, err := lstat(f.file, name)
		return !site.ValidName(name) || err != nil || stat.Mode&unix.S_IFMT != unix.S_IFDIR && stat.Mode&unix.S_IFMT != unix.S_IFLNK
	})
	slices.Sort(names)
	return names, nil
}

// openKind opens the folder of a site's kind; nil if there is none.
func (f *Folder) openKind(site string, kind Kind) (*os.File, error) {
	parent, err := openBelow(f.file, site, f.path)
	if parent == nil || err != nil {
		return nil, err
	}
	defer parent.Close()
	return openBelow(parent, kind.Folder(), filepath.Join(f.path, site))
}

// openBelow opens a folder in a folder, nil if there is none. It follows no symlink.
func openBelow(dir *os.File, name, in string) (*os.File, error) {
	full := filepath.Join(in, name)
	fd, err := unix.Openat(int(dir.Fd()), name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	switch {
	case err == nil:
		return os.NewFile(uintptr(fd), full), nil
	case errors.Is(err, unix.ENOENT):
		return nil, nil //nolint:nilnil // there is none
	case errors.Is(err, unix.ENOTDIR), errors.Is(err, unix.ELOOP):
		return nil, fmt.Errorf("open the backups: %s is not a folder, or is a symlink, and nothing is removed through a symlink; replace it with a folder", full)
	}
	return nil, fmt.Errorf("open the backups: %w", &fs.PathError{Op: "open", Path: full, Err: err})
}

// list reads the names in an open folder, also for a second time.
func list(dir *os.File) ([]string, error) {
	if _, err := dir.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return dir.Readdirnames(-1)
}

// lstat examines an entry of an open folder.
func lstat(dir *os.File, name string) (stat unix.Stat_t, err error) {
	err = unix.Fstatat(int(dir.Fd()), name, &stat, unix.AT_SYMLINK_NOFOLLOW)
	return stat, err
}
