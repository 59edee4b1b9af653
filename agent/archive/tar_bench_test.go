package archive_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"

	"github.com/wp-oneway/wp-oneway/agent/archive"
	"github.com/wp-oneway/wp-oneway/wordpress/files"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// benchSite creates the files of a site, with that many small and big files.
func benchSite(b *testing.B, small, big int) (base string, size int64) {
	b.Helper()
	base = b.TempDir()
	text := make([]byte, 64<<20)
	if _, err := rand.Read(text); err != nil {
		b.Fatal(err)
	}
	for i := range small {
		dir := fmt.Sprintf("%s/html/wp-content/plugins/p%03d/src", base, i/100)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			b.Fatal(err)
		}
		n := 500 + i*7919%20_000
		if err := os.WriteFile(fmt.Sprintf("%s/file-%05d.php", dir, i), text[i:i+n], 0o644); err != nil {
			b.Fatal(err)
		}
		size += int64(n)
	}
	if err := os.MkdirAll(base+"/html/wp-content", 0o755); err != nil {
		b.Fatal(err)
	}
	for i := range big {
		if err := os.WriteFile(fmt.Sprintf("%s/html/wp-content/video-%d.mp4", base, i), text, 0o644); err != nil {
			b.Fatal(err)
		}
		size += int64(len(text))
	}
	return base, size
}

// BenchmarkTar compares the walk and the archive with GNU tar.
func BenchmarkTar(b *testing.B) {
	for _, shape := range []struct {
		name       string
		small, big int
	}{{"small", 20_000, 0}, {"big", 0, 8}} {
		base, size := benchSite(b, shape.small, shape.big)
		b.Run(shape.name+"/ours", func(b *testing.B) {
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				if err := archiveSite(b.Context(), base, io.Discard); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(shape.name+"/gnu", func(b *testing.B) {
			b.SetBytes(size)
			for b.Loop() {
				cmd := exec.Command("sh", "-c", `tar -C "$1" -cf - html | cat >/dev/null`, "sh", base)
				if out, err := cmd.CombinedOutput(); err != nil {
					b.Fatalf("tar: %v: %s", err, out)
				}
			}
		})
	}
}

// archiveSite writes the files part as a backup does.
func archiveSite(ctx context.Context, base string, w io.Writer) error {
	home, err := site.OpenHome(base)
	if err != nil {
		return err
	}
	defer home.Close()
	set, err := files.Plan(ctx, home, files.Folders{Root: base + "/html"}, files.Selection{})
	if err != nil {
		return err
	}
	return archive.Tar(ctx, w, func(yield func(archive.Entry) error) error {
		return set.Walk(ctx, func(e files.Entry) error { return yield(archive.Entry(e)) })
	}, set.Unreadable)
}
