package files

import (
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/wordpress/sitetest"
)

// walkTexts walks a site with the root html and returns the content of the files by
// name. For a hard link, the content is "= " and the name of the earlier entry.
// meanwhile is called after each file.
func walkTexts(t *testing.T, base string, meanwhile func(name string)) (map[string]string, Report) {
	t.Helper()
	set, err := Plan(t.Context(), openTestHome(t, base), Folders{Root: base + "/html"}, Selection{})
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	err = set.Walk(t.Context(), func(e Entry) error {
		switch {
		case e.HardLink != "":
			texts[e.Name] = "= " + e.HardLink
		case e.File != nil:
			text, err := io.ReadAll(e.File)
			texts[e.Name] = string(text)
			if err = errors.Join(err, e.File.Close()); err != nil {
				return err
			}
		}
		meanwhile(e.Name)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts, set.Report()
}

// A second name is a hard link to the first only if the file did not change since. Its
// inode may belong to another file by then.
func TestWalkHardLinkOfAnotherFile(t *testing.T) {
	for _, change := range []struct {
		name, want string
		do         func(path string) error
	}{
		{"nothing", "= a", func(string) error { return nil }},
		{"size", "another", func(path string) error {
			err := os.WriteFile(path, []byte("another"), 0o600)
			return errors.Join(err, os.Chtimes(path, time.Unix(1, 0), time.Unix(1, 0)))
		}},
		{"time", "TEXT", func(path string) error {
			err := os.WriteFile(path, []byte("TEXT"), 0o600)
			return errors.Join(err, os.Chtimes(path, time.Unix(2, 0), time.Unix(2, 0)))
		}},
	} {
		t.Run(change.name, func(t *testing.T) {
			base := sitetest.Grow(t, map[string]string{"html/a": "text"})
			if err := errors.Join(os.Chtimes(base+"/html/a", time.Unix(1, 0), time.Unix(1, 0)), os.Link(base+"/html/a", base+"/html/b")); err != nil {
				t.Fatal(err)
			}
			texts, _ := walkTexts(t, base, func(name string) {
				if name == "a" {
					if err := change.do(base + "/html/a"); err != nil {
						t.Fatal(err)
					}
				}
			})
			if texts["a"] != "text" || texts["b"] != change.want {
				t.Errorf("got %q, want b to hold %q", texts, change.want)
			}
		})
	}
}

// Samba holds leases for files that its clients have open, and returns them on request.
func TestWalkWaitsForALease(t *testing.T) {
	base := sitetest.Grow(t, map[string]string{"html/leased": "text"})
	f, err := os.OpenFile(base+"/html/leased", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGIO)
	defer signal.Stop(asked)
	if _, err := unix.FcntlInt(f.Fd(), unix.F_SETLEASE, unix.F_WRLCK); err != nil {
		t.Fatal(err)
	}
	given := make(chan error, 1)
	go func() {
		<-asked
		_, err := unix.FcntlInt(f.Fd(), unix.F_SETLEASE, unix.F_UNLCK)
		given <- err
	}()
	texts, report := walkTexts(t, base, func(string) {})
	sitetest.WantNotes(t, "unreadable", report.Unreadable)
	if texts["leased"] != "text" {
		t.Fatalf("got %q", texts)
	}
	if err := <-given; err != nil {
		t.Error(err)
	}
}
