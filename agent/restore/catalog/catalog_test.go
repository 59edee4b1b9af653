package catalog_test

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/archive"
	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/restore/catalog"
	"github.com/wp-oneway/wp-oneway/agent/restore/restoretest"
	"github.com/wp-oneway/wp-oneway/agent/restore/store"
)

func day(n int) time.Time { return time.Date(2026, 11, n, 3, 0, 0, 0, time.UTC) }

func run(site string, kind manifest.Kind, n int) restoretest.Run {
	return restoretest.Run{Site: site, Kind: kind, Start: day(n), Filters: []archive.Filter{archive.Zstd(0)}}
}

func find(t *testing.T, s store.Store, q catalog.Query) (runs []*catalog.Run) {
	t.Helper()
	if err := catalog.Find(t.Context(), s, q, func(r *catalog.Run) error { runs = append(runs, r); return nil }); err != nil {
		t.Fatal(err)
	}
	return runs
}

func open(t *testing.T, dir string) store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func paths(runs []*catalog.Run) (names []string) {
	for _, r := range runs {
		names = append(names, strings.TrimSuffix(r.Path(), "_03-00-00Z-aaaaaaaa"))
	}
	return names
}

func TestFind(t *testing.T) {
	dir := t.TempDir()
	run("a.example", manifest.Full, 1).Store(t, filepath.Join(dir, "web1"))
	run("a.example", manifest.Full, 2).Store(t, filepath.Join(dir, "web1"))
	run("a.example", manifest.DB, 2).Store(t, filepath.Join(dir, "web2"))
	run("a.example-shop", manifest.DB, 2).Store(t, filepath.Join(dir, "web2"))
	noUploads := run("b", manifest.Files, 3)
	noUploads.NoUploads = true
	noUploads.Store(t, filepath.Join(dir, "web2"))
	stray := filepath.Join(dir, "web1/a.example/full-backups/a.example-full-2026-11-09_03-00-00Z-aaaaaaaa.tar.zst")
	if err := os.WriteFile(stray, []byte("unfinished"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		query catalog.Query
		want  []string
	}{
		{"all", catalog.Query{}, []string{
			"web1/a.example/full-backups/a.example-full-2026-11-01", "web1/a.example/full-backups/a.example-full-2026-11-02",
			"web2/a.example/db-backups/a.example-db-2026-11-02", "web2/a.example-shop/db-backups/a.example-shop-db-2026-11-02",
			"web2/b/files-backups-without-uploads/b-no_uploads-2026-11-03",
		}},
		{"site", catalog.Query{Site: "b"}, []string{"web2/b/files-backups-without-uploads/b-no_uploads-2026-11-03"}},
		{"kind", catalog.Query{Kind: manifest.DB, Site: "a.example"}, []string{"web2/a.example/db-backups/a.example-db-2026-11-02"}},
		{"since", catalog.Query{Since: day(3)}, []string{"web2/b/files-backups-without-uploads/b-no_uploads-2026-11-03"}},
		{"latest", catalog.Query{Latest: true, Kind: manifest.Full}, []string{"web1/a.example/full-backups/a.example-full-2026-11-02"}},
		{"incomplete", catalog.Query{Incomplete: true, Kind: manifest.Full, Since: day(9)}, []string{"web1/a.example/full-backups/a.example-full-2026-11-09"}},
	} {
		runs := find(t, open(t, dir), c.query)
		if got := paths(runs); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		for _, r := range runs {
			if c.name != "incomplete" && (!r.Good() || r.Manifest == nil || r.Bytes() == 0) {
				t.Errorf("%s: %s: %+v", c.name, r.Path(), r)
			}
		}
	}
	// The folder below the URL may also be the site's host, or a placeholder.
	if got := find(t, open(t, filepath.Join(dir, "{host}")), catalog.Query{}); len(got) != 5 {
		t.Errorf("{host}: %d runs", len(got))
	}
	if _, err := catalog.Latest(t.Context(), open(t, dir), catalog.Query{Site: "a.example"}); err == nil || !strings.Contains(err.Error(), "web1/") || !strings.Contains(err.Error(), "web2/") {
		t.Errorf("Latest of a site of two hosts: %v", err)
	}
}

func TestOne(t *testing.T) {
	dir := t.TempDir()
	run("a.example", manifest.Full, 1).Store(t, filepath.Join(dir, "web1"))
	run("a.example", manifest.DB, 2).Store(t, filepath.Join(dir, "web1"))
	name := "a.example/full-backups/a.example-full-2026-11-01_03-00-00Z-aaaaaaaa"
	for _, asked := range []string{
		name, "web1/" + name, name + ".manifest.json", name + ".sql.zst", "web1/" + name + ".tar.zst",
		filepath.Base(name), "2026-11-01_03-00-00Z-aaaaaaaa",
	} {
		got, err := catalog.One(t.Context(), open(t, dir), asked)
		if err != nil || got.Path() != "web1/"+name {
			t.Errorf("One(%s) = %v, %v", asked, got, err)
		}
	}
	if _, err := catalog.One(t.Context(), open(t, dir), "2026-11-05_03-00-00Z-aaaaaaaa"); err == nil || !strings.Contains(err.Error(), "there is none") {
		t.Errorf("One of nothing: %v", err)
	}
	run("a.example", manifest.Full, 1).Store(t, filepath.Join(dir, "web2"))
	if _, err := catalog.One(t.Context(), open(t, dir), name); err == nil || !strings.Contains(err.Error(), "--from") {
		t.Errorf("One of two: %v", err)
	}
}

// A later store lists runs whose names and manifests were forged with the host's credential.
type later struct {
	store.Store
	at time.Time
}

func (l later) Folder() bool { return false }

func (l later) List(ctx context.Context, folder string, found func(store.Entry) error) error {
	return l.Store.List(ctx, folder, func(e store.Entry) error {
		e.Modified = l.at
		return found(e)
	})
}

func TestRunsOfTheFutureAreSuspect(t *testing.T) {
	dir := t.TempDir()
	run("a", manifest.DB, 1).Store(t, dir)
	run("a", manifest.DB, 20).Store(t, dir)
	var skipped []*catalog.Run
	s := later{open(t, dir), day(2)}
	got, err := catalog.Latest(t.Context(), s, catalog.Query{Skipped: func(r *catalog.Run) { skipped = append(skipped, r) }})
	if err != nil || got.Start != day(1) || len(skipped) != 1 || !strings.Contains(skipped[0].Suspect, "2026-11-20 03:00Z") {
		t.Errorf("Latest = %v, %v, skipped %v", got, err, skipped)
	}
	if all := find(t, s, catalog.Query{}); len(all) != 2 || all[1].Suspect == "" || all[0].Suspect != "" {
		t.Errorf("Find = %v", all)
	}
}

func TestForgedManifests(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*manifest.Manifest)
		want   string
	}{
		"newer version": {func(m *manifest.Manifest) { m.Version = 2 }, "newer wp-oneway"},
		"no version":    {func(m *manifest.Manifest) { m.Version = 0 }, "no version"},
		"other site":    {func(m *manifest.Manifest) { m.Site = "b" }, "another run"},
		"other kind":    {func(m *manifest.Manifest) { m.Kind = manifest.Full }, "another run"},
		"other run":     {func(m *manifest.Manifest) { m.Run = "2026-11-01_03-00-00Z-bbbbbbbb" }, "another run"},
		"foreign object": {func(m *manifest.Manifest) {
			m.Objects[0].Name = "b/db-backups/b-db-2026-11-01_03-00-00Z-aaaaaaaa.sql.zst"
		}, "not the run's"},
		"path":            {func(m *manifest.Manifest) { m.Objects[0].Name = "../../etc/passwd" }, "not the run's"},
		"piece 2 first":   {func(m *manifest.Manifest) { m.Objects[0].Piece = 2 }, "not the run's"},
		"unknown stream":  {func(m *manifest.Manifest) { m.Streams[0].Name = "../x" }, "no stream"},
		"stream of files": {func(m *manifest.Manifest) { m.Streams[0].Name = manifest.FilesStream }, "other streams"},
		"stream twice":    {func(m *manifest.Manifest) { m.Streams = append(m.Streams, m.Streams[0]) }, "twice"},
		"no stream":       {func(m *manifest.Manifest) { m.Streams = nil }, "other streams"},
		"no object":       {func(m *manifest.Manifest) { m.Objects = m.Objects[1:] }, "no object"},
		"unknown filter":  {func(m *manifest.Manifest) { m.Streams[0].Filters = []string{"age", "zstd"} }, "unknown"},
		"no checksum":     {func(m *manifest.Manifest) { m.Objects[0].SHA256 = "" }, "checksums"},
		"negative length": {func(m *manifest.Manifest) { m.Objects[0].Bytes = -1 }, "checksums"},
		"other length":    {func(m *manifest.Manifest) { m.Objects[0].Bytes++ }, "bytes instead of"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			r := run("a", manifest.DB, 1)
			r.Change = c.change
			r.Store(t, dir)
			runs := find(t, open(t, dir), catalog.Query{})
			if len(runs) != 1 || !strings.Contains(runs[0].Problem, c.want) || strings.Contains(runs[0].Problem, "\n") {
				t.Fatalf("%+v", runs)
			}
		})
	}
}

