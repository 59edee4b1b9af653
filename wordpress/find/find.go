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

// A Site is one WordPress installation, as its folders show it: no
// configuration was read for it.
type Site struct {
	site.Place
	Core     string // the folder of WordPress' own files
	Config   string // its wp-config.php; "" when there is none; where a link leads to the core, that link if there is none beside it
	HTTPHost string // the host whose configuration it is, where one core serves several
}

// A Result is what a search for sites came to.
type Result struct {
	Sites []Site // by path
	// Unreadable are folders that could not be searched, or not to their end.
	Unreadable wordpress.Notes
	// Missing are roots that were given, without a pattern, and are not there.
	Missing []string
}

// Find finds the WordPress installations below roots: folders, or patterns
// of folders in the language of the shell. Without roots it searches where hosts
// are known to keep sites. It follows no links but those that stand for a site's
// folder, and then as RealPath does; it goes into no site's content, stays on the
// file system of each root, and opens no file but an index.php that may tell
// where the core lies.
func Find(ctx context.Context, roots []string) (*Result, error) {
	return newFinder(wide).find(ctx, roots)
}

func newFinder(most bounds) *finder {
	return &finder{
		most: most, slots: make(chan struct{}, searchers), owners: site.SystemHomes(), roots: map[string]bool{},
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

// The search's depth: how many folders are read at once, how deep it goes below a
// root.
const (
	searchers = 8
	maxDepth  = 6
)

// bounds are what the search looks at, at most, so that one user's tree cannot
// keep it from the others'.
type bounds struct {
	siblings int // folders in one folder
	entries  int // entries of one folder
	visits   int // folders of one user's; entriesPerVisit entries count like one more
	tries    int // links in one user's folders
}

var wide = bounds{siblings: 100_000, entries: 4_000_000, visits: 1_000_000, tries: 4096}

const entriesPerVisit = 100

// A finder gathers what the searchers find.
type finder struct {
	most   bounds
	slots  chan struct{}
	owners site.Homes
	mu     sync.Mutex
	out    Result
	seen   map[safefs.Inode]int // site's root → index in out.Sites
	visits map[uint32]int       // what was searched, by owner
	tries  map[uint32]int       // links kept, by owner of their folder
	roots  map[string]bool
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
	path    string
	id      safefs.Inode
	uid     uint32
	entries int
	depth   int // below the root of the search
	inner   int // below the nearest site's root, from 1; 0: in no site
	folders []string
	links   []string
	core    string // the folder right below that is this site's core, or ""
}

// root searches one root; links on the way to it are followed as RealPath does.
func (f *finder) root(ctx context.Context, path string) {
	dir, err := safefs.OpenFolder(path)
	if err != nil {
		f.unreadable(path, err)
		return
	}
	f.search(ctx, &spot{dir: dir, path: path})
}

// search looks at a folder, then at those below it, and closes it.
func (f *finder) search(ctx context.Context, s *spot) {
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
		f.note(s.path, "lies on another file system; name it as a root to search it")
		return
	}
	if !f.mayVisit(s.path, s.uid, 1) {
		return
	}
	err = s.list(f.most)
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
		if s.passes(name) || f.roots[safefs.Join(s.path, name)] {
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
	path := safefs.Join(s.path, name)
	dir, err := safefs.OpenBelow(s.dir, name, path, unix.O_DIRECTORY)
	if err != nil {
		f.unreadable(path, err)
		return
	}
	f.search(ctx, s.child(dir, path))
}

func (s *spot) child(dir *os.File, path string) *spot {
	c := &spot{parent: s, dir: dir, path: path, depth: s.depth + 1}
	if s.inner > 0 {
		c.inner = s.inner + 1
	}
	return c
}

// current searches the release that a project's link shows as current, under
// the link's path: the path of a release is another one each time.
func (f *finder) current(ctx context.Context, s *spot) {
	home, err := site.OpenHome(s.path)
	if err != nil {
		return
	}
	defer home.Close()
	path := safefs.Join(s.path, "current")
	dir, err := home.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		f.note(path, "leads to no release, and so to no site")
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

// unreadable notes a folder that could not be searched; one that is gone, or
// was never one, is none.
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

// mayVisit counts what is searched of each user's, so that one cannot keep the
// search from the others' sites.
func (f *finder) mayVisit(path string, uid uint32, cost int) bool {
	f.mu.Lock()
	before := f.visits[uid]
	f.visits[uid] += cost
	f.mu.Unlock()
	if before <= f.most.visits && before+cost > f.most.visits {
		f.note(path, fmt.Sprintf("the search ends here for what is uid %d's: it has more than %d folders", uid, f.most.visits))
	}
	return before+cost <= f.most.visits
}

// keepLinks remembers links that may stand for a site's folder.
func (f *finder) keepLinks(s *spot) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, name := range s.links {
		if f.tries[s.uid] < f.most.tries && (slices.Contains(site.Docroots, name) || name == "current" || strings.Contains(name, ".")) {
			f.tries[s.uid]++
			f.links = append(f.links, safefs.Join(s.path, name))
		}
	}
}

// followLinks adds the sites that links stand for and that were not found
// otherwise, where they stay in the home of the link's own owner.
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
	s := &spot{dir: dir, path: place.Path, id: d.Inode()}
	if s.list(f.most) == nil {
		f.judge(s)
	}
}

// add records a site, unless its root was found before. A site found under two
// paths keeps the one that a layout is known for, else the first by its text.
func (f *finder) add(s *spot, in site.Installation) {
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
