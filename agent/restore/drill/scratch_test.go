package drill

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/sitetest"
)

// TestRemoveFoldersWithoutRights: a restored folder that its owner cannot write to is removed.
func TestRemoveFoldersWithoutRights(t *testing.T) {
	if !sitetest.AsNobody(t) {
		return
	}
	s, err := newScratch(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{"site/read-only", "site/closed/inner"} {
		writeFile(t, filepath.Join(s.dir, folder, "file"), "")
	}
	for _, folder := range []string{"site/read-only", "site/closed/inner", "site/closed"} {
		if err := os.Chmod(filepath.Join(s.dir, folder), 0o100); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.remove(); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(s.dir); err == nil {
		t.Error("the scratch folder is there")
	}
}
