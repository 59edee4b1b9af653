package files

import (
	"path/filepath"
	"slices"

	"github.com/wp-oneway/wp-oneway/wordpress/site"
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

// found reports whether a search that finds the site finds what lies in that
// folder of its root, too: so deep, and under such names.
func (f *folder) found() bool {
	for up := f; up != nil && up.root != ""; up = up.parent {
		name := filepath.Base(up.path)
		if f.depth-up.depth >= site.MaxInnerDepth || site.SearchSkips(name) || up != f && site.HasContent(up.file) {
			return false
		}
	}
	return true
}

// siteAt reports whether there is a site's root at a real path.
func (s *Set) siteAt(path string) bool {
	f, err := s.home.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	info, err := f.Stat()
	return err == nil && info.IsDir() && site.IsSite(f)
}
