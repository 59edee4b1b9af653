package agent

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/state"
	"github.com/wp-oneway/wp-oneway/agent/transfer"
	"github.com/wp-oneway/wp-oneway/sinks"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// A scriptedSink answers each put with the next of its answers, and repeats the last one.
type scriptedSink struct {
	answers []error
	puts    int
	hang    bool // wait for the end of the context first
}

func (f *scriptedSink) String() string { return "scriptedSink://" }

func (f *scriptedSink) Put(ctx context.Context, name string, r io.Reader) (sinks.Receipt, error) {
	if _, err := io.Copy(io.Discard, r); err != nil {
		return sinks.Receipt{}, err
	}
	if f.hang {
		<-ctx.Done()
	}
	err := f.answers[min(f.puts, len(f.answers)-1)]
	f.puts++
	return sinks.Receipt{Objects: []sinks.Object{{Name: name}}}, err
}

var (
	errLost   = errors.Join(errors.New("connection reset"), sinks.ErrUnknown)
	errAway   = errors.Join(errors.New("busy"), sinks.ErrUnavailable)
	errDenied = errors.New("denied")
)

func TestCommitRetry(t *testing.T) {
	for name, c := range map[string]struct {
		answers []error
		puts    int
		want    error // nil: it is stored
		unknown bool
	}{
		"at once":                    {[]error{nil}, 1, nil, false},
		"away, then stored":          {[]error{errAway, errAway, nil}, 3, nil, false},
		"lost, then there":           {[]error{errLost, sinks.ErrExists}, 2, nil, false},
		"lost, away, then there":     {[]error{errLost, errAway, sinks.ErrExists}, 3, nil, false},
		"lost, then stored":          {[]error{errLost, nil}, 2, nil, false},
		"another's name":             {[]error{sinks.ErrExists}, 1, sinks.ErrExists, false},
		"away, then another's name":  {[]error{errAway, sinks.ErrExists}, 2, sinks.ErrExists, false},
		"denied":                     {[]error{errDenied}, 1, errDenied, false},
		"away for ever":              {[]error{errAway}, -1, sinks.ErrUnavailable, false},
		"lost for ever":              {[]error{errLost}, -1, sinks.ErrUnknown, true},
		"lost, then denied for ever": {[]error{errLost, errDenied}, -1, errDenied, true},
		"lost, then away for ever":   {[]error{errLost, errAway}, -1, sinks.ErrUnavailable, true},
		"other bytes":                {[]error{sinks.ErrRestart}, 1, sinks.ErrRestart, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sink := &scriptedSink{answers: c.answers}
			p := commitRetry{patience: 100 * time.Millisecond, pause: time.Millisecond, grace: time.Hour}
			_, err := p.put(t.Context(), sink, "m", []byte("{}"), slog.New(slog.DiscardHandler))
			if !errors.Is(err, c.want) || (c.want == nil) != (err == nil) || errors.Is(err, sinks.ErrUnknown) != c.unknown {
				t.Errorf("error %v, unknown %v; want %v, %v", err, errors.Is(err, sinks.ErrUnknown), c.want, c.unknown)
			}
			if (c.puts > 0 && sink.puts != c.puts) || (c.puts < 0 && sink.puts < 3) {
				t.Errorf("%d puts, want %d", sink.puts, c.puts)
			}
		})
	}
}

