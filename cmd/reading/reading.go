// Package reading holds what the commands that read backups share: where the backups are, the
// keys, and the choice of runs.
package reading

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/restore/catalog"
	"github.com/wp-oneway/wp-oneway/agent/restore/content"
	"github.com/wp-oneway/wp-oneway/agent/restore/store"
	"github.com/wp-oneway/wp-oneway/agent/restore/unseal"
	"github.com/wp-oneway/wp-oneway/cmd/console"
	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/cmd/settings"
	"github.com/wp-oneway/wp-oneway/cmd/sites"
	"github.com/wp-oneway/wp-oneway/secret"
	"github.com/wp-oneway/wp-oneway/sinks/operator"
	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
)

// Options are the flags of the commands that read backups.
type Options struct {
	From           string
	identities     []string
	passphraseFile string
	bandwidth      string
}

// FromFlag adds the flag that says where the backups are.
func (o *Options) FromFlag(f *pflag.FlagSet) {
	f.StringVar(&o.From, "from", "", "`URL` of the sink with the backups, with a credential that may list and read")
}

// KeyFlags adds the flags for the keys that open sealed backups.
func (o *Options) KeyFlags(f *pflag.FlagSet) {
	f.StringArrayVar(&o.identities, "identity", nil, "`file` with the secret key (age, SSH or OpenPGP) that opens sealed backups; may be repeated")
	f.StringVar(&o.bandwidth, "bandwidth", "", "read at most at this `rate`, such as 20MiB/s")
	f.StringVar(&o.passphraseFile, "passphrase-file", "", "`file` with the passphrase of the backups, or of the secret key")
}

// HasKeys reports whether a key or passphrase is given.
func (o *Options) HasKeys() bool { return len(o.identities) > 0 || o.passphraseFile != "" }

// Open reads the keys and opens the store.
func (o *Options) Open(ctx context.Context) (*content.Reader, error) {
	if o.From == "" {
		return nil, exit.Usage(errors.New("give the URL of the backups with --from URL"))
	}
	bandwidth, err := settings.ParseByteRate(o.bandwidth)
	if err != nil {
		return nil, exit.Usage(fmt.Errorf("--bandwidth: %w", err))
	}
	keys, err := o.keys(ctx)
	if ctx.Err() != nil { // ctx ended while a pipe was read
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, err
	}
	s, err := store.Open(ctx, o.From)
	if err != nil {
		return nil, fmt.Errorf("open the backups: %w", err)
	}
	if bandwidth > 0 {
		s = store.Limit(s, bandwidth)
	}
	return &content.Reader{Store: s, Keys: keys}, nil
}

// keys reads the secret keys. It refuses files that other users can read.
func (o *Options) keys(ctx context.Context) (*unseal.Keys, error) {
	var passphrase secret.Text
	if o.passphraseFile != "" {
		text, err := operator.ReadFileOrPipe(ctx, o.passphraseFile, operator.Nobody)
		if err == nil {
			passphrase, err = unseal.Passphrase(text)
		}
		if err != nil {
			return nil, exit.Usage(fmt.Errorf("--passphrase-file: %w", err))
		}
	}
	var texts [][]byte
	for _, file := range o.identities {
		text, err := operator.ReadFileOrPipe(ctx, file, operator.Nobody)
		if err != nil {
			return nil, exit.Usage(fmt.Errorf("--identity: %w", err))
		}
		if _, err := unseal.NewKeys(passphrase, text); err != nil {
			return nil, exit.Usage(fmt.Errorf("--identity %s: %w", file, err))
		}
		texts = append(texts, text)
	}
	return unseal.NewKeys(passphrase, texts...)
}

// Runs are the flags and arguments that choose runs.
type Runs struct {
	Options
	Names  []string // the arguments
	Latest bool
	Site   string
	Kind   string
}

