package retention

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
)

// No symlink is followed: not the folder, not the site's, not the kind's.
func TestFoldersThatAreLinks(t *testing.T) {
	dir, real := t.TempDir(), t.TempDir()
	runs := daily(t, real, "x", db, 3)
	must(t, os.Symlink(real, filepath.Join(dir, "link")), os.Symlink(filepath.Join(real, "x"), filepath.Join(dir, "x")))
	must(t, os.Mkdir(filepath.Join(dir, "y"), 0o700), os.Symlink(filepath.Join(real, "x", "db-backups"), filepath.Join(dir, "y", "db-backups")))
	if _, err := Open(filepath.Join(dir, "link")); err == nil || !strings.Contains(err.Error(), "is a symlink to "+real) {
		t.Errorf("the folder: %v", err)
	}
	folder, err := Open(dir)
	must(t, err)
	defer folder.Close()
	for _, site := range []string{"x", "y"} {
		if _, err := folder.Plan(site, db, Policy{Last: 1}, Conditions{Now: now}); err == nil || !strings.Contains(err.Error(), "is a symlink") {
			t.Errorf("%s: %v", site, err)
		}
	}
	if sites, err := folder.Sites(); err != nil || !slices.Equal(sites, []string{"link", "x", "y"}) {
		t.Errorf("sites %q, %v", sites, err)
	}
	for _, run := range runs {
		if !isComplete(run) {
			t.Errorf("%s was removed through a symlink", run)
		}
	}
}

// Manifests are removed before objects, so that an interruption leaves nothing that looks
// complete and is not. What it leaves goes later.
func TestInterruptedRemoval(t *testing.T) {
	dir := t.TempDir()
	runs := daily(t, dir, "x", full, 5)
	watch, err := unix.InotifyInit1(unix.IN_CLOEXEC)
	must(t, err)
	defer unix.Close(watch)
	_, err = unix.InotifyAddWatch(watch, filepath.Dir(runs[0]), unix.IN_DELETE)
	must(t, err)
	prune(t, dir, "x", full, Policy{Last: 2})
	names := deleted(t, watch)
	for i, name := range names {
		if isManifest := strings.HasSuffix(name, manifest.Suffix); isManifest != (i < 3) {
			t.Errorf("removed in the order %q; want all manifests first", names)
			break
		}
	}
	if len(names) != 12 {
		t.Errorf("removed %q", names)
	}

	// The process dies after the manifests.
	p := plan(t, dir, "x", full, Policy{Last: 1})
	must(t, os.Remove(runs[1]+manifest.Suffix))
	if p := prune(t, dir, "x", full, Policy{Last: 1}); len(p.Runs) != 2 {
		t.Errorf("%+v", p.Runs)
	}
	for _, suffix := range []string{".sql.zst", ".tar.zst", ".details.json.zst"} {
		must(t, os.Chtimes(runs[1]+suffix, now, now.AddDate(0, 0, -3)))
	}
	must(t, os.Rename(runs[1]+".sql.zst", strings.Replace(runs[1], "2026-11-29", "2026-11-20", 1)+".sql.zst"))
	prune(t, dir, "x", full, Policy{Last: 1})
	if exists(strings.Replace(runs[1], "2026-11-29", "2026-11-20", 1)+".sql.zst") || !isComplete(runs[0]) {
		t.Error("what the interruption left stays for ever")
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Apply(cancelled); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// deleted reads the names from a watch.
func deleted(t *testing.T, watch int) (names []string) {
	t.Helper()
	buffer := make([]byte, 64<<10)
	n, err := unix.Read(watch, buffer)
	must(t, err)
	for at := 0; at < n; {
		length := int(buffer[at+12]) | int(buffer[at+13])<<8 // of the name, see inotify(7)
		names = append(names, strings.TrimRight(string(buffer[at+16:at+16+length]), "\x00"))
		at += 16 + length
	}
	return names
}

// An object that cannot be removed is an error; its manifest is gone, and all other runs
// are removed. A manifest that cannot be removed keeps its run.
func TestRemovalFails(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can make files immutable") // CI runs the tests as root
	}
	dir := t.TempDir()
	runs := daily(t, dir, "x", db, 4)
	for _, file := range []string{runs[1] + ".sql.zst", runs[2] + manifest.Suffix} {
		f, err := os.Open(file)
		must(t, err)
		defer f.Close()
		const immutable = 0x10 // FS_IMMUTABLE_FL
		if err := unix.IoctlSetPointerInt(int(f.Fd()), unix.FS_IOC_SETFLAGS, immutable); err != nil {
			t.Skipf("the file system of %s has no immutable files: %v", dir, err)
		}
		defer func() { must(t, unix.IoctlSetPointerInt(int(f.Fd()), unix.FS_IOC_SETFLAGS, 0)) }()
	}
	err := plan(t, dir, "x", db, Policy{Last: 1}).Apply(t.Context())
	if err == nil || strings.Count(err.Error(), "remove x-db-") != 2 {
		t.Errorf("error %v", err)
	}
	if !isComplete(runs[0]) || exists(runs[1]+manifest.Suffix) || !isComplete(runs[2]) || !isGone(runs[3]) {
		t.Error("want: newest complete, 1 without manifest, 2 complete, 3 gone")
	}
}

// Whatever several processes decide at once, and although runs are added and removed
// meanwhile, a complete run stays.
func TestNewestRunSurvivesRaces(t *testing.T) {
	dir := t.TempDir()
	for round := range 20 {
		runs := daily(t, dir, "x", db, 6)
		var group sync.WaitGroup
		for _, p := range []Policy{{Last: 1}, {Last: 2, MaxSize: 1}, {Daily: 3}, {Within: Span{Hours: 1}}} {
			group.Go(func() {
				folder, err := Open(dir)
				if err != nil {
					t.Error(err)
					return
				}
				defer folder.Close()
				plan, err := folder.Plan("x", db, p, Conditions{Now: now, Locked: true})
				if err != nil {
					t.Error(err)
					return
				}
				if err := plan.Apply(t.Context()); err != nil && !strings.Contains(err.Error(), "has disappeared") {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if !isComplete(runs[0]) {
			t.Fatalf("round %d: the newest complete run is gone", round)
		}
	}
	// The run that must stay disappears between plan and removal: nothing is removed.
	runs := daily(t, dir, "x", db, 3)
	p := plan(t, dir, "x", db, Policy{Last: 1})
	must(t, os.Remove(runs[0]+manifest.Suffix))
	if err := p.Apply(t.Context()); err == nil || !isComplete(runs[1]) {
		t.Errorf("error %v, the second run is complete: %v", err, isComplete(runs[1]))
	}
}

// Latest links that lead to a run that goes are named with what they must lead to.
func TestStaleLinks(t *testing.T) {
	dir := t.TempDir()
	runs := daily(t, dir, "x", db, 3)
	link := filepath.Join(filepath.Dir(runs[0]), "x-db-latest.sql.zst")
	must(t, os.Symlink(filepath.Base(runs[0])+".sql.zst", link))
	if got := plan(t, dir, "x", db, Policy{Last: 1}).StaleLinks(); got != nil {
		t.Errorf("the link is right, but: %q", got)
	}
	must(t, os.Remove(link), os.Symlink(filepath.Base(runs[2])+".sql.zst", link))
	got := plan(t, dir, "x", db, Policy{Last: 1}).StaleLinks()
	slices.Sort(got)
	base := "x/db-backups/" + filepath.Base(runs[0])
	if want := []string{base + ".details.json.zst", base + ".manifest.json", base + ".sql.zst"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
