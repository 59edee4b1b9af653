package archive_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/archive"
)

// walkTree yields the entries of a folder, including hard links.
func walkTree(base string, yield func(archive.Entry) error) error {
	seen := map[uint64]string{}
	return filepath.WalkDir(base, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		name, err := filepath.Rel(base, path)
		if err != nil {
			return err
		}
		e := archive.Entry{Name: name, Info: info}
		switch st := info.Sys().(*syscall.Stat_t); {
		case info.Mode()&fs.ModeSymlink != 0:
			if e.Link, err = os.Readlink(path); err != nil {
				return err
			}
		case info.Mode().IsRegular() && seen[st.Ino] != "":
			e.HardLink = seen[st.Ino]
		case info.Mode().IsRegular():
			if st.Nlink > 1 {
				seen[st.Ino] = name
			}
			if e.File, err = os.Open(path); err != nil {
				return err
			}
		}
		return yield(e)
	})
}

// untar extracts into a new folder, with the system's tar.
func untar(t *testing.T, stream []byte, args ...string) string {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.Command("tar", append([]string{"-x", "--numeric-owner", "--warning=no-timestamp", "-p", "-C", dir}, args...)...)
	cmd.Stdin = bytes.NewReader(stream)
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("tar: %v: %s", err, out)
	}
	return dir
}

// describe lists all properties of a tree that a backup must preserve.
func describe(t *testing.T, base string) []string {
	t.Helper()
	var out []string
	inodes := map[uint64]int{}
	err := filepath.WalkDir(base, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := os.Lstat(path)
		if err != nil {
			return err
		}
		st := info.Sys().(*syscall.Stat_t)
		name, _ := filepath.Rel(base, path)
		line := fmt.Sprintf("%q %v %d:%d %d.%09d", name, info.Mode(), st.Uid, st.Gid, st.Mtim.Sec, st.Mtim.Nsec)
		switch {
		case info.Mode().IsRegular():
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			if inodes[st.Ino] == 0 {
				inodes[st.Ino] = len(inodes) + 1
			}
			line += fmt.Sprintf(" %d bytes %x links %d inode %d", len(text), checksum(text), st.Nlink, inodes[st.Ino])
		case info.Mode()&fs.ModeSymlink != 0:
			target, err := os.Readlink(path)
			if err != nil {
				return err
			}
			line += fmt.Sprintf(" -> %q", target)
		}
		out = append(out, line)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func checksum(text []byte) uint64 {
	sum := uint64(14695981039346656037)
	for _, b := range text {
		sum = (sum ^ uint64(b)) * 1099511628211
	}
	return sum
}

// compare fails the test at the first difference of two trees.
func compare(t *testing.T, got, want []string) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		g, w := "nothing", "nothing"
		if i < len(got) {
			g = got[i]
		}
		if i < len(want) {
			w = want[i]
		}
		if g != w {
			t.Fatalf("entry %d:\n got %s\nwant %s", i, g, w)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path, text string, mode fs.FileMode, mtime time.Time) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(path), 0o755))
	must(t, os.WriteFile(path, []byte(text), 0o600))
	must(t, os.Chmod(path, mode))
	must(t, os.Chtimes(path, mtime, mtime))
}

