package files

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
)

// A hardLink is a file of several names, one of which was yielded.
type hardLink struct {
	name string
	left uint64 // names not seen yet
	size int64
	mod  syscall.Timespec
}

// maxHardLinks bounds how many files of several names are remembered; the names
// of further ones are archived as files of their own.
const maxHardLinks = 100_000

// entry handles what is no folder.
func (w *walker) entry(f *folder, d fs.DirEntry) error {
	link := d.Type()&fs.ModeSymlink != 0
	if w.yield == nil && !link {
		return nil
	}
	if w.judge(f, d.Name(), d.Type()) == leftOut {
		return nil
	}
	switch kind := d.Type(); {
	case link:
		return w.link(f, d.Name())
	case kind == 0:
		return w.file(f, d.Name())
	default:
		w.set.report.warn(w.display(safefs.Join(f.path, d.Name())), kindOf(kind)+": left out")
		return nil
	}
}

// file yields a regular file.
func (w *walker) file(f *folder, name string) error {
	if w.yield == nil {
		return nil
	}
	path := safefs.Join(f.path, name)
	file, err := w.openFile(f.at, name, path)
	if err != nil {
		w.fail(path, err)
		return nil
	}
	d, err := safefs.Describe(file)
	if err == nil && d.IsDir() {
		err = safefs.ErrIrregular
	}
	if err != nil {
		_ = file.Close()
		w.fail(path, err)
		return nil
	}
	if err := w.show(f); err != nil {
		return errors.Join(err, file.Close())
	}
	info := d.Info(name)
	e := Entry{Name: w.display(path), Info: info, File: file}
	w.measure(f, e.Name, "")
	if info.Stat.Nlink > 1 && len(e.Name) <= maxTarName {
		w.hardLink(&e, &info.Stat)
	}
	w.set.report.Files++
	if e.File == nil {
		_ = file.Close()
	} else {
		w.set.report.Bytes += info.Stat.Size
	}
	return w.yield(e)
}

// maxTarName is the longest name that the kernel takes, and so tar can create: a
// folder's ends in "/".
const maxTarName = unix.PathMax - 1

// measure warns of a name that tar cannot create, once for all that lies below it.
// It is archived all the same: what is in the archive can be had.
func (w *walker) measure(in *folder, name, end string) {
	if len(name)+len(end) <= maxTarName || in != nil && len(in.name)+1 > maxTarName {
		return
	}
	what := "its name is longer than 4,095 bytes"
	if end != "" {
		what = "the names of it and of all that lies in it are longer than 4,095 bytes"
	}
	w.set.report.warn(name, what+": archived, but tar can only restore it under a shorter one, by --transform")
}

// openFile opens a file and asks the kernel, where it lets us, to leave its time
// of access alone: a backup should not write to the site's disk.
func (w *walker) openFile(dir *safefs.Descriptor, name, path string) (*os.File, error) {
	const patience = 100
	if w.refused < patience {
		file, err := w.await(func() (*os.File, error) { return dir.OpenBelow(name, path, unix.O_NOATIME) })
		if !errors.Is(err, syscall.EPERM) {
			return file, err
		}
		w.refused++
	}
	return w.await(func() (*os.File, error) { return dir.OpenBelow(name, path, 0) })
}

// leasePatience is how long a walk waits for leases, all in all. The kernel ends one
// after 45 seconds (fs.lease-break-time); who holds one in good faith, as Samba
// does for its clients, lets go of it at once.
const leasePatience = time.Minute

// await opens a file that another process may hold a lease of: the attempt asks for
// it back, and the file opens once it is.
func (w *walker) await(open func() (*os.File, error)) (*os.File, error) {
	for pause := time.Millisecond; ; pause = min(2*pause, time.Second) {
		file, err := open()
		if !errors.Is(err, syscall.EAGAIN) || w.waited >= leasePatience {
			return file, err
		}
		w.waited += pause
		wait := time.NewTimer(pause)
		select {
		case <-wait.C:
		case <-w.done:
			wait.Stop()
			return nil, err
		}
	}
}

