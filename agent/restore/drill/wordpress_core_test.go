package drill

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/restore/catalog"
)

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestCopyCore: WordPress comes from the backup; if it has none, from the operator's folder if the
// version is right. Only WordPress itself is copied, because that folder may belong to a site.
func TestCopyCore(t *testing.T) {
	t.Parallel()
	core := t.TempDir()
	for version, folder := range map[string]string{"6.8": ".", "6.9.1": "6.9.1"} {
		writeFile(t, filepath.Join(core, folder, "wp-includes/version.php"), "<?php\n$wp_version = '"+version+"';\n")
		writeFile(t, filepath.Join(core, folder, "wp-load.php"), "<?php")
	}
	writeFile(t, filepath.Join(core, "wp-config.php"), "secret")
	writeFile(t, filepath.Join(core, "wp-content/object-cache.php"), "secret")
	for name, test := range map[string]struct {
		version, core string
		inBackup      bool
		copied        string
		refused       string
	}{
		"in the backup":          {version: "6.7", inBackup: true},
		"its version":            {version: "6.8", core: core, copied: "6.8"},
		"in a folder of its own": {version: "6.9.1", core: core, copied: "6.9.1"},
		"another version":        {version: "6.9", core: core, refused: "WordPress 6.9 itself is neither in the backup nor in the folder of --core: run wp core download --version=6.9 --skip-content --path=" + core + "/6.9, and give --core=" + core},
		"none":                   {version: "6.9-beta1", refused: "WordPress 6.9-beta1 itself is neither in the backup nor in the folder of --core: run wp core download --version=6.9-beta1 --skip-content --path=core/6.9-beta1, and give --core=core"},
		"a hostile version":      {version: "6.9; rm -rf /", refused: "WordPress itself is not in the backup, and its version is unknown; give a folder that contains it with --core"},
		"a path as version":      {version: "../6.8", core: core + "/x", refused: "WordPress itself is not in the backup, and its version is unknown; give a folder that contains it with --core"},
	} {
		dir, to := t.TempDir(), t.TempDir()
		if test.inBackup {
			writeFile(t, filepath.Join(dir, "site/wp/wp-includes/version.php"), "$wp_version = '6.7';")
		}
		c := &checker{drill: &drill{dir: dir, o: Options{Serve: &Serving{Core: test.core}}, run: &catalog.Run{Manifest: &manifest.Manifest{WordPress: test.version}}}}
		err := c.copyCore("wp", to)
		if text := ""; err != nil {
			text = err.Error()
			if text != test.refused {
				t.Errorf("%s: %v", name, err)
			}
		} else if test.refused != "" {
			t.Errorf("%s: it is not refused%s", name, text)
		}
		if got := coreVersion(os.DirFS(to), "."); got != test.copied {
			t.Errorf("%s: version %q was copied", name, got)
		}
		for _, other := range []string{"wp-config.php", "wp-content", "6.9.1"} {
			if _, err := os.Lstat(filepath.Join(to, other)); err == nil {
				t.Errorf("%s: %s was copied", name, other)
			}
		}
	}
}

// TestCoreFolder finds the folder of WordPress by the site's index.php.
func TestCoreFolder(t *testing.T) {
	t.Parallel()
	for index, want := range map[string]string{
		"": "public",
		"<?php\n/* It loads wp-blog-header.php */ require __DIR__ . '/wp-blog-header.php';": "public",
		`<?php require __DIR__ . "/wp/wp-blog-header.php";`:                                 "public/wp",
		`<?php require('./cms/core/wp-blog-header.php');`:                                   "public/cms/core",
		`<?php require '../../../wp-blog-header.php';`:                                      "public",
	} {
		dir := t.TempDir()
		if index != "" {
			writeFile(t, filepath.Join(dir, "site/public/index.php"), index)
		}
		c := &checker{drill: &drill{dir: dir}}
		if got, err := c.coreFolder("public"); err != nil || !strings.EqualFold(got, want) {
			t.Errorf("%s: %q, %v", index, got, err)
		}
	}
}
