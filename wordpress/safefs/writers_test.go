package safefs

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// accessList returns an access control list as the kernel stores it; each entry is a tag, rights
// and an ID.
func accessList(entries ...[3]uint32) []byte {
	list := binary.LittleEndian.AppendUint32(nil, 2)
	for _, e := range entries {
		list = binary.LittleEndian.AppendUint16(list, uint16(e[0]))
		list = binary.LittleEndian.AppendUint16(list, uint16(e[1]))
		list = binary.LittleEndian.AppendUint32(list, e[2])
	}
	return list
}

// Whoever may change a file through its access control list decides what the site is.
func TestWritersInAccessLists(t *testing.T) {
	const owner, user, owning, group, mask, other, none, r, rw = 1, 2, 4, 8, 16, 32, 0xffffffff, 4, 6
	const unknownGroup = 1 << 30
	dir := t.TempDir()
	for name, c := range map[string]struct {
		mode    fs.FileMode
		entries [][3]uint32
		users   string
		anybody bool
	}{
		"no list":                    {0o644, nil, "", false},
		"everybody":                  {0o646, nil, "", true},
		"a user":                     {0o644, [][3]uint32{{owner, rw, none}, {user, rw, 4242}, {owning, r, none}, {mask, rw, none}, {other, r, none}}, "4242", false},
		"several users":              {0o644, [][3]uint32{{owner, rw, none}, {user, r, 4241}, {user, rw, 4242}, {user, rw, 70000}, {owning, r, none}, {mask, rw, none}, {other, r, none}}, "4242 70000", false},
		"a user who may only read":   {0o644, [][3]uint32{{owner, rw, none}, {user, r, 4242}, {owning, r, none}, {mask, rw, none}, {other, r, none}}, "", false},
		"a user without the mask":    {0o644, [][3]uint32{{owner, rw, none}, {user, rw, 4242}, {owning, r, none}, {mask, r, none}, {other, r, none}}, "", false},
		"a group":                    {0o644, [][3]uint32{{owner, rw, none}, {owning, r, none}, {group, rw, unknownGroup}, {mask, rw, none}, {other, r, none}}, "", true},
		"a group that may only read": {0o644, [][3]uint32{{owner, rw, none}, {owning, r, none}, {group, r, unknownGroup}, {mask, rw, none}, {other, r, none}}, "", false},
		"root's group":               {0o644, [][3]uint32{{owner, rw, none}, {owning, r, none}, {group, rw, 0}, {mask, rw, none}, {other, r, none}}, "", false},
		"others":                     {0o644, [][3]uint32{{owner, rw, none}, {user, r, 4242}, {owning, r, none}, {mask, r, none}, {other, rw, none}}, "", true},
	} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Chmod(path, c.mode)); err != nil {
			t.Fatal(err)
		}
		if c.entries != nil {
			if err := unix.Setxattr(path, "system.posix_acl_access", accessList(c.entries...), 0); err != nil {
				t.Fatalf("%s: the file system of the temporary folder must have access control lists: %v", name, err)
			}
		}
		w := writersOf(t, path, false)
		delete(w.users, uint32(os.Geteuid()))
		users := strings.Trim(fmt.Sprint(slices.Sorted(maps.Keys(w.users))), "[]")
		if users != c.users || (w.anybody == path) != c.anybody {
			t.Errorf("%s: users %q, anybody %q", name, users, w.anybody)
		}
	}
}

// writersOf returns who may change a path.
func writersOf(t *testing.T, path string, entry bool) Writers {
	t.Helper()
	d, err := openPath(unix.AT_FDCWD, path)
	if err != nil {
		t.Fatal(err)
	}
	defer d.close()
	var w Writers
	w.add(&d, func() string { return path }, entry)
	return w
}

// In a sticky folder, other users cannot replace an entry; but they can make one.
func TestWritersOfStickyFolders(t *testing.T) {
	dir := t.TempDir()
	if err := errors.Join(os.Chmod(dir, 0o777|fs.ModeSticky), os.Symlink("x", filepath.Join(dir, "link"))); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path   string
		entry  bool
		rights string
	}{{dir, true, ""}, {dir, false, "mode 1777"}, {filepath.Join(dir, "link"), false, ""}} {
		if w := writersOf(t, c.path, c.entry); w.rights != c.rights {
			t.Errorf("%s, for an entry %v: %q", c.path, c.entry, w.rights)
		}
	}
}

