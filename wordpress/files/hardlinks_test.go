package files

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
	"github.com/wp-oneway/wp-oneway/wordpress/sitetest"
)

// A large file with many names is archived once, although small files with two names,
// whose second name comes last, would fill the memory before.
func TestWalkStoresHardLinksOnce(t *testing.T) {
	base := sitetest.Grow(t, map[string]string{"html/wp-content/uploads/a/": "", "html/wp-content/uploads/c/": "", "html/wp-content/uploads/b/0": strings.Repeat("x", 64<<10)})
	uploads := base + "/html/wp-content/uploads/"
	// The longest names fill the memory with the fewest files.
	deep := strings.Repeat(strings.Repeat("d", 200)+"/", 15)
	for _, dir := range []string{"a/", "c/"} {
		if err := os.MkdirAll(uploads+dir+deep, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	const small = 7600 // of 3.3 KB each
	for i := range small {
		name := fmt.Sprintf("%s%0200d", deep, i)
		if err := os.WriteFile(uploads+"a/"+name, []byte("s"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Link(uploads+"a/"+name, uploads+"c/"+name); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 64 {
		if err := os.Link(uploads+"b/0", fmt.Sprintf("%sb/%d", uploads, i+1)); err != nil {
			t.Fatal(err)
		}
	}
	got := walkSite(t, base, Folders{Root: base + "/html"}, Selection{})
	large := 0
	for name := range got.content {
		if strings.Contains(name, "uploads/b/") {
			large++
		}
	}
	if large != 1 {
		t.Errorf("the large file is archived %d times", large)
	}
	if len(got.content) < small || len(got.content) > 2*small {
		t.Errorf("%d files are archived", len(got.content))
	}
	if got.report.Warnings.Total != 1 || !strings.Contains(got.report.Warnings.Items[0], "several names") {
		t.Errorf("warnings: %q", got.report.Warnings.Items)
	}
}

// What is remembered takes bounded memory, whatever the names and the sizes are, and those
// stay that save most.
func TestHardLinksAreBounded(t *testing.T) {
	var h hardLinks
	stat := func(i int) *syscall.Stat_t { return &syscall.Stat_t{Nlink: 2, Size: int64(i)} }
	const files = 100_000
	forgot := 0
	for i := range files {
		if !h.add(safefs.Inode{Ino: uint64(i)}, strings.Repeat("n", 1000), stat(i)) {
			forgot++
		}
		if h.memory > maxHardLinks || len(h.order) != len(h.byInode) {
			t.Fatalf("after %d: %d bytes, %d of %d files", i, h.memory, len(h.order), len(h.byInode))
		}
	}
	kept := len(h.byInode)
	if kept == 0 || forgot != files-kept {
		t.Errorf("kept %d, forgot %d", kept, forgot)
	}
	for i := files - kept; i < files; i++ {
		if h.find(safefs.Inode{Ino: uint64(i)}, stat(i)) == "" {
			t.Fatalf("file %d is forgotten", i)
		}
	}
	if h.memory != 0 || len(h.byInode) != 0 {
		t.Errorf("all names were found, but %d bytes are taken", h.memory)
	}
}
