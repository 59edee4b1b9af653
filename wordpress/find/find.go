package find

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// A Site is one WordPress installation, recognized by its files. The search does not read its
// configuration.
type Site struct {
	site.Place
	Core     string // the folder with the files of WordPress itself
	Config   string // as in site.Installation
	HTTPHost string // the host of this configuration, if one core serves several hosts; else ""
}

// A Result is the result of a search for sites.
type Result struct {
	Sites []Site // sorted by path
	// Unreadable names the folders that could not be searched completely.
	Unreadable wordpress.Notes
	// Missing holds the given roots that do not exist. Roots with a pattern are not included.
	Missing []string
}

// Find finds the WordPress installations below roots. A root is a folder, or a shell pattern of
// folders. Without roots, Find searches the folders in which hosts usually keep sites. It follows
// only links in place of a site's folder, as safefs.RealPath does. It does not enter content
// folders, and stays on the file system of each root. It opens no files except an index.php that
// may load a core.
func Find(ctx context.Context, roots []string) (*Result, error) {
	return newFinder(defaultLimits).find(ctx, roots)
}

func newFinder(l limits) *finder {
	return &finder{
		limits: l, slots: make(chan struct{}, searchers), owners: site.SystemHomes(), roots: map[string]bool{},
		seen: map[safefs.Inode]int{}, visits: map[uint32]int{}, tries: map[uint32]int{},
	}
}

func (f *finder) find(ctx context.Context, roots []string) (*Result, error) {
	folders, err := f.expandRoots(ctx, roots)
	if err != nil {
		return nil, err
	}
	var search sync.WaitGroup
	for _, root := range folders {
		f.spawn(&search, func() { f.root(ctx, root) })
	}
	search.Wait()
	f.followLinks(ctx)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f.debian(site.DebianConfigs)
	slices.SortFunc(f.out.Sites, func(a, b Site) int {
		return strings.Compare(a.Path+"\x00"+a.HTTPHost, b.Path+"\x00"+b.HTTPHost)
	})
	slices.Sort(f.out.Unreadable.Items)
	return &f.out, nil
}

const (
	searchers = 8 // folders that are read at the same time
	maxDepth  = 6 // levels below a root
)

// limits limit the search, so that one user's tree cannot prevent the search of other users'
// trees.
type limits struct {
	siblings int // folders in one folder
	entries  int // entries of one folder
	visits   int // folders of one user; entriesPerVisit entries also count as one folder
	tries    int // links in the folders of one user
}

var defaultLimits = limits{siblings: 100_000, entries: 4_000_000, visits: 1_000_000, tries: 4096}

const entriesPerVisit = 100

// A finder collects the results of the searchers.
type finder struct {
	limits limits
	slots  chan struct{}
	owners site.Homes
	mu     sync.Mutex
	out    Result
	seen   map[safefs.Inode]int // root of a site → index in out.Sites
	visits map[uint32]int       // folders searched, by owner
	tries  map[uint32]int       // links kept, by owner of their folder
	roots  map[string]bool
	links  []string
}

// spawn runs a search in a new goroutine, or in this one if all searchers are busy.
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

// A searched is a folder that is being searched.
type searched struct {
	parent  *searched
	dir     *os.File
	path    string
	id      safefs.Inode
	uid     uint32
	entries int
	depth   int // levels below the root of the search
	inner   int // levels below the nearest site's root, from 1; 0 if not in a site
	folders []string
	links   []string
	core    string // the name of the subfolder that is this site's core, or ""
}

// root searches one root. It follows links in the root's path as safefs.RealPath does.
func (f *finder) root(ctx context.Context, path string) {
	dir, err := safefs.OpenFolder(path)
	if err != nil {
		f.unreadable(path, err)
		return
	}
	f.search(ctx, &searched{dir: dir, path: path})
}

// search searches a folder and those below it, and closes it.
func (f *finder) search(ctx context.Context, s *searched) {
	defer s.dir.Close()
	if ctx.Err() != nil {
		return
	}
	d, err := safefs.Describe(s.dir)
	if err != nil || d.OnPseudo() {
		return
	}
	s.id, s.uid = d.Inode(), d.UID()
	if s.parent != nil && s.id.Dev != s.parent.id.Dev {
		f.note(s.path, "is on another file system; name it as a root to search it")
		return
	}
	if !f.mayVisit(s.path, s.uid, 1) {
		return
	}
	err = s.list(f.limits)
	f.mayVisit(s.path, s.uid, s.entries/entriesPerVisit)
	if err != nil {
		f.unreadable(s.path, err)
		if !errors.Is(err, errTooMany) {
			return
		}
	}
	f.judge(s)
	if s.depth >= maxDepth && s.inner == 0 || s.inner > site.MaxInnerDepth || site.HasContent(s.dir) {
		return
	}
	f.keepLinks(s)
	var below sync.WaitGroup
	for _, name := range s.folders {
		if s.skips(name) || f.roots[safefs.Join(s.path, name)] {
			continue
		}
		f.spawn(&below, func() { f.below(ctx, s, name) })
	}
	if slices.Contains(s.folders, "releases") && slices.Contains(s.links, "current") {
		f.current(ctx, s)
	}
	below.Wait()
}

