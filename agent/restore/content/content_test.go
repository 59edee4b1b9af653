package content_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/restore/catalog"
	"github.com/wp-oneway/wp-oneway/agent/restore/content"
	"github.com/wp-oneway/wp-oneway/agent/restore/restoretest"
	"github.com/wp-oneway/wp-oneway/agent/restore/store"
	"github.com/wp-oneway/wp-oneway/agent/restore/unseal"
)

// A memory is a store in memory: a fake, because no real store returns bytes that it does not have.
// The keys are the names of objects, with "@" and the version for other versions.
type memory map[string][]byte

func (memory) List(context.Context, string, func(store.Entry) error) error { return nil }
func (memory) Head(context.Context, string) (store.Object, error) {
	return store.Object{}, store.ErrNotExist
}
func (memory) Folder() bool   { return false }
func (memory) String() string { return "memory" }

func (m memory) Get(_ context.Context, want store.Object) (io.ReadCloser, error) {
	name := want.Name
	if want.Version != "" {
		name += "@" + want.Version
	}
	stored, ok := m[name]
	if !ok {
		return nil, store.ErrNotExist
	}
	return io.NopCloser(bytes.NewReader(stored)), nil
}

const (
	runName = "shop-db-2026-11-23_03-00-00Z-aaaaaaaa"
	dumpSQL = "CREATE TABLE a (b int);\nINSERT INTO a VALUES (1);\n"
)

// storedRun returns a run whose database is in two pieces.
func storedRun() (memory, *catalog.Run) {
	pieces := []string{dumpSQL[:20], dumpSQL[20:]}
	m, run := memory{}, &catalog.Run{
		Name: runName, Objects: map[string]store.Object{},
		Manifest: &manifest.Manifest{Version: 1, Streams: []manifest.Stream{{Name: manifest.DatabaseStream, RawBytes: int64(len(dumpSQL))}}},
	}
	for i, piece := range pieces {
		suffix := ".sql"
		if i > 0 {
			suffix += fmt.Sprintf(".%03d", i)
		}
		m[runName+suffix] = []byte(piece)
		run.Objects[suffix] = store.Object{Name: runName + suffix}
		run.Manifest.Objects = append(run.Manifest.Objects, restoretest.Object(runName+suffix, manifest.DatabaseStream, i+1, []byte(piece)))
	}
	return m, run
}

