package drill

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// maxGrowth is how much additional disk space and memory the private server may use for a page, in
// bytes each. PHP itself has limits of its own.
const maxGrowth = 1 << 30

// The causes of the context's end if a page makes the private server use too much.
var (
	errDisk   = errors.New("the free space of the scratch folder fell by more than 1 GiB while the page was made; if something else used it, give another folder with --scratch")
	errMemory = errors.New("the page made the database server use more than 1 GiB of memory")
)

// guard watches how many more bytes than now the server uses: on the file system of dir, and in
// memory. If one exceeds space or memory, it kills the server and cancels the returned context.
func (s *privateServer) guard(ctx context.Context, dir string, space, memory int64) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	freeBefore, usedBefore, err := s.usage(dir)
	if err != nil {
		cancel(err)
	}
	go func() {
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			free, used, err := s.usage(dir)
			switch {
			case err != nil: // the server has exited
				continue
			case free < freeBefore-space:
				err = errDisk
			case used > usedBefore+memory:
				err = errMemory
			default:
				continue
			}
			s.kill() // otherwise, its query would continue
			cancel(err)
		}
	}()
	return ctx, func() { cancel(nil) }
}

// usage returns the free space of the file system of dir, and the memory of the server, in bytes.
func (s *privateServer) usage(dir string) (free, used int64, err error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, 0, fmt.Errorf("examine the free space of %s: %w", dir, err)
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", s.cmd.Process.Pid))
	if err == nil {
		var all int64
		_, err = fmt.Sscan(string(text), &all, &used)
	}
	if err != nil {
		return 0, 0, fmt.Errorf("examine the memory of the private server: %w", err)
	}
	return int64(st.Bavail) * st.Bsize, used * int64(os.Getpagesize()), nil
}