// below searches a subfolder.
func (f *finder) below(ctx context.Context, s *searched, name string) {
	path := safefs.Join(s.path, name)
	dir, err := safefs.OpenBelow(s.dir, name, path, unix.O_DIRECTORY)
	if err != nil {
		f.unreadable(path, err)
		return
	}
	f.search(ctx, s.child(dir, path))
}

func (s *searched) child(dir *os.File, path string) *searched {
	c := &searched{parent: s, dir: dir, path: path, depth: s.depth + 1}
	if s.inner > 0 {
		c.inner = s.inner + 1
	}
	return c
}

// current searches the release that the link "current" of a project points to. The site gets the
// path of the link, because each release has another path.
func (f *finder) current(ctx context.Context, s *searched) {
	home, err := site.OpenHome(s.path)
	if err != nil {
		return
	}
	defer home.Close()
	path := safefs.Join(s.path, "current")
	dir, err := home.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		f.note(path, "leads to a release that does not exist, so no site was found")
	}
	if err != nil {
		return
	}
	if info, err := dir.Stat(); err != nil || !info.IsDir() {
		_ = dir.Close()
		return
	}
	f.search(ctx, s.child(dir, path))
}

// unreadable adds a note about a folder that could not be searched. It adds none if the folder
// was removed, or is not a folder.
func (f *finder) unreadable(path string, err error) {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, safefs.ErrIrregular) || errors.Is(err, syscall.ENOTDIR) {
		return
	}
	f.note(path, safefs.Cause(err).Error())
}

func (f *finder) note(path, what string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.out.Unreadable.Add(wordpress.QuoteName(path) + ": " + what)
}

// mayVisit counts the searched folders of each user. It reports whether the user is still within
// the limit.
func (f *finder) mayVisit(path string, uid uint32, cost int) bool {
	f.mu.Lock()
	before := f.visits[uid]
	f.visits[uid] += cost
	f.mu.Unlock()
	if before <= f.limits.visits && before+cost > f.limits.visits {
		f.note(path, fmt.Sprintf("the search skips further folders of uid %d, which owns more than %d folders", uid, f.limits.visits))
	}
	return before+cost <= f.limits.visits
}

// keepLinks keeps the links that may stand in place of a site's folder.
func (f *finder) keepLinks(s *searched) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, name := range s.links {
		if f.tries[s.uid] < f.limits.tries && (slices.Contains(site.Docroots, name) || name == "current" || strings.Contains(name, ".")) {
			f.tries[s.uid]++
			f.links = append(f.links, safefs.Join(s.path, name))
		}
	}
}

// followLinks adds the sites that the kept links lead to. It leaves out sites that were found
// before, and sites outside the home of the link's owner.
func (f *finder) followLinks(ctx context.Context) {
	slices.Sort(f.links)
	for _, path := range f.links {
		place, err := site.PlaceOf(path, f.owners.Of)
		if err != nil || ctx.Err() != nil {
			continue
		}
		f.followLink(place)
	}
}

func (f *finder) followLink(place site.Place) {
	home, err := site.OpenHome(place.Home)
	if err != nil {
		return
	}
	defer home.Close()
	dir, err := home.Open(place.Path)
	if err != nil {
		return
	}
	defer dir.Close()
	d, err := safefs.Describe(dir)
	if err != nil || !d.IsDir() {
		return
	}
	s := &searched{dir: dir, path: place.Path, id: d.Inode()}
	if s.list(f.limits) == nil {
		f.judge(s)
	}
}

// add adds a site. If its root was found before under another path, the site keeps the path that
// matches a layout, or else the path that is first in text order.
func (f *finder) add(s *searched, in site.Installation) {
	s.inner = 1
	place, err := site.PlaceOf(s.path, f.owners.Of)
	if err != nil {
		f.unreadable(s.path, err)
		return
	}
	found := Site{Place: place, Core: in.Core, Config: in.Config}
	f.mu.Lock()
	defer f.mu.Unlock()
	i, known := f.seen[s.id]
	if !known {
		f.seen[s.id] = len(f.out.Sites)
		f.out.Sites = append(f.out.Sites, found)
		return
	}
	old := f.out.Sites[i]
	better := found.Path < old.Path
	if (found.Layout == site.Classic) != (old.Layout == site.Classic) {
		better = old.Layout == site.Classic
	}
	if better {
		f.out.Sites[i] = found
	}
}
