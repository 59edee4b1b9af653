package agent

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/source"
	"github.com/wp-oneway/wp-oneway/agent/state"
	"github.com/wp-oneway/wp-oneway/agent/transfer"
	"github.com/wp-oneway/wp-oneway/sinks"
	"github.com/wp-oneway/wp-oneway/sinks/operator"
	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
)

// A target is a sink of a job before the run starts.
type target struct {
	name    string // of the sink
	url     string // without credentials
	dir     string // the folder, for a folder sink
	sink    sinks.Sink
	limited sinks.Sink // the same sink with the bandwidth limit
	err     error      // why the sink could not be opened; only this destination fails

	credential *manifest.CredentialEnd // nil if it does not end, or is renewed
}

// targets opens the job's sinks. sites are all sites that the host knows.
func (a *Agent) targets(ctx context.Context, job Job, owner source.Owner, root string, sites *siteRoots) ([]target, error) {
	var targets []target
	seen := map[string]bool{}
	names := job.Destinations()
	for i, text := range job.Sinks {
		u, err := a.expand(text, job, owner)
		if err != nil {
			return nil, err
		}
		t := target{name: names[i], url: u.Redacted()}
		if dir, ok := sinks.LocalDir(u); ok {
			t.dir = dir
			if t.err = checkFolder(dir, root, sites); errors.Is(t.err, manifest.ErrUsage) {
				return nil, t.err
			}
		}
		if t.err == nil {
			a.openSink(ctx, &t, u, job, text)
		}
		id := t.id(u)
		if seen[id] {
			return nil, manifest.Usagef("sink %s is given twice; remove one", u.Redacted())
		}
		seen[id] = true
		targets = append(targets, t)
	}
	return targets, nil
}

// openSink opens a target's sink. It can be used after ctx is cancelled, to abort
// uploads and to store the manifest.
func (a *Agent) openSink(ctx context.Context, t *target, u *url.URL, job Job, text string) {
	ctx = context.WithoutCancel(ctx)
	o := a.sinkOptions
	o.Pool, o.Logger, o.Dry = a.pool, a.Log, job.DryRun
	if o.PartSize == 0 {
		o.PartSize = transfer.PartBlocks * sinks.BlockSize
	}
	if t.sink, t.err = sinks.Open(ctx, u, o); t.err != nil {
		return
	}
	if t.limited, t.err = sinks.Throttle(ctx, t.sink, a.limiter); t.err != nil {
		return
	}
	t.url = t.sink.String()
	if end, err := sinks.CredentialExpiry(ctx, t.sink); err == nil && !end.At.IsZero() {
		t.credential = &manifest.CredentialEnd{Expires: end.At, Renew: end.Renew}
	}
	if job.RequireOneWay && !slices.Contains(job.Exempt, text) {
		t.err = a.requireOneWay(ctx, job, t.sink)
	}
}

// id is the same for two targets that store in the same place. For a sink that could not be
// opened, only the URL is known.
func (t *target) id(u *url.URL) string {
	if t.sink != nil {
		return sinks.Location(t.sink)
	}
	return strings.Join([]string{u.Scheme, u.Host, strings.Trim(path.Clean("/"+u.Path), "/"), u.Query().Get("endpoint")}, " ")
}

// placeholder matches everything that looks like one of our placeholders.
var placeholder = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{[A-Za-z_]+\}`) })

// expand replaces {host} {kind} {site} {owner} in a sink's URL, and parses it.
func (a *Agent) expand(text string, job Job, owner source.Owner) (*url.URL, error) {
	known := []string{"{host}", a.Host, "{kind}", string(job.Kind), "{site}", job.Name, "{owner}", owner.Name()}
	for _, p := range placeholder().FindAllString(text, -1) {
		if !slices.Contains(known, p) {
			return nil, manifest.Usagef("sink %s: unknown placeholder %s; use {host}, {kind}, {site} or {owner}", text, p)
		}
	}
	if strings.Contains(text, "{host}") && a.Host == "" {
		return nil, manifest.Usagef("sink %s: this host has no name for {host}; set one, or write it into the URL", text)
	}
	u, err := sinks.Parse(strings.NewReplacer(known...).Replace(text))
	if err != nil {
		return nil, manifest.Usagef("%s", err)
	}
	return u, nil
}

// folderWarnings says in which folders others can delete or replace backups. A folder
// that does not exist yet is created for the agent's user.
func (r *run) folderWarnings() (warnings []string) {
	for _, t := range r.targets {
		if t.dir == "" || t.err != nil {
			continue
		}
		if err := operator.Check(t.dir, operator.Everybody); err != nil && !errors.Is(err, fs.ErrNotExist) {
			warnings = append(warnings, fmt.Sprintf("sink %s: other users of this host can delete or replace the backups in it: %v", t.dir, err))
		}
	}
	return warnings
}

// siteRoots are the root folders of all sites that this host knows.
type siteRoots struct {
	dirs state.Dirs
	run  map[string]bool // those of the sites of this invocation
}

// above returns the root of a site in which a folder with a real path is, or "".
func (s *siteRoots) above(folder string) string {
	for dir := folder; ; dir = filepath.Dir(dir) {
		if s.run[dir] {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return s.dirs.SiteAbove(folder)
		}
	}
}

// checkFolder refuses a folder inside the site or inside another site.
func checkFolder(dir, root string, sites *siteRoots) error {
	if err := checkOutside(dir, root); err != nil {
		return err
	}
	real, err := safefs.PlannedPath(dir)
	if err != nil {
		return fmt.Errorf("find the sink %s: %w", dir, err)
	}
	if other := sites.above(real); other != "" {
		return manifest.Usagef("sink %s: is inside the site %s, whose web server would publish it; use a folder outside of all sites", dir, other)
	}
	return nil
}

// checkOutside refuses a folder at or below a site's root: the web server would
// publish the backups, and the next backup would contain them.
func checkOutside(dir, root string) error {
	real, err := safefs.PlannedPath(dir)
	if err != nil {
		return fmt.Errorf("find the sink %s: %w", dir, err)
	}
	if safefs.Within(real, filepath.Clean(root)) {
		return manifest.Usagef("sink %s: is inside the site itself (%s): the web server would publish it, and the next backup would contain it; use a folder outside of the site", dir, root)
	}
	return nil
}

// checkContentFolders refuses folder sinks inside the content folders that the
// site's configuration names. The tenant chooses these, so it is not a usage error.
func (r *run) checkContentFolders(facts source.Facts) error {
	for _, t := range r.targets {
		for _, dir := range []string{facts.Config.ContentDir, facts.Config.PluginDir, facts.Config.UploadsDir} {
			if t.dir != "" && t.err == nil && filepath.IsAbs(dir) {
				if err := checkOutside(t.dir, dir); err != nil {
					return fmt.Errorf("the site's configuration claims %s: %s", dir, err) //nolint:errorlint // see above
				}
			}
		}
	}
	return nil
}
