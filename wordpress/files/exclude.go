package files

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
)

// A Selection is what of a site's files is archived. Patterns are those of
// .gitignore; each is matched with a file's name relative to the archive's base,
// relative to the site's root, and as WordPress has it by default: below
// "wp-content", "wp-content/plugins" and "wp-content/uploads", wherever those
// folders lie. Whatever matches a folder holds for all that lies in it.
type Selection struct {
	NoUploads bool `json:"no_uploads,omitempty"` // the uploads folder stays empty
	WithCore  bool `json:"with_core,omitempty"`  // WordPress' own files too
	// Include wins over everything that is left out. One that is the absolute path
	// of a file or folder in the site's home adds it.
	Include           []string `json:"include,omitempty"`
	Exclude           []string `json:"exclude,omitempty"`
	NoDefaultExcludes bool     `json:"no_default_excludes,omitempty"`
	// Never lists absolute paths that are not read whatever else is said, such as
	// the folder this backup is written to.
	Never []string `json:"never,omitempty"`
	// Apart lists the roots of sites that lie inside this one and have a backup of
	// their own.
	Apart []string `json:"apart,omitempty"`
	// Crontab is the owner's crontab, as OwnerCrontab reads it; nil for none.
	Crontab []byte `json:"crontab,omitempty"`
}

// Check compiles the patterns, and reports the first that is malformed.
func (s *Selection) Check() error {
	_, err := newRules(s, nil)
	return err
}

// DefaultExcludes returns the patterns that are left out unless the selection
// says otherwise: what is derived from something else, logs, and the archives
// that other backup plugins leave inside the site.
func DefaultExcludes() []string { return slices.Clone(defaultExcludes[:]) }

var defaultExcludes = [...]string{
	// Caches: their plugins, or WordPress, make them again.
	"wp-content/cache/",
	"wp-content/et-cache/",
	"wp-content/litespeed/",
	"wp-content/boost-cache/",
	"wp-content/endurance-page-cache/",
	"wp-content/old-cache/",
	"wp-content/wphb-cache/",
	"wp-content/wptsc-cachedir/",
	"wp-content/uploads/cache/",
	"wp-content/uploads/et_temp/",
	"wp-content/uploads/siteground-optimizer-assets/",
	// What an update has unpacked or put aside.
	"wp-content/upgrade/",
	"wp-content/upgrade-temp-backup/",
	// Logs, and the state of firewalls.
	"wp-content/wflogs/",
	"wp-content/nfwlog/",
	"wp-content/wphb-logs/",
	"wp-content/uploads/wc-logs/",
	"*.log",
	"error_log",
	// Archives of other backup plugins, and of hosts' managers.
	"wp-content/ai1wm-backups/",
	"wp-content/aiowps_backups/",
	"wp-content/backup-db/",
	"wp-content/backup-guard/",
	"wp-content/backups-dup-*/",
	"wp-content/backuply/",
	"wp-content/backwpup-*/",
	"wp-content/bps-backup/",
	"wp-content/infinitewp/",
	"wp-content/managewp/backups/",
	"wp-content/updraft/",
	"wp-content/wpbackitup_backups/",
	"wp-content/wpvivid*/",
	"wp-content/WPvivid*/",
	"wp-content/plugins/all-in-one-wp-migration/storage/",
	"wp-content/uploads/ai1wm-backups/",
	"wp-content/uploads/aiowps_backups/",
	"wp-content/uploads/backup-guard/",
	"wp-content/uploads/backupbuddy_backups/",
	"wp-content/uploads/backupbuddy_temp/",
	"wp-content/uploads/backwpup-*/",
	"wp-content/uploads/jetbackup/",
	"wp-content/uploads/mainwp/backup/",
	"wp-content/uploads/pb_backupbuddy/",
	"wp-content/uploads/snapshots/",
	"wp-content/uploads/wp-clone/",
	"wp-content/uploads/wp-migrate-db/",
	"wp-content/uploads/wp-staging/backups/",
	"wp-content/uploads/wpvivid*/",
	// What is fetched again, or kept elsewhere.
	".git",
	".svn/",
	".hg/",
	"node_modules/",
	".DS_Store",
	"Thumbs.db",
}

