package tree

import (
	"archive/tar"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
)

// An Overwrite says which existing files of a target are replaced. The values are the same as
// in restic.
type Overwrite string

// The values of Overwrite.
const (
	Refuse    Overwrite = ""           // the target must be empty
	Always    Overwrite = "always"     // every file that the backup has
	IfChanged Overwrite = "if-changed" // those with another size, modification time or mode
	IfNewer   Overwrite = "if-newer"   // those that are older than the backup's
	Never     Overwrite = "never"      // none
)

// ParseOverwrite reads a value.
func ParseOverwrite(text string) (Overwrite, error) {
	switch o := Overwrite(text); o {
	case Refuse, Always, IfChanged, IfNewer, Never:
		return o, nil
	}
	return "", fmt.Errorf("%q must be always, if-changed, if-newer or never", text)
}

// replaces reports whether an entry of the backup replaces the file, symlink or folder there. link
// is the target of that symlink.
func (o Overwrite) replaces(h *tar.Header, there fs.FileInfo, link string) bool {
	switch o {
	case IfNewer:
		return h.ModTime.After(there.ModTime())
	case IfChanged:
		switch h.Typeflag {
		case tar.TypeReg:
			return !there.Mode().IsRegular() || there.Size() != h.Size || !there.ModTime().Equal(h.ModTime) || there.Mode().Perm() != h.FileInfo().Mode().Perm()
		case tar.TypeSymlink:
			return there.Mode()&fs.ModeSymlink == 0 || link != h.Linkname
		}
		return true
	case Never:
		return false
	case Always, Refuse:
	}
	return true
}

// A present examines what is in a target. It does not follow symlinks.
type present struct {
	root    *os.Root        // nil if nothing is there
	folders map[string]bool // cache: whether a path is a folder
}

// maxFolders is the maximum number of paths in the cache of a present.
const maxFolders = 20_000

// at returns what is at a path, and the target if it is a symlink; nil if nothing is there. If
// the path has a file or symlink in place of a folder, at returns that one, and above is true.
func (t *present) at(name string) (there fs.FileInfo, link string, above bool, err error) {
	if t.root == nil {
		return nil, "", false, nil
	}
	if dir := path.Dir(name); dir != "." && !t.isFolder(dir) {
		there, _, _, err = t.at(dir)
		return there, "", there != nil, err
	}
	there, err = t.root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, "", false, nil
	case err != nil:
		return nil, "", false, fmt.Errorf("examine %q: %w", name, cause(err))
	}
	if there.Mode()&fs.ModeSymlink != 0 {
		link, _ = t.root.Readlink(name) // if it is gone by now, "" counts as changed
	}
	return there, link, false, nil
}

// isFolder reports whether a path and all its parents are folders.
func (t *present) isFolder(dir string) bool {
	if is, known := t.folders[dir]; known {
		return is
	}
	if len(t.folders) >= maxFolders || t.folders == nil {
		t.folders = map[string]bool{}
	}
	is := !strings.ContainsRune(dir, '/') || t.isFolder(path.Dir(dir))
	if is {
		info, err := t.root.Lstat(dir)
		is = err == nil && info.IsDir()
	}
	t.folders[dir] = is
	return is
}
