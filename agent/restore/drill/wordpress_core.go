package drill

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"sync"

	"github.com/wp-oneway/wp-oneway/agent/restore/files"
	wpfiles "github.com/wp-oneway/wp-oneway/wordpress/files"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// maxSource is how much of a PHP file is read, in bytes.
const maxSource = 64 << 10

var (
	headerPath  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`['"]/?((?:[\w.-]+/)*)wp-blog-header\.php['"]`) })
	versionLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\$wp_version\s*=\s*['"]([^'"]+)['"]`) })
)

// coreFolder returns the name of the folder of WordPress itself in the archive: the site's root, unless
// the index.php there loads WordPress from another folder.
func (c *checker) coreFolder(root string) (string, error) {
	restored, err := os.OpenRoot(c.dir)
	if err != nil {
		return "", err
	}
	defer restored.Close()
	if found := headerPath().FindStringSubmatch(source(restored.FS(), path.Join(files.SiteFolder, root, site.FrontFile))); found != nil {
		if at := path.Join(root, found[1]); filepath.IsLocal(at) {
			return at, nil
		}
	}
	return root, nil
}

// source returns the first maxSource bytes of a file; "" if it cannot be read.
func source(from fs.FS, name string) string {
	file, err := from.Open(name)
	if err != nil {
		return ""
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return ""
	}
	text, _ := io.ReadAll(io.LimitReader(file, maxSource))
	return string(text)
}

// coreVersion returns the version of WordPress in a folder; "" if there is none.
func coreVersion(from fs.FS, folder string) string {
	if found := versionLine().FindStringSubmatch(source(from, path.Join(folder, site.VersionFile))); found != nil {
		return found[1]
	}
	return ""
}

// copyCore copies the files of WordPress itself, and no others, to a folder, unless the backup has them.
func (c *checker) copyCore(core, to string) error {
	restored, err := os.OpenRoot(c.dir)
	if err != nil {
		return err
	}
	defer restored.Close()
	if coreVersion(restored.FS(), path.Join(files.SiteFolder, core)) != "" {
		return nil
	}
	from, err := c.givenCore()
	if err != nil {
		return err
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !wpfiles.CoreEntry(e.Name(), e.IsDir()) {
			continue
		}
		path, target := filepath.Join(from, e.Name()), filepath.Join(to, e.Name())
		if e.IsDir() {
			err = os.CopyFS(target, os.DirFS(path))
		} else if text, failed := os.ReadFile(path); failed == nil {
			err = os.WriteFile(target, text, 0o600)
		} else {
			err = failed
		}
		if err != nil {
			return fmt.Errorf("copy WordPress: %w", err)
		}
	}
	return nil
}

// givenCore returns the folder, given by the operator, with WordPress in the version of the backup.
func (c *checker) givenCore() (string, error) {
	want := c.run.Manifest.Release()
	dir := c.o.Serve.Core
	for _, candidate := range []string{filepath.Join(dir, want), dir} {
		if dir == "" {
			break
		}
		if found := coreVersion(os.DirFS(candidate), "."); found != "" && (found == want || want == "") {
			return candidate, nil
		}
	}
	if want == "" {
		return "", fmt.Errorf("WordPress itself is not in the backup, and its version is unknown; give a folder that contains it with --core")
	}
	if dir == "" {
		dir = "core"
	}
	return "", fmt.Errorf("WordPress %s itself is neither in the backup nor in the folder of --core: run wp core download --version=%[1]s --skip-content --path=%s, and give --core=%s", want, filepath.Join(dir, want), dir)
}
