package archive_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/archive"
	"github.com/wp-oneway/wp-oneway/wordpress/files"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// A site with unusual files in its uploads is restored from the files part completely.
func TestSiteRestoresWithGNUTar(t *testing.T) {
	base := t.TempDir()
	root := base + "/html"
	must(t, os.MkdirAll(root+"/wp-content", 0o755))
	must(t, os.Rename(oddTree(t), root+"/wp-content/uploads"))
	t.Cleanup(func() { _ = os.Chmod(root+"/wp-content/uploads/locked", 0o755) })
	write(t, root+"/wp-config.php", "<?php", 0o640, time.Unix(1_600_000_000, 123))
	write(t, root+"/wp-includes/version.php", "<?php", 0o644, time.Unix(1, 0))
	write(t, root+"/wp-content/cache/x", "cached", 0o644, time.Unix(1, 0))

	stream, report := filesPart(t, base, nil)
	must(t, os.RemoveAll(root+"/wp-includes"))
	must(t, os.RemoveAll(root+"/wp-content/cache"))
	out := untar(t, stream)
	for _, dir := range []string{root, root + "/wp-content", out, out + "/wp-content"} { // their times changed when files were removed
		must(t, os.Chtimes(dir, time.Time{}, time.Unix(5, 0)))
	}
	compare(t, describe(t, out), describe(t, root))
	if report.Unreadable.Total > 0 || report.Warnings.Total != 1 || !strings.Contains(report.Warnings.Items[0], "dangling") {
		t.Errorf("unreadable %q, warnings %q", report.Unreadable.Items, report.Warnings.Items)
	}
}

// filesPart archives base/html, and calls while for each entry before it is written.
func filesPart(t *testing.T, base string, while func(name string)) ([]byte, files.Report) {
	t.Helper()
	home, err := site.OpenHome(base)
	must(t, err)
	defer home.Close()
	set, err := files.Plan(t.Context(), home, files.Folders{Root: base + "/html"}, files.Selection{})
	must(t, err)
	var stream bytes.Buffer
	err = archive.Tar(t.Context(), &stream, func(yield func(archive.Entry) error) error {
		return set.Walk(t.Context(), func(e files.Entry) error {
			if while != nil {
				while(e.Name)
			}
			return yield(archive.Entry(e))
		})
	}, func(name string, err error) { set.Warn(name, err.Error()) })
	must(t, err)
	return stream.Bytes(), set.Report()
}

// The archive is complete although the site changes: a log grows, files are emptied and
// replaced, folders vanish, FIFOs exist.
func TestChangingSite(t *testing.T) {
	base := t.TempDir()
	content := base + "/html/wp-content"
	for i := range 30 {
		write(t, fmt.Sprintf("%s/uploads/%02d/file", content, i), strings.Repeat("x", 300_000), 0o644, time.Unix(1, 0))
	}
	write(t, content+"/grows", "begin", 0o644, time.Unix(1, 0))
	must(t, syscall.Mkfifo(content+"/fifo", 0o600))
	stop, cancel := context.WithCancel(t.Context())
	var busy sync.WaitGroup
	busy.Go(func() {
		for i := 0; stop.Err() == nil; i++ {
			dir := fmt.Sprintf("%s/uploads/%02d", content, i%30)
			_ = appendTo(content+"/grows", strings.Repeat("more", 10_000))
			_ = os.Truncate(dir+"/file", int64(i%300_000))
			_ = os.Rename(dir, dir+".gone")
			_ = os.Rename(dir+".gone", dir)
			if i%500 == 0 {
				_ = os.Truncate(content+"/grows", 0)
			}
		}
	})
	defer busy.Wait()
	defer cancel()
	for range 5 {
		stream, report := filesPart(t, base, nil)
		out := untar(t, stream)
		if _, err := os.Stat(out + "/wp-content/grows"); err != nil {
			t.Error(err)
		}
		if report.Unreadable.Total > 0 {
			t.Errorf("unreadable: %q", report.Unreadable.Items)
		}
		found := false
		for _, w := range report.Warnings.Items {
			found = found || strings.HasPrefix(w, "wp-content/fifo: ")
		}
		if !found {
			t.Errorf("no warning about the FIFO: %q", report.Warnings.Items)
		}
	}
}

// A folder that vanishes during the walk does not affect the other files.
func TestVanishingFolder(t *testing.T) {
	base := t.TempDir()
	content := base + "/html/wp-content"
	for _, dir := range []string{"a", "b", "c"} {
		write(t, content+"/"+dir+"/file", dir, 0o644, time.Unix(1, 0))
		write(t, content+"/"+dir+"/sub/file", dir, 0o644, time.Unix(1, 0))
	}
	stream, report := filesPart(t, base, func(name string) {
		switch name {
		case "wp-content/a/file":
			must(t, os.RemoveAll(content+"/b"))
		case "wp-content/c":
			must(t, os.RemoveAll(content+"/c"))
		}
	})
	out := untar(t, stream)
	if text, err := os.ReadFile(filepath.Join(out, "wp-content/a/sub/file")); err != nil || string(text) != "a" {
		t.Errorf("got %q, %v", text, err)
	}
	if _, err := os.Stat(out + "/wp-content/b"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the vanished folder is archived: %v", err)
	}
	if report.Unreadable.Total != 0 || report.Warnings.Total == 0 {
		t.Errorf("unreadable %q, warnings %q", report.Unreadable.Items, report.Warnings.Items)
	}
}
