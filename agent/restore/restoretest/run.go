// Package restoretest writes runs as the agent stores them, for tests of packages that read them.
package restoretest

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/crc64"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/archive"
	"github.com/wp-oneway/wp-oneway/agent/manifest"
)

// A Run describes the run to store. Site, Kind and Start must be set.
type Run struct {
	Site      string
	Kind      manifest.Kind
	NoUploads bool
	Start     time.Time
	Random    string // the last eight characters of the ID; "" is "aaaaaaaa"
	Streams   map[string][]byte
	Filters   []archive.Filter
	Piece     int // length of each object but the last; 0: one object per stream
	// Change changes the manifest before it is stored; may be nil.
	Change func(*manifest.Manifest)
}

// ID returns the run ID.
func (r Run) ID() string {
	random := r.Random
	if random == "" {
		random = "aaaaaaaa"
	}
	return r.Start.UTC().Format("2006-01-02_15-04-05Z") + "-" + random
}

// Name returns the name of the run, as manifest.RunName forms it.
func (r Run) Name() string { return manifest.RunName(r.Site, r.Kind, r.NoUploads, r.ID()) }

// Store writes the run below a folder, and returns its manifest.
func (r Run) Store(t testing.TB, dir string) *manifest.Manifest {
	t.Helper()
	m := &manifest.Manifest{
		Version: manifest.Version, Site: r.Site, Kind: r.Kind, Run: r.ID(), Host: "web1", Agent: "test",
		Started: r.Start, Finished: r.Start.Add(time.Minute), Complete: true,
	}
	for _, stream := range []string{manifest.DatabaseStream, manifest.FilesStream, manifest.DetailsStream} {
		content, ok := r.Streams[stream]
		if !ok && stream != manifest.DetailsStream && !r.Kind.Has(stream) {
			continue
		}
		if !ok && stream == manifest.DetailsStream {
			content = []byte("{\"version\": 1}\n")
		}
		m.Streams = append(m.Streams, manifest.Stream{Name: stream, Filters: archive.Names(r.Filters...), RawBytes: int64(len(content))})
		name := r.Name() + manifest.StreamSuffix(stream) + archive.Suffix(r.Filters...)
		m.Objects = append(m.Objects, r.objects(t, dir, name, stream, filter(t, content, r.Filters))...)
	}
	if r.Change != nil {
		r.Change(m)
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, r.Name()+manifest.Suffix), append(text, '\n'))
	return m
}

// objects stores one stream.
func (r Run) objects(t testing.TB, dir, name, stream string, stored []byte) (objects []manifest.Object) {
	t.Helper()
	size := r.Piece
	if size == 0 {
		size = max(len(stored), 1)
	}
	for i := 0; i == 0 || i*size < len(stored); i++ {
		piece := stored[i*size : min(len(stored), (i+1)*size)]
		pieceName := name
		if i > 0 {
			pieceName += fmt.Sprintf(".%03d", i)
		}
		write(t, filepath.Join(dir, pieceName), piece)
		objects = append(objects, Object(pieceName, stream, i+1, piece))
	}
	return objects
}

// Object returns the entry of an object in the manifest.
func Object(name, stream string, piece int, content []byte) manifest.Object {
	sum := sha256.Sum256(content)
	crc := crc64.Checksum(content, crc64.MakeTable(0x9a6c9329ac4bc9b5)) // CRC-64/NVME, bit-reflected
	return manifest.Object{
		Name: name, Stream: stream, Piece: piece, Bytes: int64(len(content)), SHA256: hex.EncodeToString(sum[:]),
		CRC64NVME: base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, crc)),
	}
}

// filter passes content through filters.
func filter(t testing.TB, content []byte, filters []archive.Filter) []byte {
	t.Helper()
	for _, f := range filters {
		var out bytes.Buffer
		w, err := f.Wrap(&out)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(w, bytes.NewReader(content)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		content = out.Bytes()
	}
	return content
}

func write(t testing.TB, path string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
