package safefs

import (
	"bufio"
	"os"
	"slices"
	"strconv"
	"strings"
)

// groupMembers returns the users who have a group as their own or as a further one,
// according to /etc/passwd and /etc/group. Members without an entry are left out.
func groupMembers(gid uint32) ([]uint32, error) {
	id := strconv.FormatUint(uint64(gid), 10)
	var names []string
	err := eachEntry("/etc/group", func(field []string) {
		if len(field) >= 4 && field[2] == id && field[3] != "" {
			names = append(names, strings.Split(field[3], ",")...)
		}
	})
	if err != nil {
		return nil, err
	}
	var members []uint32
	err = eachEntry("/etc/passwd", func(field []string) {
		if len(field) < 4 || field[3] != id && !slices.Contains(names, field[0]) {
			return
		}
		if uid, err := strconv.ParseUint(field[2], 10, 32); err == nil && !slices.Contains(members, uint32(uid)) {
			members = append(members, uint32(uid))
		}
	})
	return members, err
}

// eachEntry calls next with the fields of each line of a user database.
func eachEntry(path string, next func(field []string)) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		next(strings.Split(lines.Text(), ":"))
	}
	return lines.Err()
}
