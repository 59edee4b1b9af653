package files

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Copy writes the content of one file of a tar to w. The path is relative to the site's root,
// which is named root in the archive, or is itself a name in the archive.
func Copy(ctx context.Context, w io.Writer, in io.Reader, root, path string) error {
	m := Mapping{Root: root, Include: []string{path}, Flat: true}
	archive := tar.NewReader(in)
	below := false
	for {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		h, err := archive.Next()
		switch {
		case errors.Is(err, io.EOF) && below:
			return fmt.Errorf("get %q: it is a folder; give --to, the folder to write it to", path)
		case errors.Is(err, io.EOF):
			return fmt.Errorf("get %q: the backup has no such file", path)
		case err != nil:
			return fmt.Errorf("read the tar: %w", err)
		}
		name, err := entryName(h.Name)
		if err != nil {
			return err
		}
		inside, _ := m.belowRoot(name)
		below = below || m.place(name, h.Typeflag == tar.TypeDir) != ""
		if name != path && inside != path {
			continue
		}
		switch h.Typeflag {
		case tar.TypeReg:
			if _, err := io.Copy(w, archive); err != nil {
				return fmt.Errorf("get %q: %w", path, err)
			}
			return nil
		case tar.TypeLink, tar.TypeSymlink:
			return fmt.Errorf("get %q: it is a link to %q; get that", path, h.Linkname)
		}
	}
}

// Take extracts the paths of a mapping into a folder, each under its last element. It replaces
// nothing there. The files appear in the folder only when all of them are complete.
func Take(ctx context.Context, in io.Reader, dir string, o Options) (sum Summary, err error) {
	o.Mapping.Flat = true
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return sum, fmt.Errorf("create the folder: %w", err)
	}
	staging, err := os.MkdirTemp(dir, ".wp-oneway-get-*")
	if err != nil {
		return sum, fmt.Errorf("create a folder in %s: %w", dir, plain(err))
	}
	defer func() { err = errors.Join(err, removeAll(staging)) }()
	root, err := os.OpenRoot(staging)
	if err != nil {
		return sum, fmt.Errorf("open %s: %w", staging, plain(err))
	}
	defer root.Close()
	if sum, err = Extract(ctx, in, map[string]Folder{SiteFolder: {root, "."}}, o); err != nil {
		return sum, err
	}
	entries, err := os.ReadDir(staging)
	if err != nil {
		return sum, err
	}
	for _, e := range entries {
		if _, err := os.Lstat(filepath.Join(dir, e.Name())); err == nil {
			return sum, fmt.Errorf("write %s: it exists; give another folder, or remove it", filepath.Join(dir, e.Name()))
		}
	}
	for _, e := range entries {
		to := filepath.Join(dir, e.Name())
		if err := unix.Renameat2(unix.AT_FDCWD, filepath.Join(staging, e.Name()), unix.AT_FDCWD, to, unix.RENAME_NOREPLACE); err != nil {
			return sum, fmt.Errorf("write %s: %w", to, err)
		}
	}
	return sum, nil
}

// removeAll removes a folder of this process, even if the modes of the folders in it deny that.
func removeAll(dir string) error {
	err := os.RemoveAll(dir)
	if err == nil {
		return nil
	}
	_ = filepath.WalkDir(dir, func(path string, d os.DirEntry, _ error) error {
		if d != nil && d.IsDir() {
			_ = os.Chmod(path, 0o700) // if it fails, RemoveAll returns an error
		}
		return nil
	})
	return os.RemoveAll(dir)
}
