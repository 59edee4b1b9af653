package agent

import (
	"context"

	"github.com/wp-oneway/wp-oneway/agent/archive"
	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/source"
)

// plan is a dry run: it reads the configuration, connects to the database and
// walks the files, but reads no content and sends nothing.
func (r *run) plan(ctx context.Context) (err error) {
	defer func() {
		if err != nil && ctx.Err() != nil {
			err = context.Cause(ctx) // the cause names the limit or the signal
		}
	}()
	if err := r.begin(); err != nil {
		return err
	}
	r.report.Run = "" // nothing is stored under this name
	r.usableTargets()
	site, err := r.agent.open(ctx, r.request(ctx, source.Plan), r.owner, r.log)
	if err != nil {
		return err
	}
	defer site.Close()
	facts, err := r.checkFacts(site.Facts())
	if err != nil {
		return err
	}
	findings, err := site.Findings(ctx)
	if err != nil {
		return err
	}
	if err := (&sizeLimit{limit: r.job.SizeLimit}).check(findings.FileBytes); err != nil {
		return err
	}
	warnFirst(&findings, r.folderWarnings())
	counts := findings.Counts()
	counts.Tables = len(facts.TableNames)
	r.report.Counts = &counts
	r.report.Warnings, r.report.Unreadable = &findings.Warnings, &findings.Unreadable
	r.report.Plan = &manifest.Plan{Tables: counts.Tables, Files: findings.Files, FileBytes: findings.FileBytes, Objects: r.objectNames()}
	r.report.Status = manifest.Planned
	if counts.Unreadable > 0 {
		r.report.Status = manifest.Incomplete
	}
	for _, d := range r.report.Destinations {
		if d.Status == manifest.Failed {
			r.report.Status = manifest.Failed
		}
	}
	return nil
}

// objectNames are the names of the objects that a run would store, if no stream
// needs several pieces.
func (r *run) objectNames() []string {
	var names []string
	for _, stream := range []string{manifest.DatabaseStream, manifest.FilesStream, manifest.DetailsStream} {
		if stream == manifest.DetailsStream || r.job.Kind.Has(stream) {
			names = append(names, r.name+manifest.StreamSuffix(stream)+archive.Suffix(r.job.Filters...))
		}
	}
	return append(names, r.name+manifest.Suffix)
}
