package restore_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/archive"
	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/restore"
	"github.com/wp-oneway/wp-oneway/agent/restore/catalog"
	"github.com/wp-oneway/wp-oneway/agent/restore/content"
	"github.com/wp-oneway/wp-oneway/agent/restore/restoretest"
	"github.com/wp-oneway/wp-oneway/agent/restore/store"
	"github.com/wp-oneway/wp-oneway/agent/restore/tree"
	"github.com/wp-oneway/wp-oneway/agent/restore/unseal"
)

// siteTar returns the tar of a small site.
func siteTar(t testing.TB, text string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, name := range []string{"index.php", "wp-content/a.php", "wp-content/b.php"} {
		body := []byte(strings.Repeat(text+name, 300))
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: int64(len(body))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(body); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// A spy is a part for a database that records the calls of its methods.
type spy struct {
	steps []string
	read  bytes.Buffer
	fail  string // the step that fails
}

var errSpy = errors.New("the server is gone")

func (s *spy) step(name string) error {
	s.steps = append(s.steps, name)
	if s.fail == name {
		return errSpy
	}
	return nil
}

func (*spy) Stream() string                { return manifest.DatabaseStream }
func (s *spy) Check(context.Context) error { return s.step("check") }
func (s *spy) Stage(_ context.Context, in io.Reader) error {
	_, err := io.Copy(&s.read, in)
	return errors.Join(err, s.step("stage"))
}
func (s *spy) Switch(context.Context) error { return s.step("switch") }
func (s *spy) Commit(context.Context) error { return s.step("commit") }
func (s *spy) Close() error                 { return s.step("close") }

func (s *spy) Revert(_ context.Context, cause error) error {
	return errors.Join(cause, s.step("revert"))
}

// runs stores two full runs, and returns a function that opens the newest.
func runs(t testing.TB, change func(*manifest.Manifest)) (dir string, reader *content.Reader, run func() *catalog.Run) {
	t.Helper()
	dir = t.TempDir()
	r := restoretest.Run{Site: "a.example", Kind: manifest.Full, Filters: []archive.Filter{archive.Zstd(0)}}
	for day, text := range []string{"older ", "newer "} {
		r.Start = time.Date(2026, 11, 1+day, 3, 0, 0, 0, time.UTC)
		r.Streams = map[string][]byte{manifest.FilesStream: siteTar(t, text), manifest.DatabaseStream: []byte(strings.Repeat(text, 500))}
		r.Change = change
		r.Store(t, dir)
	}
	s, err := store.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := unseal.NewKeys("")
	if err != nil {
		t.Fatal(err)
	}
	return dir, &content.Reader{Store: s, Keys: keys}, func() *catalog.Run {
		run, err := catalog.One(t.Context(), s, "2026-11-02_03-00-00Z-aaaaaaaa")
		if err != nil {
			t.Fatal(err)
		}
		return run
	}
}

// target returns a target with an old site.
func target(t testing.TB, length int64) (path string, part *tree.Target) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "site")
	if err := errors.Join(os.Mkdir(path, 0o755), os.WriteFile(filepath.Join(path, "index.php"), []byte("old"), 0o600)); err != nil {
		t.Fatal(err)
	}
	quiet := func(string) {}
	return path, tree.New(tree.Options{
		Path: path, Root: ".", Overwrite: tree.Always, Bytes: length, Say: quiet, Warn: quiet, Change: func(tree.Change) error { return nil },
		User: func(uid uint32) (tree.User, error) { return tree.User{UID: uid, GID: uid}, nil },
	})
}

// oldSite fails unless the old site is unchanged and nothing is beside it.
func oldSite(t testing.TB, path string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path, "index.php"))
	if err != nil || string(text) != "old" {
		t.Errorf("the old site: %.20q, %v", text, err)
	}
	if beside, err := os.ReadDir(filepath.Dir(path)); err != nil || len(beside) != 1 {
		t.Errorf("left beside the site: %v, %v", beside, err)
	}
}

// Both parts are staged before one is switched. The database is switched first.
func TestRunSwitchesAtTheEnd(t *testing.T) {
	t.Parallel()
	_, reader, run := runs(t, nil)
	for _, c := range []struct {
		fail, steps string
		o           restore.Options
		restored    bool
	}{
		{"", "check stage switch commit close", restore.Options{MaxRatio: 1000}, true},
		{"", "check stage close", restore.Options{MaxRatio: 1000, Dry: true}, false},
		{"check", "check close", restore.Options{MaxRatio: 1000}, false},
		{"stage", "check stage close", restore.Options{MaxRatio: 1000}, false},
		{"switch", "check stage switch close", restore.Options{MaxRatio: 1000}, false},
	} {
		path, files := target(t, 1<<20)
		db := &spy{fail: c.fail}
		err := restore.Run(t.Context(), reader, run(), c.o, db, files)
		if (err != nil) != (c.fail != "") || c.fail != "" && !errors.Is(err, errSpy) {
			t.Errorf("%+v: %v", c, err)
		}
		if got := strings.Join(db.steps, " "); got != c.steps {
			t.Errorf("%+v: %s", c, got)
		}
		if !c.restored {
			oldSite(t, path)
			continue
		}
		text, err := os.ReadFile(filepath.Join(path, "index.php"))
		if err != nil || !strings.HasPrefix(string(text), "newer ") || db.read.Len() != 3000 {
			t.Errorf("restored %.20q and %d bytes, %v", text, db.read.Len(), err)
		}
	}
}

