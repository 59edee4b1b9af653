package safefs

import (
	"bufio"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
)

// PrivateGroup reports whether a group has no members except one user and root, so that no other
// user can write what the group can write. A group without members is private to the user with
// the same ID, as in many containers. For any other user it is not private, because a service may
// run with that group.
func PrivateGroup(gid, uid uint32) bool {
	g := lookupGroup(gid)
	return g.private(uid)
}

// A group is an entry of the group database.
type group struct {
	id      uint32
	members []uint32
	known   bool // all members are listed
}

func lookupGroup(gid uint32) group {
	members, known := groupMembers(gid)
	return group{gid, members, known}
}

// private reports whether the group is private to a user; see PrivateGroup.
func (g *group) private(uid uint32) bool {
	for _, member := range g.members {
		if member != uid && member != 0 {
			return false
		}
	}
	return g.known && len(g.members) > 0 || g.id == uid
}

// groupMembers returns the users who have a group as their primary or an additional group,
// according to /etc/passwd and /etc/group. known is false if the group has no entry there, so
// that another database may list members. It is also false if the files cannot be read.
func groupMembers(gid uint32) (members []uint32, known bool) {
	groups, err := os.Open("/etc/group")
	if err != nil {
		return nil, false
	}
	defer groups.Close()
	users, err := os.Open("/etc/passwd")
	if err != nil {
		return nil, false
	}
	defer users.Close()
	members, known, err = readMembers(groups, users, gid)
	return members, known && err == nil
}

func readMembers(groups, users io.Reader, gid uint32) (members []uint32, known bool, err error) {
	id := strconv.FormatUint(uint64(gid), 10)
	var names []string
	err = eachEntry(groups, func(field []string) {
		if len(field) >= 4 && field[2] == id {
			known = true
			names = append(names, strings.Split(field[3], ",")...)
		}
	})
	if err != nil {
		return nil, false, err
	}
	err = eachEntry(users, func(field []string) {
		if len(field) < 4 || field[3] != id && !slices.Contains(names, field[0]) {
			return
		}
		names = slices.DeleteFunc(names, func(name string) bool { return name == field[0] })
		if uid, err := strconv.ParseUint(field[2], 10, 32); err == nil && !slices.Contains(members, uint32(uid)) {
			members = append(members, uint32(uid))
		}
	})
	// A member without an entry in /etc/passwd comes from another database.
	known = known && !slices.ContainsFunc(names, func(name string) bool { return name != "" })
	return members, known, err
}

// eachEntry calls next with the fields of each line of a user database.
func eachEntry(database io.Reader, next func(field []string)) error {
	lines := bufio.NewScanner(database)
	for lines.Scan() {
		next(strings.Split(lines.Text(), ":"))
	}
	return lines.Err()
}
