package agent

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/archive"
	"github.com/wp-oneway/wp-oneway/agent/crash"
	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/source"
	"github.com/wp-oneway/wp-oneway/agent/state"
	"github.com/wp-oneway/wp-oneway/agent/transfer"
	"github.com/wp-oneway/wp-oneway/sinks"
	"github.com/wp-oneway/wp-oneway/wordpress/files"
)

// A run is one backup of one site at one point in time. It is either complete or it
// does not exist.
type run struct {
	agent *Agent
	job   Job
	located
	id      string // site.Place.Identity
	targets []target
	workers *source.Workers
	log     *slog.Logger

	mu     sync.Mutex // guards report and state while manifests are stored
	report *manifest.SiteReport
	state  *state.Site

	runID   string // start and random characters
	name    string // the objects' names without their suffixes
	started time.Time
	dests   []*destination
	streams *transfer.Transfer
}

// backup makes one attempt. If a stream was lost in a way that only reading the site
// again can repair, it makes another attempt under a new name.
func (r *run) backup(ctx context.Context) (err error) {
	defer crash.Recover(&err)
	if r.state, err = r.agent.Dirs.LoadSite(r.id); err != nil {
		r.log.Warn("the saved state cannot be used", "err", err)
	}
	usable := r.usableTargets()
	if len(usable) == 0 {
		return r.destinationErrors(nil)
	}
	if err := r.agent.BeforeSite(ctx, *r.report); err != nil {
		for _, i := range usable {
			r.reportFailed(i, err)
		}
		return err
	}
	again, err := r.attempt(ctx, usable)
	if len(again) > 0 && ctx.Err() == nil {
		r.saveState() //nolint:contextcheck // of the destinations that have the run; another attempt may take long
		r.log.Warn("starting the run again", "destinations", len(again), "err", r.destinationErrors(again))
		_, err = r.attempt(ctx, again)
	}
	r.setStatus()
	return err
}

// usableTargets returns the indexes of the targets that could be opened, and reports
// the others.
func (r *run) usableTargets() []int {
	var usable []int
	r.report.Destinations = make([]manifest.DestinationReport, len(r.targets))
	for i, t := range r.targets {
		r.report.Destinations[i] = manifest.DestinationReport{Name: t.name, URL: t.url, Credential: t.credential}
		if end := t.credential; end != nil && r.agent.Now().After(end.Renew) {
			r.log.Warn("the credential of the sink expires soon: replace it; no backup can be stored after that", "to", t.url, "expires", end.Expires.Local().Format(time.DateTime))
		}
		if t.err != nil {
			r.reportFailed(i, t.err)
			continue
		}
		usable = append(usable, i)
	}
	return usable
}

func (r *run) reportFailed(target int, err error) {
	d := &r.report.Destinations[target]
	d.Status, d.Error = manifest.Failed, manifest.NewReportError(err)
}

// begin sets the start and the name of an attempt.
func (r *run) begin() (err error) {
	r.started = r.agent.Now().UTC()
	if r.runID, err = manifest.NewRunID(r.started, r.agent.Random); err != nil {
		return err
	}
	r.name = manifest.RunName(r.job.Name, r.job.Kind, r.job.Selection.NoUploads, r.runID)
	r.report.Run = r.name
	return nil
}

// attempt sends the site to the targets with those indexes. It returns the targets
// for which another attempt may succeed, and an error if the site itself failed.
func (r *run) attempt(ctx context.Context, targets []int) (again []int, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if err := r.begin(); err != nil {
		return nil, err
	}
	r.dests = make([]*destination, len(targets))
	r.streams = &transfer.Transfer{Pool: r.agent.pool, Filters: r.job.Filters}
	for i, target := range targets {
		r.dests[i] = &destination{Destination: transfer.NewDestination(ctx, r.targets[target].sink, r.targets[target].limited), target: target}
		defer r.dests[i].Close()
		r.streams.Destinations = append(r.streams.Destinations, r.dests[i].Destination)
	}
	if r.job.Stall > 0 {
		go r.streams.WatchDestinations(ctx, r.job.Stall)
	}
	err = r.send(ctx)
	if err != nil && ctx.Err() != nil && !errors.Is(err, sinks.ErrUnknown) {
		err = context.Cause(ctx)
	}
	again = r.failedDestinations(err)
	if errors.Is(err, transfer.ErrNoDestination) && len(again) == 0 {
		return nil, r.destinationErrors(targets)
	}
	return again, err
}

// failedDestinations reports the destinations without a manifest after an attempt
// that ended with err. It returns those for which another attempt may succeed.
func (r *run) failedDestinations(err error) (again []int) {
	for _, d := range r.dests {
		cause := d.commitErr
		switch {
		case d.committed: // whatever happened later
			continue
		case cause != nil:
		case err != nil && !errors.Is(err, transfer.ErrNoDestination):
			cause = err
		default:
			cause = d.Err()
		}
		if cause == nil {
			continue
		}
		if errors.Is(cause, sinks.ErrRestart) || source.Restartable(cause) {
			again = append(again, d.target)
		}
		r.reportFailed(d.target, cause)
		if errors.Is(cause, sinks.ErrUnknown) {
			r.report.Destinations[d.target].Manifest = r.name + manifest.Suffix
		}
	}
	return again
}

