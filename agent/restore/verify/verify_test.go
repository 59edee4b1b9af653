package verify_test

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/wp-oneway/wp-oneway/agent/archive"
	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/restore/catalog"
	"github.com/wp-oneway/wp-oneway/agent/restore/content"
	"github.com/wp-oneway/wp-oneway/agent/restore/restoretest"
	"github.com/wp-oneway/wp-oneway/agent/restore/store"
	"github.com/wp-oneway/wp-oneway/agent/restore/unseal"
	"github.com/wp-oneway/wp-oneway/agent/restore/verify"
)

func dumpOf(rows int) []byte {
	body := strings.Repeat("INSERT INTO `t` VALUES (1);\n", rows)
	return fmt.Appendf(nil, "%s-- Dump completed at 2026-11-23T03:00:00Z tables=1 rows=%d sha256=%x\n", body, rows, sha256.Sum256([]byte(body)))
}

func tarOf(t *testing.T, files int) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for i := range files {
		text := strings.Repeat("x", 3000*i)
		if err := w.WriteHeader(&tar.Header{Name: fmt.Sprintf("wp-content/%d", i), Mode: 0o644, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// full returns a run with a dump of 1,000 rows and 40 files.
func full(t *testing.T, filters ...archive.Filter) restoretest.Run {
	t.Helper()
	return restoretest.Run{
		Site: "a", Kind: manifest.Full, Start: time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC), Filters: filters, Piece: 1000,
		Streams: map[string][]byte{manifest.DatabaseStream: dumpOf(1000), manifest.FilesStream: tarOf(t, 40)},
		Change:  func(m *manifest.Manifest) { m.Counts = manifest.Counts{Tables: 1, Rows: 1000, Files: 40} },
	}
}

func check(t *testing.T, dir string, keys *unseal.Keys, depth verify.Depth) *verify.Result {
	t.Helper()
	s, err := store.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	run, err := catalog.One(t.Context(), s, "2026-11-23_03-00-00Z-aaaaaaaa")
	if err != nil {
		t.Fatal(err)
	}
	result, err := verify.Run(t.Context(), &content.Reader{Store: s, Keys: keys}, run, depth)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func TestGoodRun(t *testing.T) {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	seal, err := archive.Age(identity.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	keys, err := unseal.NewKeys("", []byte(identity.String()))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	m := full(t, archive.Zstd(0), seal).Store(t, dir)
	for _, depth := range []verify.Depth{verify.Quick, verify.Stored, verify.Opened} {
		k := keys
		if depth != verify.Opened {
			k = nil
		}
		r := check(t, dir, k, depth)
		if !r.OK() || r.Objects != len(m.Objects) || r.Bytes == 0 {
			t.Errorf("%s: %+v", depth, r)
		}
		if depth == verify.Opened && (r.Files != 40 || r.Rows != 1000 || r.Tables != 1) {
			t.Errorf("%+v", r)
		}
	}
	if r := check(t, dir, &unseal.Keys{}, verify.Opened); r.OK() || !strings.Contains(r.Problems[0], "sealed") {
		t.Errorf("without a key: %+v", r)
	}
	other, _ := age.GenerateX25519Identity()
	if keys, err = unseal.NewKeys("", []byte(other.String())); err != nil {
		t.Fatal(err)
	}
	if r := check(t, dir, keys, verify.Opened); r.OK() || !strings.Contains(r.Problems[0], "none of the identities") {
		t.Errorf("with another key: %+v", r)
	}
}

// A changed bit anywhere in any object is found, and reported in one line that names the object.
func TestChangedBits(t *testing.T) {
	dir := t.TempDir()
	m := full(t, archive.Gzip(0)).Store(t, dir)
	for i, o := range m.Objects {
		path := filepath.Join(dir, o.Name)
		good, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		bad := bytes.Clone(good)
		bad[(i*7919)%len(bad)] ^= 1 << (i % 8)
		for _, depth := range []verify.Depth{verify.Stored, verify.Opened} {
			if err := os.WriteFile(path, bad, 0o600); err != nil {
				t.Fatal(err)
			}
			keys := &unseal.Keys{}
			if depth == verify.Stored {
				keys = nil
			}
			r := check(t, dir, keys, depth)
			if len(r.Problems) != 1 || strings.Contains(r.Problems[0], "\n") {
				t.Errorf("%s, %s: %q", o.Name, depth, r.Problems)
			}
			if depth == verify.Stored && !strings.Contains(r.Problems[0], o.Name) {
				t.Errorf("%s is not named: %q", o.Name, r.Problems)
			}
		}
		if err := os.WriteFile(path, good, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWrongContents(t *testing.T) {
	dump, files := dumpOf(1000), tarOf(t, 40)
	for name, c := range map[string]struct {
		change func(*restoretest.Run)
		want   string
	}{
		"truncated dump": {func(r *restoretest.Run) { r.Streams[manifest.DatabaseStream] = dump[:len(dump)-10] }, "truncated"},
		"changed dump":   {func(r *restoretest.Run) { r.Streams[manifest.DatabaseStream] = append([]byte("X"), dump[1:]...) }, "was changed"},
		"other rows":     {func(r *restoretest.Run) { r.Streams[manifest.DatabaseStream] = dumpOf(999) }, "the manifest says"},
		"truncated tar":  {func(r *restoretest.Run) { r.Streams[manifest.FilesStream] = files[:20000] }, "read the tar"},
		"fewer files":    {func(r *restoretest.Run) { r.Streams[manifest.FilesStream] = tarOf(t, 39) }, "the manifest says"},
		"longer stream":  {lie(func(m *manifest.Manifest) { m.Streams[0].RawBytes -= 5 }), "longer than its manifest says"},
		"shorter stream": {lie(func(m *manifest.Manifest) { m.Streams[0].RawBytes += 5 }), "ends 5 bytes early"},
		"no compression": {func(r *restoretest.Run) { r.Streams[manifest.DetailsStream] = []byte("rubbish") }, "read the details"},
		"swapped objects": {lie(func(m *manifest.Manifest) {
			m.Objects[0].SHA256, m.Objects[1].SHA256 = m.Objects[1].SHA256, m.Objects[0].SHA256
		}), "not what was backed up"},
		"foreign chain": {lie(func(m *manifest.Manifest) {
			m.Previous = &manifest.Previous{Name: "b/full-backups/b-full-2026-11-22_03-00-00Z-aaaaaaaa"}
		}), "another site"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			r := full(t, archive.Zstd(0))
			c.change(&r)
			r.Store(t, dir)
			got := check(t, dir, &unseal.Keys{}, verify.Opened)
			if len(got.Problems) == 0 || !strings.Contains(strings.Join(got.Problems, " | "), c.want) {
				t.Errorf("%q, want %q", got.Problems, c.want)
			}
		})
	}
}

// lie returns an option that changes the manifest of a run.
func lie(change func(*manifest.Manifest)) func(*restoretest.Run) {
	return func(r *restoretest.Run) {
		honest := r.Change
		r.Change = func(m *manifest.Manifest) { honest(m); change(m) }
	}
}

func TestChain(t *testing.T) {
	dir := t.TempDir()
	before := full(t, archive.Zstd(0))
	before.Start = before.Start.AddDate(0, 0, -1)
	before.Store(t, dir)
	path := filepath.Join(dir, before.Name()+manifest.Suffix)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	now := full(t, archive.Zstd(0))
	lie(func(m *manifest.Manifest) {
		m.Previous = &manifest.Previous{Name: before.Name(), ManifestSHA256: fmt.Sprintf("%x", sha256.Sum256(text))}
	})(&now)
	now.Store(t, dir)
	if r := check(t, dir, nil, verify.Quick); !r.OK() || len(r.Notes) != 0 {
		t.Errorf("%+v", r)
	}
	if err := os.WriteFile(path, append(text, ' '), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := check(t, dir, nil, verify.Quick); r.OK() || !strings.Contains(r.Problems[0], "was replaced") {
		t.Errorf("%+v", r)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if r := check(t, dir, nil, verify.Quick); !r.OK() || len(r.Notes) != 1 {
		t.Errorf("%+v", r)
	}
}
