// Package agent backs sites up: it sends their databases and files through filters
// to sinks, and ends each run with a manifest. If it runs as root, a worker with the
// rights of a site's owner reads that site.
package agent

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/source"
	"github.com/wp-oneway/wp-oneway/agent/state"
	"github.com/wp-oneway/wp-oneway/agent/transfer"
	"github.com/wp-oneway/wp-oneway/sinks"
)

// An Agent backs sites up. Its functions, Log and Random may be nil.
type Agent struct {
	Version string
	Host    string // the host's name, for manifests and {host}; "" is the system's
	Dirs    state.Dirs
	Sites   int // number of sites backed up at the same time; 0 is one
	// PoolBlocks is the memory for the streams of each site, in blocks of
	// sinks.BlockSize; 0 is enough for two streams.
	PoolBlocks int
	// Bandwidth limits how many bytes per second the files of all sites send to
	// buckets together; 0 is no limit. Databases are not limited.
	Bandwidth int64
	Log       *slog.Logger
	// Keeper says what stays in folder sinks; without one, everything does.
	Keeper Keeper
	// Progress is called as streams advance, from several goroutines.
	Progress func(Progress)
	// BeforeSite and AfterSite are called before and after a site is backed up, while its
	// lock is held; AfterSite also for a site that failed earlier, but not for one that is
	// ignored or locked. An error of BeforeSite fails the site; AfterSite may add warnings.
	BeforeSite func(context.Context, manifest.SiteReport) error
	AfterSite  func(context.Context, *manifest.SiteReport)
	// Finished is called with each site's report when its run ends.
	Finished func(manifest.SiteReport)
	Now      func() time.Time
	Random   io.Reader

	mu          sync.Mutex
	limited     map[string]string // folders with a max_size, and their sinks
	patience    source.Patience
	noLocks     sync.Once // the warning that a file system has no locks
	pool        *sinks.Pool
	limiter     *sinks.Limiter
	sinkOptions sinks.Options // set by tests
	commitRetry commitRetry   // set by tests
	turn        time.Duration // set by tests
}

// Progress is the state of one stream of one site.
type Progress struct {
	Site   string
	Stream string // manifest.DatabaseStream or FilesStream
	Raw    int64  // bytes read from the site
	Stored int64  // bytes after the filters
	Done   bool
}

// Backup runs the jobs, each as a separate run. A failed run does not affect the others.
func (a *Agent) Backup(ctx context.Context, jobs []Job) *manifest.Report {
	a.init()
	report := &manifest.Report{
		Version: manifest.Version, Agent: a.Version, Host: a.Host,
		Started: a.Now().UTC(), Sites: make([]manifest.SiteReport, len(jobs)),
	}
	names := a.resolveNames(ctx, jobs, a.databaseProbe())
	nested := names.Nested()
	order := newTurns(names.ByOwner(), a.turn)
	var slots sync.WaitGroup
	for range max(a.Sites, 1) {
		slots.Go(func() {
			order.work(func(i int, workers *source.Workers) {
				job := jobs[i]
				job.Selection.Apart = nested[i]
				if names.Unused(i) {
					job.Ignore = notInstalled
				}
				report.Sites[i] = a.backup(ctx, job, names.Refused(i), names, workers)
				a.Finished(report.Sites[i])
			})
		})
	}
	slots.Wait()
	a.limitFolders(ctx)
	a.prune(ctx, jobs, names)
	report.Finished = a.Now().UTC()
	report.SetStatus()
	return report
}

// Inspect returns the configuration of the job's site, including the password.
// It opens no connection.
func (a *Agent) Inspect(ctx context.Context, job Job) (source.Facts, error) {
	a.init()
	req := job.request()
	req.Mode, req.WithPassword = source.ConfigOnly, true
	site, err := a.openSite(ctx, job, req)
	if err != nil {
		return source.Facts{}, err
	}
	return site.Facts(), site.Close()
}

// Dump writes the job's database to w as SQL.
func (a *Agent) Dump(ctx context.Context, job Job, w io.Writer) (source.Findings, error) {
	a.init()
	job.Kind = manifest.DB
	site, err := a.openSite(ctx, job, job.request())
	if err != nil {
		return source.Findings{}, err
	}
	if err := site.Part(manifest.DatabaseStream).Write(ctx, w); err != nil {
		return source.Findings{}, errors.Join(err, site.Close())
	}
	findings, err := site.Findings(ctx)
	return findings, errors.Join(err, site.Close())
}

func (a *Agent) openSite(ctx context.Context, job Job, req source.Request) (source.Site, error) {
	found, err := job.locate(ctx)
	if err != nil {
		return nil, err
	}
	return a.open(ctx, req, found.owner, a.Log)
}

// open opens a site, with the patience that all sites of this agent share.
func (a *Agent) open(ctx context.Context, req source.Request, owner source.Owner, log *slog.Logger) (source.Site, error) {
	req.Patience = &a.patience
	return source.Open(ctx, req, owner, log)
}

// init sets the defaults.
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
	if a.BeforeSite == nil {
		a.BeforeSite = func(context.Context, manifest.SiteReport) error { return nil }
	}
	if a.AfterSite == nil {
		a.AfterSite = func(context.Context, *manifest.SiteReport) {}
	}
	if a.Finished == nil {
		a.Finished = func(manifest.SiteReport) {}
	}
	if a.Host == "" {
		a.Host, _ = os.Hostname() // a sink URL with {host} is refused if there is none
	}
	if a.pool == nil {
		a.pool = sinks.NewPool(cmp.Or(a.PoolBlocks, transfer.PoolBlocks(2)) * max(a.Sites, 1))
	}
	if a.commitRetry == (commitRetry{}) {
		a.commitRetry = defaultCommitRetry()
	}
	if a.turn == 0 {
		a.turn = turnTime
	}
	if a.limiter == nil && a.Bandwidth > 0 {
		a.limiter = sinks.NewLimiter(a.Bandwidth)
	}
}
