package operator

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
	"github.com/wp-oneway/wp-oneway/wordpress/sitetest"
)

// A folder is created below the folders that were judged. A tenant's symlink leads nowhere
// but to his own files, whatever the path says beyond it.
func TestOpenRoot(t *testing.T) {
	base := sitetest.Grow(t, map[string]string{
		"alice/own/": "", "alice/inside": "-> own", "alice/out": "-> ../etc", "alice/gone": "-> none", "etc/": "", "operator": "-> alice/own",
	})
	sitetest.Chown(t, base, map[string]int{"alice": sitetest.AliceID, "alice/own": sitetest.AliceID, "alice/inside": sitetest.AliceID, "alice/out": sitetest.AliceID, "alice/gone": sitetest.AliceID})
	for path, created := range map[string]string{
		"new/deep/folder": "new/deep/folder", "alice/inside/x": "alice/own/x", "operator/y/z": "alice/own/y/z", "etc": "etc",
		"alice/out/x": "", "alice/out": "", "alice/gone/x": "", "alice/gone": "",
	} {
		root, err := OpenRoot(filepath.Join(base, path))
		if created == "" {
			if err == nil {
				t.Errorf("%s: opened", path)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if err := errors.Join(root.WriteFile("file", nil, 0o600), root.Close()); err != nil {
			t.Error(err)
		}
		if _, err := os.Lstat(filepath.Join(base, created, "file")); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	if info, err := os.Stat(base + "/new/deep"); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info, err)
	}
	if left, err := os.ReadDir(base + "/etc"); err != nil || len(left) != 1 {
		t.Errorf("in the folder of root: %v, %v", left, err)
	}
	if foreign := (*safefs.ForeignLinkError)(nil); !errors.As(errOf(OpenRoot(base+"/alice/out/x")), &foreign) {
		t.Error("the error does not name the symlink")
	}
}

func errOf(_ *os.Root, err error) error { return err }