// Reading ends in io.EOF only if every object is what the manifest says, and the stream has its
// length. Otherwise, the error names what is wrong. This is true with keys and without.
func TestOnlyTheWholeStreamIsRead(t *testing.T) {
	const first, second = runName + ".sql", runName + ".sql.001"
	for name, c := range map[string]struct {
		change func(memory, *catalog.Run)
		want   string // "" if the stream is read
		keys   bool   // only a reader with keys notices it, because it knows the length of the content
	}{
		"unchanged":            {func(memory, *catalog.Run) {}, "", false},
		"no bytes":             {func(m memory, _ *catalog.Run) { m[first] = nil }, "has 0 bytes; its manifest says 20", false},
		"cut":                  {func(m memory, _ *catalog.Run) { m[second] = m[second][:5] }, "has 5 bytes", false},
		"longer":               {func(m memory, _ *catalog.Run) { m[second] = append(m[second], "DROP TABLE a;"...) }, "manifest says", false},
		"one bit":              {func(m memory, _ *catalog.Run) { m[first][3] ^= 1 }, "is not what was backed up", false},
		"other content":        {func(m memory, _ *catalog.Run) { m[first] = []byte("DROP TABLE a; -- 456") }, "is not what was backed up", false},
		"exchanged":            {func(m memory, _ *catalog.Run) { m[first], m[second] = m[second], m[first] }, "manifest", false},
		"one is gone":          {func(m memory, _ *catalog.Run) { delete(m, second) }, "it is gone", false},
		"all are gone":         {func(m memory, _ *catalog.Run) { clear(m) }, "it is gone", false},
		"not in the listing":   {func(_ memory, r *catalog.Run) { delete(r.Objects, ".sql.001") }, "it is gone", false},
		"other CRC":            {func(_ memory, r *catalog.Run) { r.Manifest.Objects[1].CRC64NVME = "AAAAAAAAAAA=" }, "but not the CRC64NVME", false},
		"no SHA-256":           {func(_ memory, r *catalog.Run) { r.Manifest.Objects[0].SHA256 = "" }, "is not what was backed up", false},
		"a piece left out":     {func(_ memory, r *catalog.Run) { r.Manifest.Objects = r.Manifest.Objects[:1] }, "ends 30 bytes early", true},
		"fewer bytes expected": {func(_ memory, r *catalog.Run) { r.Manifest.Streams[0].RawBytes-- }, "longer than its manifest says", true},
		"more bytes expected":  {func(_ memory, r *catalog.Run) { r.Manifest.Streams[0].RawBytes++ }, "ends 1 bytes early", true},
		"no such stream":       {func(_ memory, r *catalog.Run) { r.Manifest.Streams = nil }, "has no database", false},
		"no manifest":          {func(_ memory, r *catalog.Run) { r.Manifest, r.Problem = nil, "it has no manifest" }, "it has no manifest", false},
		"a run with a problem": {func(_ memory, r *catalog.Run) { r.Problem = "its manifest is of another run" }, "of another run", false},
	} {
		for _, keys := range []*unseal.Keys{nil, {}} {
			m, run := storedRun()
			c.change(m, run)
			read := 0
			text, err := readAll(t, &content.Reader{Store: m, Keys: keys, Stored: func(n int64) { read += int(n) }}, run)
			want := c.want
			if keys == nil && c.keys {
				want = ""
			}
			switch {
			case want == "" && (err != nil || c.want == "" && (text != dumpSQL || read != len(dumpSQL))):
				t.Errorf("%s (keys %v): %q, %d bytes read, %v", name, keys != nil, text, read, err)
			case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
				t.Errorf("%s (keys %v): %v, want %q", name, keys != nil, err, want)
			}
		}
	}
}

func readAll(t *testing.T, r *content.Reader, run *catalog.Run) (string, error) {
	t.Helper()
	in, err := r.Open(t.Context(), run, manifest.DatabaseStream)
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(in)
	return string(text), errors.Join(err, in.Close())
}

// A thief who can write to the bucket stores another version under the same name. The version that
// the run wrote is read. If the versions cannot be read, the newest one is refused.
func TestTheRunsOwnVersionIsRead(t *testing.T) {
	m, run := storedRun()
	const first = runName + ".sql"
	run.Manifest.Objects[0].VersionID = "v1"
	m[first+"@v1"], m[first] = m[first], []byte("DROP TABLE a; -- 456")
	if text, err := readAll(t, &content.Reader{Store: m, Keys: &unseal.Keys{}}, run); err != nil || text != dumpSQL {
		t.Errorf("%q, %v", text, err)
	}
	delete(m, first+"@v1")
	if text, err := readAll(t, &content.Reader{Store: m, Keys: &unseal.Keys{}}, run); err == nil {
		t.Errorf("the other version is read: %q", text)
	}
}

// Details that are not JSON, or of a later version, are refused.
func TestDetails(t *testing.T) {
	for text, want := range map[string]string{
		`{"version": 1, "table_prefix": "wp_"}`: "",
		`{"version": 2}`:                        "version 2",
		`{"version": `:                          "read the details",
		``:                                      "read the details",
		`[]`:                                    "read the details",
	} {
		const name = runName + ".details.json"
		run := &catalog.Run{
			Name: runName, Objects: map[string]store.Object{".details.json": {Name: name}},
			Manifest: &manifest.Manifest{
				Version: 1, Streams: []manifest.Stream{{Name: manifest.DetailsStream, RawBytes: int64(len(text))}},
				Objects: []manifest.Object{restoretest.Object(name, manifest.DetailsStream, 1, []byte(text))},
			},
		}
		d, err := (&content.Reader{Store: memory{name: []byte(text)}, Keys: &unseal.Keys{}}).Details(t.Context(), run)
		if want == "" && (err != nil || d.TablePrefix != "wp_") || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %+v, %v; want %q", text, d, err, want)
		}
	}
}