func TestMissingObject(t *testing.T) {
	dir := t.TempDir()
	r := run("a", manifest.DB, 1)
	r.Piece = 10
	m := r.Store(t, dir)
	if got := find(t, open(t, dir), catalog.Query{})[0]; !got.Good() || len(m.Objects) < 3 {
		t.Fatalf("%+v", got)
	}
	if err := os.Remove(filepath.Join(dir, m.Objects[1].Name)); err != nil {
		t.Fatal(err)
	}
	if got := find(t, open(t, dir), catalog.Query{})[0]; !strings.Contains(got.Problem, "is missing") {
		t.Errorf("%+v", got)
	}
}

func TestInvalidAndHugeManifests(t *testing.T) {
	for _, text := range []string{"", "null", "{", `{"version":1}`, strings.Repeat(" ", 5<<20), "[]", `{"version":"1"}`} {
		dir := t.TempDir()
		name := filepath.Join(dir, "a/db-backups/a-db-2026-11-01_03-00-00Z-aaaaaaaa.manifest.json")
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if runs := find(t, open(t, dir), catalog.Query{}); len(runs) != 1 || runs[0].Problem == "" || runs[0].Manifest != nil {
			t.Errorf("%.20q: %+v", text, runs[0])
		}
	}
}

func FuzzManifest(f *testing.F) {
	f.Add([]byte(`{"version":1,"site":"a","kind":"db","run":"2026-11-01_03-00-00Z-aaaaaaaa","streams":[{"name":"database","filters":["zstd"],"raw_bytes":1}],"objects":[{"name":"../x","stream":"database","piece":1}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, o := range catalog.ParseForTest(text) {
			if !strings.HasPrefix(o.Name, "a/db-backups/a-db-2026-11-01_03-00-00Z-aaaaaaaa.") || strings.Contains(o.Name, "..") {
				t.Errorf("a manifest leads to %q", o.Name)
			}
		}
	})
}
