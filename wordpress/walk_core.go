package wordpress

import (
	"os"
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

// innerSite reports whether an open folder is the root of a WordPress site: it
// holds a configuration, and the core in it or, with an index.php, in a folder
// right below.
func innerSite(dir *os.File) bool {
	fd := int(dir.Fd())
	if !isFile(fd, "wp-config.php") {
		return false
	}
	if isFile(fd, "wp-settings.php") {
		return true
	}
	if !isFile(fd, "index.php") {
		return false
	}
	return coreBelow(dir)
}

// coreBelow looks for the core in the folders right below.
func coreBelow(dir *os.File) bool {
	const most = 256
	// A descriptor of its own, so that the reader of dir starts at its beginning.
	again, err := openBelow(int(dir.Fd()), ".", dir.Name(), unix.O_DIRECTORY)
	if err != nil {
		return false
	}
	defer again.Close()
	found, _ := again.ReadDir(most)
	for _, d := range found {
		if d.IsDir() && isFile(int(dir.Fd()), d.Name()+"/wp-settings.php") {
			return true
		}
	}
	return false
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
