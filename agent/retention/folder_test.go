package retention

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
)

var (
	now  = at("2026-11-30 12:00:00")
	db   = KindOf(manifest.DB, false)
	full = KindOf(manifest.Full, false)
)

func must(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// write creates a file and its folders.
func write(t *testing.T, text string, parts ...string) {
	t.Helper()
	file := filepath.Join(parts...)
	must(t, os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, []byte(text), 0o600))
}

// id is a run's ID; tag makes it unique.
func id(start time.Time, tag int) string {
	return start.Format("2006-01-02_15-04-05Z") + fmt.Sprintf("-%08d", tag)
}

// makeRun creates a complete run and returns its path without suffixes.
func makeRun(t *testing.T, dir, site string, kind Kind, start time.Time, tag int) string {
	t.Helper()
	run := id(start, tag)
	base := filepath.Join(dir, manifest.RunName(site, kind.Kind, kind.NoUploads, run))
	for _, stream := range []string{manifest.DatabaseStream, manifest.FilesStream} {
		if kind.Kind.Has(stream) {
			write(t, "archive", base+manifest.StreamSuffix(stream)+".zst")
		}
	}
	write(t, "details", base+".details.json.zst")
	write(t, fmt.Sprintf(`{"version": 1, "site": %q, "kind": %q, "run": %q, "objects": [{"name": "../../../outside"}]}`, site, kind.Kind, run), base+manifest.Suffix)
	return base
}

// daily creates n runs, one a day, and returns their paths, the newest first.
func daily(t *testing.T, dir, site string, kind Kind, n int) (runs []string) {
	t.Helper()
	for i := range n {
		runs = append(runs, makeRun(t, dir, site, kind, now.AddDate(0, 0, -i).Add(-time.Hour), i))
	}
	return runs
}

func plan(t *testing.T, dir, site string, kind Kind, p Policy) *Plan {
	t.Helper()
	folder, err := Open(dir)
	must(t, err)
	t.Cleanup(folder.Close)
	plan, err := folder.Plan(site, kind, p, Conditions{Now: now, Locked: true})
	must(t, err)
	return plan
}

