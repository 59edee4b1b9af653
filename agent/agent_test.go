package agent

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/wp-oneway/wp-oneway/agent/archive"
	"github.com/wp-oneway/wp-oneway/sinks"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// TestMain is the tests', or the whole life of a worker: the agent starts its own
// binary for that, which is this one here.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "worker" {
		if err := testWorker(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, "worker:", err)
			os.Exit(1) //nolint:forbidigo // it is a process of its own
		}
		return
	}
	m.Run() // TestMain's caller exits with what it says
}

// An oddSink is a real sink that something befalls.
type oddSink struct {
	sinks.Sink
	// put stands in for Put; it has the real one.
	put func(ctx context.Context, name string, r io.Reader, real sinks.Sink) (sinks.Receipt, error)
}

func (s *oddSink) Put(ctx context.Context, name string, r io.Reader) (sinks.Receipt, error) {
	return s.put(ctx, name, r, s.Sink)
}

// folder opens a directory sink.
func folder(t *testing.T, dir string) sinks.Sink {
	t.Helper()
	s, err := sinks.Open(t.Context(), &url.URL{Scheme: "file", Path: dir}, sinks.Options{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// published lists all that lies below a folder, without its folders and links.
func published(t *testing.T, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			names = append(names, strings.TrimPrefix(path, dir+"/"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// A bench carries parts to destinations.
type bench struct {
	*streamer
	t   *testing.T
	ctx context.Context
}

// newBench has a destination for each sink.
func newBench(t *testing.T, filters []archive.Filter, to ...sinks.Sink) *bench {
	t.Helper()
	b := &bench{t: t, ctx: t.Context(), streamer: &streamer{pool: sinks.NewPool(poolBlocks), filters: filters, vigil: &vigil{}}}
	for i, s := range to {
		b.dests = append(b.dests, newDestination(b.ctx, s, i))
	}
	t.Cleanup(b.whole)
	return b
}

// whole checks that every block is back in the pool.
func (b *bench) whole() {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	leave, err := b.pool.Admit(ctx, poolBlocks)
	if err != nil {
		b.t.Errorf("a stream has not left the pool: %v", err)
		return
	}
	defer leave()
	for n := range poolBlocks {
		block, err := b.pool.Get(ctx)
		if err != nil {
			b.t.Errorf("blocks are missing from the pool: only %d are there (%v)", n, err)
			return
		}
		defer block.Release()
	}
}

// send carries a part.
func (b *bench) send(part Part) (ManifestStream, error) {
	b.t.Helper()
	return b.carry(b.ctx, 0, part, "x/run", func(int64, int64) {})
}

// pour is a part that writes text, in pieces, and then returns err.
func pour(text []byte, err error) Part {
	return Part{Name: databaseStream, Write: func(ctx context.Context, w io.Writer) error {
		for len(text) > 0 {
			n := min(len(text), 300_000)
			if _, err := w.Write(text[:n]); err != nil {
				return err
			}
			text = text[n:]
		}
		return err
	}}
}

// noise is text that no filter makes shorter.
func noise(n int) []byte {
	p := make([]byte, n)
	rand.Read(p) // never fails
	return p
}

func unzstd(t *testing.T, path string) []byte {
	t.Helper()
	packed, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r, err := zstd.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return text
}

var errTest = errors.New("what the test has befall it")

// newSite lays a small WordPress whose database is nowhere.
func newSite(t *testing.T) site.Place {
	t.Helper()
	root := filepath.Join(t.TempDir(), "home", "site")
	for path, text := range map[string]string{
		"index.php":                  "<?php require __DIR__ . '/wp-blog-header.php';",
		"wp-blog-header.php":         "<?php require_once __DIR__ . '/wp-load.php';",
		"wp-load.php":                "<?php",
		"wp-settings.php":            "<?php",
		"wp-includes/version.php":    "<?php $wp_version = '6.8';",
		"wp-content/uploads/own.txt": "my own",
		"wp-config.php": "<?php define('DB_NAME', 'x'); define('DB_USER', 'x'); define('DB_PASSWORD', ''); define('DB_HOST', 'localhost:/nowhere');\n" +
			"$table_prefix = 'wp_'; require_once __DIR__ . '/wp-settings.php';",
	} {
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p, err := site.PlaceOf(root, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// until waits for a condition of the test's own making.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for range 3000 {
		if is() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("waited in vain for %s", what)
}