// noUploads are the folders that NoUploads empties; the second is that of
// networks older than WordPress 3.5.
var noUploads = [...]string{"wp-content/uploads/*", "wp-content/blogs.dir/*"}

// rules are a selection's patterns, compiled.
type rules struct {
	include  []glob
	exclude  []glob
	extra    []string         // absolute paths of Include
	hits     []int64          // of exclude, by index
	beneath  map[string][]int // excludes by the folder they name, where it is literal
	anywhere []int            // excludes of a last component
	complex  []int            // the others
}

// newRules compiles a selection for a site in home; nil for any.
func newRules(s *Selection, home *safefs.Home) (*rules, error) {
	r := &rules{beneath: map[string][]int{}}
	exclude := slices.Clone(s.Exclude)
	if !s.NoDefaultExcludes {
		exclude = append(exclude, defaultExcludes[:]...)
	}
	if s.NoUploads {
		exclude = append(exclude, noUploads[:]...)
	}
	for _, pattern := range exclude {
		g, err := newGlob(pattern)
		if err != nil {
			return nil, fmt.Errorf("exclude %w", err)
		}
		r.add(g)
	}
	for _, pattern := range s.Include {
		if home != nil && home.Dir() != "/" && home.Contains(pattern) {
			r.extra = append(r.extra, pattern)
			continue
		}
		g, err := newGlob(pattern)
		if err != nil {
			return nil, fmt.Errorf("include %w", err)
		}
		r.include = append(r.include, g)
	}
	return r, nil
}

// add files an exclude where it is found quickly.
func (r *rules) add(g glob) {
	i := len(r.exclude)
	r.exclude = append(r.exclude, g)
	r.hits = append(r.hits, 0)
	n := len(g.components) - 1
	parent := strings.Join(g.components[:n], "/")
	switch {
	case g.anywhere:
		r.anywhere = append(r.anywhere, i)
	case strings.ContainsAny(parent, `*?[\`) || g.components[n] == "**":
		r.complex = append(r.complex, i)
	default:
		r.beneath[parent] = append(r.beneath[parent], i)
	}
}

// An alias is one name of a folder that patterns are matched with.
type alias struct {
	name    string // "" for the folder that names are relative to
	beneath []int  // the excludes that name something right in it
}

// child is the name of something in the folder.
func (a alias) child(name string) string {
	if a.name == "" {
		return name
	}
	return a.name + "/" + name
}

// aliases looks up what is said of a folder by its names, leaving out equal ones.
func (r *rules) aliases(names ...string) []alias {
	var out []alias
	for _, name := range names {
		if !slices.ContainsFunc(out, func(a alias) bool { return a.name == name }) {
			out = append(out, alias{name: name, beneath: r.beneath[name]})
		}
	}
	return out
}

// included reports whether an entry of a folder is asked for by name.
func (r *rules) included(in []alias, name string, folder bool) bool {
	for i := range r.include {
		for _, a := range in {
			if r.include[i].match(a.child(name), folder) {
				return true
			}
		}
	}
	return false
}

// includesBelow reports whether something below a folder may be asked for by name.
func (r *rules) includesBelow(in []alias) bool {
	for i := range r.include {
		for _, a := range in {
			if r.include[i].below(a.name) {
				return true
			}
		}
	}
	return false
}

// excluded returns the index of the first exclude that matches an entry of a
// folder, or -1.
func (r *rules) excluded(in []alias, name string, folder bool) int {
	for _, i := range r.anywhere {
		if r.exclude[i].match(name, folder) {
			return i
		}
	}
	for _, a := range in {
		for _, i := range a.beneath {
			g := &r.exclude[i]
			if (folder || !g.folders) && matchComponent(g.components[len(g.components)-1], name) {
				return i
			}
		}
		for _, i := range r.complex {
			if r.exclude[i].match(a.child(name), folder) {
				return i
			}
		}
	}
	return -1
}

// An ExcludeHits says what one pattern left out.
type ExcludeHits struct {
	Pattern string `json:"pattern"`
	Entries int64  `json:"entries"` // files and folders; what lies in a folder is not counted
}

// report lists the excludes that left something out.
func (r *rules) report() []ExcludeHits {
	var out []ExcludeHits
	for i, n := range r.hits {
		if n > 0 {
			out = append(out, ExcludeHits{Pattern: r.exclude[i].text, Entries: n})
		}
	}
	return out
}
