package source

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/user"
	"strconv"

	"github.com/wp-oneway/wp-oneway/wordpress/config"
	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// noGroup is the group of a worker whose user has no entry in the user database.
const noGroup = 65534

// An Owner is the user with whose rights a site is read.
type Owner struct {
	UID    uint32   `json:"uid"`
	GID    uint32   `json:"gid"`
	Groups []uint32 `json:"groups"`
}

// LookupOwner looks up the groups of a user. A user without an entry in the user
// database gets the group 65534 and no other.
func LookupOwner(uid uint32) (Owner, error) {
	u, err := user.LookupId(strconv.FormatUint(uint64(uid), 10))
	if unknown := user.UnknownUserIdError(0); errors.As(err, &unknown) {
		return Owner{UID: uid, GID: noGroup}, nil
	}
	if err != nil {
		return Owner{}, fmt.Errorf("look up uid %d: %w", uid, err)
	}
	ids, err := u.GroupIds()
	if err != nil {
		return Owner{}, fmt.Errorf("look up the groups of uid %d: %w", uid, err)
	}
	owner := Owner{UID: uid}
	for _, id := range append([]string{u.Gid}, ids...) {
		gid, err := strconv.ParseUint(id, 10, 32)
		if err != nil {
			return Owner{}, fmt.Errorf("look up the groups of uid %d: group %q is not a number", uid, id)
		}
		owner.Groups = append(owner.Groups, uint32(gid))
	}
	owner.GID = owner.Groups[0]
	return owner, nil
}

// DecidingUser is for a site of root. It returns the one user besides root who may change a file that
// the configuration includes or looks for, or a folder on the path to one; 0 if there is none.
// It reads only files that nobody but root may change: the others are read later, with the
// user's rights. If several users may change it, it returns a safefs.AmbiguousOwnerError. If root
// could read everything, read is the configuration.
func DecidingUser(ctx context.Context, req Request) (uid uint32, read *config.Site, err error) {
	read, err = config.Read(ctx, req.Path, config.Options{Home: req.Home, World: req.World, Guarded: true})
	if several := (*safefs.AmbiguousOwnerError)(nil); errors.As(err, &several) {
		uid, err = several.Sole()
		return uid, nil, err
	}
	if err != nil {
		return 0, nil, nil //nolint:nilerr // any other error is that of the site, and comes back when it is opened
	}
	return 0, read, nil
}

// NeedsWorker reports whether the owner's sites are read by a worker: this process
// runs as root, and the owner is not root.
func (o Owner) NeedsWorker() bool { return os.Geteuid() == 0 && o.UID != 0 }

// Name is the user's name, or the number if it has no name that can be part of a URL.
func (o Owner) Name() string {
	id := strconv.FormatUint(uint64(o.UID), 10)
	if u, err := user.LookupId(id); err == nil && site.ValidName(u.Username) {
		return u.Username
	}
	return id
}
