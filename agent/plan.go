package agent

import (
	"context"

	"github.com/wp-oneway/wp-oneway/agent/archive"
)

// plan is a dry run: it reads the configuration, connects to the database and
// walks the files, but reads no content and sends nothing.
func (r *run) plan(ctx context.Context) (err error) {
	defer func() {
		if err != nil && ctx.Err() != nil {
			err = context.Cause(ctx) // it says which limit, or which signal
		}
	}()
	started := r.agent.Now().UTC()
	id, err := runID(started, r.agent.Random)
	if err != nil {
		return err
	}
	r.name = runName(r.job.Name, r.job.Kind, r.job.Selection.NoUploads, id)
	r.open()
	site, err := openSource(ctx, r.request(ctx, true), r.owner, r.log)
	if err != nil {
		return err
	}
	defer site.Close()
	facts := site.Facts()
	facts.tame()
	if err := r.keepOut(facts); err != nil {
		return err
	}
	findings, err := site.Findings(ctx)
	if err != nil {
		return err
	}
	counts := findings.counts()
	counts.Tables = len(facts.TableNames)
	r.report.WordPress, r.report.Server, r.report.Counts = facts.WordPress, facts.Server, &counts
	r.report.Warnings, r.report.Unreadable = &findings.Warnings, &findings.Unreadable
	r.report.Plan = &Plan{Tables: counts.Tables, Files: findings.Files, FileBytes: findings.FileBytes, Objects: r.objectNames()}
	r.report.Status = Planned
	for _, d := range r.report.Destinations {
		if d.Status == Failed {
			r.report.Status = Failed
		}
	}
	return nil
}

// objectNames are the names a run would store, unless a stream needs several pieces.
func (r *run) objectNames() []string {
	var names []string
	for _, stream := range []string{databaseStream, filesStream, detailsStream} {
		if stream == detailsStream || r.job.Kind.has(stream) {
			names = append(names, r.name+streamSuffix[stream]+archive.Suffix(r.job.Filters...))
		}
	}
	return append(names, r.name+manifestSuffix)
}
