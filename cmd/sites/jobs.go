package sites

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/joho/godotenv"

	"github.com/wp-oneway/wp-oneway/agent"
	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/cmd/settings"
	"github.com/wp-oneway/wp-oneway/sinks/operator"
	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
	"github.com/wp-oneway/wp-oneway/wordpress/files"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// Jobs returns the agent's jobs for the entries, and the settings of each.
func Jobs(ctx context.Context, c *settings.Configuration, entries []Entry) (jobs []agent.Job, sets []settings.Site, err error) {
	if len(entries) > 1 && c.Forced("name") {
		return nil, nil, exit.Usage(fmt.Errorf("--name can name only one site, but %d are selected; set name for each in the configuration", len(entries)))
	}
	homes := site.SystemHomes().Of
	jobs, sets = make([]agent.Job, 0, len(entries)), make([]settings.Site, 0, len(entries))
	for _, e := range entries {
		set, err := c.Site(e.Keys)
		if err != nil {
			return nil, nil, exit.Usage(err)
		}
		job, err := JobOf(ctx, c, set, e, homes)
		if ctx.Err() != nil { // ctx ended while a pipe was read
			return nil, nil, context.Cause(ctx)
		}
		if err != nil && (len(entries) > 1 || len(e.Keys) > 1) {
			err = fmt.Errorf("site %s: %w", e.path(), err)
		}
		if err != nil {
			return nil, nil, exit.Usage(err)
		}
		jobs = append(jobs, job)
		sets = append(sets, set)
	}
	return jobs, sets, nil
}

// Job returns the job for the site at a path.
func Job(ctx context.Context, c *settings.Configuration, path string) (agent.Job, error) {
	chosen, err := Choose(ctx, c, Arguments{Paths: []string{path}})
	if err != nil {
		return agent.Job{}, err
	}
	jobs, _, err := Jobs(ctx, c, chosen.Entries)
	if err != nil {
		return agent.Job{}, err
	}
	if len(jobs) != 1 {
		return agent.Job{}, exit.Usage(fmt.Errorf("%s serves %d sites; select one with --http-host", path, len(jobs)))
	}
	return jobs[0], nil
}

// JobOf returns the agent's job for one site.
func JobOf(ctx context.Context, c *settings.Configuration, set settings.Site, e Entry, homes func(string) string) (agent.Job, error) {
	if e.host != "" {
		set.HTTPHost = e.host
	}
	limits := c.Limits
	job := agent.Job{
		Name: set.Name, Named: set.Name != "", Unconfigured: e.bare, Ignore: set.Ignore,
		DryRun: c.DryRun, WithPHP: string(set.WithPHP), RunAs: uint32(set.RunAs), Timeout: limits.Timeout, Wait: time.Duration(c.Wait), Stall: limits.Stall, SizeLimit: int64(limits.SiteSize), RequireOneWay: set.RequireOneWay,
		Selection: files.Selection{
			NoUploads: set.NoUploads, WithCore: set.WithCore, Include: set.Include, Exclude: set.Exclude,
			NoDefaultExcludes: set.NoDefaultExcludes,
		},
	}
	var err error
	if job.Kind, err = manifest.ParseKind(set.Kind); err != nil {
		return job, err
	}
	if err := job.Selection.Check(); err != nil {
		return job, err
	}
	if job.Place, err = place(set.Path, set.Home, homes); err != nil {
		return job, err
	}
	job.Place = job.Place.For(requestHost(set.HTTPHost, set.URL))
	if job.Name == "" {
		job.Name = job.Place.Name
	}
	if job.Dump, err = set.DumpOptions(); err != nil {
		return job, err
	}
	if job.TempDir, err = tempDir(set.TempDir); err != nil {
		return job, err
	}
	if job.World, err = world(set.SiteSetting); err != nil {
		return job, err
	}
	if set.DBDefaultsFile != "" {
		if job.Defaults, err = operator.ReadFile(set.DBDefaultsFile, operator.Nobody); err != nil {
			return job, fmt.Errorf("db_defaults_file: %w", err)
		}
		if job.DefaultsFiles, err = TLSFiles(job.Defaults); err != nil {
			return job, fmt.Errorf("db_defaults_file: %w", err)
		}
	}
	if err := addSinks(set.Sinks, &job); err != nil {
		return job, err
	}
	seal := set.Encryption
	job.Filters, job.Seal, err = agent.Sealing{
		Compression: set.Compression, Level: set.Level,
		Recipients: seal.AgeRecipients, RecipientsFile: seal.RecipientsFile, PassphraseFile: seal.PassphraseFile, Passphrase: c.Passphrase,
	}.Filters(ctx)
	if err == nil && seal.Required && job.Seal == nil {
		err = errors.New("encryption.required is set without a recipient; give --recipient age1…, or a passphrase file")
	}
	return job, err
}

