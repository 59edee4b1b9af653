package lab_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

func TestCompareNamesEveryKindOfDifference(t *testing.T) {
	a, b := t.TempDir(), t.TempDir()
	step := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	when := time.Unix(1_700_000_000, 123_456_789)
	build := func(dir string) {
		t.Helper()
		for _, name := range []string{"same", "content", "mode", "time", "size", "skipped/x", "kind", "gone", "owner"} {
			path := filepath.Join(dir, name)
			step(os.MkdirAll(filepath.Dir(path), 0o755))
			step(os.WriteFile(path, []byte("some"), 0o644))
			step(os.Chtimes(path, when, when))
		}
		step(os.Link(filepath.Join(dir, "same"), filepath.Join(dir, "same-too")))
		step(os.Symlink("same", filepath.Join(dir, "link")))
		step(os.Mkdir(filepath.Join(dir, "empty"), 0o700))
		for _, name := range []string{"empty", "skipped", "."} {
			step(os.Chtimes(filepath.Join(dir, name), when, when))
		}
		step(lutimes(filepath.Join(dir, "link"), when))
	}
	build(a)
	build(b)
	skip := func(rel string) bool { return rel == "skipped" }
	if diffs, err := lab.Compare(a, b, nil); err != nil || len(diffs) != 0 {
		t.Fatalf("equal trees differ: %q, %v", diffs, err)
	}

	step(os.WriteFile(filepath.Join(b, "content"), []byte("Some"), 0o644))
	step(os.Chtimes(filepath.Join(b, "content"), when, when))
	step(os.Chmod(filepath.Join(b, "mode"), 0o600))
	step(os.Chtimes(filepath.Join(b, "time"), when, when.Add(time.Nanosecond)))
	step(os.WriteFile(filepath.Join(b, "size"), []byte("something"), 0o644))
	step(os.Remove(filepath.Join(b, "kind")))
	step(os.Mkdir(filepath.Join(b, "kind"), 0o755))
	step(os.Remove(filepath.Join(b, "gone")))
	step(os.WriteFile(filepath.Join(b, "more"), nil, 0o644))
	step(os.Remove(filepath.Join(b, "same-too")))
	step(os.WriteFile(filepath.Join(b, "same-too"), []byte("some"), 0o644))
	step(os.Remove(filepath.Join(b, "link")))
	step(os.Symlink("elsewhere", filepath.Join(b, "link")))
	step(os.Chmod(filepath.Join(b, "empty"), 0o755))
	step(os.Remove(filepath.Join(b, "skipped/x")))
	wants := []string{
		`"content": content`, `"mode": mode`, `"time": modification time`, `"size": size`, `"kind": type`, `"gone": missing`,
		`"more": should not`, `"same-too": hard link`, `"link": target`, `"empty": mode`,
	}
	if os.Geteuid() == 0 {
		step(os.Chown(filepath.Join(b, "owner"), 12345, 54321))
		wants = append(wants, `"owner": owner is 12345`, `"owner": group is 54321`)
	}
	diffs, err := lab.Compare(a, b, skip)
	step(err)
	all := strings.Join(diffs, "\n")
	for _, want := range wants {
		if !strings.Contains(all, want) {
			t.Errorf("not reported: %s", want)
		}
	}
	if strings.Contains(all, "skipped") {
		t.Errorf("reported although skip leaves it out:\n%s", all)
	}
}

