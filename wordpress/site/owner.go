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

// Homes are the home folders of users by user ID. Several accounts may have the same
// ID: hosts create additional FTP accounts whose homes are inside the site.
type Homes struct{ Dirs map[uint32][]string }

// SystemHomes reads /etc/passwd. If it cannot, it returns no homes.
func SystemHomes() Homes {
	f, err := os.Open("/etc/passwd")
	if err != nil {
		return Homes{}
	}
	defer f.Close()
	return readHomes(f)
}

// readHomes reads the homes of tenants and of root. It leaves out system folders.
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

// Of returns the home of path's owner if path is in it, else "". A link in the last component
// of path is not followed.
func (h Homes) Of(path string) string {
	var st syscall.Stat_t
	if err := syscall.Lstat(path, &st); err != nil {
		return ""
	}
	return h.around(st.Uid, path)
}

// around returns the outermost home of uid that contains path, or "".
func (h Homes) around(uid uint32, path string) string {
	best := ""
	for _, dir := range h.Dirs[uid] {
		if safefs.Within(path, dir) && (best == "" || len(dir) < len(best)) {
			best = dir
		}
	}
	return best
}
