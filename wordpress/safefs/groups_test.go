package safefs

import (
	"slices"
	"strings"
	"testing"
)

func TestReadMembers(t *testing.T) {
	const (
		groups = "root:x:0:\nalice:x:2001:\nweb:x:33:alice,bob\nshared:x:50:bob\nremote:x:60:alice,carol\nempty:x:70:\nbroken\n"
		users  = "root:x:0:0::/root:\nalice:x:2001:2001::/home/alice:\nbob:x:2002:2002::/home/bob:\nsecond:x:2002:2002::/home/bob:\nwww:x:33:33::/var/www:\nshort\n"
	)
	for gid, want := range map[uint32]struct {
		members []uint32
		known   bool
	}{
		2001: {[]uint32{2001}, true}, 33: {[]uint32{2001, 2002, 33}, true}, 50: {[]uint32{2002}, true},
		60: {[]uint32{2001}, false}, 70: {nil, true}, 2002: {[]uint32{2002}, false}, 99: {nil, false},
	} {
		members, known, err := readMembers(strings.NewReader(groups), strings.NewReader(users), gid)
		if err != nil || !slices.Equal(members, want.members) || known != want.known {
			t.Errorf("%d: got %d, %v, %v; want %d, %v", gid, members, known, err, want.members, want.known)
		}
	}
}

// On some systems, root's group has other members. A user's group is private only if it has no
// others.
func TestPrivateGroup(t *testing.T) {
	if !PrivateGroup(1<<30, 1<<30) {
		t.Error("a group without an entry, of the user with its ID")
	}
	if PrivateGroup(1<<30, 1<<30+1) {
		t.Error("a group without an entry, of another user")
	}
}
