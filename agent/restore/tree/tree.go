// Package tree puts the files of a run in place. It writes them into a folder beside the
// target, together with the files of the target that stay. At the end, it exchanges the two.
package tree

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/restore/files"
	"github.com/wp-oneway/wp-oneway/wordpress"
)

// Options say how the files of a site are restored.
type Options struct {
	// Path is where the site's root is restored to. Root is the name of the root in the archive.
	Path, Root string
	// Others maps names in the archive to paths: files and folders outside of the root that are
	// restored to where they came from. Everything else from outside of the root goes to
	// Path.outside.
	Others map[string]string

	Include, Exclude []string
	Overwrite        Overwrite
	Delete           bool // delete what the backup does not have
	Dry              bool // change nothing
	NumericOwner     bool
	Setuid           bool
	// Owner is the user with whose rights files are written if this process is root. If nil, it
	// is the owner of the target or, if that does not exist, of its parent folder. User looks up
	// a user by UID.
	Owner *User
	User  func(uid uint32) (User, error)

	Bytes int64 // the length of the archive; all files together must not be larger
	Files int64 // the number of files, as the manifest states it

	// Say is called with one line for each step, Warn with one line for each warning, and
	// Change with each change that is to be listed.
	Say, Warn func(text string)
	Change    func(Change) error
}

// A User is a user with his groups.
type User struct {
	UID, GID uint32
	Groups   []uint32
}

// A Target is where the files of a site are restored to. It is a restore.Part.
type Target struct {
	o      Options
	places []*place // the site's root first
	order  order
	as     *User // the user of the worker; if nil, this process stages the files
	broken bool  // a switch of an earlier restore was interrupted
	files  atomic.Int64
	// Sum counts what was done. It is valid after Stage.
	Sum Summary
}

// New returns the target of a restore.
func New(o Options) *Target { return &Target{o: o} }

// Files returns how many files of the backup were read so far. It can be called at any time.
func (t *Target) Files() int64 { return t.files.Load() }

// Stream implements restore.Part.
func (*Target) Stream() string { return manifest.FilesStream }

// Check implements restore.Part.
func (t *Target) Check(context.Context) error {
	o := &t.o
	t.order = order{
		Files: files.Options{
			Mapping:  files.Mapping{Root: o.Root, Include: o.Include, Exclude: o.Exclude, Others: map[string]string{}},
			MaxBytes: o.Bytes, NumericOwner: o.NumericOwner, Setuid: o.Setuid,
		},
		Overwrite: o.Overwrite, Delete: o.Delete, Dry: o.Dry,
	}
	if err := t.add(files.SiteFolder, o.Path, true); err != nil {
		return err
	}
	if err := t.add(files.OutsideFolder, t.places[0].path+outsideSuffix, true); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(o.Others)) {
		key := "other" + strconv.Itoa(len(t.places))
		t.order.Files.Mapping.Others[name] = key
		if err := t.add(key, o.Others[name], false); err != nil {
			return err
		}
	}
	for _, p := range t.places {
		names, err := p.interrupted()
		if err != nil {
			return err
		}
		if len(names) > 0 {
			t.broken = true
			return nil // Stage first puts back the old files, and then calls Check again
		}
	}
	for i, p := range t.places {
		if o.Overwrite == Refuse && !p.isEmpty() {
			return fmt.Errorf("restore to %s: it is not empty; give --overwrite to say which existing files are replaced, or give another folder", p.path)
		}
		if i == 0 && p.now != nil && !p.isFolder() {
			return fmt.Errorf("restore to %s: it is not a folder", p.path)
		}
	}
	if err := t.chooseUser(); err != nil {
		return err
	}
	return t.checkSpace()
}

// add opens a place and adds it to the order.
func (t *Target) add(key, path string, isFolder bool) error {
	p, err := openPlace(path)
	if err != nil {
		return err
	}
	t.places = append(t.places, p)
	o := orderPlace{Key: key, Name: p.name, Folder: isFolder, Target: p.target != nil}
	if p.now != nil && p.target == nil {
		mode := fs.FileMode(p.now.Mode & 0o777)
		if p.now.Mode&unix.S_IFMT != unix.S_IFREG {
			mode |= fs.ModeIrregular
		}
		o.File = &file{Bytes: p.now.Size, Rights: mode, Modified: time.Unix(p.now.Mtim.Unix())}
	}
	t.order.Places = append(t.order.Places, o)
	return nil
}

// chooseUser decides with whose rights files are written.
func (t *Target) chooseUser() error {
	if os.Geteuid() != 0 {
		if t.o.Owner != nil && int(t.o.Owner.UID) != os.Geteuid() {
			return errors.New("restore as another user: only root can do that; omit --owner")
		}
		if t.o.NumericOwner {
			return errors.New("restore the archived owners: only root can do that; omit --numeric-owner")
		}
		return nil
	}
	site := t.places[0]
	var dir unix.Stat_t
	if err := unix.Fstat(int(site.dir.Fd()), &dir); err != nil {
		return fmt.Errorf("restore to %s: %w", site.path, err)
	}
	user := t.o.Owner
	if user == nil {
		uid := dir.Uid
		if site.now != nil {
			uid = site.now.Uid
		}
		found, err := t.o.User(uid)
		if err != nil {
			return err
		}
		user = &found
	}
	as := *user
	group := dir.Gid
	if site.now != nil {
		group = site.now.Gid
	}
	// Keep the group of the target: the web server may need it to read the files.
	if (site.now != nil || dir.Mode&unix.S_ISGID != 0) && group != 0 && !t.o.Setuid {
		as.GID = group
	}
	t.order.Files.UID, t.order.Files.GID = int(as.UID), int(as.GID)
	if as.UID != 0 && !t.o.NumericOwner {
		t.as = &as
	}
	return nil
}

