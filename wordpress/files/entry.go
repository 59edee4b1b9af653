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

// entry yields an entry that is not a folder.
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
		w.set.report.warn(w.display(safefs.Join(f.path, d.Name())), kindOf(kind)+", so it was left out")
		return nil
	}
}

// file yields a regular file.
func (w *walker) file(f *folder, name string) error {
	if w.yield == nil {
		return nil
	}
	path := safefs.Join(f.path, name)
	file, d, err := w.openFile(f.at, name, path)
	if err != nil {
		w.fail(path, err)
		return nil
	}
	if d.IsDir() {
		_ = file.Close()
		w.fail(path, safefs.ErrIrregular)
		return nil
	}
	info := d.Info(name)
	if w.planted(f, info) {
		_ = file.Close()
		w.unreadable(path, "has several names, and its owner is not that of its folder: another user may have given it this name")
		return nil
	}
	if err := w.show(f); err != nil {
		return errors.Join(err, file.Close())
	}
	e := Entry{Name: w.display(path), Info: info, File: file}
	w.checkName(f, e.Name, "")
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

// planted reports whether the owner of a folder may have created a name for a file that he
// may not read, as kernels permit that have no fs.protected_hardlinks. It matters to root,
// who may read every file.
func (w *walker) planted(f *folder, file *safefs.FileInfo) bool {
	return file.Stat.Nlink > 1 && f.at.UID() != 0 && f.at.UID() != file.Stat.Uid && os.Geteuid() == 0
}

// maxTarName is the longest name that the kernel accepts and that tar can therefore
// create. The name of a folder ends in "/".
const maxTarName = unix.PathMax - 1

// checkName warns if tar cannot create a file of that name, once for everything below
// it. The file is archived nevertheless: tar can restore it under another name.
func (w *walker) checkName(in *folder, name, end string) {
	if len(name)+len(end) <= maxTarName || in != nil && len(in.name)+1 > maxTarName {
		return
	}
	what := "the name is longer than 4,095 bytes"
	if end != "" {
		what = "the names of the folder and of everything in it are longer than 4,095 bytes"
	}
	w.set.report.warn(name, what+": archived, but tar can restore it only under a shorter name, with --transform")
}

// openFile opens a file without changing its access time, if the kernel permits that: a
// backup should not write to the site's disk.
func (w *walker) openFile(dir *safefs.Descriptor, name, path string) (*os.File, safefs.Descriptor, error) {
	const maxRefused = 100
	if w.refused < maxRefused {
		file, d, err := w.await(func() (*os.File, safefs.Descriptor, error) { return dir.OpenBelow(name, path, unix.O_NOATIME) })
		if !errors.Is(err, syscall.EPERM) {
			return file, d, err
		}
		w.refused++
	}
	return w.await(func() (*os.File, safefs.Descriptor, error) { return dir.OpenBelow(name, path, 0) })
}

// maxLeaseWait is how long a walk waits for leases in total. The kernel ends a lease
// after 45 seconds (fs.lease-break-time). Samba, which holds leases for its clients,
// returns a lease at once.
const maxLeaseWait = time.Minute

// await opens a file for which another process may hold a lease. The first attempt
// makes the kernel request the lease back. await retries until it is returned.
func (w *walker) await(open func() (*os.File, safefs.Descriptor, error)) (*os.File, safefs.Descriptor, error) {
	for pause := time.Millisecond; ; pause = min(2*pause, time.Second) {
		file, d, err := open()
		if !errors.Is(err, syscall.EAGAIN) || w.waited >= maxLeaseWait {
			return file, d, err
		}
		w.waited += pause
		wait := time.NewTimer(pause)
		select {
		case <-wait.C:
		case <-w.done:
			wait.Stop()
			return nil, safefs.Descriptor{}, err
		}
	}
}

// hardLink makes e a hard link if an earlier entry has the same file.
func (w *walker) hardLink(e *Entry, st *syscall.Stat_t) {
	inode := safefs.Inode{Dev: st.Dev, Ino: st.Ino}
	if first := w.links.find(inode, st); first != "" {
		e.HardLink, e.File = first, nil
		return
	}
	if !w.links.add(inode, e.Name, st) && !w.forgot {
		w.forgot = true
		w.set.report.warn(e.Name, "there are too many files with several names (hard links); the content of small ones may be archived once for each name")
	}
}

// link yields a link and follows it.
func (w *walker) link(f *folder, name string) error {
	path := safefs.Join(f.path, name)
	follow := func() {
		if !w.leavesCore(f, name, false) { // links to a shared core are archived, the core is not
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
	w.checkName(f, w.display(path), "")
	if err := w.yield(Entry{Name: w.display(path), Info: info, Link: target}); err != nil {
		return err
	}
	follow()
	return nil
}

// follow adds the target of a link as a tree, unless a tree contains it already or it
// must not be archived.
func (w *walker) follow(path string) {
	s := w.set
	target, found, foreign, err := s.target(path)
	if err != nil {
		if errors.Is(err, safefs.ErrOutside) {
			w.warn(path, "leads outside the site's home: the link is archived, its target is not")
		}
		return // dangling or circular: only the link can be archived
	}
	switch {
	case s.covered(target), safefs.Within(target, s.core) && !s.sel.WithCore, s.isNever(target):
	case safefs.Within(s.root, target):
		w.warn(path, fmt.Sprintf("leads to a folder that contains the whole site (%s): the link is archived, its target is not", wordpress.QuoteName(target)))
	case foreign:
		w.warn(path, fmt.Sprintf("leads to a file or folder of another user (%s): the link is archived, its target is not", wordpress.QuoteName(target)))
	case s.siteAt(target):
		w.warn(path, fmt.Sprintf("leads to another WordPress site (%s): the link is archived, its target is not", wordpress.QuoteName(target)))
	case w.yield != nil && !safefs.Within(target, s.base):
		w.unreadable(path, "was created during the backup and leads outside the archive's base; the next backup archives its target")
	case s.extras >= maxExtras:
		w.unreadable(path, fmt.Sprintf("the target is not archived: more than %d links lead out of the site's folders", maxExtras))
	default:
		s.extras++
		s.keep(target, found)
		s.isTree[target] = true
		s.trees = append(s.trees, target)
	}
}

// An identity says which file or folder was found at a path, and whose it was.
type identity struct {
	inode safefs.Inode
	uid   uint32
}

// target resolves a path that may be a link. foreign says that a user's link leads to a
// file or folder of another user; see safefs.Home.Target.
func (s *Set) target(path string) (real string, found identity, foreign bool, err error) {
	c, link, err := s.home.Target(path)
	if err != nil {
		return "", identity{}, false, err
	}
	defer c.Close()
	return c.Path(c.Len() - 1), identity{c.End().Inode(), c.End().UID()}, link != nil, nil
}

// keep has the walk archive, at a real path, only the file or folder that was found there,
// even if the path leads to another one by then.
func (s *Set) keep(real string, found identity) {
	if _, known := s.found[real]; !known {
		s.found[real] = found
	}
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

// kindOf describes an entry that is neither a file, a folder nor a link.
func kindOf(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeNamedPipe != 0:
		return "is a FIFO"
	case mode&fs.ModeSocket != 0:
		return "is a socket"
	case mode&fs.ModeDevice != 0:
		return "is a device"
	}
	return "is not a regular file"
}
