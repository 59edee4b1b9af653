package files

import (
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// coreFiles are the PHP files of WordPress in the core's folder.
var coreFiles = []string{
	"index.php", "wp-activate.php", "wp-blog-header.php", "wp-comments-post.php", "wp-config-sample.php",
	"wp-cron.php", "wp-links-opml.php", "wp-load.php", "wp-login.php", "wp-mail.php",
	"wp-settings.php", "wp-signup.php", "wp-trackback.php", "xmlrpc.php",
}

// CoreEntry reports whether an entry of the core's folder belongs to WordPress itself.
func CoreEntry(name string, folder bool) bool {
	return name == "wp-admin" || name == "wp-includes" || !folder && slices.Contains(coreFiles, name)
}

// leavesCore reports whether an entry is left out because it belongs to the core.
func (w *walker) leavesCore(f *folder, name string, isFolder bool) bool {
	return !w.set.sel.WithCore && f.path == w.set.core && CoreEntry(name, isFolder) && (isFolder || !w.customised(f, name))
}

// updateTime is how much later than version.php an update or a deployment may write the
// other files of the core.
const updateTime = 10 * time.Minute

// customised reports whether a file of the core was changed on this site. An update
// replaces all files of the core and writes version.php last, so a file that is newer was
// changed since. Deployments can keep old times; therefore the text of index.php, which is
// the file that sites change most, is compared too.
func (w *walker) customised(f *folder, name string) bool {
	file, d, err := f.at.OpenBelow(name, safefs.Join(f.path, name), 0)
	if err != nil {
		return false
	}
	defer file.Close()
	if !d.IsRegular() {
		return false
	}
	version, err := w.set.home.Stat(safefs.Join(w.set.core, site.VersionFile))
	if err == nil && d.Info(name).ModTime().After(version.ModTime().Add(updateTime)) {
		return true
	}
	if name != site.FrontFile {
		return false
	}
	text, err := io.ReadAll(io.LimitReader(file, maxFront+1))
	return err == nil && (len(text) > maxFront || !front().Match(comment().ReplaceAll(text, nil)))
}

// maxFront is the size of the largest index.php that can be WordPress' own, in bytes.
const maxFront = 4 << 10

var (
	// comment leaves one that has "?" alone: PHP may end there.
	comment = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?s)/\*.*?\*/|(?m:(?://|#)[^?\n]*$)`) })
	// front matches the index.php of all versions of WordPress, without comments.
	front = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^<\?php\s*(define\(\s*'WP_USE_THEMES',\s*true\s*\);\s*)?(require(_once)?[\s(]*(__DIR__|dirname\(\s*__FILE__\s*\))?[\s.]*'[./]*wp-blog-header\.php'[\s)]*;\s*)?(\?>\s*)?$`)
	})
)

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
