package agent

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"strconv"
	"syscall"

	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// nogroup is the group of a worker whose user no file knows.
const nogroup = 65534

// An Owner is with whose rights a site is read.
type Owner struct {
	UID    uint32   `json:"uid"`
	GID    uint32   `json:"gid"`
	Groups []uint32 `json:"groups"`
}

// A located is a job's site where it really lies.
type located struct {
	root     string // links resolved
	identity string // what the site is known by from run to run
	owner    Owner  // with whose rights it is read
}

// locate resolves the job's path below its home, and says who owns it: the owner
// of the site's root folder or, where that is root, of the nearest folder above
// it that is somebody else's.
func (j *Job) locate() (located, error) {
	root, uid, err := j.find()
	if err != nil {
		return located{}, err
	}
	owner, err := ownerOf(uid)
	return located{root: root, identity: j.Place.Identity(root, j.World.HTTPHost), owner: owner}, err
}

// find is locate without the owner's groups, which take time to look up.
func (j *Job) find() (root string, uid uint32, err error) {
	home, err := site.OpenHome(j.Place.Home)
	if err != nil {
		return "", 0, fmt.Errorf("open the site's home: %w", err)
	}
	defer home.Close()
	root, uid, err = home.Locate(j.Place.Path)
	if errors.Is(err, syscall.ENOTDIR) {
		return "", 0, fmt.Errorf("find the site: %s is no folder; give the folder that holds wp-config.php or wp-load.php", j.Place.Path)
	}
	if err != nil {
		return "", 0, fmt.Errorf("find the site: %w", err)
	}
	return root, uid, nil
}

func uidOf(info fs.FileInfo) uint32 { return info.Sys().(*syscall.Stat_t).Uid }

// ownerOf looks a user's groups up; a user that no file knows gets none of use.
func ownerOf(uid uint32) (Owner, error) {
	u, err := user.LookupId(strconv.FormatUint(uint64(uid), 10))
	if unknown := user.UnknownUserIdError(0); errors.As(err, &unknown) {
		return Owner{UID: uid, GID: nogroup}, nil
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
			return Owner{}, fmt.Errorf("look up the groups of uid %d: group %q is no number", uid, id)
		}
		owner.Groups = append(owner.Groups, uint32(gid))
	}
	owner.GID = owner.Groups[0]
	return owner, nil
}

// foreign tells whether reading the site needs a worker: we are root, and its owner is not.
func (o Owner) foreign() bool { return os.Geteuid() == 0 && o.UID != 0 }

// name is what the owner is called, in {owner} and to people.
func (o Owner) name() string {
	id := strconv.FormatUint(uint64(o.UID), 10)
	if u, err := user.LookupId(id); err == nil && site.ValidName(u.Username) {
		return u.Username
	}
	return id
}
