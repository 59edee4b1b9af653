package agent

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/wp-oneway/wp-oneway/sinks"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// A Row is one line of what a doctor found.
type Row struct {
	Check    string `json:"check"`            // what was looked at, in a few words
	Verb     string `json:"verb,omitempty"`   // the permission it is about
	Folder   string `json:"folder,omitempty"` // below the sink's prefix
	Verdict  string `json:"verdict"`          // holds, warning, unproven or fails
	Required bool   `json:"required"`
	Detail   string `json:"detail"`
	Advice   string `json:"advice,omitempty"` // what to do
}

// The verdicts of a row.
const (
	RowHolds    = "holds"
	RowWarning  = "warning"
	RowUnproven = "unproven"
	RowFails    = "fails"
)

// OK tells whether a row stands in nobody's way.
func (r Row) OK() bool {
	return !r.Required || r.Verdict == RowHolds || r.Verdict == RowWarning
}

// An Examination is what was found of a site, and where its backups would go.
type Examination struct {
	Path   string
	Name   string
	Kind   Kind
	Rows   []Row
	Owner  Owner
	Tenant string // the owner's name
	Sinks  []SinkPlace
	Folder string // of its backups, relative to a sink's prefix
}

// A SinkPlace is where a site's backups go.
type SinkPlace struct {
	URL *url.URL // expanded, as sinks.Parse returns it
	// Within is the prefix that the host's credential is for: the URL's, up to what
	// differs between the sites of a host.
	Within string
}

// Examine looks whether sites can be backed up: whether their configuration can
// be read, their files be found and their database be dumped, with the rights
// that a backup has. It takes no lock, reads no content, and writes nothing. Sites
// that a backup would leave out are left out.
func (a *Agent) Examine(ctx context.Context, jobs []Job) []Examination {
	a.init()
	decided := a.contest(jobs)
	var out []Examination
	for i, job := range jobs {
		if job.Ignore != "" || decided.unused[i] || ctx.Err() != nil {
			continue
		}
		out = append(out, a.examine(ctx, job, decided.refused[i], &decided))
	}
	return out
}

