package tree

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
)

// A place is a path to which a file or folder is restored. The new content is staged under the
// same name in a folder beside it, the box. After the switch, the box holds what was there
// before. Only the user of this process can enter the box, so a web server cannot serve it.
type place struct {
	path   string // absolute, without symlinks
	name   string // its last element
	parent *os.Root
	dir    *os.File     // the parent folder
	now    *unix.Stat_t // what is there; nil if nothing is there
	target *os.File     // what is there, if it is a folder

	box       string   // the name of the box in the parent folder; "" before it is made
	boxFile   *os.File // the open box, locked against other restores
	ready     bool     // the content of the box is complete
	switched  bool
	committed bool // the box keeps what was there before
}

// The name of a box begins with a dot, the name of the place, and one of these marks.
const (
	stagingMark = ".wp-oneway-restore-"
	oldMark     = ".wp-oneway-old-"
)

// openPlace opens a place and its parent folder. It changes nothing.
func openPlace(path string) (*place, error) {
	real, err := safefs.PlannedPath(path)
	if err != nil {
		return nil, fmt.Errorf("restore to %s: %w", path, safefs.Cause(err))
	}
	if real == "/" {
		return nil, errors.New("restore to /: a site cannot replace the whole system; give another folder")
	}
	p := &place{path: real, name: filepath.Base(real)}
	if err := p.open(path); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

// open opens the place and its parent folder. path is the path for error messages.
func (p *place) open(path string) (err error) {
	above := filepath.Dir(p.path)
	if p.dir, err = safefs.OpenFolder(above); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("restore to %s: there is no folder %s; create it first", path, above)
	} else if err != nil {
		return fmt.Errorf("restore to %s: %w", path, err)
	}
	if p.parent, err = os.OpenRoot(descriptorPath(p.dir)); err != nil {
		return fmt.Errorf("restore to %s: %w", path, safefs.Cause(err))
	}
	var st unix.Stat_t
	err = unix.Fstatat(int(p.dir.Fd()), p.name, &st, unix.AT_SYMLINK_NOFOLLOW)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("restore to %s: %w", path, err)
	}
	p.now = &st
	if !p.isFolder() {
		return nil
	}
	if p.target, err = safefs.OpenBelow(p.dir, p.name, p.path, unix.O_DIRECTORY); err != nil {
		return fmt.Errorf("restore to %s: %w", path, safefs.Cause(err))
	}
	if mounted(p.dir, p.target) {
		return fmt.Errorf("restore to %s: it is a mount point, which cannot be exchanged; restore to a folder beside it or in it, and move the files", path)
	}
	return nil
}

// descriptorPath returns a path of an open folder that stays valid if the folder is renamed.
func descriptorPath(f *os.File) string { return fmt.Sprintf("/proc/self/fd/%d", f.Fd()) }

func (p *place) isFolder() bool { return p.now != nil && p.now.Mode&unix.S_IFMT == unix.S_IFDIR }

// isEmpty reports whether nothing is at the place, or an empty folder.
func (p *place) isEmpty() bool {
	if p.target == nil {
		return p.now == nil
	}
	again, err := safefs.OpenBelow(p.target, ".", p.path, unix.O_DIRECTORY)
	if err != nil {
		return false
	}
	defer again.Close()
	names, _ := again.Readdirnames(1) // an error occurs again when the folder is read later
	return len(names) == 0
}

// mounted reports whether a folder is a mount point in its parent folder.
func mounted(parent, folder *os.File) bool {
	var above, below unix.Statx_t
	const want = unix.STATX_MNT_ID
	if unix.Statx(int(parent.Fd()), "", unix.AT_EMPTY_PATH, want, &above) != nil ||
		unix.Statx(int(folder.Fd()), "", unix.AT_EMPTY_PATH, want, &below) != nil {
		return false // if it is one, the switch or the first hard link fails
	}
	return above.Dev_major != below.Dev_major || above.Dev_minor != below.Dev_minor ||
		above.Mask&below.Mask&want != 0 && above.Mnt_id != below.Mnt_id
}

