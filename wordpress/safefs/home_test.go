package safefs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/wordpress/sitetest"
)

func openHome(t *testing.T, dir string) *Home {
	t.Helper()
	h, err := OpenHome(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	return h
}

// bothHomes opens a home twice; the second one keeps its folders.
func bothHomes(t *testing.T, dir string) [2]*Home {
	t.Helper()
	both := [2]*Home{openHome(t, dir), openHome(t, dir)}
	both[1].Keep()
	return both
}

func TestHomeOpen(t *testing.T) {
	base := sitetest.Grow(t, map[string]string{
		"bob/secret":          "bob's",
		"alice/file":          "hers",
		"alice/dir/inner":     "inner",
		"alice/rel":           "-> dir/inner",
		"alice/abs":           "-> BASE/alice/dir/inner",
		"alice/dirlink":       "-> dir",
		"alice/around":        "-> ../../" + "X/alice/file",
		"alice/over":          "-> ../alice/file",
		"alice/dir/up":        "-> ../file",
		"alice/chain":         "-> chain2",
		"alice/chain2":        "-> dirlink/../file",
		"alice/loop":          "-> loop",
		"alice/loop1":         "-> loop2",
		"alice/loop2":         "-> loop1",
		"alice/tobob":         "-> ../bob/secret",
		"alice/tobobabs":      "-> BASE/bob/secret",
		"alice/bobdir":        "-> ../bob",
		"alice/passwd":        "-> /etc/passwd",
		"alice/environ":       "-> /proc/self/environ",
		"alice/null":          "-> /dev/null",
		"alice/root":          "-> /",
		"alice/fifo":          "| ",
		"alice/tofifo":        "-> fifo",
		"alice/sneaky/../../": "",
	})
	sock, err := net.Listen("unix", filepath.Join(base, "alice/sock"))
	if err != nil {
		t.Fatal(err)
	}
	defer sock.Close()
	tests := []struct {
		path, text string
		err        error
	}{
		{"file", "hers", nil},
		{"./dir/..//file", "hers", nil},
		{"rel", "inner", nil},
		{"abs", "inner", nil},
		{"dirlink/inner", "inner", nil},
		{"dirlink/../file", "hers", nil},
		{"over", "hers", nil},
		{"dir/up", "hers", nil},
		{"dirlink/up", "hers", nil},
		{"chain", "hers", nil},
		{"loop", "", syscall.ELOOP},
		{"loop1", "", syscall.ELOOP},
		{"around", "", ErrOutside},
		{"tobob", "", ErrOutside},
		{"tobobabs", "", ErrOutside},
		{"bobdir/secret", "", ErrOutside},
		{"passwd", "", ErrOutside},
		{"environ", "", ErrOutside},
		{"null", "", ErrOutside},
		{"root/etc/passwd", "", ErrOutside},
		{"../bob/secret", "", ErrOutside},
		{"../../../../../../etc/passwd", "", ErrOutside},
		{"..", "", ErrOutside},
		{"fifo", "", ErrIrregular},
		{"tofifo", "", ErrIrregular},
		{"sock", "", ErrIrregular},
		{"missing", "", fs.ErrNotExist},
		{"missing/x", "", fs.ErrNotExist},
		{"file/x", "", syscall.ENOTDIR},
		{"file/..", "", syscall.ENOTDIR},
		{"file/", "", syscall.ENOTDIR},
		{strings.Repeat("x", 5000), "", syscall.ENAMETOOLONG},
		{strings.Repeat("x", 300), "", syscall.ENAMETOOLONG},
		{"a\x00b", "", syscall.EINVAL},
	}
	for i, h := range bothHomes(t, filepath.Join(base, "alice")) {
		for _, tt := range append(tests, tests...) {
			f, err := h.Open(h.Dir() + "/" + tt.path)
			if tt.err != nil {
				if !errors.Is(err, tt.err) {
					t.Errorf("home %d: %.40q: got error %v, want %v", i, tt.path, err, tt.err)
				}
				continue
			}
			if err != nil {
				t.Errorf("home %d: %s: %v", i, tt.path, err)
				continue
			}
			text, err := io.ReadAll(f)
			if err != nil || string(text) != tt.text {
				t.Errorf("home %d: %s: got %q, %v, want %q", i, tt.path, text, err, tt.text)
			}
			_ = f.Close()
		}
		if _, err := h.Open("file"); !errors.Is(err, syscall.EINVAL) {
			t.Errorf("home %d: relative path: got %v", i, err)
		}
		if err := h.Close(); err != nil {
			t.Error(err)
		}
		noDescriptorsLeft(t)
	}
}

// noDescriptorsLeft fails if a descriptor in the test's home is still open.
func noDescriptorsLeft(t *testing.T) {
	t.Helper()
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range fds {
		target, _ := os.Readlink("/proc/self/fd/" + fd.Name())
		if strings.Contains(target, t.Name()) && strings.Contains(target, "alice/") {
			t.Errorf("descriptor %s is still open on %s", fd.Name(), target)
		}
	}
}

func TestHomeResolveAndStat(t *testing.T) {
	base := sitetest.Grow(t, map[string]string{
		"real/home/dir/file": "12345",
		"real/home/link":     "-> dir/file",
		"real/home/viaalias": "-> BASE/alias/dir",
		"alias":              "-> real/home",
	})
	for _, h := range bothHomes(t, base+"/alias") {
		resolveAndStat(t, h, base)
		resolveAndStat(t, h, base)
	}
}

// resolveAndStat checks the results of a home of TestHomeResolveAndStat.
func resolveAndStat(t *testing.T, h *Home, base string) {
	t.Helper()
	if h.Dir() != base+"/real/home" {
		t.Fatalf("home is %s", h.Dir())
	}
	for path, want := range map[string]string{
		base + "/alias/link":                  "/dir/file",
		base + "/real/home/link":              "/dir/file",
		base + "/alias/viaalias/file":         "/dir/file",
		base + "/alias":                       "",
		base + "/real/../real/home/dir/":      "/dir",
		base + "/real/home/../home/dir/.././": "",
	} {
		got, err := h.Resolve(path)
		if err != nil || got != h.Dir()+want {
			t.Errorf("%s: got %s, %v, want %s", path, got, err, h.Dir()+want)
		}
	}
	st, err := h.Stat(base + "/alias/link")
	if err != nil || !st.Mode().IsRegular() || st.Size() != 5 || st.Name() != "link" {
		t.Errorf("stat: got %+v, %v", st, err)
	}
	lst, err := h.Lstat(base + "/alias/link")
	if err != nil || lst.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("lstat: got %+v, %v", lst, err)
	}
	want, err := os.Lstat(base + "/real/home/dir")
	if err != nil {
		t.Fatal(err)
	}
	dir, err := h.Lstat(base + "/alias/dir")
	if err != nil || dir.Mode() != want.Mode() || !dir.ModTime().Equal(want.ModTime()) || !dir.IsDir() {
		t.Errorf("lstat dir: got %+v, %v, want %+v", dir, err, want)
	}
	if target, err := h.Readlink(base + "/alias/link"); err != nil || target != "dir/file" {
		t.Errorf("readlink: got %q, %v", target, err)
	}
	if !h.Contains(base+"/alias/x") || !h.Contains(base+"/real/home") || h.Contains(base+"/real/homex") || h.Contains(base) {
		t.Error("Contains is wrong")
	}
}

