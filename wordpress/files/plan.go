package files

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
)

// Folders are the folders and files of a site, as absolute paths that may contain links.
// For "", WordPress' default is used.
type Folders struct {
	Root        string
	Core        string // "" for Root
	ContentDir  string
	PluginDir   string
	UploadsDir  string
	MoreUploads []Uploads
	ConfigFiles []string
	Doubts      []string // reasons why a folder is not certain
}

// An Entry is one file, folder or link of a site.
type Entry struct {
	Name     string      // relative to the base, "." for the base itself; components joined by "/"; any bytes but NUL
	Info     fs.FileInfo // of the open file, where File is set; Sys is a *syscall.Stat_t
	Link     string      // a link's target, as stored
	HardLink string      // the name of the earlier entry that is the same file; File is nil then
	File     *os.File    // a regular file, open at its beginning; else nil; the receiver of the entry closes it
}

// A Set is the set of files in the backup of one site. Its methods must not be called
// concurrently.
type Set struct {
	home      *safefs.Home
	sel       Selection
	rules     *rules
	root      string            // real path
	core      string            // real path
	content   map[string]string // real path of a content folder → its name in WordPress
	ours      map[string]bool   // folders that contain a part of this site
	never     map[string]bool
	apart     map[string]bool
	base      string
	uploads   []string        // real paths of the folders of uploads
	kept      map[string]bool // of these, the ones that the walk always reaches
	aboveKept map[string]bool // the folders above those
	trees     []string        // real paths, none below another; the root first
	isTree    map[string]bool
	found     map[string]identity // by real path: the targets of links, and the content folders
	main      map[string]bool     // trees that belong to the site by its configuration, not through a link
	extras    int
	report    Report
}

// maxExtras is the number of trees that links may add.
const maxExtras = 2_000

// Plan determines the trees in the backup of a site: the site's own folders and files,
// and the targets of their links elsewhere in home. It reads folders and links, and opens
// no file.
func Plan(ctx context.Context, home *safefs.Home, site Folders, sel Selection) (*Set, error) {
	rules, err := newRules(&sel, home)
	if err != nil {
		return nil, err
	}
	s := &Set{
		home: home, sel: sel, rules: rules,
		content: map[string]string{}, ours: map[string]bool{}, never: map[string]bool{}, apart: map[string]bool{},
		isTree: map[string]bool{}, kept: map[string]bool{}, aboveKept: map[string]bool{}, found: map[string]identity{}, main: map[string]bool{},
	}
	if s.root, err = home.Resolve(site.Root); err != nil {
		return nil, fmt.Errorf("find the site's root: %w", err)
	}
	s.core = s.root
	if site.Core != "" {
		if s.core, err = home.Resolve(site.Core); err != nil {
			return nil, fmt.Errorf("find WordPress' core: %w", err)
		}
	}
	s.addMain(s.root)
	s.locate(site)
	s.normalize()
	s.keepUploads()
	for i := 0; i < len(s.trees); i++ { // links found on the way add trees
		if err := (&walker{set: s}).tree(ctx, s.trees[i]); err != nil {
			return nil, err
		}
	}
	s.normalize()
	return s, nil
}

// Base returns the folder that entries' names are relative to.
func (s *Set) Base() string { return s.base }

// Walk calls yield for every entry, for a folder before its entries. If yield returns an
// error, Walk stops and returns it. Walk must be called only once.
func (s *Set) Walk(ctx context.Context, yield func(Entry) error) error {
	w := &walker{set: s, yield: yield, shown: map[string]bool{}, done: ctx.Done()}
	for i := 0; i < len(s.trees); i++ {
		if err := w.tree(ctx, s.trees[i]); err != nil {
			return err
		}
	}
	return w.crontab()
}

// Report returns the result of the walk.
func (s *Set) Report() Report {
	r := s.report
	r.Excludes = s.rules.report()
	return r
}

