package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

// restored restores the only dump of a folder and lists how it differs from the site.
func (s *dumpSite) restored(folder string) []string {
	s.t.Helper()
	scratch, err := lab.CreateDatabase(s.t.Context(), shared.db(s.t), s.name+"_back", "x")
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := lab.RestoreDatabase(s.t.Context(), scratch.AsRoot(), lab.DecryptionKeys{}, one(s.t, filepath.Join(folder, "x", "db-backups"), "*Z-*.sql.zst")); err != nil {
		s.t.Fatal(err)
	}
	diffs, err := lab.CompareDatabases(s.t.Context(), lab.Database{Server: shared.db(s.t), Name: s.name, User: "root"}, *scratch)
	if err != nil {
		s.t.Fatal(err)
	}
	return diffs
}

func TestLostConnectionStartsRunAgainOnce(t *testing.T) {
	t.Parallel()
	s := newDumpSite(t, "restart_lost", largeTables...)
	for _, c := range []struct {
		name string
		lost int64 // the number of connections that are lost
		code int
	}{{"once", 1, 0}, {"twice", 2, 1}} {
		t.Run(c.name, func(t *testing.T) {
			h, folder := newHost(t), t.TempDir()
			var cut atomic.Int64
			defaults := s.through(interruptAt(t, 8<<20, func(n int64) bool {
				cut.Store(max(n, cut.Load()))
				return n > c.lost
			}))
			h.env = []string{"WP_ONEWAY_VERBOSE=true"}
			code, _, stderr := h.run("backup", s.root, "--name", "x", "--kind", "db", "--db-defaults-file", defaults, "--to", folder)
			if code != c.code || cut.Load() != 2 {
				t.Fatalf("exit status %d, want %d, over %d connections: %s", code, c.code, cut.Load(), stderr)
			}
			if !strings.Contains(stderr, "starting the run again") {
				t.Errorf("the restart of the run is not logged: %s", stderr)
			}
			finished, unfinished := under(t, folder)
			if len(unfinished) > 0 {
				t.Errorf("left behind: %q", unfinished)
			}
			if c.code != 0 {
				if len(finished) > 0 || !strings.Contains(stderr, "connection to the database was lost") {
					t.Errorf("left behind %q: %s", finished, stderr)
				}
				return
			}
			for _, d := range s.restored(folder) {
				t.Error(d)
			}
		})
	}
}

func TestRestartedRunHasAnotherName(t *testing.T) {
	t.Parallel()
	s := newDumpSite(t, "restart_name", largeTables...)
	h, folder := newHost(t), t.TempDir()
	var first atomic.Value
	first.Store("")
	defaults := s.through(interruptAt(t, 8<<20, func(n int64) bool {
		if n == 1 {
			_, unfinished := under(t, folder)
			first.Store(strings.Join(unfinished, " "))
		}
		return n > 1
	}))
	report := h.backup(0, s.root, "--name", "x", "--kind", "db", "--compression", "none", "--db-defaults-file", defaults, "--to", folder)
	id := report.Sites[0].Run[len(report.Sites[0].Run)-8:]
	if wrote := first.Load().(string); wrote == "" || strings.Contains(wrote, id) {
		t.Errorf("the run is called %s, and the one that failed was writing %s", report.Sites[0].Run, wrote)
	}
}

// If a table's structure changes during the run, the run starts again.
func TestChangedTableStartsRunAgain(t *testing.T) {
	t.Parallel()
	for name, statement := range map[string]string{
		"alter": "ALTER TABLE wp_z ADD COLUMN x INT DEFAULT 7", "truncate": "TRUNCATE TABLE wp_z", "drop": "DROP TABLE wp_z",
		"rename": "RENAME TABLE wp_z TO wp_y",
	} {
		t.Run(name, func(t *testing.T) {
			s := newDumpSite(t, "restart_"+name, largeTables...)
			h, folder := newHost(t), t.TempDir()
			defaults := s.through(interruptAt(t, 8<<20, func(n int64) bool {
				if n == 1 {
					s.exec(statement)
				}
				return true
			}))
			report := h.backup(0, s.root, "--name", "x", "--kind", "db", "--db-defaults-file", defaults, "--to", folder)
			if report.Status != manifest.OK {
				t.Errorf("status %s", report.Status)
			}
			for _, d := range s.restored(folder) {
				t.Error(d)
			}
		})
	}
}

