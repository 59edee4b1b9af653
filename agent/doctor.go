package agent

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path"
	"strings"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/source"
	"github.com/wp-oneway/wp-oneway/agent/state"
	"github.com/wp-oneway/wp-oneway/sinks"
	"github.com/wp-oneway/wp-oneway/wordpress"
)

// An Examination is what the doctor found about a site.
type Examination struct {
	Path   string
	Name   string
	Kind   manifest.Kind
	Rows   []sinks.Finding
	Owner  source.Owner
	Tenant string // the owner's name
	Sinks  []SinkPlace
	Folder string // of its backups, relative to a sink's prefix
}

// A SinkPlace is where a site's backups are stored.
type SinkPlace struct {
	URL *url.URL // expanded, as sinks.Parse returns it
	// Within is the prefix that the host's credential is for: the part of the URL's
	// path that is the same for all sites of the host.
	Within string
}

// Examine checks whether sites can be backed up: whether, with the rights of a backup, the
// configuration can be read, the files can be found and the database can be dumped. It takes
// and releases the locks of a dump, opens every table, and writes and removes files in the
// folders where a run writes. Sites that a backup would skip are not examined.
func (a *Agent) Examine(ctx context.Context, jobs []Job) []Examination {
	a.init()
	names := a.resolveNames(ctx, jobs, a.databaseProbe())
	var out []Examination
	for i, job := range jobs {
		if job.Ignore != "" || names.Unused(i) || ctx.Err() != nil {
			continue
		}
		out = append(out, a.examine(ctx, job, names.Refused(i), names))
	}
	return out
}

func (a *Agent) examine(ctx context.Context, job Job, refused error, names *roster) Examination {
	e := Examination{Path: job.Place.Path, Name: job.Name, Kind: job.Kind}
	site, err := job.locate(ctx)
	if err == nil {
		err = job.checkName()
	}
	if err != nil {
		e.addFailure("site", err, "give the folder that holds wp-config.php or wp-load.php")
		return e
	}
	if refused != nil {
		e.addFailure("name", refused, "give the site a different name, with --name or name in the configuration")
	}
	e.Owner, e.Tenant = site.owner, site.owner.Name()
	e.Folder = path.Dir(manifest.RunName(job.Name, job.Kind, job.Selection.NoUploads, ""))
	e.examineState(a)
	e.examineSite(ctx, a, job)
	e.examineSeal(job)
	e.examineSinks(a, job, site.root, &names.roots)
	return e
}

func (e *Examination) add(f sinks.Finding) { e.Rows = append(e.Rows, f) }

// addSuccess adds a required check that holds.
func (e *Examination) addSuccess(check, format string, args ...any) {
	e.add(sinks.Finding{Check: check, Verdict: sinks.Holds, Required: true, Detail: wordpress.Printable(fmt.Sprintf(format, args...))})
}

// addFailure adds a required check that fails.
func (e *Examination) addFailure(check string, err error, advice string) {
	e.add(sinks.Finding{Check: check, Verdict: sinks.Fails, Required: true, Detail: manifest.NewReportError(err).Message, Advice: advice})
}

// examineState writes to the folders of the state, and takes a lock.
func (e *Examination) examineState(a *Agent) {
	switch err := a.Dirs.Probe(); {
	case errors.Is(err, state.ErrNoLocks):
		e.add(sinks.Finding{Check: "state", Verdict: sinks.Warning, Detail: manifest.NewReportError(err).Message, Advice: "put the folder on a local file system"})
	case err != nil:
		e.addFailure("state", err, "let the agent write there, or choose other folders with STATE_DIRECTORY and RUNTIME_DIRECTORY")
	default:
		e.addSuccess("state", "results and locks can be written in %s", a.Dirs.State)
	}
}

// examineSite opens the site once, and adds a row for each part of a backup.
func (e *Examination) examineSite(ctx context.Context, a *Agent, job Job) {
	req := job.request()
	req.Mode = source.Check
	site, err := a.open(ctx, req, e.Owner, a.Log)
	if err != nil {
		e.addFailure("configuration", err, "see wp-oneway inspect "+sinks.Quote(job.Place.Path)+"; --env and --env-file describe the environment of the site's PHP, --db-defaults-file gives the credentials")
		return
	}
	facts := site.Facts()
	findings, err := site.Findings(ctx)
	err = errors.Join(err, site.Close())
	rights := ""
	if e.Owner.NeedsWorker() {
		rights = ", with the rights of " + e.Tenant
	}
	e.addSuccess("configuration", "WordPress %s, %s%s", facts.WordPress, facts.Config.ConfigFile, rights)
	failed := func(part string) error {
		if text := facts.CheckErrors[part]; text != "" {
			return errors.New(text)
		}
		return err
	}
	if job.Kind.Has(manifest.FilesStream) {
		err := failed(manifest.FilesStream)
		if err == nil && findings.Unreadable.Total > 0 {
			err = errors.New(firstNotes(findings.Unreadable))
		}
		if err != nil {
			e.addFailure("files", err, "let the agent read them, or name with --home the folder that the site may read")
		} else {
			e.addSuccess("files", "%s, within %s", facts.Root, facts.Home)
		}
	}
	if job.Kind.Has(manifest.DatabaseStream) {
		if err := failed(manifest.DatabaseStream); err != nil {
			e.addFailure("database", err, "start the server, correct the configuration, or end the session that locks tables; --db-defaults-file overrides the connection")
		} else {
			e.examineDatabase(facts, findings)
		}
	}
}