// destinationErrors joins the errors of the targets with those indexes; nil means all
// targets.
func (r *run) destinationErrors(targets []int) error {
	var errs []string
	for i, d := range r.report.Destinations {
		if d.Error != nil && (targets == nil || slices.Contains(targets, i)) {
			errs = append(errs, fmt.Sprintf("%s: %s", sinks.Short(d.URL), d.Error.Message))
		}
	}
	if len(errs) == 0 {
		return transfer.ErrNoDestination
	}
	return errors.New(strings.Join(errs, "; "))
}

// send sends both parts at the same time, then the details, then the manifest.
func (r *run) send(ctx context.Context) error {
	site, err := r.agent.open(ctx, r.request(ctx, source.Backup), r.owner, r.log)
	if err != nil {
		return err
	}
	defer site.Close()
	facts, err := r.checkFacts(site.Facts())
	if err != nil {
		return err
	}
	streams, err := r.sendParts(ctx, site)
	if err != nil {
		return err
	}
	findings, err := site.Findings(ctx)
	if err != nil {
		return err
	}
	sizes, err := r.sizes(findings, streams)
	if err != nil {
		return err
	}
	r.checkSizes(&findings, sizes)
	warnFirst(&findings, r.folderWarnings())
	details, err := r.sendDetails(ctx, facts, findings)
	if err != nil {
		return err
	}
	r.report.Streams = streams
	return r.commit(ctx, facts, findings, append(streams, details), sizes)
}

// request is the job's request. It adds what only this process knows: the agent's own folders,
// which must not be archived, and the owner's crontab, which the owner may not be allowed to
// read.
func (r *run) request(ctx context.Context, mode source.Mode) source.Request {
	req := r.job.request()
	req.Mode, req.Workers = mode, r.workers
	for _, t := range r.targets {
		if t.dir != "" {
			req.Selection.Never = append(req.Selection.Never, t.dir)
		}
	}
	if r.job.Kind.Has(manifest.FilesStream) && (os.Geteuid() == 0 || uint32(os.Geteuid()) == r.uid) {
		crontab, err := files.OwnerCrontab(ctx, r.uid)
		if err != nil {
			r.log.Warn("the owner's crontab is left out", "err", err)
		}
		req.Selection.Crontab = crontab
	}
	return req
}

// checkFacts reports the versions, and refuses sinks in folders that the site's
// configuration names.
func (r *run) checkFacts(facts source.Facts) (source.Facts, error) {
	facts.TruncateVersions()
	r.report.WordPress, r.report.Server, r.report.Source = facts.WordPress, facts.Server, facts.Config.Source()
	return facts, r.checkContentFolders(facts)
}

// sendParts sends the parts of the kind at the same time. The first one that fails
// stops the other.
func (r *run) sendParts(ctx context.Context, site source.Site) ([]manifest.Stream, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var parts []string
	for _, name := range []string{manifest.DatabaseStream, manifest.FilesStream} {
		if r.job.Kind.Has(name) {
			parts = append(parts, name)
		}
	}
	var group sync.WaitGroup
	streams, errs := make([]manifest.Stream, len(parts)), make([]error, len(parts))
	size := &sizeLimit{limit: r.job.SizeLimit}
	for i, name := range parts {
		group.Go(func() {
			streams[i], errs[i] = r.sendStream(ctx, size.guard(site.Part(name)), func(raw, stored int64) {
				r.agent.Progress(Progress{Site: r.job.Name, Stream: name, Raw: raw, Stored: stored})
			})
			if errs[i] != nil {
				cancel(errs[i])
				return
			}
			r.agent.Progress(Progress{Site: r.job.Name, Stream: name, Raw: streams[i].RawBytes, Done: true})
		})
	}
	group.Wait()
	if errors.Join(errs...) != nil {
		return nil, context.Cause(ctx) // the first error; the other is its consequence
	}
	return streams, nil
}

// sendStream sends a part to all destinations.
func (r *run) sendStream(ctx context.Context, part source.Part, progress func(raw, stored int64)) (manifest.Stream, error) {
	stream := manifest.Stream{Name: part.Name, Filters: archive.Names(r.job.Filters...)}
	var err error
	stream.RawBytes, err = r.streams.Send(ctx, transfer.Stream{
		Name: part.Name, Object: r.name + manifest.StreamSuffix(part.Name), Write: part.Write, Progress: progress,
		Limited: part.Name == manifest.FilesStream && r.agent.Bandwidth > 0, // slowing a dump down would keep the site's tables locked
	})
	return stream, err
}

// setStatus derives the status of the run from its destinations.
func (r *run) setStatus() {
	status := manifest.OK
	if c := r.report.Counts; c != nil && c.Unreadable > 0 {
		status = manifest.Incomplete
	}
	for i := range r.report.Destinations {
		d := &r.report.Destinations[i]
		if d.Status == manifest.OK {
			continue
		}
		status = manifest.Failed
		if d.Status != manifest.Failed { // without a status it is not a success
			r.reportFailed(i, errors.New("the run ended before this destination had all of it"))
		}
	}
	r.report.Status = status
}
