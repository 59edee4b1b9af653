package wordpress

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// firstUser is the lowest id of a person's or a tenant's account on Linux. The
// homes of services below it (/var/www of www-data) hold sites of many.
const firstUser = 1000

// OwnerHome returns the home of path's owner, as /etc/passwd has it, if path
// lies in it, else "". Links are not followed in path's last component.
func OwnerHome(path string) string {
	var st syscall.Stat_t
	if err := syscall.Lstat(path, &st); err != nil {
		return ""
	}
	f, err := os.Open("/etc/passwd")
	if err != nil {
		return ""
	}
	defer f.Close()
	return homeOf(f, st.Uid, path)
}

// homeOf reads passwd for the home of uid that path lies in. Accounts
// may share an id: a host's extra FTP accounts do, and their homes lie in the
// site; so of several homes the outermost counts.
func homeOf(passwd io.Reader, uid uint32, path string) string {
	if uid != 0 && uid < firstUser {
		return ""
	}
	best := ""
	lines := bufio.NewScanner(passwd)
	for lines.Scan() {
		field := strings.Split(lines.Text(), ":")
		if len(field) < 7 || field[2] != strconv.FormatUint(uint64(uid), 10) {
			continue
		}
		home := filepath.Clean(field[5])
		if !strings.HasPrefix(home, "/") || !within(path, home) || len(components(home)) < 2 && home != "/root" {
			continue
		}
		if best == "" || len(home) < len(best) {
			best = home
		}
	}
	return best
}
