// Package tree puts the files of a run in place: they are written into a folder beside the
// target, which is switched at the end.
package tree

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/restore/files"
)

// A Target is where the files of a site are restored to. It is a restore.Part.
type Target struct {
	Path     string // where the site's root is to be
	Root     string // the site's root, as the archive names it
	MaxBytes int64  // the most that all files together may have
	// Note is called with what the operator should know.
	Note func(text string)

	staging string
}

// Stream is restore.Part's.
func (*Target) Stream() string { return manifest.FilesStream }

// Check is restore.Part's.
func (t *Target) Check(context.Context) (err error) {
	if t.Path, err = filepath.Abs(t.Path); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	entries, err := os.ReadDir(t.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("restore: %w", err)
	case len(entries) > 0:
		return fmt.Errorf("restore to %s: it is not empty; give another folder", t.Path)
	}
	return nil
}

// Stage is restore.Part's.
func (t *Target) Stage(ctx context.Context, in io.Reader) (err error) {
	if t.staging, err = os.MkdirTemp(filepath.Dir(t.Path), "."+filepath.Base(t.Path)+".wp-oneway-restore-"); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	root, err := os.OpenRoot(t.staging)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	defer root.Close()
	sum, err := files.Extract(ctx, in, root, files.Options{Mapping: files.Mapping{Root: t.Root}, MaxBytes: t.MaxBytes})
	for _, link := range sum.LeadOut {
		t.Note("the link leads out of the site: " + link)
	}
	return err
}

// Switch is restore.Part's.
func (t *Target) Switch(context.Context) error {
	from := filepath.Join(t.staging, files.SiteFolder)
	if err := os.Chmod(from, 0o755); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if err := unix.Rename(from, t.Path); err != nil {
		return fmt.Errorf("restore to %s: %w", t.Path, err)
	}
	return nil
}

// Close is restore.Part's.
func (t *Target) Close() error {
	if t.staging == "" {
		return nil
	}
	return os.RemoveAll(t.staging)
}
