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
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/wordpress"
)

// serverUsers are the users that database servers run as.
var serverUsers = [...]string{"mysql", "mysqld", "mariadb", "_mysql"}

// checkSocketPeer decides whether the password may be sent to the server behind a
// socket; the kernel tells which user it runs as. Root, one of serverUsers and the user
// whose password it is are trusted: the operator, or else the site's owner, as whom
// this process runs. Any other user is trusted with
//   - a site's password at a socket that the site names, as PHP would do,
//   - a site's password at a default path whose folder only its owner may change,
//   - the operator's password at a socket that the operator names, if nobody but root,
//     the operator and that user can have created it.
func checkSocketPeer(c net.Conn, path string, guessed bool, operator *wordpress.Operator) error {
	if operator == nil && !guessed {
		return nil
	}
	peer, err := peerOf(c)
	if err != nil {
		return err
	}
	owner := os.Geteuid()
	if operator != nil {
		owner = operator.UID
	}
	if peer == 0 || peer == owner {
		return nil
	}
	if u, err := user.LookupId(strconv.Itoa(peer)); err == nil && slices.Contains(serverUsers[:], u.Username) {
		return nil
	}
	if operator == nil {
		dir, err := os.Stat(filepath.Dir(path))
		if err != nil {
			return err
		}
		if dir.Mode().Perm()&0o022 == 0 {
			return nil
		}
		return fmt.Errorf("%s is served by uid %d, and anyone can create a socket in its folder; if it is the server, name the socket in DB_HOST", path, peer)
	}
	if !guessed && onlyWritableBy(path, 0, operator.UID, peer) {
		return nil
	}
	return fmt.Errorf("%s is served by uid %d, which is neither root nor the user of a database server, so the operator's password is not sent to it; "+
		"set socket in the file of --db-defaults-file to a path that only the server's user can create", path, peer)
}

// peerOf returns the user that listens at the other end of a Unix socket.
func peerOf(c net.Conn) (int, error) {
	socket, ok := c.(*net.UnixConn)
	if !ok {
		return 0, errors.New("not a Unix socket")
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return 0, err
	}
	var peer *unix.Ucred
	if e := raw.Control(func(fd uintptr) { peer, err = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED) }); e != nil {
		return 0, e
	}
	if err != nil {
		return 0, err
	}
	return int(peer.Uid), nil
}

// onlyWritableBy reports whether all folders that lead to path are folders, not links,
// that only these users may write to.
func onlyWritableBy(path string, users ...int) bool {
	if !filepath.IsAbs(path) {
		return false
	}
	for dir := filepath.Dir(filepath.Clean(path)); ; dir = filepath.Dir(dir) {
		info, err := os.Lstat(dir)
		if err != nil || !info.IsDir() || info.Mode().Perm()&0o022 != 0 {
			return false
		}
		if stat, ok := info.Sys().(*syscall.Stat_t); !ok || !slices.Contains(users, int(stat.Uid)) {
			return false
		}
		if dir == "/" {
			return true
		}
	}
}
