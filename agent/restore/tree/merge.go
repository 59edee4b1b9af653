package tree

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"time"

	"golang.org/x/sys/unix"

	wpfiles "github.com/wp-oneway/wp-oneway/wordpress/files"
	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// merge adds the files of the target that stay to the staged ones. It adds files and symlinks
// as hard links, which take no space and keep all properties.
func (s *stager) merge(ctx context.Context, p *stagedPlace) error {
	if p.target == nil {
		return nil
	}
	if s.Dry {
		if s.has[s.hash(p.Key)] == nothing {
			return nil
		}
		return s.mergeFolder(ctx, p, p.target, nil, "", false)
	}
	staged, err := safefs.OpenBelow(p.box, p.Name, p.Name, unix.O_DIRECTORY)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("open the staged files: %w", safefs.Cause(err))
	}
	defer staged.Close()
	return s.mergeFolder(ctx, p, p.target, staged, "", false)
}

// mergeFolder adds what stays of a folder of the target, from, to a staged folder, to. If whole,
// everything stays. With Dry, to is nil.
func (s *stager) mergeFolder(ctx context.Context, p *stagedPlace, from, to *os.File, rel string, whole bool) error {
	again, err := safefs.OpenBelow(from, ".", rel, unix.O_DIRECTORY)
	if err != nil {
		return fmt.Errorf("read %q: %w", rel, safefs.Cause(err))
	}
	defer again.Close()
	whole = whole || !s.Delete
	core := !whole && s.isCore(p, again, rel)
	for {
		entries, err := again.ReadDir(1024)
		for _, e := range entries {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if err := s.mergeEntry(ctx, p, again, to, path.Join(rel, e.Name()), core, whole); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("read %q: %w", rel, safefs.Cause(err))
		}
	}
	// The properties of the root folder always stay: they may give the web server access.
	if to == nil || rel != "" && s.folders[s.hash(path.Join(p.Key, rel))] {
		return nil
	}
	return s.copyProperties(again, to, rel)
}

// mergeEntry adds one entry of the target, unless the backup replaces it or it is to be
// deleted. core says that the folder holds WordPress itself, which the backup leaves out.
func (s *stager) mergeEntry(ctx context.Context, p *stagedPlace, from, to *os.File, rel string, core, whole bool) error {
	name := path.Base(rel)
	var there unix.Stat_t
	err := unix.Fstatat(int(from.Fd()), name, &there, unix.AT_SYMLINK_NOFOLLOW)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // removed since it was listed
	}
	k := nothing
	if err == nil {
		k, err = s.staged(p, to, name, rel)
	}
	if err != nil {
		return fmt.Errorf("examine %q: %w", rel, err)
	}
	isFolder := there.Mode&unix.S_IFMT == unix.S_IFDIR
	whole = whole || core && wpfiles.CoreEntry(name, isFolder)
	delete := !whole && k == nothing && s.Files.Mapping.Covers(path.Join(p.Key, rel))
	switch {
	case isFolder && k == fileKind:
		delete = true
	case isFolder:
		return s.mergeSubfolder(ctx, p, from, to, rel, k, whole, delete)
	case k == fileKind, k == folderKind:
		return nil
	}
	if delete {
		s.sum.Deleted++
		if isFolder {
			rel += "/"
		}
		return s.change("delete", p, rel)
	}
	if k == nothing {
		s.sum.Others++
	}
	if s.Dry {
		return nil
	}
	if err := s.keepFile(from, name, to, name); err != nil {
		return fmt.Errorf("keep %q: %w", rel, err)
	}
	return nil
}

// mergeSubfolder adds a folder of the target. If delete is true, the folder stays only if it is
// another site, or holds WordPress itself.
func (s *stager) mergeSubfolder(ctx context.Context, p *stagedPlace, from, to *os.File, rel string, k kind, whole, delete bool) error {
	folder, err := safefs.OpenBelow(from, path.Base(rel), rel, unix.O_DIRECTORY)
	if err != nil {
		return fmt.Errorf("open %q: %w", rel, safefs.Cause(err))
	}
	defer folder.Close()
	if mounted(from, folder) {
		return fmt.Errorf("keep %q: %w", rel, errOtherFileSystem)
	}
	if other := k == nothing && !whole && site.IsSite(folder); other {
		whole = true
	} else if delete && !s.isCore(p, folder, rel) {
		s.sum.Deleted++
		return s.change("delete", p, rel+"/")
	}
	whole = whole || k == staysKind
	if s.Dry {
		return s.mergeFolder(ctx, p, folder, nil, rel, whole)
	}
	if err := unix.Mkdirat(int(to.Fd()), path.Base(rel), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("keep %q: %w", rel, err)
	}
	inner, err := safefs.OpenBelow(to, path.Base(rel), rel, unix.O_DIRECTORY)
	if err != nil {
		return fmt.Errorf("open %q: %w", rel, safefs.Cause(err))
	}
	defer inner.Close()
	return s.mergeFolder(ctx, p, folder, inner, rel, whole)
}

