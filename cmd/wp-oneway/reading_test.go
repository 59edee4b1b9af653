package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/wp-oneway/wp-oneway/agent/archive"
	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/restore/restoretest"
)

// storeRuns stores three runs of two sites below a folder.
func storeRuns(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	run := restoretest.Run{Site: "a.example", Kind: manifest.DB, Filters: []archive.Filter{archive.Zstd(0)}}
	for _, day := range []int{1, 2} {
		run.Start = time.Date(2026, 11, day, 3, 0, 0, 0, time.UTC)
		run.Streams = map[string][]byte{manifest.DatabaseStream: []byte(strings.Repeat("-- nothing\n", 100))}
		run.Store(t, filepath.Join(dir, "web1"))
	}
	run.Site, run.Start = "b.example", time.Now().Add(-time.Hour)
	run.Store(t, filepath.Join(dir, "web2"))
	return dir
}

func TestList(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	dir := storeRuns(t)
	code, stdout, stderr := h.run("list", "--from", dir)
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	if code != 0 || stderr != "" || len(lines) != 4 || !strings.HasPrefix(lines[0], "SITE ") {
		t.Fatalf("exit status %d, %s%s", code, stdout, stderr)
	}
	if !strings.Contains(lines[1], "web1/a.example  db ") || !strings.Contains(lines[1], " 2026-11-01 03:00 ") || !strings.Contains(lines[1], " complete ") {
		t.Errorf("%s", lines[1])
	}
	code, stdout, _ = h.run("list", "--from", dir, "b.example", "--since", "1d", "--latest", "--json")
	var document struct {
		Version int
		From    string
		Runs    []listedRun
	}
	if err := json.Unmarshal([]byte(stdout), &document); err != nil || code != 0 || len(document.Runs) != 1 || document.Version != 1 {
		t.Fatalf("exit status %d, %v: %s", code, err, stdout)
	}
	matches(t, "list", stdout)
	if r := document.Runs[0]; r.Site != "b.example" || !strings.HasPrefix(r.Run, "web2/b.example/db-backups/b.example-db-") || r.Status != "complete" || r.Host != "web1" {
		t.Errorf("%+v", r)
	}
	for _, args := range [][]string{{"--since", "2026-11-02T00:00:00Z"}, {"--kind", "db"}, {"--site", "a.example"}} {
		if code, stdout, stderr := h.run(append([]string{"list", "--from", dir}, args...)...); code != 0 || strings.Count(stdout, "\n") != 3 && args[0] != "--kind" {
			t.Errorf("%q: exit status %d, %s%s", args, code, stdout, stderr)
		}
	}
	code, stdout, stderr = h.run("list", "--from", dir, "nobody")
	if code != 1 || stdout != "" || !strings.Contains(stderr, "there is no backup of site nobody") {
		t.Errorf("exit status %d, %s%s", code, stdout, stderr)
	}
	h.refused("--from URL", "list")
	h.refused("a duration such as 36h", "list", "--from", dir, "--since", "yesterday")
	h.refused("must be full, db or files", "list", "--from", dir, "--kind", "all")
}

