package restoretest

import (
	"archive/tar"
	"bytes"
	"testing"
)

// A TarEntry is an entry of a tar, and its content.
type TarEntry struct {
	tar.Header
	Content string
}

// Tar returns a tar with the entries.
func Tar(t testing.TB, entries ...TarEntry) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, e := range entries {
		e.Size = int64(len(e.Content))
		if err := w.WriteHeader(&e.Header); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(e.Content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
