package files

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// A walker walks trees. If yield is nil, it only follows links.
type walker struct {
	set     *Set
	yield   func(Entry) error
	shown   map[string]bool // paths of the folders above trees that were yielded
	links   hardLinks
	forgot  bool // links forgot a file, and a warning says so
	refused int  // files that the kernel refused to open without changing the access time
	done    <-chan struct{}
	waited  time.Duration // for leases
}

// A selection says whether an entry, and what is below it, is archived.
type selection int

const (
	wanted  selection = iota // archived unless an exclude matches below
	forced                   // archived: an include matches
	leftOut                  // not archived unless an include matches below
)

// A folder is one open folder of the walk.
type folder struct {
	parent    *folder
	file      *os.File
	at        *safefs.Descriptor
	path      string // real path
	name      string // relative to the base
	inRoot    bool
	root      string // name relative to the root, if inRoot
	inside    bool   // in a content folder of WordPress
	content   string // the default name in WordPress, if inside
	aliases   []alias
	selection selection
	yielded   bool
	depth     int
}

// batch is the number of entries of a folder that are read at once.
const batch = 2048

// tree walks one tree: a folder with all below it, or a single file.
func (w *walker) tree(ctx context.Context, path string) error {
	s := w.set
	if s.isNever(path) {
		return nil
	}
	chain, err := s.home.Chain(path, false)
	if err != nil {
		w.fail(path, err)
		return w.fatal(path, err)
	}
	defer chain.Close()
	end := identity{chain.End().Inode(), chain.End().UID()}
	if want, known := s.found[path]; known && end != want {
		if s.main[path] {
			w.unreadable(path, "was replaced while the site was read")
		} else {
			w.fail(path, safefs.ErrIrregular)
		}
		return nil
	}
	if err := w.spine(chain); err != nil {
		return err
	}
	above := &folder{at: chain.At(max(chain.Len()-2, 0)), path: filepath.Dir(path), yielded: true}
	w.nameFolder(above)
	selection := w.judgeTree(path, chain.End().IsDir())
	name := filepath.Base(path)
	if chain.Len() == 1 {
		name = "."
	}
	switch {
	case chain.End().IsDir():
		return w.folder(ctx, above, name, selection, path)
	case chain.End().IsRegular():
		if selection == leftOut {
			return nil
		}
		return w.file(above, name)
	}
	if w.yield != nil {
		s.report.warn(w.display(path), "is not a regular file, so it was left out")
	}
	return nil
}

// fatal returns the error if path is the root, without which there is no archive.
func (w *walker) fatal(path string, err error) error {
	if path == w.set.root {
		return &fs.PathError{Op: "read", Path: path, Err: err}
	}
	return nil
}

// spine yields the folders from the base down to a tree's parent.
func (w *walker) spine(chain *safefs.Chain) error {
	if w.yield == nil {
		return nil
	}
	for i := range chain.Len() - 1 {
		path := chain.Path(i)
		name, ok := safefs.Relative(path, w.set.base)
		if !ok || w.shown[path] {
			continue
		}
		w.shown[path] = true
		w.set.report.Folders++
		if err := w.yield(Entry{Name: orDot(name), Info: chain.At(i).Info(filepath.Base(path))}); err != nil {
			return err
		}
	}
	return nil
}

// judgeTree applies the patterns to the name of a tree and, if a link led to it, to the
// folders above it.
func (w *walker) judgeTree(path string, isFolder bool) selection {
	s := w.set
	if path == s.root || s.kept[path] {
		return wanted
	}
	selection := wanted
	for _, name := range s.names(path) {
		for i := 0; i <= len(name); i++ {
			if i < len(name) && (name[i] != '/' || s.main[path]) {
				continue
			}
			dir, last := "", name[:i]
			if j := strings.LastIndexByte(last, '/'); j >= 0 {
				dir, last = last[:j], last[j+1:]
			}
			in := s.rules.aliases(dir)
			folder := i < len(name) || isFolder
			if last == "" {
				continue
			}
			if s.rules.included(in, last, folder) {
				return forced
			}
			if hit := s.rules.excluded(in, last, folder); hit >= 0 && selection == wanted {
				selection = leftOut
				if w.yield != nil {
					s.rules.hits[hit]++
				}
			}
		}
	}
	return selection
}

// nameFolder sets the names of a folder.
func (w *walker) nameFolder(f *folder) {
	s := w.set
	f.name, _ = safefs.Relative(f.path, s.base)
	f.root, f.inRoot = safefs.Relative(f.path, s.root)
	names := []string{f.name}
	if f.inRoot {
		names = append(names, f.root)
	}
	f.content, f.inside = s.content[f.path]
	if !f.inside && f.parent != nil && f.parent.inside {
		f.content, f.inside = f.parent.content+"/"+filepath.Base(f.path), true
	}
	if f.inside {
		names = append(names, f.content)
	}
	f.aliases = s.rules.aliases(names...)
}

