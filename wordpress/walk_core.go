package wordpress

import (
	"errors"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"
)

// coreFiles are the PHP files of WordPress' own in its folder.
var coreFiles = []string{
	"index.php", "wp-activate.php", "wp-blog-header.php", "wp-comments-post.php", "wp-config-sample.php",
	"wp-cron.php", "wp-links-opml.php", "wp-load.php", "wp-login.php", "wp-mail.php",
	"wp-settings.php", "wp-signup.php", "wp-trackback.php", "xmlrpc.php",
}

// coreEntry reports whether an entry of the core's folder is WordPress' own.
func coreEntry(name string, folder bool) bool {
	return name == "wp-admin" || name == "wp-includes" || !folder && slices.Contains(coreFiles, name)
}

// leavesCore reports whether an entry is WordPress' own, and not asked for.
func (w *walker) leavesCore(f *folder, name string, isFolder bool) bool {
	return !w.set.sel.WithCore && f.path == w.set.core && coreEntry(name, isFolder)
}

// innerSite reports whether an open folder is the root of a WordPress site, as the
// search for sites has it: it holds a configuration, and the core in it or, loaded
// by its index.php, in a folder right below.
func innerSite(dir *os.File) bool {
	fd := int(dir.Fd())
	if !isFile(fd, "wp-config.php") {
		return false
	}
	if isFile(fd, "wp-settings.php") {
		return true
	}
	return isFile(fd, "index.php") && coreBelow(dir)
}

// coreBelow reports whether the index.php of a folder loads a core right below.
func coreBelow(dir *os.File) bool {
	// A descriptor of its own, so that the reader of dir starts at its beginning.
	again, err := openBelow(int(dir.Fd()), ".", dir.Name(), unix.O_DIRECTORY)
	if err != nil {
		return false
	}
	defer again.Close()
	s := &spot{dir: again, fd: int(again.Fd()), path: dir.Name()}
	if err := s.list(bounds{siblings: 10_000, entries: 100_000}); err != nil && !errors.Is(err, errTooMany) {
		return false
	}
	name, _ := s.loadedCore()
	return name != ""
}

// found reports whether a search that finds the site finds what lies in that
// folder of its root, too: so deep, and under such names.
func (f *folder) found() bool {
	for up := f; up != nil && up.root != ""; up = up.parent {
		name := filepath.Base(up.path)
		if f.depth-up.depth >= maxInner || name[0] == '.' || slices.Contains(passedBy, name) || up != f && hasContent(up.fd) {
			return false
		}
	}
	return true
}

// siteAt reports whether there is a site's root at a real path.
func (s *FileSet) siteAt(path string) bool {
	f, err := s.home.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	info, err := f.Stat()
	return err == nil && info.IsDir() && innerSite(f)
}

// isFile reports whether a folder holds a regular file of that name, which may
// be reached by a link: it is looked at, and not opened.
func isFile(dir int, name string) bool {
	var st unix.Stat_t
	if unix.Fstatat(dir, name, &st, unix.AT_SYMLINK_NOFOLLOW) != nil {
		return false
	}
	return st.Mode&unix.S_IFMT == unix.S_IFREG || st.Mode&unix.S_IFMT == unix.S_IFLNK
}

// isFolder reports whether a folder holds one of that name, and no link.
func isFolder(dir int, name string) bool {
	var st unix.Stat_t
	return unix.Fstatat(dir, name, &st, unix.AT_SYMLINK_NOFOLLOW) == nil && st.Mode&unix.S_IFMT == unix.S_IFDIR
}
