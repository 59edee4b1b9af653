package policy

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A Request describes the bucket and the hosts that need a policy.
type Request struct {
	Provider   string   // one of Providers
	Bucket     string   //
	Prefix     string   // of the sink's URL; backups replace {host} and {kind}
	Hosts      []string // each gets its own credential and prefix
	Sites      []string // names of sites, for stores whose rules filter by whole prefixes only
	KMSKey     string   // ARN of the key that the bucket encrypts with, AWS only
	LockDays   int      // number of days for which a backup cannot be deleted; 0 is no lock
	ExpireDays int      // number of days after which a backup is deleted, or Never
	// FolderDays replaces ExpireDays for some kinds of backup, by Folders. A rule for one
	// kind needs {kind} in Prefix or the names of Sites.
	FolderDays map[string]int
	// Rules names the settings that determine the days, and says what lifecycle rules cannot
	// do; "" if the operator gave the days.
	Rules string
}

// A Document is one piece of configuration to paste.
type Document struct {
	Name string `json:"name"` // such as "identity-policy web1"
	Body any    `json:"body"` // JSON, as the provider reads it
}

// A Plan is the configuration of a bucket and its credentials.
type Plan struct {
	Provider  string     `json:"provider"`
	Bucket    string     `json:"bucket"`
	OneWay    string     `json:"one_way"` // what the provider allows: enforced, versioned only, or the reason why not
	Sinks     []string   `json:"sinks"`   // the sinks' URLs
	Documents []Document `json:"documents"`
	Warnings  []string   `json:"warnings"`
	Next      string     `json:"next"` // the command that checks the configuration, run on the host

	commands  []command
	terraform string
}

// A command is one command line of the provider's tool, with its standard input, nil
// if it reads none.
type command struct {
	text  string
	input any
	about string
}

// A scope is one credential: its host, and the prefixes below which it can create objects.
type scope struct {
	host     string // "" for one credential of all hosts
	prefixes []string
}

// Providers are the providers for which a policy can be printed.
func Providers() []string {
	return []string{"aws", "minio", "b2", "r2", "wasabi", "ceph", "spaces", "gcs", "azure"}
}

// For makes the plan of a request.
func For(r Request) (*Plan, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	scopes, err := r.scopes()
	if err != nil {
		return nil, err
	}
	p := &Plan{Provider: r.Provider, Bucket: r.Bucket, Documents: []Document{}}
	switch r.Provider {
	case "gcs":
		p.gcs(r, scopes)
	case "azure":
		p.azure(r, scopes)
	case "b2":
		p.b2(r, scopes)
	case "r2":
		p.r2(r, scopes)
	case "ceph":
		p.ceph(r, scopes)
	case "spaces":
		p.spaces(r, scopes)
	default:
		p.s3(r, scopes)
	}
	if r.Rules != "" {
		p.warn("%s", r.Rules)
	}
	p.warnExpiry(r, scopes)
	p.Next = "wp-oneway doctor --to '" + p.Sinks[0] + "'"
	return p, nil
}

func (r *Request) check() error {
	switch {
	case !slices.Contains(Providers(), r.Provider):
		return fmt.Errorf("provider %q: must be one of %s", r.Provider, strings.Join(Providers(), ", "))
	case r.Bucket == "":
		return errors.New("bucket: give its name with --bucket")
	case !regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]$`).MatchString(r.Bucket) || strings.Contains(r.Bucket, ".."):
		return fmt.Errorf("bucket %q: not a valid bucket name: must be 3 to 63 letters, digits, '.', '_' and '-', the first and the last a letter or a digit", r.Bucket)
	case r.ExpireDays < 1 && r.ExpireDays != Never:
		return fmt.Errorf("expire %d: must be a number of days above 0", r.ExpireDays)
	case r.LockDays < 0 || r.LockDays > r.leastDays():
		return fmt.Errorf("lock %d: must be from 0 to the days of expire (%d)", r.LockDays, r.leastDays())
	case r.KMSKey != "" && (r.Provider != "aws" || !regexp.MustCompile(`^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$`).MatchString(r.KMSKey)):
		return errors.New("kms-key: must be the ARN of a key, arn:aws:kms:…:key/…, with provider aws")
	}
	for _, name := range append(slices.Clone(r.Hosts), r.Sites...) {
		if !regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`).MatchString(name) {
			return fmt.Errorf("name %q: a host's or site's name must consist of letters, digits, '.', '_' and '-'", name)
		}
	}
	plain := strings.NewReplacer("{host}", "h", "{kind}", "k").Replace(r.Prefix)
	if !regexp.MustCompile(`^[A-Za-z0-9._/-]*$`).MatchString(plain) || strings.Contains(plain, "//") || slices.ContainsFunc(strings.Split(plain, "/"), func(s string) bool { return s == "." || s == ".." }) {
		return fmt.Errorf("prefix %q: must be a plain path; the only placeholders allowed are {host} and {kind}", r.Prefix)
	}
	return nil
}

