package files_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/restore/files"
	"github.com/wp-oneway/wp-oneway/agent/restore/restoretest"
)

type entry = restoretest.TarEntry

func file(name, content string) entry {
	return entry{Header: tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, ModTime: time.Unix(1e9, 0)}, Content: content}
}

func folder(name string) entry {
	return entry{Header: tar.Header{Typeflag: tar.TypeDir, Name: name + "/", Mode: 0o750, ModTime: time.Unix(1e9, 0)}}
}

func link(name, target string) entry {
	return entry{Header: tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: target}}
}

func hardLink(name, target string) entry {
	return entry{Header: tar.Header{Typeflag: tar.TypeLink, Name: name, Linkname: target}}
}

func extract(t testing.TB, in []byte, o files.Options) (string, files.Summary, error) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "target")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if o.MaxBytes == 0 {
		o.MaxBytes = int64(len(in))
	}
	to := map[string]files.Folder{files.SiteFolder: {Root: root, Name: "site"}, files.OutsideFolder: {Root: root, Name: "outside"}}
	if o.Mapping.Flat {
		to = map[string]files.Folder{files.SiteFolder: {Root: root, Name: "."}}
	}
	sum, err := files.Extract(t.Context(), bytes.NewReader(in), to, o)
	return dir, sum, err
}

