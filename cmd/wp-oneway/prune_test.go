package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/state"
)

// storedRuns returns the names of the complete runs in a folder, the oldest first. It fails if an
// object of a manifest is missing.
func storedRuns(t *testing.T, folder string) (runs []string) {
	t.Helper()
	manifests, err := filepath.Glob(filepath.Join(folder, "*Z-????????.manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range manifests {
		base := strings.TrimSuffix(file, ".manifest.json")
		for _, object := range []string{".sql.zst", ".tar.zst", ".details.json.zst"} {
			if other := map[bool]string{true: ".sql.zst", false: ".tar.zst"}[strings.Contains(folder, "files-backups")]; object == other {
				continue
			}
			if _, err := os.Stat(base + object); err != nil {
				t.Errorf("%s looks complete, but: %v", filepath.Base(base), err)
			}
		}
		runs = append(runs, filepath.Base(base))
	}
	return runs
}

// fakeRuns creates n complete runs of the database of a site, one for each hour, as a backup
// would.
func fakeRuns(t *testing.T, vault, site string, newest time.Time, n int) (folder string) {
	t.Helper()
	folder = filepath.Join(vault, site, "db-backups")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		id := newest.UTC().Add(-time.Duration(i)*time.Hour).Format("2006-01-02_15-04-05Z") + fmt.Sprintf("-%08d", i)
		for suffix, text := range map[string]string{
			".sql.zst": strings.Repeat("x", 1000), ".details.json.zst": "x",
			".manifest.json": fmt.Sprintf(`{"version":1,"site":%q,"kind":"db","run":%q}`, site, id),
		} {
			if err := os.WriteFile(filepath.Join(folder, site+"-db-"+id+suffix), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	return folder
}

// After a backup has stored its manifest, it removes the runs in folders that its rules do not
// keep, of its own site and kind only. The latest links stay correct.
func TestBackupRemovesOldRuns(t *testing.T) {
	t.Parallel()
	h, site, vault := newHost(t), smallSite(t), t.TempDir()
	shop := fakeRuns(t, vault, "x-shop", time.Now(), 3)
	other := fakeRuns(t, vault, "x", time.Now(), 3) // runs of another kind
	folder := filepath.Join(vault, "x", "files-backups")
	for i := range 3 {
		report := h.backup(0, site, "--name", "x", "--kind", "files", "--to", vault, "--keep-last", "2")
		if d := report.Sites[0].Destinations[0]; d.Pruned != max(i-1, 0) {
			t.Errorf("run %d removed %d runs", i, d.Pruned)
		}
		runs := storedRuns(t, folder)
		if len(runs) != min(i+1, 2) || !slices.Contains(runs, filepath.Base(report.Sites[0].Run)) {
			t.Errorf("after run %d: %q", i, runs)
		}
		for _, suffix := range []string{".tar.zst", ".details.json.zst", ".manifest.json"} {
			if got, err := os.Readlink(filepath.Join(folder, "x-files-latest"+suffix)); err != nil || got != filepath.Base(report.Sites[0].Run)+suffix {
				t.Errorf("latest leads to %q, %v", got, err)
			}
		}
	}
	if len(storedRuns(t, shop)) != 3 || len(storedRuns(t, other)) != 3 {
		t.Error("runs of another site or kind are gone")
	}
}

// An error in retention is a warning, because the backup exists. A run dated in the future, as
// after a clock that was set back, is neither counted nor removed.
func TestRetentionFailureIsAWarning(t *testing.T) {
	t.Parallel()
	h, site, vault := newHost(t), smallSite(t), t.TempDir()
	folder := filepath.Join(vault, "x", "files-backups")
	first := h.backup(0, site, "--name", "x", "--kind", "files", "--to", vault)
	run := filepath.Base(first.Sites[0].Run)
	future := strings.Replace(run, fmt.Sprintf("x-files-%d", time.Now().UTC().Year()), "x-files-2999", 1)
	for _, suffix := range []string{".tar.zst", ".details.json.zst", ".manifest.json"} {
		text, err := os.ReadFile(filepath.Join(folder, run+suffix))
		if err != nil {
			t.Fatal(err)
		}
		text = []byte(strings.Replace(string(text), strings.TrimPrefix(run, "x-files-"), strings.TrimPrefix(future, "x-files-"), 1))
		if err := os.WriteFile(filepath.Join(folder, future+suffix), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	report := h.backup(0, site, "--name", "x", "--kind", "files", "--to", vault, "--keep-last", "1")
	if runs := storedRuns(t, folder); len(runs) != 2 || !slices.Contains(runs, future) || !slices.Contains(runs, filepath.Base(report.Sites[0].Run)) {
		t.Errorf("stored are %q", runs)
	}
	if text := strings.Join(report.Sites[0].Warnings.Items, "; "); !strings.Contains(text, future+": not removed: it is dated in the future; check the clock") {
		t.Errorf("warned of %q", text)
	}

	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(vault, link); err != nil {
		t.Fatal(err)
	}
	report = h.backup(0, site, "--name", "x", "--kind", "files", "--to", link, "--keep-last", "1")
	if text := strings.Join(report.Sites[0].Warnings.Items, "; "); !strings.Contains(text, "old backups in "+link+" stay: ") || len(storedRuns(t, folder)) != 3 {
		t.Errorf("warned of %q; stored are %q", text, storedRuns(t, folder))
	}
}

// max_size of a folder removes the oldest runs of all its sites after a backup, and warns
// when the folder is nearly full.
func TestBackupKeepsMaxSize(t *testing.T) {
	t.Parallel()
	h, site, vault := newHost(t), smallSite(t), t.TempDir()
	big := fakeRuns(t, vault, "big", time.Now(), 5)
	for _, run := range storedRuns(t, big) {
		if err := os.Truncate(filepath.Join(big, run+".sql.zst"), 1<<20); err != nil {
			t.Fatal(err)
		}
	}
	code, _, stderr := h.run("backup", site, "--name", "x", "--kind", "files", "--to", vault, "--keep-last", "9", "--max-size", "2200KiB")
	if code != 0 || !strings.Contains(stderr, "% of its max_size of 2.1 MiB") {
		t.Errorf("exit status %d, %s", code, stderr)
	}
	if runs := storedRuns(t, big); len(runs) != 2 || !strings.HasSuffix(runs[1], "-00000000") {
		t.Errorf("stored are %q, want the 2 newest", runs)
	}
	if runs := storedRuns(t, filepath.Join(vault, "x", "files-backups")); len(runs) != 1 {
		t.Errorf("stored are %q", runs)
	}
}

// prune skips a site that is being backed up, and prunes the others.
func TestPruneSkipsLockedSites(t *testing.T) {
	t.Parallel()
	h, vault := newHost(t), t.TempDir()
	locked, free := fakeRuns(t, vault, "locked", time.Now(), 3), fakeRuns(t, vault, "free", time.Now(), 3)
	unlock, err := state.Dirs{State: h.state, Run: filepath.Join(h.state, "run")}.Lock("name locked")
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	code, _, stderr := h.run("prune", "--to", vault, "--keep-last", "1")
	if code != 75 || !strings.Contains(stderr, "locked was not pruned: another run") || strings.Count(stderr, "\n") != 1 {
		t.Errorf("exit status %d, %s", code, stderr)
	}
	if len(storedRuns(t, locked)) != 3 || len(storedRuns(t, free)) != 1 {
		t.Errorf("left are %d of the locked and %d of the free site", len(storedRuns(t, locked)), len(storedRuns(t, free)))
	}
}

// On a full disk that also holds the state, prune still frees space.
func TestPruneOnAFullDisk(t *testing.T) {
	h, disk := newHost(t), smallDisk(t)
	if err := syscall.Mount("", disk, "", syscall.MS_REMOUNT, "nr_inodes=30"); err != nil {
		t.Fatal(err)
	}
	folder := fakeRuns(t, disk, "x", time.Now(), 5)
	for i := range 30 {
		if os.WriteFile(filepath.Join(disk, fmt.Sprint(i)), nil, 0o600) != nil {
			break
		}
	}
	h.state = filepath.Join(disk, "state")
	if err := os.Mkdir(h.state, 0o700); err == nil {
		t.Fatal("the test proves nothing: the disk is not full")
	}
	code, stdout, stderr := h.run("prune", "--to", disk, "--keep-last", "2")
	if code != 0 || !strings.Contains(stdout, "removed: 3") || !strings.Contains(stderr, "unfinished runs stay, since the site cannot be locked") {
		t.Errorf("exit status %d, %s%s", code, stdout, stderr)
	}
	if runs := storedRuns(t, folder); len(runs) != 2 {
		t.Errorf("left are %q", runs)
	}
}

// Several processes prune at the same time with different rules, and some of them are killed at
// random moments. The newest run stays, and no incomplete run looks complete.
func TestSeveralPrunesAtOnce(t *testing.T) {
	t.Parallel()
	vault := t.TempDir()
	newest := time.Now().Add(-time.Hour)
	for round := range 3 {
		folder := fakeRuns(t, vault, "x", newest, 400)
		var group sync.WaitGroup
		for i, rule := range []string{"--keep-last=1", "--keep-daily=3", "--keep-within=5d", "--keep-last=2"} {
			group.Go(func() {
				// Each process has its own locks, as on different hosts that share a folder.
				cmd := newHost(t).command("prune", "--to", vault, rule)
				if err := cmd.Start(); err != nil {
					t.Error(err)
					return
				}
				if i%2 == 0 {
					time.Sleep(time.Duration(rand.IntN(60)) * time.Millisecond)
					_ = cmd.Process.Kill() // the process may have ended
				}
				_ = cmd.Wait() // some are killed, and some find that the newest run of their plan is gone
			})
		}
		group.Wait()
		runs := storedRuns(t, folder)
		if len(runs) == 0 || !strings.HasSuffix(runs[len(runs)-1], "-00000000") {
			t.Fatalf("round %d: left are %q", round, runs)
		}
	}
	code, _, stderr := newHost(t).run("prune", "--to", vault, "--keep-last", "1")
	if runs := storedRuns(t, filepath.Join(vault, "x", "db-backups")); code != 0 || len(runs) != 1 {
		t.Errorf("exit status %d, left are %q: %s", code, runs, stderr)
	}
}
