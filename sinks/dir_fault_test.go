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

// If the folder is removed during Put, or replaced by a symlink, nothing is stored, and
// nothing is written to the symlink's target.
func TestDirFolderRemovedDuringPut(t *testing.T) {
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
				t.Errorf("written to the target: %v, %v", left, err)
			}
			if _, err := os.Stat(filepath.Join(folder, "a.tar")); err == nil {
				t.Error("the object exists")
			}
		})
	}
}

// An object is published even if its temporary file cannot be removed.
func TestDirCannotRemoveTemporaryFile(t *testing.T) {
	s := openTestDir(t, t.TempDir())
	var log bytes.Buffer
	s.o.Logger = logTo(&log)
	s.publish = []publisher{func(root *os.Root, tmp, name string) error {
		if err := root.Link(tmp, name); err != nil {
			return err
		}
		// A folder that is not empty cannot be removed like a file.
		return errors.Join(root.Remove(tmp), root.Mkdir(tmp, 0o700), root.WriteFile(tmp+"/x", nil, 0o600))
	}}
	receipt, err := s.Put(t.Context(), "a", strings.NewReader("text"))
	if err != nil || len(receipt.Objects) != 1 {
		t.Fatalf("%+v, %v", receipt, err)
	}
	if !strings.Contains(log.String(), "was not removed") {
		t.Errorf("the remaining file is not logged: %s", &log)
	}
	if b, err := os.ReadFile(filepath.Join(s.dir, "a")); string(b) != "text" {
		t.Errorf("stored is %q, %v", b, err)
	}
}

// If the folder cannot be synced and the object cannot be removed, the result is unknown.
func TestDirReportsUnknownResult(t *testing.T) {
	s := openTestDir(t, t.TempDir())
	folder := filepath.Join(s.dir, "site")
	s.publish = []publisher{func(root *os.Root, tmp, name string) error {
		// After publishing, the folder is replaced by a file: it cannot be synced, and
		// the object cannot be removed.
		return errors.Join(root.Link(tmp, name), os.Rename(folder, folder+"-moved"), os.WriteFile(folder, nil, 0o600))
	}}
	_, err := s.Put(t.Context(), "site/a", strings.NewReader("text"))
	if !errors.Is(err, ErrUnknown) {
		t.Errorf("error %v, want ErrUnknown", err)
	}
	if _, err := os.Stat(filepath.Join(folder+"-moved", "a")); errors.Is(err, fs.ErrNotExist) {
		t.Error("the test proves nothing: the object was removed")
	}
}
