package files

import (
	"path/filepath"
	"slices"

	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// coreFiles are the PHP files of WordPress in the core's folder.
var coreFiles = []string{
	"index.php", "wp-activate.php", "wp-blog-header.php", "wp-comments-post.php", "wp-config-sample.php",
	"wp-cron.php", "wp-links-opml.php", "wp-load.php", "wp-login.php", "wp-mail.php",
	"wp-settings.php", "wp-signup.php", "wp-trackback.php", "xmlrpc.php",
}

// coreEntry reports whether an entry of the core's folder belongs to WordPress itself.
func coreEntry(name string, folder bool) bool {
	return name == "wp-admin" || name == "wp-includes" || !folder && slices.Contains(coreFiles, name)
}

// leavesCore reports whether an entry is left out because it belongs to the core.
func (w *walker) leavesCore(f *folder, name string, isFolder bool) bool {
	return !w.set.sel.WithCore && f.path == w.set.core && coreEntry(name, isFolder)
}

// found reports whether a search that finds the outer site also finds a site in this
// folder. It applies the search's limit of depth and its skipped names.
func (f *folder) found() bool {
	for up := f; up != nil && up.root != ""; up = up.parent {
		name := filepath.Base(up.path)
		if f.depth-up.depth >= site.MaxInnerDepth || site.SearchSkips(name) || up != f && site.HasContent(up.file) {
			return false
		}
	}
	return true
}

// siteAt reports whether the folder at a real path is the root of a site.
func (s *Set) siteAt(path string) bool {
	f, err := s.home.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	info, err := f.Stat()
	return err == nil && info.IsDir() && site.IsSite(f)
}