// scopes are the credentials: one for each host, or one for all.
func (r *Request) scopes() ([]scope, error) {
	prefix := strings.Trim(r.Prefix, "/")
	if strings.Contains(prefix, "{host}") && len(r.Hosts) == 0 {
		return nil, errors.New("prefix: contains {host}; name the hosts with --host")
	}
	all := []string{""}
	if strings.Contains(prefix, "{kind}") {
		all = kinds()
	}
	hosts := r.Hosts
	if len(hosts) == 0 {
		hosts = []string{""}
	} else if !strings.Contains(prefix, "{host}") {
		prefix = strings.Trim(prefix+"/{host}", "/")
	}
	scopes := make([]scope, 0, len(hosts))
	accounts := map[string]string{}
	for _, host := range hosts {
		s := scope{host: host}
		if other, taken := accounts[s.account()]; taken {
			return nil, fmt.Errorf("hosts %q and %q: would get the same credential name; rename one of them", other, host)
		}
		accounts[s.account()] = host
		for _, kind := range all {
			s.prefixes = append(s.prefixes, strings.NewReplacer("{host}", host, "{kind}", kind).Replace(prefix))
		}
		scopes = append(scopes, s)
	}
	return scopes, nil
}

// urlPrefix is the prefix in the sink's URL, the same for all hosts.
func (r *Request) urlPrefix() string {
	prefix := strings.Trim(r.Prefix, "/")
	if len(r.Hosts) > 0 && !strings.Contains(prefix, "{host}") {
		prefix = strings.Trim(prefix+"/{host}", "/")
	}
	return prefix
}

// name is the credential's name.
func (s scope) name() string {
	if s.host == "" {
		return "wp-oneway"
	}
	return "wp-oneway-" + s.host
}

// below is the prefix with a final slash, as object names begin.
func below(prefix string) string {
	if prefix == "" {
		return ""
	}
	return prefix + "/"
}

// prefixes are the prefixes of all scopes.
func prefixes(scopes []scope) (all []string) {
	for _, s := range scopes {
		all = append(all, s.prefixes...)
	}
	return all
}

// canaries are the prefixes of canaries' names, for stores whose rules filter by
// prefix only. They require the sites' names; without these there are none.
func (r *Request) canaries(scopes []scope) (all []string) {
	for _, prefix := range prefixes(scopes) {
		for _, site := range r.Sites {
			for _, folder := range Folders() {
				all = append(all, below(prefix)+site+"/"+folder+"/"+CanaryPrefix)
			}
		}
	}
	return all
}

// document adds a document.
func (p *Plan) document(name string, body any) {
	p.Documents = append(p.Documents, Document{name, body})
}

// run adds a command.
func (p *Plan) run(about, text string, input any) {
	p.commands = append(p.commands, command{text: text, input: input, about: about})
}

func (p *Plan) warn(format string, args ...any) {
	p.Warnings = append(p.Warnings, fmt.Sprintf(format, args...))
}

func ruleID(what, prefix string, i int) string {
	if prefix == "" {
		return what
	}
	id := what + "-" + strings.ReplaceAll(prefix, "/", "-")
	if len(id) > 200 {
		return fmt.Sprintf("%s-%d", what, i+1)
	}
	return id
}
