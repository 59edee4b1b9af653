package tree_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/restore/restoretest"
	"github.com/wp-oneway/wp-oneway/agent/restore/tree"
)

// TestMain runs the tests, or acts as a worker, for which this binary is started again.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == tree.WorkerCommand {
		if err := tree.Worker(context.Background(), os.Stdin); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1) //nolint:forbidigo // this is a separate process
		}
		return
	}
	m.Run() // TestMain's caller exits with the result
}

// modified is when the files of the tests were modified.
var modified = time.Unix(1e9, 0)

type entry = restoretest.TarEntry

func file(name, content string) entry {
	return entry{Header: tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o640, ModTime: modified}, Content: content}
}

func folder(name string) entry {
	return entry{Header: tar.Header{Typeflag: tar.TypeDir, Name: name + "/", Mode: 0o750, ModTime: modified}}
}

func link(name, target string) entry {
	return entry{Header: tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: target, ModTime: modified}}
}

func hardLink(name, target string) entry {
	return entry{Header: tar.Header{Typeflag: tar.TypeLink, Name: name, Linkname: target, ModTime: modified}}
}

// lay writes files below a folder. Names that end in "/" are folders; texts that begin with
// "→" are the targets of symlinks.
func lay(t testing.TB, dir string, texts map[string]string) {
	t.Helper()
	for name, text := range texts {
		path := filepath.Join(dir, name)
		err := os.MkdirAll(filepath.Dir(path), 0o755)
		target, isLink := strings.CutPrefix(text, "→")
		switch {
		case strings.HasSuffix(name, "/"):
			err = errors.Join(err, os.MkdirAll(path, 0o755))
		case isLink:
			err = errors.Join(err, os.Symlink(target, path))
		default:
			err = errors.Join(err, os.WriteFile(path, []byte(text), 0o640), os.Chtimes(path, modified, modified))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// texts returns what is below a folder, in the form that lay takes.
func texts(t testing.TB, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		name, _ := filepath.Rel(dir, path)
		if err != nil || name == "." {
			return err
		}
		switch d.Type() {
		case fs.ModeDir:
			if inside, err := os.ReadDir(path); err != nil || len(inside) > 0 {
				return err
			}
			found[name+"/"] = ""
		case fs.ModeSymlink:
			target, err := os.Readlink(path)
			found[name] = "→" + target
			return err
		default:
			text, err := os.ReadFile(path)
			found[name] = string(text)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func equal(t testing.TB, what string, got, want map[string]string) {
	t.Helper()
	for name, text := range want {
		if g, ok := got[name]; !ok || g != text {
			t.Errorf("%s: %q is %.80q, want %.80q", what, name, g, text)
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			t.Errorf("%s: %q should not be there", what, name)
		}
	}
}

// A result is what a restore has reported.
type result struct {
	target  *tree.Target
	said    []string
	changes []string
}

// restore restores a tar. Options that are zero get usual values.
func restore(t testing.TB, in []byte, o tree.Options) (r result, err error) {
	t.Helper()
	o.Bytes = max(o.Bytes, int64(len(in)))
	o.Say = func(text string) { r.said = append(r.said, text) }
	o.Warn = o.Say
	o.Change = func(c tree.Change) error { r.changes = append(r.changes, c.Action+" "+c.Path); return nil }
	o.User = func(uid uint32) (tree.User, error) { return tree.User{UID: uid, GID: uid}, nil }
	r.target = tree.New(o)
	defer func() { err = errors.Join(err, r.target.Close()) }()
	if err := r.target.Check(t.Context()); err != nil {
		return r, err
	}
	if err := r.target.Stage(t.Context(), bytes.NewReader(in)); err != nil || o.Dry {
		slices.Sort(r.changes)
		return r, err
	}
	slices.Sort(r.changes)
	if err := r.target.Switch(t.Context()); err != nil {
		return r, err
	}
	return r, r.target.Commit(t.Context())
}

// boxes returns the names of what restores have left beside a target.
func boxes(t testing.TB, target string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(target))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	return names
}
