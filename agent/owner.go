package agent

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/wp-oneway/wp-oneway/wordpress"
)

// nogroup is the group of a worker whose user no file knows.
const nogroup = 65534

// An Owner is with whose rights a site is read.
type Owner struct {
	UID, GID uint32
	Groups   []uint32
}

// siteRoot resolves the place's path below its home, and says who owns it: the
// owner of the site's root folder or, where that is root, of the nearest folder
// above it that is somebody else's, since he can put any folder in its stead.
func siteRoot(place wordpress.Place) (root string, owner Owner, err error) {
	home, err := wordpress.OpenHome(place.Home)
	if err != nil {
		return "", Owner{}, fmt.Errorf("open the site's home: %w", err)
	}
	defer home.Close()
	info, err := home.Stat(place.Path)
	if err != nil {
		return "", Owner{}, fmt.Errorf("find the site: %w", err)
	}
	if !info.IsDir() {
		return "", Owner{}, fmt.Errorf("find the site: %s is no folder; give the folder that holds wp-config.php or wp-load.php", place.Path)
	}
	root, err = home.Resolve(place.Path)
	if err != nil {
		return "", Owner{}, fmt.Errorf("find the site: %w", err)
	}
	uid := uidOf(info)
	for dir := root; uid == 0; dir = filepath.Dir(dir) {
		// A folder above home is the system's; one below is looked at through no link, since root is resolved.
		info, err := os.Lstat(dir)
		if err != nil {
			return "", Owner{}, fmt.Errorf("find the site's owner: %w", err)
		}
		uid = uidOf(info)
		if dir == filepath.Dir(dir) {
			break
		}
	}
	owner, err = ownerOf(uid)
	return root, owner, err
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
