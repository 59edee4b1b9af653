package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/pflag"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/restore/catalog"
	"github.com/wp-oneway/wp-oneway/agent/restore/content"
	"github.com/wp-oneway/wp-oneway/agent/restore/store"
	"github.com/wp-oneway/wp-oneway/agent/restore/unseal"
	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/cmd/settings"
	"github.com/wp-oneway/wp-oneway/secret"
	"github.com/wp-oneway/wp-oneway/sinks/operator"
)

// readingOptions are the flags of the commands that read backups back.
type readingOptions struct {
	from           string
	identities     []string
	passphraseFile string
	bandwidth      string
}

func (o *readingOptions) fromFlag(f *pflag.FlagSet) {
	f.StringVar(&o.from, "from", "", "`URL` of the sink with the backups, with a credential that may list and read")
}

func (o *readingOptions) keyFlags(f *pflag.FlagSet) {
	f.StringArrayVar(&o.identities, "identity", nil, "`file` with the secret key (age, SSH or OpenPGP) that opens sealed backups; may be repeated")
	f.StringVar(&o.bandwidth, "bandwidth", "", "read at most at this `rate`, such as 20MiB/s")
	f.StringVar(&o.passphraseFile, "passphrase-file", "", "`file` with the passphrase of the backups, or of the secret key")
}

// hasKeys tells whether a key or passphrase is given.
func (o *readingOptions) hasKeys() bool { return len(o.identities) > 0 || o.passphraseFile != "" }

// open reads the keys and opens the store.
func (o *readingOptions) open(ctx context.Context) (*content.Reader, error) {
	if o.from == "" {
		return nil, exit.Usage(errors.New("give the place of the backups with --from URL"))
	}
	bandwidth, err := settings.ParseByteRate(o.bandwidth)
	if err != nil {
		return nil, exit.Usage(fmt.Errorf("--bandwidth: %w", err))
	}
	keys, err := o.keys()
	if err != nil {
		return nil, err
	}
	s, err := store.Open(ctx, o.from)
	if err != nil {
		return nil, fmt.Errorf("open the backups: %w", err)
	}
	if bandwidth > 0 {
		s = store.Limit(s, int64(bandwidth))
	}
	return &content.Reader{Store: s, Keys: keys}, nil
}

// keys reads the secret keys. Nobody else may be able to read their files.
func (o *readingOptions) keys() (*unseal.Keys, error) {
	var passphrase secret.Text
	if o.passphraseFile != "" {
		text, err := operator.ReadFileOrPipe(o.passphraseFile, operator.Nobody)
		if err == nil {
			passphrase, err = unseal.Passphrase(text)
		}
		if err != nil {
			return nil, exit.Usage(fmt.Errorf("--passphrase-file: %w", err))
		}
	}
	var texts [][]byte
	for _, file := range o.identities {
		text, err := operator.ReadFileOrPipe(file, operator.Nobody)
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

// chosenRuns are the flags that choose runs.
type chosenRuns struct {
	readingOptions
	names  []string // arguments
	latest bool
	site   string
	kind   string
}

func (o *chosenRuns) flags(f *pflag.FlagSet) {
	o.fromFlag(f)
	f.BoolVar(&o.latest, "latest", false, "use the newest run that can be restored")
	f.StringVar(&o.site, "site", "", "only runs of the site with this `name`")
	f.StringVar(&o.kind, "kind", "", "only runs of this `kind`: full, db or files")
}

func (o *chosenRuns) query() (catalog.Query, error) {
	q := catalog.Query{Site: o.site}
	if o.kind != "" {
		kind, err := manifest.ParseKind(o.kind)
		if err != nil {
			return q, exit.Usage(err)
		}
		q.Kind = kind
	}
	return q, nil
}

// openRun opens the only run that is chosen, by its name or with --latest.
func (a *app) openRun(ctx context.Context, o *chosenRuns) (*content.Reader, *catalog.Run, error) {
	switch {
	case len(o.names) == 1 && o.latest, len(o.names) == 0 && !o.latest, len(o.names) > 1:
		return nil, nil, exit.Usage(errors.New("give one RUN, or --latest; wp-oneway list shows the runs"))
	case o.latest && o.site == "":
		return nil, nil, exit.Usage(errors.New("--latest needs --site, the name of the site"))
	}
	q, err := o.query()
	if err != nil {
		return nil, nil, err
	}
	reader, err := o.open(ctx)
	if err != nil {
		return nil, nil, err
	}
	var run *catalog.Run
	if o.latest {
		q.Skipped = a.tellSkipped(ctx)
		run, err = catalog.Latest(ctx, reader.Store, q)
	} else {
		run, err = catalog.One(ctx, reader.Store, o.names[0])
	}
	return reader, run, err
}

// tellSkipped returns a function that says which newer run is passed over, and why.
func (a *app) tellSkipped(ctx context.Context) func(*catalog.Run) {
	return func(r *catalog.Run) { a.Warn(ctx, "skipped "+r.Path()+": "+runProblem(r)) }
}

// runProblem is what is wrong with a run, "" if nothing is known.
func runProblem(r *catalog.Run) string {
	if r.Problem != "" {
		return r.Problem
	}
	return r.Suspect
}