func prune(t *testing.T, dir, site string, kind Kind, p Policy) *Plan {
	t.Helper()
	plan := plan(t, dir, site, kind, p)
	must(t, plan.Apply(t.Context()))
	return plan
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func isComplete(base string) bool {
	files, _ := filepath.Glob(base + ".*")
	return len(files) >= 3 && exists(base+manifest.Suffix)
}

func isGone(base string) bool {
	files, _ := filepath.Glob(base + ".*")
	return len(files) == 0
}

// Only the runs of the site and kind go that no rule keeps, with all of their objects.
func TestOnlyRunsOfTheSiteAreRemoved(t *testing.T) {
	dir := t.TempDir()
	runs := daily(t, dir, "example.com", db, 5)
	write(t, "piece", runs[4]+".sql.zst.001")
	write(t, "kept", dir, "outside")
	others := daily(t, dir, "example.com-shop", db, 5)
	others = append(others, daily(t, dir, "example.com", full, 5)...)
	others = append(others, daily(t, dir, "example.com", KindOf(manifest.Full, true), 5)...)
	others = append(others, daily(t, dir, "example.com", KindOf(manifest.Files, true), 5)...)
	folder := filepath.Dir(runs[0])
	foreign := []string{
		"example.com-shop-db-2020-01-01_00-00-00Z-00000000.sql.zst", "example.com-db-2020-01-01_00-00-00Z-00000000", "notes.txt",
		"example.com-db-2020-01-01_00-00-00Z-0000000.sql", "example.com-db-2020-13-01_00-00-00Z-00000000.sql", "example.com-full-2020-01-01_00-00-00Z-00000000.sql",
		filepath.Base(runs[4]) + "-copy.sql.zst",
	}
	for _, name := range foreign {
		write(t, "kept", folder, name)
	}
	prune(t, dir, "example.com", db, Policy{Last: 2})
	for i, base := range runs {
		if want := i < 2; isComplete(base) != want || isGone(base) == want && i != 4 {
			t.Errorf("run %d: complete %v, gone %v", i, isComplete(base), isGone(base))
		}
	}
	for _, base := range others {
		if !isComplete(base) {
			t.Errorf("%s of another site or kind is gone", base)
		}
	}
	for _, name := range append(foreign, "../../outside") {
		if !exists(filepath.Join(folder, name)) {
			t.Errorf("%s is gone", name)
		}
	}
	if p := plan(t, dir, "example.com", db, Policy{}); len(p.Runs) != 2 || p.Runs[0].Goes || p.Runs[1].Goes {
		t.Errorf("without a rule: %+v", p.Runs)
	}
}

// Runs that are not what their names say do not count, so that they push out nothing, and
// are left alone.
func TestUnclearRunsAreNotRemoved(t *testing.T) {
	for name, c := range map[string]struct {
		change func(t *testing.T, base string) // of the newest of 3 runs
		want   string
	}{
		"manifest of another run":  {func(t *testing.T, b string) { write(t, `{"version":1,"run":"x"}`, b+manifest.Suffix) }, "belongs to"},
		"manifest of another site": {func(t *testing.T, b string) { write(t, `{"version":1,"site":"y"}`, b+manifest.Suffix) }, "belongs to"},
		"manifest of another kind": {func(t *testing.T, b string) { write(t, `{"version":1,"kind":"full"}`, b+manifest.Suffix) }, "belongs to"},
		"half a manifest":          {func(t *testing.T, b string) { write(t, `{"version":1,`, b+manifest.Suffix) }, "not a manifest"},
		"empty manifest":           {func(t *testing.T, b string) { write(t, "", b+manifest.Suffix) }, "not a manifest"},
		"huge manifest":            {func(t *testing.T, b string) { must(t, os.Truncate(b+manifest.Suffix, maxManifest+1)) }, "larger than"},
		"no archive":               {func(t *testing.T, b string) { must(t, os.Remove(b+".sql.zst")) }, "is missing"},
		"archive is a link": {func(t *testing.T, b string) {
			must(t, os.Rename(b+".sql.zst", b+"-moved"), os.Symlink(b+"-moved", b+".sql.zst"))
		}, "not a regular file"},
		"manifest is a link": {func(t *testing.T, b string) {
			must(t, os.Rename(b+manifest.Suffix, b+"-moved"), os.Symlink(b+"-moved", b+manifest.Suffix))
		}, "not a regular file"},
		"manifest is a folder": {func(t *testing.T, b string) {
			must(t, os.Remove(b+manifest.Suffix), os.Mkdir(b+manifest.Suffix, 0o700))
		}, "not a regular file"},
		"manifest is a FIFO": {func(t *testing.T, b string) {
			must(t, os.Remove(b+manifest.Suffix), unix.Mkfifo(b+manifest.Suffix, 0o600))
		}, "not a regular file"},
		"dated in the future": {func(t *testing.T, b string) {
			makeRun(t, filepath.Dir(filepath.Dir(filepath.Dir(b))), "x", db, now.AddDate(1, 0, 0), 0)
			must(t, os.Remove(b+manifest.Suffix))
		}, "future"},
		"tenant's manifest": {func(t *testing.T, b string) { must(t, os.Chown(b+manifest.Suffix, 2001, -1)) }, "belongs to uid 2001"},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "tenant's manifest" && os.Geteuid() != 0 {
				t.Skip("only root can give files away") // CI runs the tests as root
			}
			dir := t.TempDir()
			runs := daily(t, dir, "x", db, 3)
			for i, run := range runs { // an unfinished run of this age would go
				must(t, os.Chtimes(run+".sql.zst", now.AddDate(0, 0, -i-9), now.AddDate(0, 0, -i-9)))
			}
			before, _ := filepath.Glob(runs[0] + "*")
			c.change(t, runs[0])
			p := prune(t, dir, "x", db, Policy{Last: 1})
			after, _ := filepath.Glob(runs[0] + "*")
			if len(after) < len(before)-1 || !isComplete(runs[1]) || !isGone(runs[2]) {
				t.Errorf("left of the unclear run: %q; the newest that counts is complete: %v; the oldest is gone: %v", after, isComplete(runs[1]), isGone(runs[2]))
			}
			if text := strings.Join(p.Warnings, "; "); !strings.Contains(text, c.want) {
				t.Errorf("warned of %q, want %q", text, c.want)
			}
		})
	}
}

// A manifest of a higher version stops pruning of its site and kind only.
func TestHigherVersionStopsPruning(t *testing.T) {
	dir := t.TempDir()
	runs, others := daily(t, dir, "x", db, 3), daily(t, dir, "x", full, 3)
	write(t, `{"version":2}`, runs[2]+manifest.Suffix)
	for _, kind := range []Kind{db, full} {
		prune(t, dir, "x", kind, Policy{Last: 1, MaxSize: 1})
	}
	if !isComplete(runs[1]) || !isComplete(runs[2]) || !isGone(others[1]) {
		t.Errorf("with a higher version: %v %v; the other kind: %v", isComplete(runs[1]), isComplete(runs[2]), isGone(others[1]))
	}
}

