package files

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
	"github.com/wp-oneway/wp-oneway/wordpress/sitetest"
)

func TestWalkOddFiles(t *testing.T) {
	base := sitetest.Grow(t, map[string]string{
		"html/wp-config.php":                                        "config",
		"html/wp-content/fifo":                                      "| ",
		"html/wp-content/" + strings.Repeat("n", 200):               "long",
		"html/wp-content/new\nline":                                 "newline",
		"html/wp-content/\xff\xfe":                                  "raw",
		"html/wp-content/first":                                     "hard",
		"html/wp-content/.hidden":                                   "hidden",
		"html/wp-content/" + strings.Repeat("d/", 100) + "deep":     "deep",
		"html/wp-content/uploads/fifo\x1b[31m":                      "| ",
		"html/wp-content/" + strings.Repeat("x/", 300) + "too/deep": "deeper",
	})
	content := base + "/html/wp-content/"
	if err := errors.Join(os.Link(content+"first", content+"second"), os.Link(content+"first", content+"uploads/third")); err != nil {
		t.Fatal(err)
	}
	done := make(chan walkResult, 1)
	go func() { done <- walkSite(t, base, Folders{Root: base + "/html"}, Selection{}) }()
	var got walkResult
	select {
	case got = <-done:
	case <-time.After(10 * time.Second):
		t.Fatal("the walk hangs")
	}
	for name, want := range map[string]string{
		"wp-content/" + strings.Repeat("n", 200):           "long",
		"wp-content/new\nline":                             "newline",
		"wp-content/\xff\xfe":                              "raw",
		"wp-content/first":                                 "hard",
		"wp-content/" + strings.Repeat("d/", 100) + "deep": "deep",
	} {
		if got.content[name] != want {
			t.Errorf("%.40q: got %q", name, got.content[name])
		}
	}
	for _, want := range []string{"wp-content/second = wp-content/first", "wp-content/uploads/third = wp-content/first"} {
		if !slices.Contains(got.entries, want) {
			t.Errorf("%s is missing", want)
		}
	}
	sitetest.WantNotes(t, "warnings", got.report.Warnings, `"wp-content/uploads/fifo\x1b[31m": FIFO`, "wp-content/fifo: FIFO")
	if len(got.report.Unreadable.Items) != 1 || !strings.Contains(got.report.Unreadable.Items[0], "too long") {
		t.Errorf("unreadable: %q", got.report.Unreadable.Items)
	}
	if got.report.Bytes != int64(len("config"+"long"+"newline"+"raw"+"hard"+"hidden"+"deep")) {
		t.Errorf("counted %d bytes", got.report.Bytes)
	}
}

// The walk does not change the access times of files.
func TestWalkLeavesAccessTimesAlone(t *testing.T) {
	base := sitetest.Grow(t, map[string]string{"html/wp-content/f": "text"})
	path := base + "/html/wp-content/f"
	long := time.Unix(1_000_000, 0)
	if err := os.Chtimes(path, long, time.Now()); err != nil {
		t.Fatal(err)
	}
	walkSite(t, base, Folders{Root: base + "/html"}, Selection{})
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Sys().(*syscall.Stat_t).Atim; got.Sec != long.Unix() {
		t.Errorf("the access was noted at %v", time.Unix(got.Unix()))
	}
}

func TestWalkEnds(t *testing.T) {
	base := sitetest.Grow(t, map[string]string{"html/a": "a", "html/b": "b", "html/c": "c"})
	home := openTestHome(t, base)
	if _, err := Plan(t.Context(), home, Folders{Root: base + "/missing"}, Selection{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing root: got %v", err)
	}
	if _, err := Plan(t.Context(), home, Folders{Root: "/etc"}, Selection{}); !errors.Is(err, safefs.ErrOutside) {
		t.Errorf("root outside home: got %v", err)
	}
	if _, err := Plan(t.Context(), home, Folders{Root: base + "/html"}, Selection{Exclude: []string{"[a"}}); err == nil {
		t.Error("a malformed pattern was taken")
	}
	failed := errors.New("failed")
	for _, cancelled := range []bool{false, true} {
		ctx, cancel := context.WithCancel(t.Context())
		set, err := Plan(ctx, home, Folders{Root: base + "/html"}, Selection{})
		if err != nil {
			t.Fatal(err)
		}
		n, want := 0, failed
		if cancelled {
			want = context.Canceled
		}
		err = set.Walk(ctx, func(e Entry) error {
			_ = e.File.Close() // where it is one
			if n++; n < 2 {
				return nil
			}
			if cancel(); cancelled {
				return nil
			}
			return failed
		})
		if !errors.Is(err, want) || n != 2 {
			t.Errorf("got %v after %d entries, want %v", err, n, want)
		}
		cancel()
	}
	// A root that was removed after Plan is an error, not an empty archive.
	set, err := Plan(t.Context(), home, Folders{Root: base + "/html"}, Selection{})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(base+"/html", base+"/gone"); err != nil {
		t.Fatal(err)
	}
	if err := set.Walk(t.Context(), func(Entry) error { return nil }); err == nil {
		t.Error("a site without its root was archived")
	}
}

func TestWalkCrontab(t *testing.T) {
	base := sitetest.Grow(t, map[string]string{"html/wp-content/x": "x"})
	got := walkSite(t, base, Folders{Root: base + "/html"}, Selection{Crontab: []byte("* * * * * true\n")})
	if got.content[".crontab"] != "* * * * * true\n" {
		t.Errorf("got %q", got.entries)
	}
	if err := os.WriteFile(base+"/html/.crontab", []byte("the site's"), 0o600); err != nil {
		t.Fatal(err)
	}
	got = walkSite(t, base, Folders{Root: base + "/html"}, Selection{Crontab: []byte("* * * * * true\n")})
	if got.content[".crontab"] != "the site's" {
		t.Errorf("got %q", got.content)
	}
	sitetest.WantNotes(t, "warnings", got.report.Warnings, ".crontab: left out")
}

func TestNotesAreCapped(t *testing.T) {
	var n wordpress.Notes
	for i := range wordpress.MaxNotes + 5 {
		n.Add(fmt.Sprint(i))
	}
	if n.Total != wordpress.MaxNotes+5 || len(n.Items) != wordpress.MaxNotes {
		t.Errorf("total %d, %d kept", n.Total, len(n.Items))
	}
}