// tree lists what is below a folder.
func tree(t testing.TB, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if name := strings.TrimPrefix(path, dir); name != "" && err == nil {
			if d.IsDir() {
				name += "/"
			}
			names = append(names, name[1:])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestExtract(t *testing.T) {
	in := restoretest.Tar(t,
		folder("public"), file("public/index.php", "<?php"), folder("public/wp-content"), folder("public/wp-content/uploads"),
		file("public/wp-content/uploads/a.jpg", "aaaa"), hardLink("public/wp-content/uploads/b.jpg", "public/wp-content/uploads/a.jpg"),
		link("public/wp-content/up", "uploads"), file("wp-config.php", "<?php // above"), file("deep/er/x\xfc", "x"))
	dir, sum, err := extract(t, in, files.Options{Mapping: files.Mapping{Root: "public"}})
	if err != nil || sum.Files != 5 || sum.Links != 1 || sum.Bytes != 24 || len(sum.LeadOut) != 0 {
		t.Fatalf("%+v, %v", sum, err)
	}
	want := []string{
		"outside/", "outside/deep/", "outside/deep/er/", "outside/deep/er/x\xfc", "outside/wp-config.php",
		"site/", "site/index.php", "site/wp-content/", "site/wp-content/up", "site/wp-content/uploads/", "site/wp-content/uploads/a.jpg", "site/wp-content/uploads/b.jpg",
	}
	if got := tree(t, dir); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	a, err := os.Stat(filepath.Join(dir, "site/wp-content/uploads/a.jpg"))
	if err != nil || a.Mode() != 0o644 || !a.ModTime().Equal(time.Unix(1e9, 0)) {
		t.Errorf("%v, %v", a, err)
	}
	b, err := os.Stat(filepath.Join(dir, "site/wp-content/uploads/b.jpg"))
	if err != nil || !os.SameFile(a, b) {
		t.Errorf("the hard link is another file: %v", err)
	}
	d, err := os.Stat(filepath.Join(dir, "site/wp-content"))
	if err != nil || d.Mode().Perm() != 0o750 || !d.ModTime().Equal(time.Unix(1e9, 0)) {
		t.Errorf("%v, %v", d, err)
	}
}

func TestIncludeAndExclude(t *testing.T) {
	in := restoretest.Tar(t, folder("public"), file("public/a", "1"), file("public/b/c", "2"), file("public/b/d", "3"), file("public/bb", "4"), file("other", "5"))
	for _, c := range []struct {
		mapping files.Mapping
		want    []string
		missing []string
	}{
		{files.Mapping{Root: "public", Include: []string{"b"}}, []string{"site/", "site/b/", "site/b/c", "site/b/d"}, nil},
		{files.Mapping{Root: "public", Exclude: []string{"b", "other"}}, []string{"site/", "site/a", "site/bb"}, nil},
		{files.Mapping{Root: "public", Include: []string{"b"}, Exclude: []string{"b/c"}}, []string{"site/", "site/b/", "site/b/d"}, nil},
		{files.Mapping{Root: "public", Include: []string{"public/a", "none"}}, []string{"site/", "site/a"}, []string{"none"}},
		{files.Mapping{Root: "public", Include: []string{"b", "other"}, Flat: true}, []string{"b/", "b/c", "b/d", "other"}, nil},
		{files.Mapping{Root: "public", Include: []string{"b/d"}, Flat: true}, []string{"d"}, nil},
	} {
		dir, sum, err := extract(t, in, files.Options{Mapping: c.mapping})
		if got := tree(t, dir); err != nil || !slices.Equal(got, c.want) || !slices.Equal(sum.Missing, c.missing) {
			t.Errorf("%+v: %q, missing %q, %v", c.mapping, got, sum.Missing, err)
		}
	}
}

// Reading stops once the included files are found: the rest of the archive may be damaged.
func TestStopsWhenFound(t *testing.T) {
	in := restoretest.Tar(t, file("a", "1"), file("b", "2"))
	in = append(in[:1024:1024], bytes.Repeat([]byte{0xff}, 2048)...)
	dir, _, err := extract(t, in, files.Options{Mapping: files.Mapping{Include: []string{"a"}, Flat: true}, MaxBytes: 10})
	if got := tree(t, dir); err != nil || !slices.Equal(got, []string{"a"}) {
		t.Errorf("%q, %v", got, err)
	}
}

// hostile returns tars that no agent writes.
func hostile(t testing.TB) map[string][]byte {
	t.Helper()
	device := func(kind byte) entry {
		return entry{Header: tar.Header{Typeflag: kind, Name: "d", Devmajor: 1, Devminor: 3, Mode: 0o666}}
	}
	raw := func(name string) []byte { // archive/tar would change some of these names
		in := restoretest.Tar(t, file("x", "evil"))
		copy(in[:100], make([]byte, 100))
		copy(in, name)
		for i := 148; i < 156; i++ {
			in[i] = ' '
		}
		sum := 0
		for _, b := range in[:512] {
			sum += int(b)
		}
		copy(in[148:], []byte{byte('0' + sum>>15&7), byte('0' + sum>>12&7), byte('0' + sum>>9&7), byte('0' + sum>>6&7), byte('0' + sum>>3&7), byte('0' + sum&7), 0, ' '})
		return in
	}
	return map[string][]byte{
		"absolute":                 raw("/tmp/wp-oneway-evil"),
		"parent":                   raw("../evil"),
		"parent inside":            raw("a/../../evil"),
		"parent at the end":        raw("a/.."),
		"empty element":            raw("a//evil"),
		"dot element":              raw("a/./evil"),
		"character device":         restoretest.Tar(t, device(tar.TypeChar)),
		"block device":             restoretest.Tar(t, device(tar.TypeBlock)),
		"fifo":                     restoretest.Tar(t, device(tar.TypeFifo)),
		"unknown type":             restoretest.Tar(t, device('7')),
		"name twice":               restoretest.Tar(t, file("a", "1"), file("a", "2")),
		"file below a file":        restoretest.Tar(t, file("a", "1"), file("a/b", "2")),
		"folder over a file":       restoretest.Tar(t, file("a", "1"), folder("a")),
		"file over a folder":       restoretest.Tar(t, folder("a"), file("a", "1")),
		"file through a link":      restoretest.Tar(t, link("a", "/tmp"), file("a/wp-oneway-evil", "1")),
		"file over a link":         restoretest.Tar(t, link("a", "../evil"), file("a", "1")),
		"link twice":               restoretest.Tar(t, link("a", "/tmp"), link("a", "/etc")),
		"folder over a link":       restoretest.Tar(t, link("a", "/tmp"), folder("a")),
		"hard link to outside":     restoretest.Tar(t, hardLink("a", "../../etc/passwd")),
		"hard link to an absolute": restoretest.Tar(t, hardLink("a", "/etc/passwd")),
		"hard link to a link":      restoretest.Tar(t, link("a", "/etc/passwd"), hardLink("b", "a")),
		"hard link to nothing":     restoretest.Tar(t, hardLink("b", "a")),
		"hard link to a folder":    restoretest.Tar(t, folder("a"), hardLink("b", "a")),
		"hard link through a link": restoretest.Tar(t, link("a", "/etc"), hardLink("b", "a/passwd")),
	}
}

func TestHostileTars(t *testing.T) {
	for name, in := range hostile(t) {
		t.Run(name, func(t *testing.T) {
			dir, _, err := extract(t, in, files.Options{})
			if err == nil || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %q", err)
			}
			outsideUntouched(t, dir)
		})
	}
}

// outsideUntouched fails if something was written beside a folder, or where a tar of hostile points to.
func outsideUntouched(t testing.TB, dir string) {
	t.Helper()
	if beside := tree(t, filepath.Dir(dir)); slices.ContainsFunc(beside, func(n string) bool { return !strings.HasPrefix(n, "target/") }) {
		t.Errorf("written beside the target: %q", beside)
	}
	if _, err := os.Lstat("/tmp/wp-oneway-evil"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("/tmp/wp-oneway-evil: %v", err)
	}
}

// A tar whose files are larger than the backup states is refused before they fill the disk.
func TestDecompressionBombs(t *testing.T) {
	in := restoretest.Tar(t, file("a", strings.Repeat("x", 1<<20)))
	if dir, _, err := extract(t, in, files.Options{MaxBytes: 1 << 19}); !errors.Is(err, files.ErrUnsafe) || len(tree(t, dir)) > 1 {
		t.Errorf("%v", err)
	}
}

func TestTruncatedTars(t *testing.T) {
	in := restoretest.Tar(t, folder("a"), file("a/b", strings.Repeat("x", 5000)), file("c", "y"))
	end := len(in) - 1024 - 512 // without the padding of the last file, and without the end mark
	for n := 100; n < end; n += 512 {
		if _, _, err := extract(t, in[:n], files.Options{MaxBytes: 1 << 20}); err == nil {
			t.Errorf("%d bytes of %d: no error", n, len(in))
		}
	}
}

// The setuid, setgid and sticky bits are kept only on request.
func TestSetuid(t *testing.T) {
	e := file("a", "1")
	e.Mode = 0o6755
	for _, keep := range []bool{false, true} {
		dir, _, err := extract(t, restoretest.Tar(t, e), files.Options{Setuid: keep})
		info, err2 := os.Stat(filepath.Join(dir, "site/a"))
		if err != nil || err2 != nil || (info.Mode()&(fs.ModeSetuid|fs.ModeSetgid) != 0) != keep {
			t.Errorf("keep %v: %v, %v, %v", keep, info, err, err2)
		}
	}
}

func TestLinksThatLeadOutAreNamed(t *testing.T) {
	_, sum, err := extract(t, restoretest.Tar(t, link("a", "/etc"), link("b/c", "../../x"), link("b/d", "../a")), files.Options{})
	if err != nil || len(sum.LeadOut) != 2 {
		t.Errorf("%+v, %v", sum, err)
	}
}

func FuzzExtract(f *testing.F) {
	for _, in := range hostile(f) {
		f.Add(in)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		dir, _, _ := extract(t, in, files.Options{MaxBytes: 1 << 20})
		outsideUntouched(t, dir)
	})
}
