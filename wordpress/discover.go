package wordpress

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// A Found is one WordPress installation, as its folders show it: no
// configuration was read for it.
type Found struct {
	Place
	Core     string // the folder of WordPress' own files
	Config   string // its wp-config.php; "" when there is none
	HTTPHost string // the host whose configuration it is, where one core serves several
}

// A Discovery is what a search for sites came to.
type Discovery struct {
	Sites []Found // by path
	// Unreadable are folders that could not be searched.
	Unreadable Notes
}

// Discover finds the WordPress installations below roots: folders, or patterns
// of folders in the language of the shell. Without roots it searches where hosts
// are known to keep sites. It follows no links but those that stand for a site's
// folder, goes into no site's content, stays on the file system of each root, and
// opens no file but an index.php that may tell where the core lies.
func Discover(ctx context.Context, roots []string) (*Discovery, error) {
	folders, err := searchRoots(roots)
	if err != nil {
		return nil, err
	}
	f := &finder{slots: make(chan struct{}, searchers), seen: map[inode]int{}, owners: systemHomes()}
	var search sync.WaitGroup
	for _, root := range folders {
		f.spawn(&search, func() { f.root(ctx, root) })
	}
	search.Wait()
	f.followLinks(ctx)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if slices.Contains(folders, debianCore) {
		f.debian(debianConfigs)
	}
	slices.SortFunc(f.out.Sites, func(a, b Found) int {
		return strings.Compare(a.Path+"\x00"+a.HTTPHost, b.Path+"\x00"+b.HTTPHost)
	})
	slices.Sort(f.out.Unreadable.Items)
	return &f.out, nil
}

// The search's bounds: how many folders are read at once, how deep it goes below
// a root and below a site, how many folders of one folder it looks at, and how
// many links it tries.
const (
	searchers   = 8
	maxDepth    = 6
	maxInner    = 3
	maxSiblings = 20_000
	maxTries    = 4096
)

// A finder gathers what the searchers find.
type finder struct {
	slots  chan struct{}
	owners homes
	mu     sync.Mutex
	out    Discovery
	seen   map[inode]int // site's root → index in out.Sites
	links  []string
}

// spawn runs a search on a searcher of its own, or right here if all are busy.
func (f *finder) spawn(group *sync.WaitGroup, search func()) {
	select {
	case f.slots <- struct{}{}:
		group.Go(func() {
			defer func() { <-f.slots }()
			search()
		})
	default:
		search()
	}
}

// A spot is one open folder of the search.
type spot struct {
	parent  *spot
	dir     *os.File
	fd      int
	path    string
	id      inode
	depth   int // below the root of the search
	inner   int // below the nearest site's root, from 1; 0: in no site
	config  bool
	core    bool
	index   bool
	folders []string
	links   []string
	claimed string // the folder right below that is this site's core
}

// root searches one root, which the operator named: links to it are followed.
func (f *finder) root(ctx context.Context, path string) {
	dir, err := os.OpenFile(path, os.O_RDONLY|unix.O_DIRECTORY|unix.O_NONBLOCK, 0)
	if err != nil {
		f.unreadable(path, err)
		return
	}
	f.search(ctx, &spot{dir: dir, fd: int(dir.Fd()), path: path})
}

// search looks at a folder, then at those below it, and closes it.
func (f *finder) search(ctx context.Context, s *spot) {
	defer s.dir.Close()
	if ctx.Err() != nil {
		return
	}
	var st syscall.Stat_t
	if syscall.Fstat(s.fd, &st) != nil || s.parent != nil && st.Dev != s.parent.id.dev || pseudo(s.fd) {
		return
	}
	s.id = inode{st.Dev, st.Ino}
	if err := s.list(); err != nil {
		f.unreadable(s.path, err)
		return
	}
	f.judge(s)
	if s.depth >= maxDepth || s.inner > maxInner || s.isContent() {
		return
	}
	f.keepLinks(s)
	var below sync.WaitGroup
	for _, name := range s.folders {
		if s.passes(name) {
			continue
		}
		f.spawn(&below, func() { f.below(ctx, s, name) })
	}
	if slices.Contains(s.folders, "releases") && slices.Contains(s.links, "current") {
		f.current(ctx, s)
	}
	below.Wait()
}