// A run that is cancelled while its manifest is sent waits for the answer until the
// grace period ends.
func TestCommitAfterCancel(t *testing.T) {
	for name, c := range map[string]struct {
		grace, patience time.Duration
		cancel          bool
	}{
		"cancelled by the test": {50 * time.Millisecond, time.Hour, true},
		"no patience":           {time.Hour, 50 * time.Millisecond, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if c.cancel {
				cancel()
			}
			p := commitRetry{patience: c.patience, pause: time.Millisecond, grace: c.grace}
			sink := &scriptedSink{answers: []error{errLost}, hang: true}
			_, err := p.put(ctx, sink, "m", nil, slog.New(slog.DiscardHandler))
			if !errors.Is(err, sinks.ErrUnknown) || sink.puts != 1 {
				t.Errorf("error %v after %d puts", err, sink.puts)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p := commitRetry{patience: time.Hour, grace: time.Hour}
	if _, err := p.put(ctx, &scriptedSink{answers: []error{nil}}, "m", nil, slog.New(slog.DiscardHandler)); err != nil {
		t.Errorf("the answer came in time: %v", err)
	}
}

// The result of a run whose manifests are stored or not while it is cancelled.
func TestCommitResult(t *testing.T) {
	why := errors.New("cancelled by the test")
	unknown := errors.Join(errors.New("reset"), sinks.ErrUnknown)
	for name, c := range map[string]struct {
		ended bool
		dests []*destination
		want  error
	}{
		"stored":              {false, []*destination{{committed: true}}, nil},
		"stored, then ended":  {true, []*destination{{commitErr: why}, {committed: true}}, nil},
		"lost":                {false, []*destination{{commitErr: errDenied}}, transfer.ErrNoDestination},
		"ended":               {true, []*destination{{commitErr: why}}, why},
		"unknown":             {false, []*destination{{commitErr: unknown}}, transfer.ErrNoDestination},
		"unknown, then ended": {true, []*destination{{commitErr: unknown}, {commitErr: why}}, sinks.ErrUnknown},
		"stored and unknown":  {false, []*destination{{committed: true}, {commitErr: unknown}}, nil},
		"no destination left": {false, nil, transfer.ErrNoDestination},
	} {
		ctx, cancel := context.WithCancelCause(t.Context())
		if c.ended {
			cancel(why)
		}
		if err := (&run{dests: c.dests}).commitResult(ctx); !errors.Is(err, c.want) || (c.want == nil) != (err == nil) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		cancel(nil)
	}
}

// A manifestSink accepts all objects, and answers the put of a manifest with an error or
// not.
type manifestSink struct {
	manifest error
	ended    func() // called while the manifest is put
}

func (*manifestSink) String() string { return "manifestSink://" }

func (s *manifestSink) Put(_ context.Context, name string, r io.Reader) (sinks.Receipt, error) {
	n, err := io.Copy(io.Discard, r)
	if err != nil {
		return sinks.Receipt{}, err
	}
	if strings.HasSuffix(name, manifest.Suffix) {
		if s.ended != nil {
			s.ended()
		}
		return sinks.Receipt{}, s.manifest
	}
	return sinks.Receipt{Objects: []sinks.Object{{Name: name, Bytes: n}}}, nil
}

// smallSite creates a site of a few files.
func smallSite(t *testing.T) site.Place {
	t.Helper()
	root := filepath.Join(t.TempDir(), "site")
	for name, text := range map[string]string{
		"wp-config.php": "<?php\ndefine('DB_NAME', 'n');\ndefine('DB_USER', 'u');\ndefine('DB_PASSWORD', 'p');\n" +
			"define('DB_HOST', 'localhost'); define('UPLOADS', 'wp-content/uploads');\n$table_prefix = 'wp_';\nrequire_once __DIR__ . '/wp-settings.php';\n",
		"wp-settings.php": "<?php\n", "wp-load.php": "<?php\n", "wp-includes/version.php": "<?php\n$wp_version = '6.9';\n",
		"wp-content/uploads/a.txt": "text",
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return site.Place{Path: root, Home: filepath.Dir(root), Name: "site"}
}

// A run that is cancelled while its manifest is put is reported as stored, as maybe
// stored, or as failed.
func TestCancelDuringCommit(t *testing.T) {
	for name, c := range map[string]struct {
		manifest error
		status   manifest.Status
		says     string
		named    bool
	}{
		"stored":  {nil, manifest.OK, "", true},
		"unknown": {errLost, manifest.Failed, "whether it is stored is not known", true},
		"denied":  {errDenied, manifest.Failed, "cancelled by the test", false},
	} {
		t.Run(name, func(t *testing.T) {
			place := smallSite(t)
			ctx, cancel := context.WithCancelCause(t.Context())
			sink := &manifestSink{manifest: c.manifest, ended: func() { cancel(errors.New("cancelled by the test")) }}
			a := &Agent{Dirs: state.Dirs{State: t.TempDir(), Run: t.TempDir()}, commitRetry: commitRetry{patience: time.Hour, pause: time.Hour, grace: time.Millisecond}}
			a.init()
			job := Job{Place: place, Name: "site", Kind: manifest.Files}
			site, err := job.locate(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			r := &run{
				agent: a, job: job, located: site, log: a.Log,
				targets: []target{{url: sink.String(), sink: sink, limited: sink}}, report: &manifest.SiteReport{},
			}
			err = r.backup(ctx)
			if (err == nil) != (c.status == manifest.OK) || (err != nil && !strings.Contains(err.Error(), c.says)) {
				t.Errorf("error %v, want one that says %q", err, c.says)
			}
			d := r.report.Destinations[0]
			if r.report.Status != c.status || d.Status != c.status || (d.Manifest != "") != c.named {
				t.Errorf("reported: %s, %+v", r.report.Status, d)
			}
			if c.status == manifest.Failed && !strings.Contains(d.Error.Message, c.says) {
				t.Errorf("the destination's error %q does not say %q", d.Error.Message, c.says)
			}
		})
	}
}
