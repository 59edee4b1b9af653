package safefs

import (
	"errors"
	"fmt"
	"maps"
	"os/user"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// Writers are the users other than root who may change some paths. For each user, one such path
// is kept.
type Writers struct {
	users map[uint32]string
	// anybody is a path that everybody may change, or that a group may change whose members are
	// not all known. rights says which of the two, such as "mode 0777".
	anybody, rights string
	// groups are the groups that were looked up. The database of groups, which belongs to root,
	// is read once for each of them, because it may be long.
	groups map[uint32]group
}

// AmbiguousOwnerError says that several users may change the paths that decide what a site is.
// None of them may get the rights of the others.
type AmbiguousOwnerError struct{ Writers }

func (e *AmbiguousOwnerError) Error() string {
	var who []string
	for _, uid := range slices.Sorted(maps.Keys(e.users)) {
		who = append(who, fmt.Sprintf("%s may change %q", userName(uid), e.users[uid]))
	}
	if e.anybody != "" {
		who = append(who, fmt.Sprintf("other users may change %q (%s)", e.anybody, e.rights))
	}
	what := "several users may change the files that decide how the site is read: "
	if len(who) == 1 && e.anybody == "" {
		what = "the site would be read as root, but "
	}
	return what + strings.Join(who, ", ") +
		"; set run_as for this site in the configuration file, or let only one user change these paths"
}

func userName(uid uint32) string {
	id := strconv.FormatUint(uint64(uid), 10)
	if u, err := user.LookupId(id); err == nil {
		return fmt.Sprintf("%s (uid %s)", u.Username, id)
	}
	return "uid " + id
}

// Sole returns the one user who may change the paths, or 0 if only root may. If several users
// may, the error is an AmbiguousOwnerError.
func (w *Writers) Sole() (uint32, error) {
	if len(w.users) > 1 || w.anybody != "" {
		return 0, &AmbiguousOwnerError{*w}
	}
	for uid := range w.users {
		return uid, nil
	}
	return 0, nil
}

// add adds the users who may change the open file or folder at path. entry means that the path
// continues with an existing entry of the folder, so only a replacement of this entry matters. In
// a sticky folder, only the owner of the entry, the owner of the folder, and root can replace it.
func (w *Writers) add(d *Descriptor, path func() string, entry bool) {
	w.addUser(d.UID(), path)
	mode := d.stat.Mode
	if d.kind() == unix.S_IFLNK || entry && mode&unix.S_ISVTX != 0 {
		return
	}
	if mode&unix.S_IWOTH != 0 {
		w.addAnybody(path, fmt.Sprintf("mode %04o", mode&0o7777))
	}
	if mode&unix.S_IWGRP == 0 {
		return
	}
	// If there is an access control list, the bits of the group are its mask.
	users, groups, owning, err := accessControlList(d)
	if err != nil {
		w.addAnybody(path, fmt.Sprintf("its access control list cannot be read: %v", err))
		return
	}
	for _, uid := range users {
		w.addUser(uid, path)
	}
	if owning {
		groups = append(groups, d.stat.Gid)
	}
	for _, gid := range groups {
		w.addGroup(gid, d.UID(), path)
	}
}

func (w *Writers) addUser(uid uint32, path func() string) {
	if uid == 0 {
		return
	}
	if w.users == nil {
		w.users = map[uint32]string{}
	}
	if _, known := w.users[uid]; !known {
		w.users[uid] = path()
	}
}

func (w *Writers) addAnybody(path func() string, rights string) {
	if w.anybody == "" {
		w.anybody, w.rights = path(), rights
	}
}

// addGroup adds the members of a group.
func (w *Writers) addGroup(gid, owner uint32, path func() string) {
	g, found := w.groups[gid]
	if !found {
		g = lookupGroup(gid)
		if w.groups == nil {
			w.groups = map[uint32]group{}
		}
		w.groups[gid] = g
	}
	switch {
	case gid == 0 || g.private(owner):
	case !g.known || len(g.members) == 0:
		w.addAnybody(path, fmt.Sprintf("writable by the group %d, whose members are not all known", gid))
	default:
		for _, uid := range g.members {
			w.addUser(uid, path)
		}
	}
}

// Access control lists as in linux/posix_acl_xattr.h: a version of 4 bytes, and then entries of 8
// bytes. Each entry is a tag, permissions and an ID, all little-endian.
const (
	aclTagUser     = 0x02
	aclTagGroupObj = 0x04
	aclTagGroup    = 0x08
	aclWrite       = 0x02
)

// accessControlList returns the users and groups that the list of an open file or folder names
// and allows to write. owning reports whether the owning group may write. If there is no list,
// the mode decides.
func accessControlList(d *Descriptor) (users, groups []uint32, owning bool, err error) {
	var buf [4096]byte
	n, err := unix.Getxattr(fmt.Sprintf("/proc/self/fd/%d", d.fd), "system.posix_acl_access", buf[:])
	if errors.Is(err, unix.ENODATA) || errors.Is(err, unix.EOPNOTSUPP) || err == nil && n < 4 {
		return nil, nil, true, nil
	}
	if err != nil {
		return nil, nil, false, err
	}
	for e := buf[4:n]; len(e) >= 8; e = e[8:] {
		tag, perm := uint16(e[0])|uint16(e[1])<<8, uint16(e[2])|uint16(e[3])<<8
		id := uint32(e[4]) | uint32(e[5])<<8 | uint32(e[6])<<16 | uint32(e[7])<<24
		if perm&aclWrite == 0 {
			continue
		}
		switch tag {
		case aclTagUser:
			users = append(users, id)
		case aclTagGroup:
			groups = append(groups, id)
		case aclTagGroupObj:
			owning = true
		}
	}
	return users, groups, owning, nil
}

// A guard checks the paths that decide what a site is, while they are resolved.
type guard struct {
	mu      sync.Mutex
	writers Writers
	only    uint32 // the only user, besides root, who may change the paths
	collect bool   // collect the writers, and refuse nothing
	refused error  // the first error by which a path was refused
}

// visit adds the writers of one open component of a path. It refuses the component if the guard
// does not allow one of these writers.
func (g *guard) visit(d *Descriptor, path func() string, entry bool) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.collect {
		g.writers.add(d, path, entry)
		return nil
	}
	w := Writers{groups: g.writers.groups}
	w.add(d, path, entry)
	g.writers.groups = w.groups
	delete(w.users, g.only)
	if len(w.users) == 0 && w.anybody == "" {
		return nil
	}
	w.addUser(g.only, func() string { return "the rest of the site" })
	err := &AmbiguousOwnerError{w}
	if g.refused == nil {
		g.refused = err
	}
	return err
}

// Guard makes h refuse every path that a user other than root and uid may change. The error is an
// AmbiguousOwnerError. In an evaluation with the rights of uid, no other user may then decide
// what is evaluated.
func (h *Home) Guard(uid uint32) { h.guard = &guard{only: uid} }

// Refused returns the first error by which the guard refused a path, or nil. An evaluation may
// have mistaken the refusal for a missing file.
func (h *Home) Refused() error {
	if h.guard == nil {
		return nil
	}
	h.guard.mu.Lock()
	defer h.guard.mu.Unlock()
	return h.guard.refused
}