func TestSoleWriter(t *testing.T) {
	path := func() string { return "/site/x" }
	var w Writers
	for i, c := range []struct {
		add  uint32
		uid  uint32
		text []string
	}{
		{0, 0, nil},
		{4242, 4242, nil},
		{0, 4242, nil},
		{4242, 4242, nil},
		{4243, 0, []string{"several users", "uid 4242 may change \"/site/x\"", "uid 4243 may change", "run_as"}},
	} {
		w.addUser(c.add, path)
		uid, err := w.Sole()
		if uid != c.uid || (err != nil) != (c.text != nil) {
			t.Errorf("%d: %d, %v", i, uid, err)
		}
		for _, text := range c.text {
			if !strings.Contains(err.Error(), text) {
				t.Errorf("%v does not contain %s", err, text)
			}
		}
	}
	one := AmbiguousOwnerError{Writers{users: map[uint32]string{4242: "/site/x"}}}
	if !strings.HasPrefix(one.Error(), "the site would be read as root, but uid 4242 may change") {
		t.Error(one.Error())
	}
}

func TestPrivateGroups(t *testing.T) {
	for _, c := range []struct {
		group group
		uid   uint32
		want  bool
	}{
		{group{50, []uint32{7}, true}, 7, true},
		{group{50, []uint32{7, 0}, true}, 7, true},
		{group{50, []uint32{7, 8}, true}, 7, false},
		{group{50, []uint32{7}, false}, 7, false},
		{group{50, nil, true}, 7, false},
		{group{7, nil, false}, 7, true},
		{group{7, []uint32{8}, true}, 7, false},
	} {
		if got := c.group.private(c.uid); got != c.want {
			t.Errorf("%+v is private to %d: %v", c.group, c.uid, got)
		}
	}
}

func TestModes(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	socket, err := net.Listen("unix", path("socket"))
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	if err := errors.Join(
		os.WriteFile(path("file"), []byte("four"), 0o600), os.Chmod(path("file"), 0o751|fs.ModeSetuid|fs.ModeSetgid), os.Symlink("x", path("link")),
		os.Mkdir(path("folder"), 0o700), os.Chmod(path("folder"), 0o777|fs.ModeSticky), unix.Mkfifo(path("fifo"), 0o640),
	); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path("socket"), path("file"), path("link"), path("folder"), path("fifo"), "/dev/null"} {
		want, err := os.Lstat(name)
		if err != nil {
			t.Fatal(err)
		}
		d, err := openPath(unix.AT_FDCWD, name)
		if err != nil {
			t.Fatal(err)
		}
		got := d.Info(want.Name())
		d.close()
		if got.Mode() != want.Mode() || got.IsDir() != want.IsDir() || got.Size() != want.Size() || !got.ModTime().Equal(want.ModTime()) || got.Name() != want.Name() {
			t.Errorf("%s: %v, want %v", name, got.Mode(), want.Mode())
		}
	}
}

func TestPaths(t *testing.T) {
	for _, c := range []struct {
		path, folder, name string
		ok                 bool
	}{
		{"/a/b/c", "/a/b", "c", true}, {"/a/b", "/a/b", "", true}, {"/a/bc", "/a/b", "", false}, {"/a", "/a/b", "", false}, {"/a/b", "/", "a/b", true}, {"a", "/", "", false},
	} {
		if name, ok := Relative(c.path, c.folder); name != c.name || ok != c.ok {
			t.Errorf("%s in %s: %q, %v", c.path, c.folder, name, ok)
		}
	}
	for _, absent := range []error{fs.ErrNotExist, syscall.ENOTDIR, syscall.ELOOP, syscall.ENAMETOOLONG, syscall.EINVAL} {
		if !Absent(&fs.PathError{Err: absent}) {
			t.Errorf("%v does not mean that a file is absent", absent)
		}
	}
	for _, present := range []error{fs.ErrPermission, syscall.EIO, syscall.ENXIO, ErrIrregular, ErrOutside} {
		if Absent(present) {
			t.Errorf("%v means that a file is absent", present)
		}
	}
}