// prefix returns the beginning of the names of boxes with a mark.
func (p *place) prefix(mark string) string { return "." + p.name[:min(len(p.name), 100)] + mark }

// makeBox makes the box, and removes the boxes that killed restores have left.
func (p *place) makeBox() error {
	name := p.prefix(stagingMark) + randomName()
	if err := unix.Mkdirat(int(p.dir.Fd()), name, 0o700); err != nil {
		return fmt.Errorf("restore to %s: create a folder beside it: %w", p.path, err)
	}
	p.box = name
	var err error
	if p.boxFile, err = p.lock(name); err != nil {
		return fmt.Errorf("restore to %s: %w", p.path, err)
	}
	if p.boxFile == nil {
		return errBusy(p.path)
	}
	if err := p.claimBox(); err != nil {
		return fmt.Errorf("restore to %s: create a folder beside it: %w", p.path, cause(err))
	}
	if err := p.removeStale(); err != nil {
		return err
	}
	// A restore that began at the same time may have removed the box as a stale one.
	var st unix.Stat_t
	if err := unix.Fstat(int(p.boxFile.Fd()), &st); err != nil || st.Nlink == 0 {
		return errBusy(p.path)
	}
	return nil
}

// removeStale removes the boxes that killed restores have left before their switch.
func (p *place) removeStale() error {
	boxes, err := p.boxes(stagingMark)
	if err != nil {
		return err
	}
	for _, other := range boxes {
		if other == p.box {
			continue
		}
		lock, err := p.lock(other)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return fmt.Errorf("restore to %s: remove %s, which an interrupted restore has left: %w", p.path, other, err)
		case lock == nil:
			return errBusy(p.path)
		}
		err = p.remove(other)
		unlock(lock)
		if err != nil {
			return err
		}
	}
	return nil
}

// claimBox marks the box, and checks that it is the folder that was just made. The owner of the
// parent folder may have put another folder there, and the site's owner would get that one.
func (p *place) claimBox() error {
	info, err := p.boxFile.Stat()
	if err != nil {
		return err
	}
	names, err := p.boxFile.Readdirnames(1)
	if len(names) > 0 || int(info.Sys().(*syscall.Stat_t).Uid) != os.Geteuid() || info.Mode().Perm() != 0o700 {
		return errors.New("another folder was put in its place")
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return p.mark()
}

func errBusy(path string) error {
	return fmt.Errorf("restore to %s: another restore to it is running; wait for its end", path)
}

func randomName() string {
	var random [4]byte
	_, _ = rand.Read(random[:]) // never fails
	return hex.EncodeToString(random[:])
}

// openBox opens a box.
func (p *place) openBox(name string) (*os.File, error) {
	fd, err := unix.Openat(int(p.dir.Fd()), name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), name), nil
}

// lock opens a box and locks it. The file is nil if another process has locked it.
func (p *place) lock(name string) (*os.File, error) {
	f, err := p.openBox(name)
	if err != nil {
		return nil, err
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return nil, f.Close()
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// unlock unlocks and closes a box; nil is allowed. Closing alone is not enough: a child process that
// is being started at that moment has the open file too, and would hold the lock for a while.
func unlock(box *os.File) {
	if box != nil {
		_ = unix.Flock(int(box.Fd()), unix.LOCK_UN) // if it fails, closing releases the lock
		_ = box.Close()                             // opened for reading: no write can fail
	}
}

// boxes returns the names of the boxes with a mark.
func (p *place) boxes(mark string) (found []string, err error) {
	again, err := safefs.OpenBelow(p.dir, ".", filepath.Dir(p.path), unix.O_DIRECTORY)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", filepath.Dir(p.path), safefs.Cause(err))
	}
	defer again.Close()
	names, err := again.Readdirnames(-1)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", filepath.Dir(p.path), safefs.Cause(err))
	}
	for _, name := range names {
		if strings.HasPrefix(name, p.prefix(mark)) {
			found = append(found, name)
		}
	}
	return found, nil
}