// locate adds the site's own folders and files, which may be outside its root.
func (s *Set) locate(site Folders) {
	content := site.ContentDir
	if content == "" {
		content = filepath.Join(s.core, "wp-content")
	}
	plugins := site.PluginDir
	if plugins == "" {
		plugins = filepath.Join(content, "plugins")
	}
	s.addContent(content, "wp-content", "the site's wp-content")
	for _, name := range []string{"themes", "mu-plugins", "languages"} {
		s.addContent(filepath.Join(content, name), "wp-content/"+name, "the site's wp-content/"+name)
	}
	s.addContent(plugins, "wp-content/plugins", "the site's wp-content/plugins")
	for _, file := range site.ConfigFiles {
		s.addOptional(file)
	}
	s.markOurs(s.root)
	s.markOurs(s.core)
	for dir := range s.content {
		s.markOurs(dir)
	}
	for _, file := range site.ConfigFiles {
		if real, err := s.home.Resolve(file); err == nil {
			s.markOurs(real)
		}
	}
	uploads := Uploads{Path: filepath.Join(content, "uploads")}
	if site.UploadsDir != "" {
		uploads = Uploads{Path: site.UploadsDir, From: "the constant UPLOADS"}
	}
	for _, u := range append([]Uploads{uploads}, site.MoreUploads...) {
		s.addUploads(u)
	}
	for _, why := range site.Doubts {
		s.report.unreadable(site.Root, "some of its files may be missing: "+why)
	}
	s.addBedrock()
	if s.sel.WithCore {
		s.addOptional(s.core)
	}
	for _, path := range s.rules.extra {
		if _, err := s.home.Lstat(path); err != nil {
			s.report.unreadable(path, fmt.Sprintf("cannot be included: %v", safefs.Cause(err)))
			continue
		}
		s.addOptional(path)
	}
	for _, path := range s.sel.Never {
		if real, err := s.home.Resolve(path); err == nil {
			s.never[real] = true
		}
	}
	for _, path := range s.sel.Apart {
		if real, err := s.home.Resolve(path); err == nil {
			s.apart[real] = true
		}
	}
}

// addContent adds a content folder. name is its default name in WordPress, or "" if
// patterns must not use one; what describes it in reports.
func (s *Set) addContent(path, name, what string) {
	real, err := s.named(path)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		s.report.unreadable(path, fmt.Sprintf("%s: %v", what, safefs.Cause(err)))
		return
	}
	if _, known := s.content[real]; !known && name != "" {
		s.content[real] = name
	}
	s.addMain(real)
}

// named resolves a path that the site's layout, its configuration, its database or the operator
// names. A walk with the rights of a user may follow it to any file or folder that the user may
// read: the code may belong to one user, and the uploads to another. A walk as root can read
// everything, so the rule for links applies here too.
func (s *Set) named(path string) (real string, err error) {
	real, found, foreign, err := s.target(path)
	if err != nil || os.Geteuid() != 0 {
		return real, err
	}
	if foreign {
		return real, errors.New("link to a file or folder of another user")
	}
	s.keep(real, found)
	return real, nil
}

// addBedrock adds the configuration files of a Bedrock project: those beside the folder
// config/, which is at most two levels above the root.
func (s *Set) addBedrock() {
	for dir, levels := filepath.Dir(s.root), 0; levels < 2 && s.home.Contains(dir); dir, levels = filepath.Dir(dir), levels+1 {
		if info, err := s.home.Stat(dir + "/config/application.php"); err != nil || !info.Mode().IsRegular() {
			continue
		}
		for _, name := range []string{"config", ".env", ".env.local", "composer.json", "composer.lock", "wp-cli.yml"} {
			s.addOptional(filepath.Join(dir, name))
		}
		return
	}
}

// addOptional adds a file or folder if it exists.
func (s *Set) addOptional(path string) {
	switch real, err := s.named(path); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		s.report.unreadable(path, safefs.Cause(err).Error())
	default:
		s.addMain(real)
	}
}

func (s *Set) addMain(real string) {
	s.main[real] = true
	if !s.covered(real) {
		s.isTree[real] = true
		s.trees = append(s.trees, real)
	}
}

// covered reports whether a tree contains path.
func (s *Set) covered(path string) bool {
	for ; ; path = filepath.Dir(path) {
		if s.isTree[path] {
			return true
		}
		if path == "/" {
			return false
		}
	}
}

// markOurs marks path and the folders above it: they contain a part of this site.
func (s *Set) markOurs(path string) {
	for ; path != "/" && !s.ours[path]; path = filepath.Dir(path) {
		s.ours[path] = true
	}
}

// normalize drops trees inside other trees and determines the base. It is called for the
// site's own trees first, because patterns need names relative to a base while links are
// followed, and again after that.
func (s *Set) normalize() {
	kept := s.trees[:0]
	for _, tree := range s.trees {
		if tree == "/" || !s.covered(filepath.Dir(tree)) {
			kept = append(kept, tree)
		}
	}
	s.trees, s.base = kept, ""
	for _, tree := range s.trees {
		folder := tree
		if info, err := s.home.Lstat(tree); err == nil && !info.IsDir() {
			folder = filepath.Dir(tree)
		}
		if s.base == "" {
			s.base = folder
		}
		for !safefs.Within(folder, s.base) {
			s.base = filepath.Dir(s.base)
		}
	}
}
