package serve

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// readOnly are the mount attributes of the files of this machine that PHP sees.
const readOnly = unix.MOUNT_ATTR_RDONLY | unix.MOUNT_ATTR_NOSUID

// private are the mount flags of the file systems in memory.
const private = unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC

var errClosed = errors.New("PHP's user must be able to pass through the folders above it; give another folder with --scratch")

// enterRoot makes a new root folder with programs, libraries, PHP's settings, the site and the
// socket of the database. The old root folder can no longer be reached afterwards.
func (o Options) enterRoot() error {
	root := filepath.Join(o.Dir, "root")
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("leave the file systems of this machine: %w", err)
	}
	if err := mountMemory(root, "size=1m,nr_inodes=1000,mode=755"); err != nil {
		if errors.Is(err, unix.EACCES) {
			return fmt.Errorf("%w: %w", err, errClosed)
		}
		return err
	}
	if err := os.Chdir(root); err != nil {
		return fmt.Errorf("enter the new root folder: %w", err)
	}
	for _, fill := range []func() error{o.bindSystem, o.bindDevices, o.bindDatabase, o.mountSite, o.writeFiles} {
		if err := fill(); err != nil {
			return err
		}
	}
	if err := unix.PivotRoot(".", "."); err != nil {
		return fmt.Errorf("replace the root folder: %w", err)
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return fmt.Errorf("leave the old root folder: %w", err)
	}
	if err := os.Chdir("/"); err != nil {
		return fmt.Errorf("enter the new root folder: %w", err)
	}
	if err := setAttributes("/", readOnly|unix.MOUNT_ATTR_NODEV|unix.MOUNT_ATTR_NOEXEC, 0); err != nil {
		return err
	}
	return unix.Sethostname([]byte("drill"))
}

// bindSystem mounts programs, libraries and PHP's settings.
func (o Options) bindSystem() error {
	names := []string{"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"}
	for _, pattern := range []string{"/etc/php*", "/etc/ld.so.*", "/etc/ld-musl-*", "/etc/alternatives"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			return err
		}
		names = append(names, found...)
	}
	for _, name := range names {
		info, err := os.Lstat(name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return err
		case info.Mode()&fs.ModeSymlink != 0:
			var to string
			if to, err = os.Readlink(name); err == nil {
				err = os.Symlink(to, inRoot(name))
			}
		default:
			err = bind(name, name, readOnly|unix.MOUNT_ATTR_NODEV)
		}
		if err != nil {
			return fmt.Errorf("show %s to PHP: %w", name, err)
		}
	}
	return nil
}

func (o Options) bindDevices() error {
	for _, name := range []string{"/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"} {
		if err := bind(name, name, readOnly|unix.MOUNT_ATTR_NOEXEC); err != nil {
			return err
		}
	}
	return nil
}

func (o Options) bindDatabase() error {
	if o.Socket == "" {
		return nil
	}
	at := filepath.Dir(DatabaseSocket)
	return bind(filepath.Join(o.Dir, at), at, readOnly|unix.MOUNT_ATTR_NODEV|unix.MOUNT_ATTR_NOEXEC)
}

// mountSite mounts the layers as one overlay. PHP's writes go to a file system in memory, which
// PHP sees only through the overlay.
func (o Options) mountSite() error {
	const layers = "layers"
	site := inRoot(o.At)
	for _, dir := range []string{layers, site} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	if err := mountMemory(layers, "size=128m,nr_inodes=50000,mode=700"); err != nil {
		return err
	}
	lower := make([]string, len(o.Layers))
	for i, layer := range o.Layers {
		lower[i] = filepath.Join(layers, strconv.Itoa(i))
		if err := bind(layer, lower[i], readOnly|unix.MOUNT_ATTR_NODEV|unix.MOUNT_ATTR_NOEXEC); err != nil {
			return err
		}
	}
	upper, work := filepath.Join(layers, "upper"), filepath.Join(layers, "work")
	for _, dir := range []string{upper, work} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			return err
		}
	}
	options := "userxattr,lowerdir=" + strings.Join(lower, ":") + ",upperdir=" + upper + ",workdir=" + work
	if err := unix.Mount("overlay", site, "overlay", private, options); err != nil {
		return fmt.Errorf("mount the site as overlay: %w", err)
	}
	if err := unix.Unmount(layers, unix.MNT_DETACH); err != nil {
		return fmt.Errorf("hide the layers of the site: %w", err)
	}
	return os.Remove(layers)
}

// writeFiles writes the few files that PHP needs, and makes a folder for temporary files.
func (o Options) writeFiles() error {
	for name, text := range map[string]string{
		"etc/passwd": fmt.Sprintf("php:x:%d:%[1]d::/tmp:/usr/sbin/nologin\n", insideID),
		"etc/group":  fmt.Sprintf("php:x:%d:\n", insideID),
		"etc/hosts":  "127.0.0.1 localhost\n",
		routerFile:   o.Router,
	} {
		if err := os.WriteFile(inRoot(name), []byte(text), 0o444); err != nil {
			return err
		}
	}
	if err := os.Mkdir("tmp", 0o755); err != nil {
		return err
	}
	return mountMemory("tmp", "size=64m,nr_inodes=10000,mode=1777")
}

// mountMemory mounts a file system that is in memory.
func mountMemory(at, options string) error {
	if err := unix.Mount("tmpfs", at, "tmpfs", private, options); err != nil {
		return fmt.Errorf("mount a file system in memory at %s: %w", at, err)
	}
	return nil
}

// bind mounts a file or folder of this machine, with everything mounted below it, at a path in
// the new root folder.
func bind(source, path string, attributes uint64) error {
	info, err := os.Stat(source)
	if err != nil {
		return err
	}
	target := inRoot(path)
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	if info.IsDir() {
		err = os.MkdirAll(target, 0o755)
	} else {
		err = os.WriteFile(target, nil, 0o444)
	}
	if err != nil {
		return err
	}
	if err := unix.Mount(source, target, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return fmt.Errorf("show %s to PHP: %w", source, err)
	}
	return setAttributes(target, attributes, unix.AT_RECURSIVE)
}

// setAttributes changes the attributes of a mount.
func setAttributes(path string, attributes uint64, flags uint) error {
	if err := unix.MountSetattr(unix.AT_FDCWD, path, flags, &unix.MountAttr{Attr_set: attributes}); err != nil {
		return fmt.Errorf("make %s read-only: %w", path, err)
	}
	return nil
}

// routerFile is the script that answers the requests.
const routerFile = "/router.php"

// inRoot returns a path in PHP's file system as relative to its root.
func inRoot(path string) string { return filepath.Clean(strings.TrimPrefix(path, "/")) }