// oddTree creates a tree of files that are difficult to archive.
func oddTree(t *testing.T) string {
	t.Helper()
	base := t.TempDir()
	at := func(name string) string { return base + "/" + name }
	then := time.Date(2021, 3, 4, 5, 6, 7, 123456789, time.UTC)
	write(t, at("plain.txt"), "hello", 0o644, then)
	write(t, at("old"), "before the epoch", 0o644, time.Date(1955, 11, 5, 6, 15, 0, 500, time.UTC))
	write(t, at("future"), "", 0o600, time.Date(2200, 1, 1, 0, 0, 0, 1, time.UTC))
	write(t, at("setuid"), "#!", 0o755|fs.ModeSetuid, then)
	write(t, at("setgid"), "#!", 0o755|fs.ModeSetgid, then)
	write(t, at("none"), "no one may read me", 0, then)
	write(t, at("dir/"+strings.Repeat("n", 200)), "long", 0o640, then)
	write(t, at(strings.Repeat("d", 99)+"/"+strings.Repeat("e", 150)+"/"+strings.Repeat("f", 255)), "longer", 0o644, then)
	write(t, at("new\nline\ttab \\ \"quoted\" *?[x]"), "odd", 0o644, then)
	write(t, at("-dash"), "dash", 0o644, then)
	write(t, at(" space "), "space", 0o644, then)
	write(t, at("ünï-日本.jpg"), "utf8", 0o644, then)
	write(t, at("latin1-\xe9\xff.jpg"), "not utf8", 0o644, then)
	write(t, at("\xff\xfe/\x80"), "not utf8 either", 0o644, then)
	write(t, at("big"), strings.Repeat("0123456789abcdef", 100_000)+"x", 0o644, then)
	write(t, at("exact"), strings.Repeat("x", 512<<10), 0o644, then)
	write(t, at("hard/a"), "linked", 0o644, then)
	must(t, os.Link(at("hard/a"), at("hard/b")))
	must(t, os.Link(at("hard/a"), at("c-"+strings.Repeat("h", 200))))
	must(t, os.Symlink("plain.txt", at("link")))
	must(t, os.Symlink("/nowhere/"+strings.Repeat("t", 300), at("dangling")))
	must(t, os.Symlink("to-\xe9", at("link-\xe8")))
	must(t, os.MkdirAll(at("empty"), 0o755))
	must(t, os.MkdirAll(at("sticky"), 0o777))
	must(t, os.Chmod(at("sticky"), 0o777|fs.ModeSticky))
	write(t, at("locked/inside"), "in a folder without w", 0o400, then)
	must(t, os.Chmod(at("locked"), 0o555))
	t.Cleanup(func() { _ = os.Chmod(at("locked"), 0o755) })
	if os.Geteuid() == 0 {
		must(t, os.Lchown(at("plain.txt"), 1234, 4321))
		must(t, os.Lchown(at("link"), 1234, 4321))
		must(t, os.Lchown(at("big"), 3_000_000_000, 2_100_000_000))
		must(t, os.Lchown(at("empty"), 33, 33))
	}
	for _, dir := range []string{"empty", "dir", "locked", "."} {
		must(t, os.Chtimes(at(dir), then, then))
	}
	return base
}

func TestTarRestoresWithGNUTar(t *testing.T) {
	base := oddTree(t)
	want := describe(t, base)
	var stream bytes.Buffer
	err := archive.Tar(t.Context(), &stream, func(yield func(archive.Entry) error) error { return walkTree(base, yield) },
		func(name string, err error) { t.Errorf("damaged %q: %v", name, err) })
	must(t, err)
	for _, locale := range []string{"C.UTF-8", "C", "POSIX"} {
		t.Setenv("LC_ALL", locale)
		compare(t, describe(t, untar(t, stream.Bytes())), want)
	}
}

// A failed archive has no end, so that it does not look complete.
func TestFailedTarHasNoEnd(t *testing.T) {
	base := oddTree(t)
	failed := errors.New("failed")
	whole := func(yield func(archive.Entry) error) error { return walkTree(base, yield) }
	var all bytes.Buffer
	must(t, archive.Tar(t.Context(), &all, whole, nil))
	if !bytes.HasSuffix(all.Bytes(), make([]byte, 1024)) {
		t.Fatal("the complete archive has no end")
	}
	t.Run("walk fails", func(t *testing.T) {
		var stream bytes.Buffer
		err := archive.Tar(t.Context(), &stream, func(yield func(archive.Entry) error) error {
			return errors.Join(walkTree(base, yield), failed)
		}, nil)
		if !errors.Is(err, failed) || stream.Len() > all.Len()-1024 {
			t.Errorf("got %v and %d bytes of %d", err, stream.Len(), all.Len())
		}
	})
	t.Run("cancelled between entries", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var stream bytes.Buffer
		err := archive.Tar(ctx, &stream, func(yield func(archive.Entry) error) error {
			return errors.Join(walkTree(base, yield), func() error { cancel(); return nil }())
		}, nil)
		if !errors.Is(err, context.Canceled) || stream.Len() > all.Len()-1024 {
			t.Errorf("got %v and %d bytes of %d", err, stream.Len(), all.Len())
		}
	})
	t.Run("writer fails anywhere", func(t *testing.T) {
		defer noneOpen(t, base)
		for limit := 0; limit < all.Len(); limit += 1 + all.Len()/200 {
			checkFailingWriter(t, whole, limit, failed)
		}
		for limit := all.Len() - 1100; limit < all.Len(); limit += 50 {
			checkFailingWriter(t, whole, limit, failed)
		}
	})
}

func checkFailingWriter(t *testing.T, walk func(func(archive.Entry) error) error, limit int, failed error) {
	t.Helper()
	w := &failingWriter{limit: limit, err: failed}
	err := archive.Tar(t.Context(), w, walk, func(string, error) {})
	if !errors.Is(err, failed) {
		t.Fatalf("failure after %d bytes: got %v", limit, err)
	}
	if w.after > 0 {
		t.Fatalf("failure after %d bytes: %d writes after the failure", limit, w.after)
	}
}