// hardLink makes an entry a link to the earlier one of the same file, if there is one.
func (w *walker) hardLink(e *Entry, st *syscall.Stat_t) {
	key := safefs.Inode{Dev: st.Dev, Ino: st.Ino}
	// One that was written to since, or another file that has the inode by now, is
	// not what was archived under the first name.
	if first, ok := w.links[key]; ok && first.size == st.Size && first.mod == st.Mtim {
		e.HardLink, e.File = first.name, nil
		if first.left--; first.left == 0 {
			delete(w.links, key)
		}
		return
	}
	if len(w.links) < maxHardLinks {
		w.links[key] = &hardLink{name: e.Name, left: st.Nlink - 1, size: st.Size, mod: st.Mtim}
	}
}

// link yields a link, and sees to what it leads to.
func (w *walker) link(f *folder, name string) error {
	path := safefs.Join(f.path, name)
	follow := func() {
		if !w.leavesCore(f, name, false) { // how the site is put together is archived, and not the core it shares
			w.follow(path)
		}
	}
	if w.yield == nil {
		follow()
		return nil
	}
	info, target, err := f.at.ReadlinkBelow(name)
	if err != nil {
		w.fail(path, err)
		return nil
	}
	if err := w.show(f); err != nil {
		return err
	}
	w.set.report.Links++
	w.measure(f, w.display(path), "")
	if err := w.yield(Entry{Name: w.display(path), Info: info, Link: target}); err != nil {
		return err
	}
	follow()
	return nil
}

// follow adds what a link leads to as a tree, unless it is covered, or not to be had.
func (w *walker) follow(path string) {
	s := w.set
	target, err := s.home.Resolve(path)
	if err != nil {
		if errors.Is(err, safefs.ErrOutside) {
			w.warn(path, "leads outside the site's home: kept as a link, what it leads to is not archived")
		}
		return // dangling, or in a circle: the link itself is all there is
	}
	switch {
	case s.covered(target), safefs.Within(target, s.core) && !s.sel.WithCore, s.never[target]:
	case safefs.Within(s.root, target):
		w.warn(path, fmt.Sprintf("leads to a folder that holds the whole site (%s): kept as a link", wordpress.QuoteName(target)))
	case !s.trusts(path):
		w.warn(path, fmt.Sprintf("leads to what belongs to another user (%s): kept as a link", wordpress.QuoteName(target)))
	case s.siteAt(target):
		w.warn(path, fmt.Sprintf("leads to a WordPress site of its own (%s): kept as a link", wordpress.QuoteName(target)))
	case w.yield != nil && !safefs.Within(target, s.base):
		w.unreadable(path, "appeared during the walk and leads to what lies outside the archive's base")
	case s.extras >= maxExtras:
		w.unreadable(path, fmt.Sprintf("leads to what is not archived: more than %d links lead out of the site's folders", maxExtras))
	default:
		s.extras++
		s.isTree[target] = true
		s.trees = append(s.trees, target)
	}
}

// trusts reports whether a link may add what it leads to. A walk with root's
// rights asks what the kernel would not: that the link belongs to root, or to
// whom its target belongs, so that nobody has another's files archived as his.
func (s *Set) trusts(path string) bool {
	if os.Geteuid() != 0 {
		return true
	}
	link, err := s.home.Lstat(path)
	if err != nil {
		return false
	}
	target, err := s.home.Stat(path)
	if err != nil {
		return false
	}
	by, of := link.Sys().(*syscall.Stat_t).Uid, target.Sys().(*syscall.Stat_t).Uid
	return by == 0 || by == of
}

func (w *walker) warn(path, what string) {
	if w.yield != nil {
		w.set.report.warn(w.display(path), what)
	}
}

func (w *walker) unreadable(path, what string) {
	if w.yield != nil {
		w.set.report.unreadable(w.display(path), what)
	}
}

// kindOf names what is neither file, folder nor link.
func kindOf(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeNamedPipe != 0:
		return "is a FIFO"
	case mode&fs.ModeSocket != 0:
		return "is a socket"
	case mode&fs.ModeDevice != 0:
		return "is a device"
	}
	return "is no regular file"
}
