package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/joho/godotenv"

	"github.com/wp-oneway/wp-oneway/agent"
	"github.com/wp-oneway/wp-oneway/wordpress"
)

// errNoSite says that there is nothing to back up.
var errNoSite = errors.New("no site was found")

// jobs turns the paths of the command line, or else the configured sites, into
// what the agent does.
func (a *app) jobs(ctx context.Context, paths []string, all bool) ([]agent.Job, error) {
	s, err := a.load()
	if err != nil {
		return nil, usage(err)
	}
	entries, err := a.entries(ctx, s, paths, all)
	if err != nil {
		return nil, err
	}
	if len(entries) > 1 && a.insisted("name") {
		return nil, usage(fmt.Errorf("--name names one site, and there are %d; set name for each in the configuration", len(entries)))
	}
	jobs := make([]agent.Job, 0, len(entries))
	for _, entry := range entries {
		job, err := a.job(s, entry)
		if err != nil {
			return nil, usage(err)
		}
		jobs = append(jobs, job)
	}
	return jobs, nil
}

// entries are the sites to back up, in the shape of the configuration's.
func (a *app) entries(ctx context.Context, s *settings, paths []string, all bool) ([]map[string]any, error) {
	configured, err := expandSites(s.Sites)
	if err != nil {
		return nil, usage(err)
	}
	switch {
	case len(paths) > 0 && all:
		return nil, usage(errors.New("PATH and --all exclude each other; give one of them"))
	case all:
		found, err := wordpress.Discover(ctx, nil)
		if err != nil {
			return nil, err
		}
		for _, f := range found.Sites {
			paths = append(paths, f.Path)
		}
	case len(paths) == 0 && len(s.Sites) == 0:
		return nil, usage(errors.New("no PATH was given and no sites are configured; give a site's folder, or --all to search for sites"))
	case len(paths) == 0:
		if len(configured) == 0 {
			return nil, fmt.Errorf("%w: nothing matches the sites%s", errNoSite, a.from())
		}
		return configured, nil
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("%w in the known places; give its PATH", errNoSite)
	}
	entries := make([]map[string]any, 0, len(paths))
	for _, path := range paths {
		abs, err := filepath.Abs(path)
		if err != nil {
			return nil, usage(fmt.Errorf("path %q: %w", path, err))
		}
		entry := map[string]any{"path": abs}
		for _, c := range configured {
			if c["path"] == abs {
				entry = c
			}
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

// expandSites replaces patterns by the sites they match; a later entry of the
// same path adds to an earlier one.
func expandSites(sites []map[string]any) ([]map[string]any, error) {
	var out []map[string]any
	place := map[string]int{}
	for _, entry := range sites {
		pattern, _ := entry["path"].(string)
		if !filepath.IsAbs(pattern) {
			return nil, fmt.Errorf("configuration: sites: path %q must be absolute", pattern)
		}
		paths := []string{filepath.Clean(pattern)}
		if strings.ContainsAny(pattern, "*?[") {
			matches, err := filepath.Glob(pattern)
			if err != nil {
				return nil, fmt.Errorf("configuration: sites: path %q: %w", pattern, err)
			}
			paths = nil
			for _, m := range matches {
				if looksInstalled(m) {
					paths = append(paths, m)
				}
			}
		}
		for _, path := range paths {
			merged := map[string]any{}
			i, seen := place[path]
			if seen {
				merged = out[i]
			} else {
				place[path] = len(out)
				out = append(out, merged)
			}
			for k, v := range entry {
				merged[k] = v
			}
			merged["path"] = path
		}
	}
	return out, nil
}

// looksInstalled tells a site from other folders that a pattern matches. It is
// no check: what looks like a site and is broken must fail, not be passed over.
func looksInstalled(path string) bool {
	for _, name := range []string{"wp-config.php", "wp-load.php", "wp-settings.php", "wp/wp-load.php", "wp-content"} {
		if _, err := os.Lstat(filepath.Join(path, name)); err == nil {
			return true
		}
	}
	return false
}

// job is one site as the agent wants it.
func (a *app) job(s *settings, entry map[string]any) (agent.Job, error) {
	set, err := a.forSite(entry)
	if err != nil {
		return agent.Job{}, err
	}
	job := agent.Job{
		Name: set.Name, Ignore: set.Ignore, DryRun: s.DryRun, Timeout: s.Limits.Timeout, Stall: s.Limits.Stall,
		Selection: wordpress.Selection{
			NoUploads: set.NoUploads, WithCore: set.WithCore, Include: set.Include, Exclude: set.Exclude,
			NoDefaultExcludes: set.NoDefaultExcludes,
		},
	}
	if job.Kind, err = agent.ParseKind(set.Kind); err != nil {
		return job, err
	}
	if err := job.Selection.Check(); err != nil {
		return job, err
	}
	if job.Place, err = place(set.Path, set.Home); err != nil {
		return job, err
	}
	if job.Name == "" {
		job.Name = job.Place.Name
	}
	if job.Dump, err = set.dumpOptions(); err != nil {
		return job, err
	}
	if job.World, err = world(set.siteSetting); err != nil {
		return job, err
	}
	if set.DBDefaultsFile != "" {
		if job.Defaults, err = agent.ReadOwnFile(set.DBDefaultsFile, true); err != nil {
			return job, fmt.Errorf("db_defaults_file: %w", err)
		}
	}
	for _, sink := range set.Sinks {
		job.Sinks = append(job.Sinks, sink.URL)
	}
	if len(job.Sinks) == 0 {
		job.Sinks = []string{"~/backups"}
	}
	e := set.Encryption
	job.Filters, job.Seal, err = agent.Sealing{
		Compression: set.Compression, Level: set.Level,
		Recipients: e.AgeRecipients, RecipientsFile: e.RecipientsFile, PassphraseFile: e.PassphraseFile,
	}.Filters()
	if err == nil && e.Required && job.Seal == nil {
		err = errors.New("encryption.required is set, and there is no recipient; give --recipient age1…, or a passphrase file")
	}
	return job, err
}

// place says what a path's text tells; home, if given, is the operator's word.
func place(path, home string) (wordpress.Place, error) {
	if home == "" {
		return wordpress.PlaceOf(path, wordpress.OwnerHome)
	}
	home, err := filepath.Abs(home)
	if err != nil {
		return wordpress.Place{}, fmt.Errorf("home: %w", err)
	}
	p, err := wordpress.PlaceOf(path, func(string) string { return home })
	if err == nil && p.Home != home {
		err = fmt.Errorf("home %s: the site %s does not lie in it", home, path)
	}
	return p, err
}

// world is what the operator says of the environment of the site's PHP. The
// agent's own is never it, but for the names that env gives without a value.
func world(set siteSetting) (wordpress.World, error) {
	w := wordpress.World{HTTPHost: set.HTTPHost, EnvKnown: set.NoEnv || len(set.Env) > 0 || set.EnvFile != ""}
	if set.NoEnv && (len(set.Env) > 0 || set.EnvFile != "") {
		return w, errors.New("no_env says that the environment is empty, and env or env_file that it is not; give one of them")
	}
	if !w.EnvKnown {
		return w, nil
	}
	w.Env = map[string]string{}
	if set.EnvFile != "" {
		text, err := agent.ReadOwnFile(set.EnvFile, false)
		if err != nil {
			return w, fmt.Errorf("env_file: %w", err)
		}
		if w.Env, err = godotenv.UnmarshalBytes(text); err != nil {
			// The cause would quote the file.
			return w, fmt.Errorf("env_file %s: a line is not of the form NAME=VALUE", set.EnvFile)
		}
	}
	for _, entry := range set.Env {
		name, value, given := strings.Cut(entry, "=")
		if name == "" {
			return w, errors.New("env: an entry has no name; give NAME=VALUE, or NAME to copy it from here")
		}
		if !given {
			if value, given = os.LookupEnv(name); !given {
				return w, fmt.Errorf("env %s: it is not set here; give %s=VALUE", name, name)
			}
		}
		w.Env[name] = value
	}
	return w, nil
}