func (e *Examination) examineDatabase(facts source.Facts, findings source.Findings) {
	if facts.Server == nil || facts.Endpoint == nil { // a worker is not trusted to set them
		e.addFailure("database", errors.New("the worker reported no server"), "run doctor again")
		return
	}
	db, endpoint := facts.Config.DB, facts.Endpoint
	e.addSuccess("database", "%s %s at %s, %d tables in %s", facts.Server.Flavour, facts.Server.Version, endpoint.Address, len(facts.TableNames), db.Name)
	e.examinePrivileges(findings, db.Name, db.User)
	row := sinks.Finding{Check: "database connection", Verdict: sinks.Holds, Detail: "the server is on this host"}
	switch {
	case endpoint.Encrypted && (db.TLS.SkipVerify || db.TLS.Unverified()) && !endpoint.Local:
		row.Verdict, row.Detail = sinks.Warning, "encrypted, but the server's certificate is not verified"
		row.Advice = "set MYSQL_SSL_CA in the configuration without MYSQLI_CLIENT_SSL_DONT_VERIFY_SERVER_CERT, or set ssl-ca in the file of --db-defaults-file"
	case endpoint.Encrypted:
		row.Detail = "encrypted"
	case !endpoint.Local:
		row.Verdict, row.Detail = sinks.Warning, "the server is on another host, and the password and all rows are sent to and from it without encryption"
		row.Advice = "request TLS in the configuration with define('MYSQL_CLIENT_FLAGS', MYSQLI_CLIENT_SSL), or set ssl-ca in the file of --db-defaults-file"
	}
	e.add(row)
}

// examinePrivileges adds what the account cannot see in the database.
func (e *Examination) examinePrivileges(f source.Findings, database, user string) {
	if f.Privileges.Total == 0 {
		e.addSuccess("privileges", "everything in the database can be read")
	} else {
		text := firstNotes(f.Privileges)
		e.add(sinks.Finding{
			Check: "privileges", Verdict: sinks.Fails, Required: true, Detail: wordpress.Printable(text),
			Advice: wordpress.Printable(fmt.Sprintf("repair damaged tables; GRANT SELECT, LOCK TABLES, SHOW VIEW, TRIGGER, EVENT, EXECUTE ON `%s`.* TO %s; routines of other accounts need SHOW_ROUTINE on *.* as well", database, user)),
		})
	}
	for _, w := range f.Warnings.Items {
		e.add(sinks.Finding{Check: "privileges", Verdict: sinks.Warning, Detail: wordpress.Printable(w)})
	}
}

// firstNotes returns the first notes, for one line.
func firstNotes(n wordpress.Notes) string {
	shown := n.Items[:min(3, len(n.Items))]
	text := strings.Join(shown, "; ")
	if more := n.Total - len(shown); more > 0 {
		text += fmt.Sprintf("; and %d more", more)
	}
	return text
}

func (e *Examination) examineSeal(job Job) {
	switch {
	case job.Seal != nil:
		e.add(sinks.Finding{Check: "sealing", Verdict: sinks.Holds, Detail: fmt.Sprintf("archives are sealed with %s", job.Seal.Type)})
	case job.Remote():
		e.add(sinks.Finding{
			Check: "sealing", Verdict: sinks.Warning, Detail: "archives are not sealed: everyone who can read the bucket can read the site",
			Advice: "seal them with --recipient age1…",
		})
	}
}

// examineSinks finds where the backups are stored.
func (e *Examination) examineSinks(a *Agent, job Job, root string, sites *siteRoots) {
	for _, text := range job.Sinks {
		u, err := a.expand(text, job, e.Owner)
		if err == nil {
			if dir, ok := sinks.LocalDir(u); ok {
				err = checkFolder(dir, root, sites)
			}
		}
		if err != nil {
			e.addFailure("sink", err, "correct --to, or sinks in the configuration")
			continue
		}
		e.Sinks = append(e.Sinks, SinkPlace{URL: u, Within: commonPrefix(text, u)})
	}
}

// commonPrefix counts the folders in the template of a URL before the first one with
// {site} or {owner}, and returns that many folders of the expanded URL.
func commonPrefix(template string, expanded *url.URL) string {
	prefix := strings.Trim(expanded.Path, "/")
	u, err := sinks.Parse(template)
	if err != nil || prefix == "" {
		return prefix
	}
	folders := strings.Split(prefix, "/")
	for i, folder := range strings.Split(strings.Trim(u.Path, "/"), "/") {
		if i < len(folders) && (strings.Contains(folder, "{site}") || strings.Contains(folder, "{owner}")) {
			return strings.Join(folders[:i], "/")
		}
	}
	return prefix
}