// TLSFiles reads the certificates and the key that an option file names. Like the option file,
// they must belong to the operator, because they decide which server gets the password.
func TLSFiles(defaults []byte) (map[string][]byte, error) {
	db, err := mysql.ReadOptionFile(bytes.NewReader(defaults), wordpress.Database{}, 0)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, f := range []struct {
		key, path string
		readers   operator.Readers
	}{{"ssl-ca", db.TLS.CAFile, operator.Everybody}, {"ssl-cert", db.TLS.CertFile, operator.Everybody}, {"ssl-key", db.TLS.KeyFile, operator.OwnGroup}} {
		if f.path == "" {
			continue
		}
		if files[f.path], err = operator.ReadFile(f.path, f.readers); err != nil {
			return nil, fmt.Errorf("%s: %w", f.key, err)
		}
	}
	return files, nil
}

// addSinks sets a job's sinks, and which of them need not be one-way.
func addSinks(list []settings.Sink, job *agent.Job) error {
	for _, sink := range list {
		job.Sinks = append(job.Sinks, sink.URL)
		if err := nameSink(sink, job); err != nil {
			return err
		}
		switch asked := sink.RequireOneWay; {
		case asked == nil:
		case *asked:
			return fmt.Errorf("sinks: %s: require_one_way can only be false there; set it for the site", sink.URL)
		default:
			job.Exempt = append(job.Exempt, sink.URL)
		}
	}
	if len(job.Sinks) == 0 {
		job.Sinks = []string{settings.DefaultSink}
	}
	return nil
}

// nameSink sets the name of a sink, if it has one.
func nameSink(sink settings.Sink, job *agent.Job) error {
	if sink.Name == "" {
		return nil
	}
	if !site.ValidName(sink.Name) {
		return fmt.Errorf("sinks: name %q: %s", sink.Name, site.NameForm)
	}
	for _, name := range job.SinkNames {
		if name == sink.Name {
			return fmt.Errorf("sinks: name %q is given twice; give each sink a name of its own", sink.Name)
		}
	}
	if job.SinkNames == nil {
		job.SinkNames = map[string]string{}
	}
	job.SinkNames[sink.URL] = sink.Name
	return nil
}

// place derives a site's place from its path. home replaces the derived home, unless it is "".
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
		err = fmt.Errorf("home %s: the site %s is outside of it", home, path)
	}
	return p, err
}

// tempDir checks the folder for temporary files.
func tempDir(dir string) (string, error) {
	if dir == "" {
		return "", nil
	}
	if !filepath.IsAbs(dir) {
		return "", fmt.Errorf("temp_dir %s: must be an absolute path", dir)
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return "", fmt.Errorf("temp_dir %s: there is no such folder; create it, or give another one", dir)
	}
	return dir, nil
}

// world returns the environment of the site's PHP, as the operator describes it. It never uses
// the agent's own environment, except for names in env without a value.
func world(set settings.SiteSetting) (wordpress.World, error) {
	w := wordpress.World{HTTPHost: set.HTTPHost, VariablesOrder: set.VariablesOrder, EnvKnown: set.NoEnv || len(set.Env) > 0 || set.EnvFile != ""}
	if err := wordpress.CheckVariablesOrder(set.VariablesOrder); err != nil {
		return w, fmt.Errorf("variables_order: %w", err)
	}
	if set.URL != "" {
		if err := w.SetURL(set.URL); err != nil {
			return w, fmt.Errorf("url: %w", err)
		}
		if set.HTTPHost != "" && set.HTTPHost != w.HTTPHost {
			return w, fmt.Errorf("http_host is %s, but url has the host %s; give one of them", set.HTTPHost, w.HTTPHost)
		}
	}
	if set.NoEnv && (len(set.Env) > 0 || set.EnvFile != "") {
		return w, errors.New("no_env and env or env_file exclude each other; give one of them")
	}
	if !w.EnvKnown {
		return w, nil
	}
	w.Env = map[string]string{}
	if set.EnvFile != "" {
		text, err := operator.ReadFile(set.EnvFile, operator.Everybody)
		if err != nil {
			return w, fmt.Errorf("env_file: %w", err)
		}
		if w.Env, err = godotenv.UnmarshalBytes(text); err != nil {
			// the cause would contain text of the file
			return w, fmt.Errorf("env_file %s: a line is not of the form NAME=VALUE", set.EnvFile)
		}
	}
	for _, entry := range set.Env {
		name, value, given := strings.Cut(entry, "=")
		if name == "" {
			return w, errors.New("env: an entry has no name; give NAME=VALUE, or NAME to copy its value from the environment of wp-oneway")
		}
		if !given {
			if value, given = os.LookupEnv(name); !given {
				return w, fmt.Errorf("env %s: the environment of wp-oneway does not have it; give %s=VALUE", name, name)
			}
		}
		w.Env[name] = value
	}
	return w, nil
}