func TestShrunkSiteIsReported(t *testing.T) {
	t.Parallel()
	s := newDumpSite(t, "shrunk", "CREATE TABLE wp_posts (id INT PRIMARY KEY, t LONGTEXT)", "INSERT INTO wp_posts SELECT seq, REPEAT('x', 1000) FROM seq_1_to_1000",
		"CREATE TABLE wp_meta (id INT PRIMARY KEY)", "INSERT INTO wp_meta SELECT seq FROM seq_1_to_100")
	uploads := filepath.Join(s.root, "wp-content", "uploads")
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i"} {
		if err := os.WriteFile(filepath.Join(uploads, name), make([]byte, 1<<10), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	h, folder := newHost(t), t.TempDir()
	backup := func(want int, args ...string) manifest.SiteReport {
		t.Helper()
		r := h.backup(0, append([]string{s.root, "--name", "x", "--to", folder}, args...)...).Sites[0]
		if len(r.Shrunk) != want {
			t.Errorf("%q: %d parts shrank, want %d: %q", args, len(r.Shrunk), want, r.Shrunk)
		}
		return r
	}
	first := backup(0)
	backup(0)
	backup(0, "--tables", "wp_meta") // a dump of other tables is not compared
	backup(0, "--kind", "files", "--no-uploads")
	s.exec("DELETE FROM wp_posts WHERE id > 500") // more than half of the rows are left
	backup(0)
	s.exec("DELETE FROM wp_posts WHERE id > 199")
	shrunk := backup(2, "--kind", "db", "--compression", "none")
	if !strings.HasPrefix(shrunk.Shrunk[0], "database: less than half of what x/full-backups/") || !strings.HasSuffix(shrunk.Shrunk[0], "holds: 600 rows then, 299 now") {
		t.Errorf("it says %q", shrunk.Shrunk)
	}
	if w := shrunk.Warnings; w.Total != 2 || w.Items[0] != shrunk.Shrunk[0] || shrunk.Counts.Warnings != 2 {
		t.Errorf("the warnings: %+v, %+v", w, shrunk.Counts)
	}
	if m := readManifest(t, filepath.Join(folder, shrunk.Run+".manifest.json")); m.Counts.Warnings != 2 || !m.Complete {
		t.Errorf("the manifest: %+v", m)
	}
	if output, err := os.ReadFile(filepath.Join(folder, shrunk.Run+".details.json")); err != nil || !strings.Contains(string(output), shrunk.Shrunk[0]) {
		t.Errorf("the details do not say it (%v): %s", err, output)
	}
	backup(0, "--kind", "db")
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		if err := os.Truncate(filepath.Join(uploads, name), 0); err != nil {
			t.Fatal(err)
		}
	}
	if r := backup(1, "--kind", "files"); !strings.HasPrefix(r.Shrunk[0], "files: less than half of what "+first.Run[:len("x/full-backups/")]) || !strings.Contains(r.Shrunk[0], "bytes then") {
		t.Errorf("it says %q", r.Shrunk)
	}
	s.exec("TRUNCATE TABLE wp_posts")
	code, _, stderr := h.run("backup", s.root, "--name", "x", "--to", folder)
	if code != 0 || !strings.Contains(stderr, "wp-oneway: x: warning: database: less than half of what") {
		t.Errorf("printed on standard error (exit status %d): %s", code, stderr)
	}
	s.exec("DROP TABLE wp_meta")
	code, _, stderr = h.run("backup", s.root, "--name", "x", "--to", folder, "--log-format", "json")
	if code != 0 || !strings.Contains(stderr, `"msg":"the site shrank"`) {
		t.Errorf("the log contains (exit status %d): %s", code, stderr)
	}
}

// A dump uses at most 64 MiB of anonymous memory besides the longest row, for a database of any
// size. Agent and worker together use at most 96 MiB.
func TestDumpMemoryIsBounded(t *testing.T) {
	const row = 16 << 20
	s := newDumpSite(t, "memory_low", "CREATE TABLE wp_m (id INT PRIMARY KEY, t LONGTEXT)", "INSERT INTO wp_m SELECT seq, REPEAT(MD5(seq), 1000) FROM seq_1_to_4000",
		fmt.Sprintf("INSERT INTO wp_m VALUES (0, REPEAT('x', %d))", row), "CREATE TABLE wp_my (id INT PRIMARY KEY, t LONGTEXT) ENGINE=MyISAM", "INSERT INTO wp_my SELECT * FROM wp_m WHERE id BETWEEN 1 AND 1000")
	for _, args := range [][]string{{"dump", s.root}, {"dump", s.root, "--threads", "2"}, {"backup", s.root, "--name", "x", "--kind", "db", "--to", t.TempDir()}} {
		cmd := newHost(t).command(args...)
		cmd.Stdout = io.Discard
		took, err := lab.Measure(t.Context(), cmd, lab.FineSampling)
		if err != nil {
			t.Fatal(err)
		}
		dump := took.Each[0] // the process that dumps; the other one only copies
		t.Logf("%q: %d MiB, all processes %d MiB", args, dump>>20, took.Peak>>20)
		if dump > 64<<20+row || took.Peak > 96<<20+row {
			t.Errorf("%q uses %d bytes, all processes %d", args, dump, took.Peak)
		}
	}
}
