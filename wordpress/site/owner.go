package site

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
)

// OwnerHome returns the home of path's owner, as /etc/passwd has it, if path
// lies in it, else "". Links are not followed in path's last component.
func OwnerHome(path string) string { return SystemHomes().Of(path) }

// OwnerHomes is OwnerHome for many paths: it reads /etc/passwd once.
func OwnerHomes() func(path string) string { return SystemHomes().Of }

// Homes are the homes of users by their id. Accounts may share one: a host's
// extra FTP accounts do, and their homes lie in the site.
type Homes struct{ Dirs map[uint32][]string }

// SystemHomes reads /etc/passwd; without one there are no homes.
func SystemHomes() Homes {
	f, err := os.Open("/etc/passwd")
	if err != nil {
		return Homes{}
	}
	defer f.Close()
	return readHomes(f)
}

// readHomes reads the homes of tenants and of root; folders of the system's are none.
func readHomes(passwd io.Reader) Homes {
	h := Homes{Dirs: map[uint32][]string{}}
	lines := bufio.NewScanner(passwd)
	for lines.Scan() {
		field := strings.Split(lines.Text(), ":")
		if len(field) < 7 {
			continue
		}
		uid, err := strconv.ParseUint(field[2], 10, 32)
		dir := filepath.Clean(field[5])
		if err != nil || uid != 0 && uid < safefs.FirstUser || !strings.HasPrefix(dir, "/") || len(safefs.Components(dir)) < 2 && dir != "/root" {
			continue
		}
		h.Dirs[uint32(uid)] = append(h.Dirs[uint32(uid)], dir)
	}
	return h
}

// Of is the home of path's owner if path lies in it, else "".
func (h Homes) Of(path string) string {
	var st syscall.Stat_t
	if err := syscall.Lstat(path, &st); err != nil {
		return ""
	}
	return h.around(st.Uid, path)
}

// around is the outermost home of uid that path lies in, or "".
func (h Homes) around(uid uint32, path string) string {
	best := ""
	for _, dir := range h.Dirs[uid] {
		if safefs.Within(path, dir) && (best == "" || len(dir) < len(best)) {
			best = dir
		}
	}
	return best
}