// checkSpace says how much space is needed, and returns an error if there is less.
func (t *Target) checkSpace() error {
	p := t.places[0]
	var st unix.Statfs_t
	if err := unix.Fstatfs(int(p.dir.Fd()), &st); err != nil {
		return fmt.Errorf("restore to %s: %w", p.path, err)
	}
	free := int64(min(st.Bavail*uint64(st.Bsize), math.MaxInt64))
	all := len(t.o.Include) == 0 && len(t.o.Exclude) == 0 && (t.o.Overwrite == Refuse || t.o.Overwrite == Always)
	where := filepath.Dir(p.path)
	if all && free < t.o.Bytes {
		return fmt.Errorf("restore to %s: the files need %s, and %s has %s free; free some space, or choose another folder", p.path, sizeText(t.o.Bytes), where, sizeText(free))
	}
	if st.Files > 0 && all && int64(min(st.Ffree, math.MaxInt64)) < t.o.Files {
		return fmt.Errorf("restore to %s: the site has %d files, and the file system of %s has room for %d; choose another folder", p.path, t.o.Files, where, st.Ffree)
	}
	t.o.Say(fmt.Sprintf("the files need up to %s in %s, which has %s free", sizeText(t.o.Bytes), where, sizeText(free)))
	return nil
}

// Stage implements restore.Part.
func (t *Target) Stage(ctx context.Context, in io.Reader) (err error) {
	if t.broken {
		if err := t.recover(ctx); err != nil {
			return err
		}
	}
	var open []*os.File
	for i, p := range t.places {
		if !t.o.Dry {
			if err := p.makeBox(); err != nil {
				return err
			}
			if t.as != nil {
				if err := p.boxFile.Chown(int(t.as.UID), int(t.as.GID)); err != nil {
					return fmt.Errorf("restore to %s: %w", p.path, cause(err))
				}
			}
			t.order.Places[i].Box = true
			open = append(open, p.boxFile)
		}
		if p.target != nil {
			open = append(open, p.target)
		}
	}
	if t.as != nil {
		t.Sum, err = stageAs(ctx, in, *t.as, t.order, open, t.listener())
	} else {
		t.Sum, err = stage(ctx, in, t.order, open, t.listener())
	}
	if err != nil {
		return err
	}
	t.report()
	if len(t.Sum.Missing) > 0 {
		return fmt.Errorf("restore %q: the backup has no such file or folder", t.Sum.Missing[0])
	}
	return t.takeBoxes()
}

// listener returns the functions that report the progress of staging.
func (t *Target) listener() listener {
	return listener{change: t.o.Change, files: func(n int64) error { t.files.Store(n); return nil }}
}

// recover puts back what an interrupted restore has replaced, and examines the target again.
func (t *Target) recover(ctx context.Context) error {
	if t.o.Dry {
		return fmt.Errorf("examine %s: a restore to it was interrupted while it put the files in use; run restore --undo --to %[1]s first", t.places[0].path)
	}
	t.o.Warn("an earlier restore was interrupted while it put the files in use; the old ones are put back first")
	for _, p := range t.places {
		if err := p.recover(); err != nil {
			return err
		}
		p.close()
	}
	t.places, t.broken = nil, false
	return t.Check(ctx)
}

func (t *Target) report() {
	for _, note := range t.Sum.Notes {
		t.o.Warn(note)
	}
	for _, link := range t.Sum.LeadOut {
		t.o.Warn("the link leads out of the site: " + wordpress.Printable(link))
	}
}

// takeBoxes takes the boxes back from the site's owner, so that the owner cannot change what was
// staged before it is switched.
func (t *Target) takeBoxes() error {
	for i, p := range t.places {
		if p.boxFile == nil {
			continue
		}
		err := errors.Join(p.boxFile.Chown(os.Geteuid(), os.Getegid()), p.boxFile.Chmod(0o700), p.mark())
		st, failed := p.staged()
		if err := errors.Join(err, failed); err != nil {
			return fmt.Errorf("restore to %s: %w", p.path, cause(err))
		}
		if st == nil {
			continue
		}
		isFolder := st.Mode&unix.S_IFMT == unix.S_IFDIR
		if !isFolder && (t.order.Places[i].Folder || st.Mode&unix.S_IFMT != unix.S_IFREG) || p.now != nil && isFolder != p.isFolder() {
			return fmt.Errorf("restore to %s: %w: it is a folder in the backup and not here, or the other way round", p.path, files.ErrUnsafe)
		}
		if err := unix.Syncfs(int(p.boxFile.Fd())); err != nil {
			return fmt.Errorf("restore to %s: write it to the disk: %w", p.path, err)
		}
		p.ready = true
	}
	return nil
}

// Close implements restore.Part.
func (t *Target) Close() (err error) {
	for _, p := range t.places {
		err = errors.Join(err, p.finish())
	}
	return err
}

// HasCore reports whether WordPress itself is at the target. It only checks whether a file exists.
func (t *Target) HasCore() bool {
	if len(t.places) == 0 {
		return false
	}
	for _, dir := range []string{"", "wp/", "wordpress/"} {
		if _, err := os.Lstat(filepath.Join(t.places[0].path, dir+"wp-includes/version.php")); err == nil {
			return true
		}
	}
	return false
}

// sizeText returns a size with a unit, for messages.
func sizeText(n int64) string {
	const units = "KMGTPE"
	if n < 1<<10 {
		return fmt.Sprintf("%d B", max(n, 0))
	}
	value, unit := float64(n)/(1<<10), 0
	for value >= 1<<10 && unit < len(units)-1 {
		value, unit = value/(1<<10), unit+1
	}
	return fmt.Sprintf("%.1f %ciB", value, units[unit])
}
