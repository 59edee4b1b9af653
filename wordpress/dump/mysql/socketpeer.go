package mysql

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"
)

// serverUsers are the users that database servers run as.
var serverUsers = [...]string{"mysql", "mysqld", "mariadb", "_mysql"}

// checkSocketPeer decides whether the password may be sent to the server behind a
// socket at a default path. If others can create files in the socket's folder, the
// server must run as root, as this process's user or as one of serverUsers; the kernel
// tells which user it runs as.
func checkSocketPeer(c net.Conn, path string) error {
	dir, err := os.Stat(filepath.Dir(path))
	if err != nil {
		return err
	}
	if dir.Mode().Perm()&0o022 == 0 {
		return nil
	}
	socket, ok := c.(*net.UnixConn)
	if !ok {
		return errors.New("not a Unix socket")
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return err
	}
	var peer *unix.Ucred
	if e := raw.Control(func(fd uintptr) { peer, err = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED) }); e != nil {
		return e
	}
	if err != nil {
		return err
	}
	if peer.Uid == 0 || int(peer.Uid) == os.Geteuid() {
		return nil
	}
	if u, err := user.LookupId(strconv.FormatUint(uint64(peer.Uid), 10)); err == nil && slices.Contains(serverUsers[:], u.Username) {
		return nil
	}
	return fmt.Errorf("%s is served by uid %d, and anyone can create a socket in its folder; if it is the server, name the socket in DB_HOST", path, peer.Uid)
}