// staged returns the kind of what the backup has at a path.
func (s *stager) staged(p *stagedPlace, to *os.File, name, rel string) (kind, error) {
	if !s.Dry {
		var st unix.Stat_t
		err := unix.Fstatat(int(to.Fd()), name, &st, unix.AT_SYMLINK_NOFOLLOW)
		switch {
		case err == nil && st.Mode&unix.S_IFMT == unix.S_IFDIR:
			return folderKind, nil
		case err == nil:
			return fileKind, nil
		case !errors.Is(err, fs.ErrNotExist):
			return nothing, err
		}
	}
	return s.has[s.hash(path.Join(p.Key, rel))], nil
}

// isCore reports whether a folder of the target holds WordPress itself, which the backup leaves
// out.
func (s *stager) isCore(p *stagedPlace, folder *os.File, rel string) bool {
	var st unix.Stat_t
	err := unix.Fstatat(int(folder.Fd()), "wp-includes/version.php", &st, unix.AT_SYMLINK_NOFOLLOW)
	return err == nil && s.has[s.hash(path.Join(p.Key, rel, "wp-includes"))] == nothing
}

// keepFile makes a hard link to a file or link of the target. If that is not possible, it
// copies it.
func (s *stager) keepFile(from *os.File, name string, to *os.File, toName string) error {
	err := unix.Linkat(int(from.Fd()), name, int(to.Fd()), toName, 0)
	if !errors.Is(err, unix.EPERM) && !errors.Is(err, unix.EXDEV) && !errors.Is(err, unix.EMLINK) && !errors.Is(err, unix.EOPNOTSUPP) {
		return err
	}
	target := make([]byte, unix.PathMax)
	if n, notLink := unix.Readlinkat(int(from.Fd()), name, target); notLink == nil {
		s.strange++
		return unix.Symlinkat(string(target[:n]), int(to.Fd()), toName)
	}
	file, open := safefs.OpenBelow(from, name, name, 0)
	if open != nil {
		return fmt.Errorf("it can neither be linked (%w) nor read (%w); restore as root with --numeric-owner, or remove it", err, safefs.Cause(open))
	}
	defer file.Close()
	fd, err := unix.Openat(int(to.Fd()), toName, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return err
	}
	out := os.NewFile(uintptr(fd), toName)
	_, err = io.Copy(out, file)
	if err == nil {
		err = s.copyProperties(file, out, name)
	}
	return errors.Join(err, out.Close())
}

// copyProperties gives an open file or folder the owner, mode and time of another one. If this
// process is not allowed to change the owner, the owner stays.
func (s *stager) copyProperties(from, to *os.File, rel string) error {
	var a, b unix.Stat_t
	err := errors.Join(unix.Fstat(int(from.Fd()), &a), unix.Fstat(int(to.Fd()), &b))
	mode := a.Mode & 0o7777
	if err == nil && a.Gid != b.Gid && to.Chown(-1, int(a.Gid)) != nil {
		mode &^= unix.S_ISGID
		s.strange++
	}
	if err == nil && a.Uid != b.Uid && to.Chown(int(a.Uid), -1) != nil {
		mode &^= unix.S_ISUID
		s.strange++
	}
	if err == nil {
		copyLists(from, to)
		err = unix.Fchmod(int(to.Fd()), mode)
	}
	if err == nil {
		modified := time.Unix(a.Mtim.Unix())
		err = os.Chtimes(descriptorPath(to), modified, modified)
	}
	if err != nil {
		return fmt.Errorf("keep the properties of %q: %w", rel, cause(err))
	}
	return nil
}

// copyLists copies access control lists, if the file system supports them.
func copyLists(from, to *os.File) {
	var buf [4096]byte
	for _, name := range []string{"system.posix_acl_access", "system.posix_acl_default"} {
		if n, err := unix.Fgetxattr(int(from.Fd()), name, buf[:]); err == nil && n > 0 {
			_ = unix.Fsetxattr(int(to.Fd()), name, buf[:n], 0) // if it fails, the mode still applies
		}
	}
}
