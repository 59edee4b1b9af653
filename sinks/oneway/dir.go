package oneway

import (
	"context"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// examineDir checks who can write to a folder, delete in it or replace it. A folder
// cannot be one-way: the agent's own user can delete there.
func examineDir(ctx context.Context, dir string, o Options) *Result {
	dir = filepath.Clean(dir)
	r := &Result{URL: (&url.URL{Scheme: "file", Path: dir}).String(), Store: "a folder on this host", Folder: true, Reached: true}
	r.Findings = append(r.Findings, sinks.Finding{
		Check: "one-way", Verdict: sinks.Warning, Detail: "a folder cannot be one-way: an attacker who controls " + userName(uint32(os.Geteuid())) + " of this host can delete the backups in it",
		Advice: "store backups in a bucket as well; --require-one-way never accepts a folder",
	})
	folders := o.Folders
	if len(folders) == 0 {
		folders = []string{""}
	}
	for _, name := range folders {
		place := findPlace(filepath.Join(dir, name))
		for _, f := range []sinks.Finding{place.writable(ctx), place.others(o.Tenants), place.readers()} {
			f.Folder = name
			r.Findings = append(r.Findings, f)
		}
	}
	return r
}

// A place is a folder that exists or will be created.
type place struct {
	path    string
	nearest string   // the folder itself, or its nearest existing parent
	real    string   // nearest with symlinks resolved
	chain   []string // nearest and all its parents, also those of symlinks' targets
	err     error    // the path cannot be examined
}

// findPlace finds the existing folders on a path, with their symlinks resolved.
func findPlace(path string) place {
	p := place{path: path, nearest: path}
	for {
		_, err := os.Stat(p.nearest)
		if err == nil || p.nearest == filepath.Dir(p.nearest) {
			break
		}
		if !os.IsNotExist(err) {
			p.err = err
			return p
		}
		p.nearest = filepath.Dir(p.nearest)
	}
	for at := p.nearest; ; at = filepath.Dir(at) {
		real, err := filepath.EvalSymlinks(at)
		if err != nil {
			p.err = err
			return p
		}
		if at == p.nearest {
			p.real = real
		}
		for dir := real; !slices.Contains(p.chain, dir); dir = filepath.Dir(dir) {
			p.chain = append(p.chain, dir)
		}
		if at == filepath.Dir(at) {
			break
		}
	}
	return p
}

// writable writes and removes what a run writes.
func (p place) writable(ctx context.Context) sinks.Finding {
	f := sinks.Finding{Check: "write", Required: true, Verdict: sinks.Holds, Detail: "folders and files can be created, renamed and synced"}
	if p.nearest != p.path {
		f.Detail = "the folder will be created in " + p.nearest
	}
	err := p.err
	if err == nil {
		err = sinks.ProbeFolder(ctx, p.nearest)
	}
	if err != nil {
		f.Verdict, f.Detail, f.Advice = sinks.Fails, line(err.Error()), "allow uid "+strconv.Itoa(os.Geteuid())+" to write there, or choose another folder"
	}
	return f
}

// others checks who else can write, delete or rename in the folder or its parents.
func (p place) others(tenants []User) sinks.Finding {
	f := sinks.Finding{Check: "others write", Required: true, Verdict: sinks.Holds, Detail: "only root and the agent's own user can delete there"}
	if p.err != nil {
		f.Verdict, f.Detail, f.Advice = sinks.Unproven, line(p.err.Error()), "choose a folder whose parents the agent can examine"
		return f
	}
	us := uint32(os.Geteuid())
	for _, t := range tenants {
		if t.UID == us && us != 0 {
			f.Verdict, f.Detail = sinks.Fails, "the site's files belong to the agent's own user: an attacker who controls the site can delete its backups"
			f.Advice = "run the agent as another user or as root, or store backups in a bucket"
			return f
		}
	}
	for _, dir := range p.chain {
		last := dir == p.real
		verdict, who, err := writers(dir, last && p.nearest != p.path, us, tenants)
		if err != nil {
			f.Verdict, f.Detail, f.Advice = sinks.Unproven, line(err.Error()), "choose a folder whose parents the agent can examine"
			return f
		}
		if verdict == sinks.Fails || (verdict == sinks.Warning && f.Verdict == sinks.Holds) {
			f.Verdict, f.Detail = verdict, who+" can delete or replace "+dir
			if last {
				f.Detail = who + " can delete in " + dir
			}
			f.Advice = "choose a folder that only root can write to, and whose parents only root can write to, such as /var/backups/wp"
		}
		if verdict == sinks.Fails {
			return f
		}
	}
	return f
}

// writers finds who can write to a folder, besides root and our own user. In a sticky
// folder, users cannot replace existing entries of others, but they can create a
// missing one first.
func writers(dir string, missing bool, us uint32, tenants []User) (sinks.Verdict, string, error) {
	info, err := os.Lstat(dir)
	if err != nil {
		return "", "", err
	}
	stat := info.Sys().(*syscall.Stat_t)
	if stat.Uid != 0 && stat.Uid != us {
		for _, t := range tenants {
			if t.UID == stat.Uid {
				return sinks.Fails, "the site's owner " + t.Name, nil
			}
		}
		return sinks.Warning, userName(stat.Uid), nil
	}
	mode := info.Mode()
	sticky := mode&fs.ModeSticky != 0 && !missing
	switch {
	case sticky:
		return sinks.Holds, "", nil
	case mode.Perm()&0o002 != 0:
		return sinks.Fails, "every user of this host", nil
	case mode.Perm()&0o020 == 0:
		return sinks.Holds, "", nil
	}
	if n, err := unix.Lgetxattr(dir, "system.posix_acl_access", nil); err == nil && n > 0 {
		return sinks.Warning, "a user or group in its access list (see getfacl)", nil
	}
	for _, t := range tenants {
		if slices.Contains(t.Groups, stat.Gid) {
			return sinks.Fails, "the site's owner " + t.Name + ", by the folder's group,", nil
		}
	}
	if stat.Gid == 0 {
		return sinks.Holds, "", nil
	}
	return sinks.Warning, "group " + groupName(stat.Gid), nil
}

// readers warns if other users can read the folder.
func (p place) readers() sinks.Finding {
	f := sinks.Finding{Check: "others read", Verdict: sinks.Holds, Detail: "other users cannot open the folder"}
	if p.nearest != p.path {
		f.Detail = "the folder will be created with access for its owner only"
		return f
	}
	info, err := os.Stat(p.path)
	switch {
	case err != nil:
		f.Verdict, f.Detail = sinks.Warning, line(err.Error())
	case info.Mode().Perm()&0o005 != 0:
		f.Verdict, f.Detail = sinks.Warning, fmt.Sprintf("every user of this host can list the folder (mode %04o); only their owner can read the backups in it", info.Mode().Perm())
		f.Advice = "chmod o-rwx " + sinks.Quote(p.path)
	}
	return f
}

func userName(uid uint32) string {
	id := strconv.FormatUint(uint64(uid), 10)
	if u, err := user.LookupId(id); err == nil {
		return "user " + u.Username
	}
	return "uid " + id
}

func groupName(gid uint32) string {
	id := strconv.FormatUint(uint64(gid), 10)
	if g, err := user.LookupGroupId(id); err == nil {
		return g.Name
	}
	return id
}