// below searches a folder right below.
func (f *finder) below(ctx context.Context, s *spot, name string) {
	path := join(s.path, name)
	dir, err := openBelow(s.fd, name, path, unix.O_DIRECTORY)
	if err != nil {
		f.unreadable(path, err)
		return
	}
	f.search(ctx, s.child(dir, path))
}

func (s *spot) child(dir *os.File, path string) *spot {
	c := &spot{parent: s, dir: dir, fd: int(dir.Fd()), path: path, depth: s.depth + 1}
	if s.inner > 0 {
		c.inner = s.inner + 1
	}
	return c
}

// current searches the release that a project's link shows as current, under
// the link's path: the path of a release is another one each time.
func (f *finder) current(ctx context.Context, s *spot) {
	home, err := OpenHome(s.path)
	if err != nil {
		return
	}
	defer home.Close()
	path := join(s.path, "current")
	dir, err := home.Open(path)
	if err != nil {
		return
	}
	if info, err := dir.Stat(); err != nil || !info.IsDir() {
		_ = dir.Close()
		return
	}
	f.search(ctx, s.child(dir, path))
}

// unreadable notes a folder that could not be searched; one that is gone, or
// was never one, is none.
func (f *finder) unreadable(path string, err error) {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, ErrIrregular) || errors.Is(err, syscall.ENOTDIR) {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.out.Unreadable.Add(shown(path) + ": " + cause(err).Error())
}

// keepLinks remembers links that may stand for a site's folder.
func (f *finder) keepLinks(s *spot) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, name := range s.links {
		if len(f.links) < maxTries && (slices.Contains(docroots, name) || name == "current" || strings.Contains(name, ".")) {
			f.links = append(f.links, join(s.path, name))
		}
	}
}

// followLinks adds the sites that links stand for and that were not found
// otherwise, where they stay in the home of the link's own owner.
func (f *finder) followLinks(ctx context.Context) {
	slices.Sort(f.links)
	for _, path := range f.links {
		place, err := PlaceOf(path, f.owners.of)
		if err != nil || ctx.Err() != nil {
			continue
		}
		f.followLink(place)
	}
}

func (f *finder) followLink(place Place) {
	home, err := OpenHome(place.Home)
	if err != nil {
		return
	}
	defer home.Close()
	dir, err := home.Open(place.Path)
	if err != nil {
		return
	}
	defer dir.Close()
	var st syscall.Stat_t
	if syscall.Fstat(int(dir.Fd()), &st) != nil || st.Mode&unix.S_IFMT != unix.S_IFDIR {
		return
	}
	s := &spot{dir: dir, fd: int(dir.Fd()), path: place.Path, id: inode{st.Dev, st.Ino}}
	if s.list() == nil {
		f.judge(s)
	}
}

// add records a site, unless its root was found before. A site found under two
// paths keeps the one that a layout is known for, else the first by its text.
func (f *finder) add(s *spot, core, config string) {
	s.inner = 1
	place, err := PlaceOf(s.path, f.owners.of)
	if err != nil {
		f.unreadable(s.path, err)
		return
	}
	site := Found{Place: place, Core: core, Config: config}
	f.mu.Lock()
	defer f.mu.Unlock()
	i, known := f.seen[s.id]
	if !known {
		f.seen[s.id] = len(f.out.Sites)
		f.out.Sites = append(f.out.Sites, site)
		return
	}
	old := f.out.Sites[i]
	better := site.Path < old.Path
	if (site.Layout == classic) != (old.Layout == classic) {
		better = old.Layout == classic
	}
	if better {
		f.out.Sites[i] = site
	}
}

// searchRoots expands the patterns of roots, or of the known ones.
func searchRoots(roots []string) ([]string, error) {
	given := len(roots) > 0
	if !given {
		roots = knownRoots()
	}
	var out []string
	for _, root := range roots {
		abs, err := filepath.Abs(root)
		if err != nil {
			return nil, fmt.Errorf("search %q: %w", root, err)
		}
		found, err := filepath.Glob(abs)
		if err != nil {
			return nil, fmt.Errorf("search %q: %w", root, err)
		}
		if len(found) == 0 && given {
			return nil, fmt.Errorf("search %q: there is no such folder", root)
		}
		out = append(out, found...)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}
