// Package agent carries a site's database and files through filters into sinks,
// and commits the run with a manifest. As root it leaves all that touches a
// site of another owner to a worker with that owner's rights.
package agent

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/archive"
	"github.com/wp-oneway/wp-oneway/sinks"
	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/dump"
	"github.com/wp-oneway/wp-oneway/wordpress/files"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// partBlocks is how many blocks are sent as one part. With parts of 8 MiB one is
// filled while another is on its way, for both streams of a site within 128 MiB of
// memory; with 16 MiB they would take turns.
const partBlocks = 8

// poolBlocks is how much memory the streams in flight of one site share, in
// blocks of 1 MiB: what two streams need at least (see streamBlocks), and a part
// that is being sent.
const poolBlocks = 2*streamBlocks + partBlocks

// An Agent backs sites up. Log, Progress, Now and Random may be left zero.
type Agent struct {
	Version string
	Host    string // the host's name, in manifests and in {host}
	Dirs    Dirs
	Sites   int // how many sites at once; 0 is one
	// Bandwidth is how many bytes a second the files of all sites together may take
	// on their way to buckets; 0 is no limit. Databases are not slowed down.
	Bandwidth int64
	Log       *slog.Logger
	// Progress is told what moves, from several goroutines at once.
	Progress func(Progress)
	// Finished is told each site's report as soon as it is done.
	Finished func(SiteReport)
	Now      func() time.Time
	Random   io.Reader

	pool    *sinks.Pool
	limit   *sinks.Limiter
	sinks   sinks.Options // for all sinks; the zero value but in tests
	persist persistence
}

// Progress is how far one stream of one site has come.
type Progress struct {
	Site   string
	Stream string // database or files
	Raw    int64  // bytes read from the site
	Stored int64  // bytes that left the filters
	Done   bool
}

// A Job is one site to back up.
type Job struct {
	Place     site.Place
	Name      string // its name in the sinks
	Named     bool   // the name is what the operator gave, not what the layout says
	Kind      Kind
	Selection files.Selection
	Dump      dump.Options
	World     wordpress.World
	Defaults  []byte // an option file that overrides the connection; nil for none
	Filters   []archive.Filter
	Seal      *Seal         // to whom Filters seal, or nil
	Sinks     []string      // URLs; {host} {kind} {site} {owner} are filled in
	Timeout   time.Duration // for the whole run; 0 is none
	Stall     time.Duration // how long a destination may make no progress; 0 is none
	DryRun    bool
	// RequireOneWay refuses sinks that the doctor has not found one-way, but for
	// the URLs of Exempt.
	RequireOneWay bool
	Exempt        []string
	Ignore        string // why the site is left out, or ""
	// Unconfigured says that a search found the site and no configuration. It is
	// left out, unless it was ever backed up: then its configuration is lost.
	Unconfigured bool
}

// Backup runs the jobs, each a run of its own: one that fails hurts no other.
func (a *Agent) Backup(ctx context.Context, jobs []Job) *Report {
	a.init()
	report := &Report{
		Version: formatVersion, Agent: a.Version, Host: a.Host,
		Started: a.Now().UTC(), Sites: make([]SiteReport, len(jobs)),
	}
	names := a.contest(jobs)
	inner := names.inner(jobs)
	a.witness(names, jobs)
	slots := make(chan struct{}, max(a.Sites, 1))
	var sites sync.WaitGroup
	for _, i := range names.turns(len(jobs)) {
		job := jobs[i]
		job.Selection.Apart = inner[i]
		if names.unused[i] {
			job.Ignore = unconfigured
		}
		slots <- struct{}{}
		sites.Go(func() {
			defer func() { <-slots }()
			report.Sites[i] = a.backup(ctx, job, names.refused[i], &names)
			a.Finished(report.Sites[i])
		})
	}
	sites.Wait()
	report.Finished = a.Now().UTC()
	report.settle()
	return report
}

func (a *Agent) init() {
	if a.Now == nil {
		a.Now = time.Now
	}
	if a.Random == nil {
		a.Random = rand.Reader
	}
	if a.Log == nil {
		a.Log = slog.New(slog.DiscardHandler)
	}
	if a.Progress == nil {
		a.Progress = func(Progress) {}
	}
	if a.Finished == nil {
		a.Finished = func(SiteReport) {}
	}
	if a.Host == "" {
		a.Host, _ = os.Hostname() // without a name, {host} is refused when it is used
	}
	if a.pool == nil {
		a.pool = sinks.NewPool(poolBlocks * max(a.Sites, 1))
	}
	if a.persist == (persistence{}) {
		a.persist = persistent()
	}
	if a.limit == nil && a.Bandwidth > 0 {
		a.limit = sinks.NewLimiter(a.Bandwidth)
	}
}