// Flags adds the flags that choose runs.
func (o *Runs) Flags(f *pflag.FlagSet) {
	o.FromFlag(f)
	f.BoolVar(&o.Latest, "latest", false, "use the newest run that can be restored")
	f.StringVar(&o.Site, "site", "", "only runs of the site with this `name`")
	f.StringVar(&o.Kind, "kind", "", "only runs of this `kind`: full, db or files")
}

// Query returns the query that the flags describe. An invalid kind is a usage error.
func (o *Runs) Query() (catalog.Query, error) {
	q := catalog.Query{Site: o.Site}
	if o.Kind != "" {
		kind, err := manifest.ParseKind(o.Kind)
		if err != nil {
			return q, exit.Usage(err)
		}
		q.Kind = kind
	}
	return q, nil
}

// OpenRun opens the one chosen run: the run with the given name, or the newest one with --latest.
func OpenRun(ctx context.Context, c *console.Console, o *Runs) (*content.Reader, *catalog.Run, error) {
	switch {
	case len(o.Names) == 1 && o.Latest, len(o.Names) == 0 && !o.Latest, len(o.Names) > 1:
		return nil, nil, exit.Usage(errors.New("give one RUN, or --latest; wp-oneway list shows the runs"))
	case o.Latest && o.Site == "":
		return nil, nil, exit.Usage(errors.New("--latest needs --site, the name of the site"))
	}
	q, err := o.Query()
	if err != nil {
		return nil, nil, err
	}
	reader, err := o.Open(ctx)
	if err != nil {
		return nil, nil, err
	}
	var run *catalog.Run
	if o.Latest {
		q.Skipped = TellSkipped(ctx, c)
		run, err = catalog.Latest(ctx, reader.Store, q)
	} else {
		run, err = catalog.One(ctx, reader.Store, o.Names[0])
	}
	return reader, run, err
}

// TellSkipped returns a function that warns that a newer run is skipped, and why.
func TellSkipped(ctx context.Context, c *console.Console) func(*catalog.Run) {
	return func(r *catalog.Run) { c.Warn(ctx, "skipped "+r.Path()+": "+runProblem(r)) }
}

// runProblem returns what is known to be wrong with a run, or "".
func runProblem(r *catalog.Run) string {
	if r.Problem != "" {
		return r.Problem
	}
	return r.Suspect
}

// PathInSite returns p as a clean path below the site's root. Any other path is a usage error.
func PathInSite(p string) (string, error) {
	clean := path.Clean(strings.TrimPrefix(p, "./"))
	if !filepath.IsLocal(clean) || clean == "." {
		return "", exit.Usage(fmt.Errorf("PATH %q: give a path below the site's root, such as wp-content/uploads", p))
	}
	return clean, nil
}

// DatabaseOf returns the connection that an option file of the operator describes.
func DatabaseOf(path string) (db wordpress.Database, err error) {
	text, err := operator.ReadFile(path, operator.Nobody)
	if err == nil {
		db, err = mysql.ReadOptionFile(bytes.NewReader(text), db, os.Geteuid())
	}
	var files map[string][]byte
	if err == nil {
		files, err = sites.TLSFiles(text)
	}
	if err != nil {
		return db, exit.Usage(fmt.Errorf("--db-defaults-file: %w", err))
	}
	db.TLS.Files = map[string]secret.Text{}
	for name, content := range files {
		db.TLS.Files[name] = secret.Text(content)
	}
	return db, nil
}

// RootInArchive returns the path of the site's root in the archive.
func RootInArchive(d *manifest.Details) string {
	root, err := filepath.Rel(d.Base, d.Root)
	if err != nil || root == ".." || strings.HasPrefix(root, "../") {
		return "."
	}
	return root
}

// RawBytes returns the length of a stream before the filters, as stated in the manifest.
func RawBytes(run *catalog.Run, stream string) int64 {
	for _, s := range run.Manifest.Streams {
		if s.Name == stream {
			return s.RawBytes
		}
	}
	return 0
}