// folder walks the folder name in the open folder in. path is its real path.
func (w *walker) folder(ctx context.Context, in *folder, name string, v selection, path string) error {
	s := w.set
	if s.never[path] {
		if w.yield != nil {
			s.report.warn(w.display(path), "is not archived: the backup is written there")
		}
		return nil
	}
	if s.apart[path] && v != forced && !s.ours[path] && !s.main[path] {
		if !s.aboveKept[path] {
			return nil
		}
		v = leftOut
	}
	f := &folder{parent: in, path: path, selection: v, depth: in.depth + 1}
	w.nameFolder(f)
	if v == leftOut && !s.rules.includesBelow(f.aliases) && !s.aboveKept[path] {
		return nil
	}
	if err := w.open(f, name); err != nil {
		w.fail(path, err)
		return w.fatal(path, err)
	}
	defer f.file.Close()
	if why := w.strange(f); why != "" {
		if w.yield != nil {
			s.report.warn(w.display(path), why)
		}
		if !s.aboveKept[path] {
			return nil
		}
		f.selection = leftOut
	}
	if f.selection != leftOut {
		if err := w.show(f); err != nil {
			return err
		}
	}
	return w.list(ctx, f)
}

// open opens a folder in its parent.
func (w *walker) open(f *folder, name string) error {
	if f.depth > safefs.MaxLevels/2 {
		return syscall.ENAMETOOLONG
	}
	file, d, err := w.set.home.OpenFolder(f.parent.at, name, f.path)
	f.file, f.at = file, &d
	return err
}

// strange returns the reason why a folder is not walked although no pattern excludes
// it, or "".
func (w *walker) strange(f *folder) string {
	for up := f.parent; up != nil && up.file != nil; up = up.parent {
		if up.at.Inode() == f.at.Inode() {
			return "is mounted inside itself, so it was left out"
		}
	}
	s := w.set
	if f.path != s.root && !f.inside && f.selection != forced && !s.ours[f.path] && !s.main[f.path] && site.IsSite(f.file) {
		if f.found() {
			return "is another WordPress site, so it was left out: back it up by its own path"
		}
		if w.yield != nil {
			s.report.warn(w.display(f.path), "is another WordPress site, in a folder that is not searched for sites: its files are archived here, but not its database; back it up by its own path")
		}
	}
	return ""
}

// show yields a folder after the folders above it.
func (w *walker) show(f *folder) error {
	if f == nil || f.yielded || w.yield == nil {
		return nil
	}
	f.yielded = true
	if err := w.show(f.parent); err != nil {
		return err
	}
	w.set.report.Folders++
	w.checkName(f.parent, orDot(f.name), "/")
	return w.yield(Entry{Name: orDot(f.name), Info: f.at.Info(filepath.Base(f.path))})
}

// list walks the entries of a folder in batches: in each batch first the files and
// links by name, then the folders.
func (w *walker) list(ctx context.Context, f *folder) error {
	for {
		found, err := f.file.ReadDir(batch)
		slices.SortFunc(found, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
		var folders []string
		for _, d := range found {
			if err := ctx.Err(); err != nil {
				return err
			}
			if d.IsDir() {
				folders = append(folders, d.Name())
				continue
			}
			if err := w.entry(f, d); err != nil {
				return err
			}
		}
		for _, name := range folders {
			v, path := w.judge(f, name, fs.ModeDir), safefs.Join(f.path, name)
			if v == leftOut && len(w.set.rules.include) == 0 && !w.set.aboveKept[path] {
				continue
			}
			if err := w.folder(ctx, f, name, v, path); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			w.fail(f.path, err)
			return nil
		}
	}
}

// judge applies the patterns to an entry of a folder.
func (w *walker) judge(f *folder, name string, kind fs.FileMode) selection {
	s, isFolder := w.set, kind.IsDir()
	if f.selection == forced || s.rules.included(f.aliases, name, isFolder) {
		return forced
	}
	if isFolder && len(s.kept) > 0 && s.kept[safefs.Join(f.path, name)] {
		return wanted
	}
	if f.selection == leftOut {
		return leftOut
	}
	if kind&fs.ModeSymlink == 0 && w.leavesCore(f, name, isFolder) {
		return leftOut
	}
	if hit := s.rules.excluded(f.aliases, name, isFolder); hit >= 0 {
		if w.yield != nil {
			s.rules.hits[hit]++
		}
		return leftOut
	}
	return wanted
}

// display returns the name of a path in reports.
func (w *walker) display(path string) string {
	if name, ok := safefs.Relative(path, w.set.base); ok {
		return orDot(name)
	}
	return path
}

// fail reports an entry that could not be read.
func (w *walker) fail(path string, err error) {
	if w.yield == nil {
		return
	}
	switch name := w.display(path); {
	case errors.Is(err, fs.ErrNotExist):
		w.set.report.warn(name, "was removed while the site was read")
	case errors.Is(err, safefs.ErrIrregular), errors.Is(err, syscall.ENOTDIR):
		w.set.report.warn(name, "was replaced while the site was read")
	case errors.Is(err, safefs.ErrOutside):
		w.set.report.warn(name, "is a kernel file system, such as /proc, so it was left out")
	default:
		w.set.report.unreadable(name, safefs.Cause(err).Error())
	}
}
