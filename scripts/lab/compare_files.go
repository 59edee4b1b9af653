package lab

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Compare lists how the folder b differs from the folder a: in entries, types, modes, owners,
// modification times, contents, targets of symlinks, and hard links. If skip is not nil, Compare
// leaves out each relative path for which skip returns true. It leaves out a folder with all its
// entries.
func Compare(a, b string, skip func(rel string) bool) ([]string, error) {
	first, err := listTree(a, skip)
	if err != nil {
		return nil, err
	}
	second, err := listTree(b, skip)
	if err != nil {
		return nil, err
	}
	var diffs []string
	copies := map[uint64]uint64{} // inode of a file with several names → inode of its copy
	for _, rel := range first.order {
		other, ok := second.info[rel]
		if !ok {
			diffs = append(diffs, fmt.Sprintf("%q: missing", rel))
			continue
		}
		d, err := compareEntry(a, b, rel, first.info[rel], other, copies)
		if err != nil {
			return nil, err
		}
		diffs = append(diffs, d...)
	}
	for _, rel := range second.order {
		if _, ok := first.info[rel]; !ok {
			diffs = append(diffs, fmt.Sprintf("%q: should not exist", rel))
		}
	}
	return diffs, nil
}

type tree struct {
	order []string
	info  map[string]fs.FileInfo
}

func listTree(root string, skip func(string) bool) (tree, error) {
	t := tree{info: map[string]fs.FileInfo{}}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if skip != nil && skip(rel) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		t.order = append(t.order, rel)
		t.info[rel] = info
		return nil
	})
	return t, err
}

func compareEntry(a, b, rel string, x, y fs.FileInfo, copies map[uint64]uint64) ([]string, error) {
	var diffs []string
	differ := func(property string, x, y any) {
		if x != y {
			diffs = append(diffs, fmt.Sprintf("%q: %s is %v, should be %v", rel, property, y, x))
		}
	}
	if differ("type", x.Mode().Type(), y.Mode().Type()); diffs != nil {
		return diffs, nil
	}
	sx, sy := x.Sys().(*syscall.Stat_t), y.Sys().(*syscall.Stat_t)
	differ("owner", sx.Uid, sy.Uid)
	differ("group", sx.Gid, sy.Gid)
	differ("modification time", x.ModTime(), y.ModTime())
	switch x.Mode().Type() {
	case fs.ModeSymlink:
		tx, errX := os.Readlink(filepath.Join(a, rel))
		ty, errY := os.Readlink(filepath.Join(b, rel))
		differ("target", tx, ty)
		return diffs, errors.Join(errX, errY)
	case 0:
		differ("mode", x.Mode(), y.Mode())
		differ("size", x.Size(), y.Size())
		if sx.Nlink > 1 {
			if _, seen := copies[sx.Ino]; !seen {
				copies[sx.Ino] = sy.Ino
			}
			differ("hard link's inode", copies[sx.Ino], sy.Ino)
		}
		if x.Size() != y.Size() {
			return diffs, nil
		}
		same, err := sameContent(filepath.Join(a, rel), filepath.Join(b, rel), x.Size())
		differ("content the same", true, same)
		return diffs, err
	}
	differ("mode", x.Mode(), y.Mode())
	return diffs, nil
}

// sameContent compares two files of this size in bytes.
func sameContent(a, b string, size int64) (bool, error) {
	x, err := os.Open(a)
	if err != nil {
		return false, err
	}
	defer x.Close()
	y, err := os.Open(b)
	if err != nil {
		return false, err
	}
	defer y.Close()
	n := min(size+1, 256<<10) // most files of a site are small
	bx, by := make([]byte, n), make([]byte, n)
	for {
		nx, errX := io.ReadFull(x, bx)
		ny, errY := io.ReadFull(y, by)
		if !bytes.Equal(bx[:nx], by[:ny]) {
			return false, nil
		}
		for _, err := range []error{errX, errY} {
			if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
				return false, err
			}
		}
		if errX != nil || errY != nil {
			return true, nil
		}
	}
}
