package lab

import (
	"context"
	"fmt"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"
)

// FileSystemFaults are the errors that operations return on file systems that do not support
// them, mostly network file systems. 0 means no error.
type FileSystemFaults struct {
	Flock    syscall.Errno // locking a file
	SyncDir  syscall.Errno // fsync of a folder
	OpenFile syscall.Errno // opening a file to read it
	Exchange syscall.Errno // exchanging two names
}

// MountFaultyFS mounts a FUSE file system at mnt that stores its files below dir. It needs
// root and /dev/fuse.
func MountFaultyFS(dir, mnt string, faults FileSystemFaults) (unmount func() error, err error) {
	data := &fs.LoopbackRoot{Path: dir}
	root := &faultyNode{LoopbackNode: &fs.LoopbackNode{RootData: data}, faults: faults}
	data.RootNode = root
	_, err = fs.Mount(mnt, root, &fs.Options{
		MountOptions: fuse.MountOptions{AllowOther: true, DirectMountStrict: true, EnableLocks: faults.Flock != 0},
	})
	if err != nil {
		return nil, fmt.Errorf("mount a faulty file system at %s: %w", mnt, err)
	}
	return func() error {
		if err := syscall.Unmount(mnt, syscall.MNT_DETACH); err != nil {
			return fmt.Errorf("unmount %s: %w", mnt, err)
		}
		return nil
	}, nil
}

type faultyNode struct {
	*fs.LoopbackNode
	faults FileSystemFaults
}

// WrapChild makes all files and folders below return the same errors.
func (n *faultyNode) WrapChild(_ context.Context, child fs.InodeEmbedder) fs.InodeEmbedder {
	return &faultyNode{LoopbackNode: child.(*fs.LoopbackNode), faults: n.faults}
}

func (n *faultyNode) Setlk(context.Context, fs.FileHandle, uint64, *fuse.FileLock, uint32) syscall.Errno {
	return n.faults.Flock
}

func (n *faultyNode) Setlkw(context.Context, fs.FileHandle, uint64, *fuse.FileLock, uint32) syscall.Errno {
	return n.faults.Flock
}

func (n *faultyNode) Open(ctx context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	if n.faults.OpenFile != 0 && flags&syscall.O_ACCMODE == syscall.O_RDONLY {
		return nil, 0, n.faults.OpenFile
	}
	return n.LoopbackNode.Open(ctx, flags)
}

func (n *faultyNode) Rename(ctx context.Context, name string, to fs.InodeEmbedder, newName string, flags uint32) syscall.Errno {
	if n.faults.Exchange != 0 && flags&unix.RENAME_EXCHANGE != 0 {
		return n.faults.Exchange
	}
	return n.LoopbackNode.Rename(ctx, name, to, newName, flags)
}

func (n *faultyNode) OpendirHandle(ctx context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	handle, out, errno := n.LoopbackNode.OpendirHandle(ctx, flags)
	if errno != 0 || n.faults.SyncDir == 0 {
		return handle, out, errno
	}
	return &faultyDir{handle, n.faults.SyncDir}, out, 0
}

type faultyDir struct {
	fs.FileHandle
	sync syscall.Errno
}

func (d *faultyDir) Readdirent(ctx context.Context) (*fuse.DirEntry, syscall.Errno) {
	return d.FileHandle.(fs.FileReaddirenter).Readdirent(ctx)
}

func (d *faultyDir) Releasedir(ctx context.Context, flags uint32) {
	d.FileHandle.(fs.FileReleasedirer).Releasedir(ctx, flags)
}

func (d *faultyDir) Fsyncdir(context.Context, uint32) syscall.Errno { return d.sync }