// If the files cannot be switched, the database is reverted.
func TestRunRevertsWhatItHasSwitched(t *testing.T) {
	t.Parallel()
	_, reader, run := runs(t, nil)
	path, files := target(t, 1<<20)
	db := &spy{}
	err := restore.Run(t.Context(), reader, run(), restore.Options{MaxRatio: 1000}, db, failing{files})
	if got := strings.Join(db.steps, " "); !errors.Is(err, errSpy) || got != "check stage switch revert close" {
		t.Errorf("%s, %v", got, err)
	}
	oldSite(t, path)
}

// A failing part is one whose Switch fails.
type failing struct{ *tree.Target }

func (failing) Switch(context.Context) error { return errSpy }

// Any damage to an object of either stream leaves the old site and the database unchanged.
func TestDamagedObjects(t *testing.T) {
	t.Parallel()
	dir, reader, run := runs(t, nil)
	names := map[string][]byte{} // the objects of the newest run
	older := map[string][]byte{}
	for _, suffix := range []string{".tar.zst", ".sql.zst"} {
		found, err := filepath.Glob(filepath.Join(dir, "a.example/full-backups/*"+suffix))
		if err != nil || len(found) != 2 {
			t.Fatalf("%q, %v", found, err)
		}
		slices.Sort(found)
		before, err := os.ReadFile(found[0])
		text, err2 := os.ReadFile(found[1])
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		names[found[1]], older[found[1]] = text, before
	}
	for name, good := range names {
		damaged := map[string][]byte{"that of the run before": older[name], "empty": {}, "longer": append(slices.Clone(good), 0), "gone": nil}
		for n := 1; n < len(good); n += max(1, len(good)/12) {
			damaged[fmt.Sprintf("cut at %d", n)] = good[:n]
			flipped := slices.Clone(good)
			flipped[n] ^= 4
			damaged[fmt.Sprintf("flipped at %d", n)] = flipped
		}
		for what, text := range damaged {
			err := os.WriteFile(name, text, 0o600)
			if what == "gone" {
				err = os.Remove(name)
			}
			if err != nil {
				t.Fatal(err)
			}
			path, files := target(t, 1<<20)
			db := &spy{}
			err = restore.Run(t.Context(), reader, run(), restore.Options{MaxRatio: 1000}, db, files)
			if err == nil || strings.Contains(err.Error(), "\n") || slices.Contains(db.steps, "switch") {
				t.Errorf("%s, %s: %q, %q", filepath.Base(name), what, err, db.steps)
			}
			oldSite(t, path)
		}
		if err := os.WriteFile(name, good, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	path, files := target(t, 1<<20)
	if err := restore.Run(t.Context(), reader, run(), restore.Options{MaxRatio: 1000}, &spy{}, files); err != nil {
		t.Error(err)
	}
	if text, err := os.ReadFile(filepath.Join(path, "wp-content/b.php")); err != nil || !strings.HasPrefix(string(text), "newer ") {
		t.Errorf("after all that: %.20q, %v", text, err)
	}
}

// A manifest that states wrong lengths, or names objects of other runs, restores nothing.
func TestForgedManifests(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*manifest.Manifest){
		"a bomb":  func(m *manifest.Manifest) { m.Streams[0].RawBytes, m.Streams[1].RawBytes = 1<<40, 1<<40 },
		"longer":  func(m *manifest.Manifest) { m.Streams[0].RawBytes++; m.Streams[1].RawBytes++ },
		"shorter": func(m *manifest.Manifest) { m.Streams[0].RawBytes--; m.Streams[1].RawBytes-- },
		"a foreign object": func(m *manifest.Manifest) {
			m.Objects[1].Name = strings.ReplaceAll(m.Objects[1].Name, "a.example", "b.example")
		},
		"an object outside": func(m *manifest.Manifest) { m.Objects[0].Name = "../../etc/passwd" },
		"another checksum":  func(m *manifest.Manifest) { m.Objects[1].SHA256 = strings.Repeat("0", 64) },
	} {
		_, reader, run := runs(t, change)
		path, files := target(t, 1<<20)
		db := &spy{}
		err := restore.Run(t.Context(), reader, run(), restore.Options{MaxRatio: 1000}, db, files)
		if err == nil || strings.Contains(err.Error(), "\n") || slices.Contains(db.steps, "switch") {
			t.Errorf("%s: %q, %q", name, err, db.steps)
		}
		if name == "a bomb" && (err == nil || !strings.Contains(err.Error(), "--max-ratio")) {
			t.Errorf("%s: %v", name, err)
		}
		oldSite(t, path)
	}
}