func (a *Agent) examine(ctx context.Context, job Job, refused error, names *contest) Examination {
	e := Examination{Path: job.Place.Path, Name: job.Name, Kind: job.Kind}
	located, err := job.locate()
	if err == nil && !site.ValidName(job.Name) {
		err = usagef("name %q: must be 1 to 100 of a-z, 0-9, '.', '_' and '-', and begin with a letter or a digit; give one with --name", job.Name)
	}
	if err != nil {
		e.fails("site", err, "give the folder that holds wp-config.php or wp-load.php")
		return e
	}
	if refused != nil {
		e.fails("name", refused, "give the site a name of its own, with --name or name in the configuration")
	}
	e.Owner, e.Tenant = located.owner, located.owner.name()
	e.Folder, _, _ = cutLast(runName(job.Name, job.Kind, job.Selection.NoUploads, ""), "/")
	if a.examineConfig(ctx, job, &e) {
		if job.Kind.has(filesStream) {
			a.examineFiles(ctx, job, &e)
		}
		if job.Kind.has(databaseStream) {
			a.examineDatabase(ctx, job, &e)
		}
	}
	e.sealing(job)
	a.examineTargets(job, located.root, names.served, &e)
	return e
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

func (e *Examination) add(r Row) { e.Rows = append(e.Rows, r) }

func (e *Examination) holds(check, format string, args ...any) {
	e.add(Row{Check: check, Verdict: RowHolds, Required: true, Detail: Printable(fmt.Sprintf(format, args...))})
}

func (e *Examination) fails(check string, err error, advice string) {
	e.add(Row{Check: check, Verdict: RowFails, Required: true, Detail: Printable(oneLine(err)), Advice: advice})
}

// look opens the site for a checkup of that kind.
func (a *Agent) look(ctx context.Context, job Job, e *Examination, change func(*Request)) (Facts, Findings, error) {
	req := job.request()
	change(&req)
	site, err := openSource(ctx, req, e.Owner, a.Log)
	if err != nil {
		return Facts{}, Findings{}, err
	}
	findings, err := site.Findings(ctx)
	return site.Facts(), findings, errors.Join(err, site.Close())
}

func (a *Agent) examineConfig(ctx context.Context, job Job, e *Examination) bool {
	facts, _, err := a.look(ctx, job, e, func(r *Request) { r.ConfigOnly = true })
	if err != nil {
		e.fails("configuration", err, "see wp-oneway inspect "+sinks.Quote(job.Place.Path)+"; --env, --env-file and --db-defaults-file tell what PHP would know")
		return false
	}
	as := ""
	if e.Owner.foreign() {
		as = ", with the rights of " + e.Tenant
	}
	e.holds("configuration", "WordPress %s, %s%s", facts.WordPress, facts.Config.ConfigFile, as)
	return true
}

func (a *Agent) examineFiles(ctx context.Context, job Job, e *Examination) {
	facts, _, err := a.look(ctx, job, e, func(r *Request) { r.Kind, r.Check = Files, true })
	if err != nil {
		e.fails("files", err, "let the agent read them, or say with --home what the site may read")
		return
	}
	e.holds("files", "%s, within %s", facts.Root, facts.Home)
}

func (a *Agent) examineDatabase(ctx context.Context, job Job, e *Examination) {
	facts, findings, err := a.look(ctx, job, e, func(r *Request) { r.Kind, r.Check = DB, true })
	if err != nil {
		e.fails("database", err, "start the server or correct the configuration; --db-defaults-file overrides what it says")
		return
	}
	if facts.Server == nil || facts.Link == nil { // a worker's words are not trusted
		e.fails("database", errors.New("the worker told nothing of it"), "run doctor again")
		return
	}
	c, l := facts.Config, facts.Link
	e.holds("database", "%s %s at %s, %d tables in %s", facts.Server.Flavour, facts.Server.Version, l.Address, len(facts.TableNames), c.Name)
	e.privileges(findings, string(c.Name), string(c.User))
	row := Row{Check: "database's wire", Verdict: RowHolds, Detail: "the server is on this host"}
	switch {
	case l.Encrypted && c.TLS.SkipVerify && !l.Local:
		row.Verdict, row.Detail = RowWarning, "encrypted, and the server's certificate is not verified"
		row.Advice = "drop MYSQLI_CLIENT_SSL_DONT_VERIFY_SERVER_CERT from the configuration, or give --db-defaults-file with ssl-ca"
	case l.Encrypted:
		row.Detail = "encrypted"
	case !l.Local:
		row.Verdict, row.Detail = RowWarning, "the server is on another host, and password and rows go there in the clear"
		row.Advice = "let the configuration ask for TLS, define('MYSQL_CLIENT_FLAGS', MYSQLI_CLIENT_SSL), or --db-defaults-file with ssl-ca"
	}
	e.add(row)
}

// privileges says what of the database the account cannot see.
func (e *Examination) privileges(f Findings, database, user string) {
	if f.Privileges.Total == 0 {
		e.holds("privileges", "everything in the database can be read")
	} else {
		shown := f.Privileges.Items[:min(3, len(f.Privileges.Items))]
		text := strings.Join(shown, "; ")
		if more := f.Privileges.Total - len(shown); more > 0 {
			text += fmt.Sprintf("; and %d more", more)
		}
		e.add(Row{
			Check: "privileges", Verdict: RowFails, Required: true, Detail: Printable(text),
			Advice: Printable(fmt.Sprintf("GRANT SELECT, LOCK TABLES, SHOW VIEW, TRIGGER, EVENT, EXECUTE ON `%s`.* TO %s; another's routines need SHOW_ROUTINE on *.* as well", database, user)),
		})
	}
	for _, w := range f.Warnings.Items {
		e.add(Row{Check: "privileges", Verdict: RowWarning, Detail: Printable(w)})
	}
}

func (e *Examination) sealing(job Job) {
	switch {
	case job.Seal != nil:
		e.add(Row{Check: "sealing", Verdict: RowHolds, Detail: fmt.Sprintf("archives are sealed with %s", job.Seal.Type)})
	case job.Remote():
		e.add(Row{
			Check: "sealing", Verdict: RowWarning, Detail: "archives are not sealed: who can read the bucket can read the site",
			Advice: "seal them with --recipient age1…",
		})
	}
}

// examineTargets finds where the backups would go.
func (a *Agent) examineTargets(job Job, root string, served []string, e *Examination) {
	for _, text := range job.Sinks {
		u, err := a.expand(text, job, e.Owner)
		if err == nil {
			if dir, ok := sinks.LocalDir(u); ok {
				err = apart(dir, root, served)
			}
		}
		if err != nil {
			e.fails("sink", err, "correct --to, or sinks in the configuration")
			continue
		}
		e.Sinks = append(e.Sinks, SinkPlace{URL: u, Within: within(text, u)})
	}
}

// within counts the folders of the URL before the first that holds {site} or
// {owner}, and takes as many of the expanded one.
func within(template string, expanded *url.URL) string {
	path := strings.Trim(expanded.Path, "/")
	u, err := sinks.Parse(template)
	if err != nil || path == "" {
		return path
	}
	folders := strings.Split(path, "/")
	for i, folder := range strings.Split(strings.Trim(u.Path, "/"), "/") {
		if i < len(folders) && (strings.Contains(folder, "{site}") || strings.Contains(folder, "{owner}")) {
			return strings.Join(folders[:i], "/")
		}
	}
	return path
}