// A restore that asks for a part that the backup does not have, or that --only leaves out, is
// refused. Otherwise it would succeed without that part.
func TestRestoreOfAPartThatIsMissing(t *testing.T) {
	t.Parallel()
	h, site, dir, to := newHost(t), smallSite(t), t.TempDir(), filepath.Join(t.TempDir(), "to")
	h.backup(0, site, "--name", "shop", "--kind", "files", "--to", dir)
	restore := func(more ...string) []string {
		return append([]string{"restore", "--from", dir, "--latest", "--site", "shop"}, more...)
	}
	for _, asked := range [][]string{
		{"--database", "d"},
		{"--db-defaults-file", "/nowhere"},
		{"--tables", "wp_posts"},
		{"--definer", "current"},
		{"--drop-old"},
		{"--search-replace", "https://a.example", "https://b.example"},
	} {
		h.refused("has no database", restore(append(asked, "--to", to)...)...)
		h.refused("--only files restores no database", restore(append(asked, "--to", to, "--only", "files")...)...)
	}
	h.refused("has no database", restore("--only", "db", "--to", to)...)
	dumps := storeRuns(t)
	h.refused("has no files", "restore", "--from", dumps, "--latest", "--site", "a.example", "--to", to, "--db-defaults-file", "/nowhere", "--database", "d")
	h.refused("--only db restores no files", "restore", "--from", dumps, "--latest", "--site", "a.example", "--only", "db", "--include", "x", "--database", "d")
	if _, err := os.Lstat(to); err == nil {
		t.Error("something was restored")
	}
	if code, _, stderr := h.run(restore("--to", to)...); code != 0 {
		t.Errorf("what is there: exit status %d, %s", code, stderr)
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	dir := storeRuns(t)
	code, stdout, stderr := h.run("verify", "--from", dir, "--all", "--quick")
	if code != 0 || stderr != "" || strings.Count(stdout, "ok       quick") != 3 {
		t.Errorf("exit status %d, %s%s", code, stdout, stderr)
	}
	// The dumps lack their last line, which is found only when they are opened.
	code, stdout, _ = h.run("verify", "--from", dir, "--latest", "--site", "a.example")
	if code != 1 || strings.Count(stdout, "WRONG") != 1 || !strings.Contains(stdout, "the dump is truncated") {
		t.Errorf("exit status %d, %s", code, stdout)
	}
	path := filepath.Join(dir, "web1/a.example/db-backups/a.example-db-2026-11-02_03-00-00Z-aaaaaaaa.details.json.zst")
	if err := os.Truncate(path, 3); err != nil {
		t.Fatal(err)
	}
	code, stdout, _ = h.run("verify", "--from", dir, "2026-11-02_03-00-00Z-aaaaaaaa", "--quick", "--json")
	var document struct{ Runs []verifiedRun }
	if err := json.Unmarshal([]byte(stdout), &document); err != nil || code != 1 || len(document.Runs) != 1 || document.Runs[0].OK {
		t.Errorf("exit status %d, %v: %s", code, err, stdout)
	}
	matches(t, "verify", stdout)
	code, _, stderr = h.run("list", "--from", dir, "--latest", "--site", "a.example")
	if code != 0 || !strings.Contains(stderr, "skipped web1/a.example/db-backups/a.example-db-2026-11-02") {
		t.Errorf("exit status %d, %s", code, stderr)
	}
	h.refused("give RUN, --latest or --all", "verify", "--from", dir)
	h.refused("give a number from 1 to 32", "verify", "--from", dir, "--all", "--parallel", "0")
	for _, number := range []string{"x", "1.5", "99999999999999999999"} {
		h.refused("--parallel \""+number+"\": give a whole number", "verify", "--from", dir, "--all", "--parallel", number)
		h.refused("--max-ratio \""+number+"\": give a whole number", "restore", "--from", dir, "--max-ratio", number)
	}
	h.refused("--max-age \"26\": give a duration", "status", "--max-age", "26", "--file", "x", "--json")
	h.refused("--dry-run \"maybe\": give true or false", "backup", "--dry-run=maybe")
	h.refused("--bandwidth: \"20\" is 20 bytes per second", "verify", "--from", dir, "--all", "--bandwidth", "20")
	_, wide, _ := h.run("verify", "--from", dir, "--all", "--parallel", "9", "--bandwidth", "900MiB/s")
	if _, narrow, _ := h.run("verify", "--from", dir, "--all", "--parallel", "1"); wide != narrow || !strings.Contains(wide, "a.example") {
		t.Errorf("side by side, verify prints\n%s\none after the other\n%s", wide, narrow)
	}
	h.refused("--quick opens nothing", "verify", "--from", dir, "--all", "--quick", "--identity", "/dev/null")
	h.refused("--identity", "verify", "--from", dir, "--all", "--identity", filepath.Join(dir, "none"))
}

// matches checks a JSON output against its schema.
func matches(t *testing.T, command, output string) {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join("..", "..", "docs", command+".schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(output))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(document); err != nil {
		t.Errorf("%s --json does not match its schema: %v", command, err)
	}
}
