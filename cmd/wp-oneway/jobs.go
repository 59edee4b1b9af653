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
	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/files"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// jobs turns the paths of the command line, or else the configured sites, or
// what a search finds, into what the agent does.
func (a *app) jobs(ctx context.Context, paths []string, all bool) ([]agent.Job, *selection, error) {
	s, err := a.load()
	if err != nil {
		return nil, nil, usage(err)
	}
	chosen, err := a.choose(ctx, s, paths, all)
	if err != nil {
		return nil, nil, err
	}
	jobs, err := a.jobsOf(s, chosen.entries)
	return jobs, chosen, err
}

func (a *app) jobsOf(s *settings, entries []entry) ([]agent.Job, error) {
	if len(entries) > 1 && a.insisted("name") {
		return nil, usage(fmt.Errorf("--name names one site, and there are %d; set name for each in the configuration", len(entries)))
	}
	homes := site.OwnerHomes()
	jobs := make([]agent.Job, 0, len(entries))
	for _, e := range entries {
		job, err := a.job(s, e, homes)
		if err != nil && (len(entries) > 1 || len(e.keys) > 1) {
			err = fmt.Errorf("site %s: %w", e.path(), err)
		}
		if err != nil {
			return nil, usage(err)
		}
		jobs = append(jobs, job)
	}
	return jobs, nil
}

// dense tells whether a site is compressed at denseLevel or higher.
func (a *app) dense(entries []entry) (bool, error) {
	for _, e := range entries {
		set, err := a.forSite(e.keys)
		if err != nil {
			return false, err
		}
		if set.Compression == "zstd" && set.Level >= denseLevel {
			return true, nil
		}
	}
	return false, nil
}

// oneJob is what the agent does with one site.
func (a *app) oneJob(ctx context.Context, path string) (agent.Job, error) {
	jobs, _, err := a.jobs(ctx, []string{path}, false)
	if err != nil {
		return agent.Job{}, err
	}
	if len(jobs) != 1 {
		return agent.Job{}, usage(fmt.Errorf("%s serves %d sites; name one by --http-host", path, len(jobs)))
	}
	return jobs[0], nil
}

// job is one site as the agent wants it.
func (a *app) job(s *settings, e entry, homes func(string) string) (agent.Job, error) {
	set, err := a.forSite(e.keys)
	if err != nil {
		return agent.Job{}, err
	}
	if e.host != "" {
		set.HTTPHost = e.host
	}
	job := agent.Job{
		Name: set.Name, Named: set.Name != "", Unconfigured: e.bare, Ignore: set.Ignore, DryRun: s.DryRun, Timeout: s.Limits.Timeout, Stall: s.Limits.Stall,
		RequireOneWay: set.RequireOneWay,
		Selection: files.Selection{
			NoUploads: set.NoUploads, WithCore: set.WithCore, Include: set.Include, Exclude: set.Exclude,
			NoDefaultExcludes: set.NoDefaultExcludes,
		},
	}
	if job.Kind, err = manifest.ParseKind(set.Kind); err != nil {
		return job, err
	}
	if err := job.Selection.Check(); err != nil {
		return job, err
	}
	if job.Place, err = place(set.Path, set.Home, homes); err != nil {
		return job, err
	}
	job.Place = job.Place.For(askedHost(set.HTTPHost, set.URL))
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
	if err := sinksOf(set.Sinks, &job); err != nil {
		return job, err
	}
	seal := set.Encryption
	job.Filters, job.Seal, err = agent.Sealing{
		Compression: set.Compression, Level: set.Level,
		Recipients: seal.AgeRecipients, RecipientsFile: seal.RecipientsFile, PassphraseFile: seal.PassphraseFile,
	}.Filters()
	if err == nil && seal.Required && job.Seal == nil {
		err = errors.New("encryption.required is set, and there is no recipient; give --recipient age1…, or a passphrase file")
	}
	return job, err
}

// sinksOf are where the backups go, and which of them need not be one-way.
func sinksOf(list []sinkSetting, job *agent.Job) error {
	for _, sink := range list {
		job.Sinks = append(job.Sinks, sink.URL)
		switch asked := sink.RequireOneWay; {
		case asked == nil:
		case *asked:
			return fmt.Errorf("sinks: %s: require_one_way can only be false there; set it for the site", sink.URL)
		default:
			job.Exempt = append(job.Exempt, sink.URL)
		}
	}
	if len(job.Sinks) == 0 {
		job.Sinks = []string{"~/backups"}
	}
	return nil
}

// place says what a path's text tells; home, if given, is the operator's word.
func place(path, home string, homes func(string) string) (site.Place, error) {
	if home == "" {
		return site.PlaceOf(path, homes)
	}
	home, err := filepath.Abs(home)
	if err != nil {
		return site.Place{}, fmt.Errorf("home: %w", err)
	}
	p, err := site.PlaceOf(path, func(string) string { return home })
	if err == nil && p.Home != home {
		err = fmt.Errorf("home %s: the site %s does not lie in it", home, path)
	}
	return p, err
}

// askedHost is the host that a site is asked for: http_host, else that of url.
func askedHost(host, url string) string {
	var w wordpress.World
	if host == "" && w.SetURL(url) == nil {
		return w.HTTPHost
	}
	return host
}

// world is what the operator says of the environment of the site's PHP. The
// agent's own is never it, but for the names that env gives without a value.
func world(set siteSetting) (wordpress.World, error) {
	w := wordpress.World{HTTPHost: set.HTTPHost, VariablesOrder: set.VariablesOrder, EnvKnown: set.NoEnv || len(set.Env) > 0 || set.EnvFile != ""}
	if err := wordpress.CheckVariablesOrder(set.VariablesOrder); err != nil {
		return w, fmt.Errorf("variables_order: %w", err)
	}
	if set.URL != "" {
		if err := w.SetURL(set.URL); err != nil {
			return w, fmt.Errorf("url: %w", err)
		}
		if set.HTTPHost != "" && set.HTTPHost != w.HTTPHost {
			return w, fmt.Errorf("http_host is %s, and url names %s; give one of them", set.HTTPHost, w.HTTPHost)
		}
	}
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