// noneOpen fails if a file of the tree is still open.
func noneOpen(t *testing.T, base string) {
	t.Helper()
	fds, err := os.ReadDir("/proc/self/fd")
	must(t, err)
	for _, fd := range fds {
		if target, err := os.Readlink("/proc/self/fd/" + fd.Name()); err == nil && strings.HasPrefix(target, base) {
			t.Errorf("%s is still open", target)
		}
	}
}

// A failingWriter accepts limit bytes, fails, and counts later writes.
type failingWriter struct {
	limit, after int
	failed       bool
	err          error
}

func (w *failingWriter) Write(p []byte) (int, error) {
	if w.failed {
		w.after++
		return 0, w.err
	}
	if len(p) > w.limit {
		w.failed = true
		return w.limit, w.err
	}
	w.limit -= len(p)
	return len(p), nil
}

// If files change after their header was written, the stream is well-formed, and the
// files are reported by name.
func TestTarOfChangingFiles(t *testing.T) {
	dir := t.TempDir()
	const size = 2_000_000
	tests := map[string]struct {
		change func(path string) error
		want   error
	}{
		"shrinks":  {func(p string) error { return os.Truncate(p, 700_000) }, archive.ErrShrank},
		"emptied":  {func(p string) error { return os.Truncate(p, 0) }, archive.ErrShrank},
		"grows":    {func(p string) error { return appendTo(p, "more") }, archive.ErrGrew},
		"touched":  {func(p string) error { return os.Chtimes(p, time.Now(), time.Unix(1, 0)) }, archive.ErrChanged},
		"stays":    {func(string) error { return nil }, nil},
		"replaced": {func(p string) error { return os.Rename(p, p+".old") }, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(dir, name)
			must(t, os.WriteFile(path, bytes.Repeat([]byte("x"), size), 0o600))
			var stream bytes.Buffer
			var got error
			err := archive.Tar(t.Context(), &stream, func(yield func(archive.Entry) error) error {
				f, err := os.Open(path)
				must(t, err)
				info, err := f.Stat()
				must(t, err)
				must(t, tt.change(path))
				must(t, yield(archive.Entry{Name: name, Info: info, File: f}))
				return yield(archive.Entry{Name: "after", Info: info, HardLink: name})
			}, func(damaged string, err error) {
				if damaged != name {
					t.Errorf("damaged %q", damaged)
				}
				got = err
			})
			must(t, err)
			if !errors.Is(got, tt.want) || (got == nil) != (tt.want == nil) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
			out := untar(t, stream.Bytes())
			text, err := os.ReadFile(filepath.Join(out, "after"))
			must(t, err)
			if len(text) != size {
				t.Errorf("the entry holds %d bytes", len(text))
			}
		})
	}
}

func appendTo(path, text string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, text)
	return errors.Join(err, f.Close())
}

// A read error is reported, and the archive goes on.
func TestTarOfUnreadableContent(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/f", strings.Repeat("x", 10_000), 0o644, time.Unix(1, 0))
	info, err := os.Stat(dir + "/f")
	must(t, err)
	var stream bytes.Buffer
	var got error
	err = archive.Tar(t.Context(), &stream, func(yield func(archive.Entry) error) error {
		f, err := os.OpenFile(dir+"/f", os.O_WRONLY, 0) // reading it fails
		must(t, err)
		return yield(archive.Entry{Name: "f", Info: info, File: f})
	}, func(_ string, err error) { got = err })
	must(t, err)
	if !errors.Is(got, syscall.EBADF) {
		t.Errorf("got %v", got)
	}
	if text, err := os.ReadFile(filepath.Join(untar(t, stream.Bytes()), "f")); err != nil || !bytes.Equal(text, make([]byte, 10_000)) {
		t.Errorf("the entry is not zeros: %v", err)
	}
}

func TestTarRefusesEntries(t *testing.T) {
	dir := t.TempDir()
	must(t, syscall.Mkfifo(dir+"/fifo", 0o600))
	write(t, dir+"/file", "text", 0o644, time.Unix(1, 0))
	for name, e := range map[string]archive.Entry{
		"no name":    {Name: "", Info: lstat(t, dir)},
		"no content": {Name: "file", Info: lstat(t, dir+"/file")},
		"fifo":       {Name: "fifo", Info: lstat(t, dir+"/fifo")},
	} {
		err := archive.Tar(t.Context(), io.Discard, func(yield func(archive.Entry) error) error { return yield(e) }, nil)
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func lstat(t *testing.T, path string) fs.FileInfo {
	t.Helper()
	info, err := os.Lstat(path)
	must(t, err)
	return info
}
