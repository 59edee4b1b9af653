package sinks

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// meddling calls do after n bytes of a stream.
func meddling(n int, do func()) io.Reader {
	return io.MultiReader(bytes.NewReader(make([]byte, n)), readFunc(func([]byte) (int, error) {
		do()
		return 0, io.EOF
	}))
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

// A folder that is taken away half way, or replaced by a link to elsewhere, holds
// nothing, and nothing is laid where the link leads.
func TestDirWhoseFolderIsTakenAwayHalfWay(t *testing.T) {
	for name, replace := range map[string]func(t *testing.T, folder, elsewhere string){
		"removed": func(*testing.T, string, string) {},
		"a link": func(t *testing.T, folder, elsewhere string) {
			if err := os.Symlink(elsewhere, folder); err != nil {
				t.Error(err)
			}
		},
		"a file": func(t *testing.T, folder, _ string) {
			if err := os.WriteFile(folder, nil, 0o600); err != nil {
				t.Error(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, elsewhere := openTestDir(t, t.TempDir()), t.TempDir()
			folder := filepath.Join(s.dir, "site")
			_, err := s.Put(t.Context(), "site/a.tar", meddling(3<<20, func() {
				if err := os.RemoveAll(folder); err != nil {
					t.Error(err)
				}
				replace(t, folder, elsewhere)
			}))
			if err == nil || errors.Is(err, ErrUnknown) {
				t.Errorf("error %v", err)
			}
			if left, err := os.ReadDir(elsewhere); len(left) != 0 || err != nil {
				t.Errorf("laid elsewhere: %v, %v", left, err)
			}
			if _, err := os.Stat(filepath.Join(folder, "a.tar")); err == nil {
				t.Error("it is there")
			}
		})
	}
}

// What is published is published, even when its temporary name cannot be removed.
func TestDirThatCannotRemoveItsTemporaryName(t *testing.T) {
	s := openTestDir(t, t.TempDir())
	var log bytes.Buffer
	s.o.Logger = logTo(&log)
	s.publish = []publisher{func(root *os.Root, tmp, name string) error {
		if err := root.Link(tmp, name); err != nil {
			return err
		}
		// A folder in its place is not removed as a file is, having something in it.
		return errors.Join(root.Remove(tmp), root.Mkdir(tmp, 0o700), root.WriteFile(tmp+"/x", nil, 0o600))
	}}
	receipt, err := s.Put(t.Context(), "a", strings.NewReader("text"))
	if err != nil || len(receipt.Objects) != 1 {
		t.Fatalf("%+v, %v", receipt, err)
	}
	if !strings.Contains(log.String(), "was not removed") {
		t.Errorf("nothing is said of what stays: %s", &log)
	}
	if b, err := os.ReadFile(filepath.Join(s.dir, "a")); string(b) != "text" {
		t.Errorf("stored is %q, %v", b, err)
	}
}

// When it cannot be told whether a name lasts, and it cannot be taken back, that is
// said.
func TestDirThatCannotBeSureSaysSo(t *testing.T) {
	s := openTestDir(t, t.TempDir())
	folder := filepath.Join(s.dir, "site")
	s.publish = []publisher{func(root *os.Root, tmp, name string) error {
		// Published, and then the folder is no folder any more: it can neither be
		// synced, nor the name be removed.
		return errors.Join(root.Link(tmp, name), os.Rename(folder, folder+"-moved"), os.WriteFile(folder, nil, 0o600))
	}}
	_, err := s.Put(t.Context(), "site/a", strings.NewReader("text"))
	if !errors.Is(err, ErrUnknown) {
		t.Errorf("error %v, want that it is not known", err)
	}
	if _, err := os.Stat(filepath.Join(folder+"-moved", "a")); errors.Is(err, fs.ErrNotExist) {
		t.Error("the test showed nothing: the object is gone")
	}
}