// staged returns what is in the box; nil if nothing is there.
func (p *place) staged() (*unix.Stat_t, error) {
	var st unix.Stat_t
	err := unix.Fstatat(int(p.boxFile.Fd()), p.name, &st, unix.AT_SYMLINK_NOFOLLOW)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // nothing is there
	}
	return &st, err
}

// replace puts the staged content in place. If it returns an error, nothing has changed at the
// place.
func (p *place) replace(now time.Time) error {
	box, dir := int(p.boxFile.Fd()), int(p.dir.Fd())
	if err := p.begin(); err != nil {
		return fmt.Errorf("restore to %s: write the journal of the switch: %w", p.path, cause(err))
	}
	if p.now == nil {
		if err := unix.Renameat2(box, p.name, dir, p.name, unix.RENAME_NOREPLACE); err != nil {
			return fmt.Errorf("restore to %s: %w", p.path, err)
		}
		p.switched = true
		return nil
	}
	// With this name, no other restore removes the box as a stale one.
	old := p.prefix(oldMark) + now.UTC().Format("2006-01-02_15-04-05Z") + "-" + randomName()
	if err := unix.Renameat2(dir, p.box, dir, old, unix.RENAME_NOREPLACE); err != nil {
		return fmt.Errorf("restore to %s: %w", p.path, err)
	}
	p.box = old
	if err := p.exchange(); err != nil {
		return fmt.Errorf("restore to %s: %w", p.path, err)
	}
	p.switched = true
	return nil
}

// exchange exchanges what is in the box and what is in place. It does so atomically if the file
// system supports that; otherwise nothing is at the place for a moment.
func (p *place) exchange() error {
	box, dir := int(p.boxFile.Fd()), int(p.dir.Fd())
	err := unix.Renameat2(box, p.name, dir, p.name, unix.RENAME_EXCHANGE)
	if !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.ENOSYS) && !errors.Is(err, unix.EOPNOTSUPP) {
		return err
	}
	aside := p.name + ".new"
	if len(aside) > unix.NAME_MAX {
		aside = ".new"
	}
	if err := unix.Renameat(box, p.name, box, aside); err != nil {
		return err
	}
	if err := unix.Renameat(dir, p.name, box, p.name); err != nil {
		return errors.Join(err, unix.Renameat(box, aside, box, p.name))
	}
	if err := unix.Renameat(box, aside, dir, p.name); err != nil {
		return errors.Join(err, unix.Renameat(box, p.name, dir, p.name))
	}
	return nil
}

// restoreOld undoes replace.
func (p *place) restoreOld() error {
	if !p.switched {
		return nil
	}
	var err error
	if p.now == nil {
		err = unix.Renameat(int(p.dir.Fd()), p.name, int(p.boxFile.Fd()), p.name)
	} else {
		err = p.exchange()
	}
	p.switched = err != nil
	if err != nil {
		return fmt.Errorf("undo the restore to %s: %w; the old files are in %s", p.path, err, p.old())
	}
	return nil
}

// old returns the path of what was there before the switch.
func (p *place) old() string { return filepath.Join(filepath.Dir(p.path), p.box, p.name) }

// finish removes the box, unless it holds what was there before the switch, or the journal of
// an incomplete switch.
func (p *place) finish() error {
	defer p.close()
	if p.box == "" || p.switched && (!p.committed || p.now != nil && !p.holdsNothing()) {
		return nil
	}
	return p.remove(p.box)
}

// holdsNothing reports whether the box holds only an empty folder, which it removes.
func (p *place) holdsNothing() bool {
	return unix.Unlinkat(int(p.boxFile.Fd()), p.name, unix.AT_REMOVEDIR) == nil
}

func (p *place) close() {
	for _, f := range []*os.File{p.dir, p.target} {
		_ = f.Close() // opened for reading; nil is allowed
	}
	unlock(p.boxFile)
	if p.parent != nil {
		_ = p.parent.Close() // only reading
	}
}

// outsideSuffix is the end of the name of the folder for files from outside of the root.
const outsideSuffix = ".outside"
