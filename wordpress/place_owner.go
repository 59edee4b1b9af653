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

// OwnerHome returns the home of path's owner, as /etc/passwd has it, if path
// lies in it, else "". Links are not followed in path's last component.
func OwnerHome(path string) string { return systemHomes().of(path) }

// OwnerHomes is OwnerHome for many paths: it reads /etc/passwd once.
func OwnerHomes() func(path string) string { return systemHomes().of }

// homes are the homes of users by their id. Accounts may share one: a host's
// extra FTP accounts do, and their homes lie in the site.
type homes struct{ dirs map[uint32][]string }

// systemHomes reads /etc/passwd; without one there are no homes.
func systemHomes() homes {
	f, err := os.Open("/etc/passwd")
	if err != nil {
		return homes{}
	}
	defer f.Close()
	return readHomes(f)
}

// readHomes reads the homes of tenants and of root; folders of the system's are none.
func readHomes(passwd io.Reader) homes {
	h := homes{dirs: map[uint32][]string{}}
	lines := bufio.NewScanner(passwd)
	for lines.Scan() {
		field := strings.Split(lines.Text(), ":")
		if len(field) < 7 {
			continue
		}
		uid, err := strconv.ParseUint(field[2], 10, 32)
		dir := filepath.Clean(field[5])
		if err != nil || uid != 0 && uid < firstUser || !strings.HasPrefix(dir, "/") || len(components(dir)) < 2 && dir != "/root" {
			continue
		}
		h.dirs[uint32(uid)] = append(h.dirs[uint32(uid)], dir)
	}
	return h
}

// of is the home of path's owner if path lies in it, else "".
func (h homes) of(path string) string {
	var st syscall.Stat_t
	if err := syscall.Lstat(path, &st); err != nil {
		return ""
	}
	return h.around(st.Uid, path)
}

// around is the outermost home of uid that path lies in, or "".
func (h homes) around(uid uint32, path string) string {
	best := ""
	for _, dir := range h.dirs[uid] {
		if within(path, dir) && (best == "" || len(dir) < len(best)) {
			best = dir
		}
	}
	return best
}
