package mysql

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/wordpress"
)

// queueWait is how long one attempt waits in the queue of a busy server's socket.
const queueWait = 500 * time.Millisecond

// dial connects to the server. Of several places it takes the first that exists: if the
// server at a place is busy or down, no other place is tried, since anyone could listen
// there.
func dial(ctx context.Context, at address, operator *wordpress.Operator) (net.Conn, error) {
	if at.network != "unix" {
		var d net.Dialer
		return d.DialContext(ctx, at.network, at.places[0])
	}
	for _, place := range at.places {
		c, err := dialSocket(ctx, place)
		if errors.Is(err, unix.ENOENT) && at.guessed {
			continue
		}
		if err != nil {
			return nil, err
		}
		if err := checkSocketPeer(c, place, at.guessed, operator); err != nil {
			_ = c.Close() // nothing was sent
			return nil, err
		}
		return c, nil
	}
	return nil, fmt.Errorf("there is no socket at %s; name the server's socket in DB_HOST (localhost:/path/mysqld.sock), or set socket in the file of --db-defaults-file",
		strings.Join(at.places, ", "))
}

// dialSocket connects to a Unix socket. It waits in the kernel's queue if the server
// accepts more slowly than others connect; a non-blocking connect, as in package net,
// would fail at once. The error is EAGAIN if the queue is full all the time.
func dialSocket(ctx context.Context, path string) (net.Conn, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	failed := func(err error) error {
		return &net.OpError{Op: "dial", Net: "unix", Addr: &net.UnixAddr{Name: path, Net: "unix"}, Err: os.NewSyscallError("connect", err)}
	}
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, failed(err)
	}
	file := os.NewFile(uintptr(fd), path)
	defer file.Close()
	wait := unix.NsecToTimeval(int64(queueWait))
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_SNDTIMEO, &wait); err != nil {
		return nil, failed(err)
	}
	switch err := unix.Connect(fd, &unix.SockaddrUnix{Name: path}); err {
	case nil:
	case unix.EINTR: // by a signal of the Go runtime: the caller waits again
		return nil, failed(unix.EAGAIN)
	default:
		return nil, failed(err)
	}
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_SNDTIMEO, &unix.Timeval{}); err != nil {
		return nil, failed(err)
	}
	return net.FileConn(file)
}
