package files

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
)

// A Selection says which files of a site are archived. Its patterns are those of
// .gitignore. Each is matched with the name of a file relative to the archive's base,
// with the name relative to the site's root, and with the default name in WordPress,
// which begins with "wp-content" wherever that folder is. A pattern that matches a folder
// applies to everything in it.
type Selection struct {
	NoUploads bool `json:"no_uploads,omitempty"` // the uploads folder stays empty
	WithCore  bool `json:"with_core,omitempty"`  // also the files of WordPress itself
	// Include overrides every exclude. The absolute path of a file or folder in the
	// site's home adds it to the archive.
	Include           []string `json:"include,omitempty"`
	Exclude           []string `json:"exclude,omitempty"`
	NoDefaultExcludes bool     `json:"no_default_excludes,omitempty"`
	// Never lists absolute paths that are never read, such as the folder to which this
	// backup is written.
	Never []string `json:"never,omitempty"`
	// Apart lists the roots of sites inside this one that have a backup of their own.
	Apart []string `json:"apart,omitempty"`
	// Crontab is the owner's crontab from OwnerCrontab, or nil.
	Crontab []byte `json:"crontab,omitempty"`
}

// Check returns an error for the first malformed pattern of Exclude and Include.
func (s *Selection) Check() error {
	own := Selection{Exclude: s.Exclude, Include: s.Include, NoDefaultExcludes: true}
	_, err := newRules(&own, nil)
	return err
}

// defaultExcludes are the patterns of files that are left out by default: files that can be
// generated again, logs, and archives of other backup plugins.
var defaultExcludes = [...]string{
	// Caches. Plugins and WordPress generate them again.
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
	// Temporary folders of updates.
	"wp-content/upgrade/",
	"wp-content/upgrade-temp-backup/",
	// Logs and the state of firewalls.
	"wp-content/wflogs/",
	"wp-content/nfwlog/",
	"wp-content/wphb-logs/",
	"wp-content/uploads/wc-logs/",
	"*.log",
	"error_log",
	// Archives of other backup plugins and of hosting panels.
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
	// Version control and packages: they exist elsewhere.
	".git",
	".svn/",
	".hg/",
	"/node_modules/", // at the root only: plugins and themes may need theirs to run
	".DS_Store",
	"Thumbs.db",
}

// noUploads are the excludes of NoUploads. Networks older than WordPress 3.5 use
// blogs.dir.
var noUploads = [...]string{"wp-content/uploads/*", "wp-content/blogs.dir/*"}

// rules are a selection's patterns, compiled.
type rules struct {
	include  []glob
	exclude  []glob
	extra    []string         // absolute paths of Include
	hits     []int64          // of exclude, by index
	beneath  map[string][]int // indexes of excludes whose folder is literal, by that folder
	anywhere []int            // indexes of excludes that match the last component of a name
	complex  []int            // indexes of the other excludes
}

// newRules compiles a selection for a site in home. home may be nil.
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

// add adds an exclude to the index that fits it.
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
	beneath []int  // indexes of the excludes for its entries
}

// child returns the name of an entry of the folder.
func (a alias) child(name string) string {
	if a.name == "" {
		return name
	}
	return a.name + "/" + name
}

// aliases returns the aliases of a folder for its names, without duplicates.
func (r *rules) aliases(names ...string) []alias {
	var out []alias
	for _, name := range names {
		if !slices.ContainsFunc(out, func(a alias) bool { return a.name == name }) {
			out = append(out, alias{name: name, beneath: r.beneath[name]})
		}
	}
	return out
}

// included reports whether an include matches an entry of a folder.
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

// includesBelow reports whether an include may match something below a folder.
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

// ExcludeHits counts the entries that one pattern left out.
type ExcludeHits struct {
	Pattern string `json:"pattern"`
	Entries int64  `json:"entries"` // files and folders, without the entries of those folders
}

// report returns the excludes that left out at least one entry.
func (r *rules) report() []ExcludeHits {
	var out []ExcludeHits
	for i, n := range r.hits {
		if n > 0 {
			out = append(out, ExcludeHits{Pattern: r.exclude[i].text, Entries: n})
		}
	}
	return out
}