func TestASiteCopiedWithStockToolsComparesEqualUntilItIsChanged(t *testing.T) {
	ctx, server, dir := context.Background(), lab.SharedMariaDB(t), t.TempDir()
	w, err := lab.InstallWordPress(ctx, filepath.Join(dir, "site"), lab.WordPressOptions{
		Server: server, Name: "original", Images: 1, OddFiles: true, UploadBytes: 3 << 20, RowBytes: 2 << 20,
	})
	if err != nil {
		t.Fatal(err)
	}
	tarball, dump := filepath.Join(dir, "f.tar.zst"), filepath.Join(dir, "d.sql.gz")
	pack(t, tarball, lab.Pipeline{{Args: []string{"tar", "-c", "--format=pax", "-C", w.Dir, "."}}, {Args: []string{"zstd", "-q"}}})
	pack(t, dump, lab.Pipeline{
		{Args: []string{"mysqldump", "--no-defaults", "--single-transaction", "--hex-blob", "--socket=" + server.Socket, "-uroot", w.Database.Name}},
		{Args: []string{"gzip"}},
	})

	restored := filepath.Join(dir, "restored")
	if _, err := lab.RestoreFiles(ctx, restored, lab.DecryptionKeys{}, tarball); err != nil {
		t.Fatal(err)
	}
	if diffs, err := lab.Compare(w.Dir, restored, nil); err != nil || len(diffs) != 0 {
		t.Errorf("restored files differ: %q, %v", diffs, err)
	}
	copied, err := lab.CreateDatabase(ctx, server, "copied", "secret")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lab.RestoreDatabase(ctx, copied.AsRoot(), lab.DecryptionKeys{}, dump); err != nil {
		t.Fatal(err)
	}
	if diffs, err := lab.CompareDatabases(ctx, w.Database, *copied); err != nil || len(diffs) != 0 {
		t.Errorf("restored database differs: %q, %v", diffs, err)
	}

	url, stop, err := lab.ServeWordPress(ctx, restored, copied)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	if page := get(t, url+"/"); !strings.Contains(page, lab.KnownPost) {
		t.Errorf("the restored site does not show %q", lab.KnownPost)
	}

	if err := server.Exec(ctx, "UPDATE copied.wp_posts SET post_title = 'x' WHERE ID = 1", "DROP VIEW copied.wp_shop_open",
		"ALTER TABLE copied.wp_links COMMENT 'x'", "CREATE TABLE copied.extra (a INT)"); err != nil {
		t.Fatal(err)
	}
	diffs, err := lab.CompareDatabases(ctx, w.Database, *copied)
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(diffs, "\n")
	for _, want := range []string{"rows of wp_posts: is", "view wp_shop_open: missing", "table wp_links: is", "table extra: should not"} {
		if !strings.Contains(all, want) {
			t.Errorf("not reported: %s, in:\n%s", want, all)
		}
	}
}

func TestPipelineFailsWhenAnyStageFails(t *testing.T) {
	ctx := context.Background()
	for _, p := range []lab.Pipeline{
		{{Args: []string{"false"}}, {Args: []string{"cat"}}},
		{{Args: []string{"yes"}}, {Args: []string{"false"}}},
		{{Args: []string{"no-such-program"}}, {Args: []string{"cat"}}},
		{{Args: []string{"echo"}}, {Args: []string{"sh", "-c", "cat; echo why >&2; exit 3"}}, {Args: []string{"cat"}}},
	} {
		if err := p.Run(ctx, nil, nil); err == nil {
			t.Errorf("%s: succeeded", p)
		}
	}
	var out strings.Builder
	p := lab.Pipeline{{Args: []string{"sh", "-c", "echo $A"}, Env: []string{"A=value"}}, {Args: []string{"tr", "a-z", "A-Z"}}}
	if err := p.Run(ctx, nil, &out); err != nil || out.String() != "VALUE\n" {
		t.Errorf("%s: %q, %v", p, out.String(), err)
	}
}

func pack(t *testing.T, file string, p lab.Pipeline) {
	t.Helper()
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := p.Run(context.Background(), nil, f); err != nil {
		t.Fatal(err)
	}
}

func lutimes(path string, when time.Time) error {
	ts := unix.NsecToTimespec(when.UnixNano())
	return unix.UtimesNanoAt(unix.AT_FDCWD, path, []unix.Timespec{ts, ts}, unix.AT_SYMLINK_NOFOLLOW)
}
