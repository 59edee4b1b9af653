package main

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/hook"
	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/notify"
	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/cmd/settings"
	"github.com/wp-oneway/wp-oneway/wordpress"
)

// An around does what comes before and after the backup of the sites: hooks and notifications. A
// dry run has neither.
type around struct {
	app      *app
	hooks    hook.Set
	notifier *notify.Notifier
	running  manifest.Report // the report that hooks get before there is a result
}

func (a *app) newAround(ctx context.Context) (*around, error) {
	host, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	w := &around{
		app: a, hooks: hook.Set{Log: a.Log}, notifier: &notify.Notifier{},
		running: manifest.Report{Version: manifest.Version, Agent: version, Host: host, Started: time.Now().UTC(), Status: manifest.Running},
	}
	a.told = true // from here on, finish sends the notifications about the backup
	if a.config.DryRun {
		return w, nil
	}
	if w.hooks.Hooks, _, err = settings.Hooks(a.config.Hooks); err != nil {
		return nil, exit.Usage(err)
	}
	w.notifier = a.config.Notifier()
	a.warnUntold(w.notifier.Start(ctx))
	return w, nil
}

// start runs the hooks before the run. If one fails, the run ends with its error.
func (w *around) start(ctx context.Context) (*manifest.Report, error) {
	err := w.hooks.Before(ctx, hook.Run, &w.running, nil)
	if err == nil {
		return nil, nil //nolint:nilnil // no result yet
	}
	report := w.unstarted(err)
	if w.app.config.JSON {
		return report, errors.Join(err, w.app.printReport(report))
	}
	return report, err
}

// unstarted returns the report of a run that failed before any site was tried.
func (w *around) unstarted(err error) *manifest.Report {
	return failedReport(w.running, err)
}

// failedReport adds an error to a report that has no sites, and completes it.
func failedReport(r manifest.Report, err error) *manifest.Report {
	r.Fail(err)
	if exit.Status(err) == manifest.Refused.ExitCode() {
		r.Status = manifest.Refused
	}
	r.Sites, r.Finished = []manifest.SiteReport{}, time.Now().UTC()
	return &r
}

func (w *around) beforeSite(ctx context.Context, site manifest.SiteReport) error {
	site.Status = manifest.Running
	return w.hooks.Before(ctx, hook.Site, &w.running, &site)
}

// afterSite runs the hooks after a site. If one fails, it adds a warning to the site.
func (w *around) afterSite(ctx context.Context, site *manifest.SiteReport) {
	report := w.running
	report.Status = site.Status
	if err := w.hooks.After(ctx, hook.Site, &report, site); err != nil {
		if site.Warnings == nil {
			site.Warnings = &wordpress.Notes{}
		}
		site.Warnings.Add(wordpress.Printable(manifest.NewReportError(err).Message))
	}
}

// finish sends the notifications and runs the hooks after a backup, even if the context of the
// backup has ended. They do not change the result, and each has its own time limit.
func (w *around) finish(ctx context.Context, report *manifest.Report) {
	if w.app.config.DryRun {
		return
	}
	ctx = context.WithoutCancel(ctx)
	w.app.warnUntold(w.notifier.Finish(ctx, report, w.app.Recent.Text()))
	err := w.hooks.After(ctx, hook.Run, report, nil)
	if code := report.Status.ExitCode(); code == manifest.Failed.ExitCode() || code == manifest.Refused.ExitCode() {
		err = errors.Join(err, w.hooks.After(ctx, hook.Error, report, nil))
	}
	if err != nil {
		text := manifest.NewReportError(err).Message
		w.app.Log.Warn("hook failed", "err", text)
		w.app.warnUntold(w.notifier.Warn(ctx, report, text))
	}
}

// warnUntold warns about the channels of notification that failed.
func (a *app) warnUntold(results []notify.Result) {
	for _, r := range results {
		if r.Err != nil {
			a.Log.Warn("notification not sent; try again with wp-oneway notify --test", "to", r.Channel, "err", r.Err)
		}
	}
}
