package dump

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

// serverUsers are whom database servers run as.
var serverUsers = [...]string{"mysql", "mysqld", "mariadb", "_mysql"}

// vouch refuses a server that was found where nobody said it is, in a folder in
// which everybody may lay a socket, unless the kernel says that it is run by root,
// by ourselves, or by whom servers run as: another one would be told the password.
func vouch(c net.Conn, place string) error {
	dir, err := os.Stat(filepath.Dir(place))
	if err != nil {
		return err
	}
	if dir.Mode().Perm()&0o022 == 0 {
		return nil
	}
	socket, ok := c.(*net.UnixConn)
	if !ok {
		return errors.New("it is no socket")
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
	return fmt.Errorf("%s is served by uid %d, and everybody may lay a socket there; if it is the server, name the socket in DB_HOST", place, peer.Uid)
}