func TestHomeRefusesKernelFolders(t *testing.T) {
	for _, dir := range []string{"/proc", "/proc/self", "/sys", "/dev"} {
		if h, err := OpenHome(dir); !errors.Is(err, ErrOutside) {
			t.Errorf("%s: got %v, %v, want ErrOutside", dir, h, err)
		}
	}
	h := openHome(t, "/")
	for _, path := range []string{"/proc/self/environ", "/proc", "/dev/null", "/dev/shm", "/sys/kernel", "/../proc/1/environ"} {
		if _, err := h.Open(path); !errors.Is(err, ErrOutside) {
			t.Errorf("%s: got %v, want ErrOutside", path, err)
		}
	}
	if f, err := h.Open("/etc/passwd"); err != nil {
		t.Error(err)
	} else {
		_ = f.Close()
	}
}

// A site with several separate folders has a home that consists of these folders. The folders
// above them and between them do not belong to it.
func TestHomeOfSeveralFolders(t *testing.T) {
	base := sitetest.Grow(t, map[string]string{
		"usr/core/config": "-> BASE/etc/config", "usr/core/out": "-> ../other", "usr/other": "x",
		"etc/config": "config", "etc/back": "-> ../usr/core/../../var/content/x", "etc2/x": "x",
		"var/content/x": "content", "usr/core/etc": "-> ../../etc", "usr/core/bad": "-> ../../etc2/x",
	})
	h, err := OpenHome(base+"/usr/core", base+"/etc", base+"/var/content", base+"/missing")
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	for path, want := range map[string]string{
		"usr/core/config": "etc/config", "etc/back": "var/content/x", "var/content/x": "var/content/x", "usr/core/etc/config": "etc/config", "etc/../usr/core": "usr/core",
		"usr/core/out": "", "usr/other": "", "usr/core/bad": "", "etc2/x": "", "usr": "", "var": "", "missing": "",
	} {
		got, err := h.Resolve(base + "/" + path)
		if want == "" {
			if !errors.Is(err, ErrOutside) {
				t.Errorf("%s: got %s, %v, want ErrOutside", path, got, err)
			}
		} else if err != nil || got != base+"/"+want {
			t.Errorf("%s: got %s, %v, want %s", path, got, err, want)
		}
	}
	if !h.Contains(base+"/etc/config") || h.Contains(base+"/etc2") || h.Dir() != base+"/usr/core" {
		t.Error("Contains or Dir is wrong")
	}
}