// The last backup that has all of a site is kept, however many partial ones follow.
func TestNewestCompleteRunStays(t *testing.T) {
	dir := t.TempDir()
	runs := daily(t, dir, "x", db, 4)
	for _, run := range runs[:2] {
		write(t, `{"version":1,"complete":false}`, run+manifest.Suffix)
	}
	prune(t, dir, "x", db, Policy{Last: 1, MaxSize: 1})
	if !isComplete(runs[0]) || !isGone(runs[1]) || !isComplete(runs[2]) || !isGone(runs[3]) {
		t.Error("want the newest run, and the newest without unreadable parts")
	}
}

// Files without a manifest go after 48 h, only under the site's lock, and only while
// nothing is being written there.
func TestUnfinishedRuns(t *testing.T) {
	for name, c := range map[string]struct {
		age, written time.Duration
		locked, busy bool
		goes         bool
	}{
		"old":         {age: 49 * time.Hour, written: 49 * time.Hour, locked: true, goes: true},
		"young":       {age: 47 * time.Hour, written: 47 * time.Hour, locked: true},
		"long upload": {age: 49 * time.Hour, written: 1 * time.Hour, locked: true},
		"copied":      {age: 1 * time.Hour, written: 99 * time.Hour, locked: true},
		"no lock":     {age: 99 * time.Hour, written: 99 * time.Hour},
		"busy":        {age: 99 * time.Hour, written: 99 * time.Hour, locked: true, busy: true},
		"future":      {age: -99 * time.Hour, written: 99 * time.Hour, locked: true},
	} {
		dir := t.TempDir()
		run := makeRun(t, dir, "x", db, now.Add(-c.age), 1)
		must(t, os.Remove(run+manifest.Suffix))
		for _, suffix := range []string{".sql.zst", ".details.json.zst"} {
			must(t, os.Chtimes(run+suffix, now, now.Add(-c.written)))
		}
		if c.busy {
			write(t, "", filepath.Dir(run), ".wp-oneway-ABC.tmp")
			must(t, os.Chtimes(filepath.Join(filepath.Dir(run), ".wp-oneway-ABC.tmp"), now, now))
		}
		folder, err := Open(dir)
		must(t, err)
		p, err := folder.Plan("x", db, Policy{Last: 1}, Conditions{Now: now, Locked: c.locked})
		must(t, err, p.Apply(t.Context()))
		folder.Close()
		if isGone(run) != c.goes {
			t.Errorf("%s: gone %v", name, isGone(run))
		}
	}
}

// max_size removes the oldest runs of all sites and kinds, after the rules, and never the
// newest one.
func TestMaxSize(t *testing.T) {
	dir := t.TempDir()
	a, b := daily(t, dir, "a", db, 4), daily(t, dir, "b", db, 3)
	c := daily(t, dir, "c", db, 2)
	one := plan(t, dir, "a", db, Policy{Last: 9}).Runs[0].Bytes
	plans := []*Plan{plan(t, dir, "a", db, Policy{Last: 9}), plan(t, dir, "b", db, Policy{Last: 2}), plan(t, dir, "c", db, Policy{})}
	if used := Shrink(plans, 6*one); used != 6*one {
		t.Errorf("used %d, want %d", used, 6*one)
	}
	if text := SizeWarning(dir, 5*one, 5*one); !strings.Contains(text, "100% of its max_size") || SizeWarning(dir, 89, 100) != "" {
		t.Errorf("warned of %q", text)
	}
	for _, p := range plans {
		must(t, p.Apply(t.Context()))
	}
	if !isComplete(a[1]) || !isGone(a[2]) || !isComplete(b[1]) || !isGone(b[2]) || !isComplete(c[1]) {
		t.Error("want 2 of a, 2 of b and all of c, which has no rule")
	}
	last := []*Plan{plan(t, dir, "a", db, Policy{Last: 9}), plan(t, dir, "b", db, Policy{Last: 2})}
	if used := Shrink(last, 1); used != 2*one || !strings.Contains(SizeWarning(dir, used, 1), "cannot be removed") {
		t.Errorf("used %d, want the newest run of each", used)
	}
	if p := plan(t, dir, "a", db, Policy{Last: 9, MaxSize: one}); !p.Runs[1].Goes || p.Runs[0].Goes || len(p.Warnings) != 1 {
		t.Errorf("max_size of one kind: %+v, %q", p.Runs, p.Warnings)
	}
}