func TestOpenHomeRefuses(t *testing.T) {
	base := sitetest.Grow(t, map[string]string{"file": "x"})
	for _, dir := range []string{base + "/file", base + "/missing"} {
		if h, err := OpenHome(dir); err == nil {
			t.Errorf("%s: got %v", dir, h)
		}
	}
}

// Home opens a file in a folder that the process may enter but not list, such as a home with mode
// 0711.
func TestHomeEntersFolderItCannotList(t *testing.T) {
	base := sitetest.Grow(t, map[string]string{"home/locked/file": "x"})
	if err := os.Chmod(base+"/home/locked", 0o311); err != nil {
		t.Fatal(err)
	}
	h := openHome(t, base+"/home")
	f, err := h.Open(base + "/home/locked/file")
	if err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
}

// A tenant repeatedly replaces a file by links and FIFOs. Home never reads another file and never
// blocks.
func TestHomeRaces(t *testing.T) {
	base := sitetest.Grow(t, map[string]string{
		"bob/file":        "bob's",
		"alice/good/file": "hers",
		"alice/evil":      "-> ../bob",
		"alice/link":      "-> ../bob/file",
		"alice/fifo":      "| ",
	})
	alice := base + "/alice"
	homes := bothHomes(t, alice)
	var stop atomic.Bool
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := 0; !stop.Load(); i++ {
			_ = os.Rename(alice+"/good", alice+"/aside")
			_ = os.Rename(alice+"/evil", alice+"/good")
			_ = os.Rename(alice+"/good", alice+"/evil")
			_ = os.Rename(alice+"/aside", alice+"/good")
			for _, name := range []string{"link", "fifo"} {
				_ = os.Rename(alice+"/good/file", alice+"/kept")
				_ = os.Rename(alice+"/"+name, alice+"/good/file")
				_ = os.Rename(alice+"/good/file", alice+"/"+name)
				_ = os.Rename(alice+"/kept", alice+"/good/file")
			}
		}
	}()
	var read [len(homes)]int
	for end, i := time.Now().Add(2*time.Second), 0; time.Now().Before(end); i = 1 - i {
		f, err := homes[i].Open(alice + "/good/file")
		if err != nil {
			continue
		}
		text, err := io.ReadAll(f)
		_ = f.Close()
		if err != nil || string(text) != "hers" {
			t.Fatalf("read %q, %v", text, err)
		}
		read[i]++
	}
	stop.Store(true)
	<-done
	if read[0] == 0 || read[1] == 0 {
		t.Errorf("files were read %v times; want at least one of each home", read)
	}
}

// Home resolves every path to the same path as the kernel, and only to paths in home.
func FuzzHome(f *testing.F) {
	base, err := os.MkdirTemp("", "home")
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = os.RemoveAll(base) })
	home := base + "/alice"
	for _, dir := range []string{"/a/b/c", "/d"} {
		if err := os.MkdirAll(home+dir, 0o755); err != nil {
			f.Fatal(err)
		}
	}
	for name, target := range map[string]string{
		"a/up": "..", "a/top": "../..", "d/abs": home + "/a", "d/out": base + "/bob", "a/b/loop": "loop", "l1": "a/b", "l2": "l1/../up/d", "a/b/c/back": "../../../../alice/d", "slash": "/",
	} {
		if err := os.Symlink(target, home+"/"+name); err != nil {
			f.Fatal(err)
		}
	}
	if err := errors.Join(os.WriteFile(home+"/a/file", nil, 0o600), os.Symlink(home+"/a", base+"/bob")); err != nil {
		f.Fatal(err)
	}
	h, err := OpenHome(home)
	if err != nil {
		f.Fatal(err)
	}
	keeping, err := OpenHome(home)
	if err != nil {
		f.Fatal(err)
	}
	keeping.Keep()
	longest := strings.Repeat("/", 4095-len(home+"/a")) + "a" // the longest path that the kernel accepts
	for _, seed := range []string{"a/file", "l2/abs/file", "a/b/c/back", "slash/etc/passwd", "d/out/file", "a/up/../a/top/alice/d", "a/b/loop", "a/file/..", "l1/.", longest, "/" + longest} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		path := home + "/" + name
		got, err := h.Resolve(path)
		if kept, keptErr := keeping.Resolve(path); kept != got || !errors.Is(Cause(keptErr), Cause(err)) {
			t.Errorf("%q: got %q, %v, and %q, %v from a home that keeps folders", name, got, err, kept, keptErr)
		}
		want, wantErr := kernelResolve(path)
		switch {
		case errors.Is(err, ErrOutside):
		case (err == nil) != (wantErr == nil):
			t.Errorf("%q: got %q, %v; the kernel says %q, %v", name, got, err, want, wantErr)
		case err == nil && (got != want || !Within(got, h.Dir())):
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	})
}

func kernelResolve(path string) (string, error) {
	if strings.IndexByte(path, 0) >= 0 {
		return "", syscall.EINVAL
	}
	fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return "", err
	}
	defer unix.Close(fd)
	return os.Readlink(fmt.Sprintf("/proc/self/fd/%d", fd))
}
