package agent

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/archive"
	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/state"
	"github.com/wp-oneway/wp-oneway/scripts/lab"
	"github.com/wp-oneway/wp-oneway/sinks"
	"github.com/wp-oneway/wp-oneway/sinks/sinktest"
	"github.com/wp-oneway/wp-oneway/wordpress/files"
)

// counting is a predictable source of random bytes.
type counting struct{ next byte }

func (c *counting) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = c.next % 36
		c.next++
	}
	return len(p), nil
}

// noon is the start of every run in these tests.
func noon() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }

// newRun returns a run that sends a small site's files to the sinks.
func newRun(t *testing.T, to ...sinks.Sink) *run {
	t.Helper()
	a := &Agent{
		Version: "1.2.3", Host: "web1", Now: noon, Random: &counting{},
		Dirs: state.Dirs{State: filepath.Join(t.TempDir(), "state"), Run: filepath.Join(t.TempDir(), "run")},
	}
	a.init()
	place := newSite(t)
	job := Job{Place: place, Name: "x", Kind: manifest.Files, Filters: []archive.Filter{archive.Zstd(0)}, Stall: time.Minute}
	site, err := job.locate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r := &run{agent: a, job: job, located: site, report: &manifest.SiteReport{Name: "x", Kind: manifest.Files}, log: a.Log}
	for _, s := range to {
		r.targets = append(r.targets, target{url: s.String(), sink: s, limited: s})
	}
	return r
}

// manifests reads every manifest below a folder.
func manifests(t *testing.T, dir string) (list []manifest.Manifest) {
	t.Helper()
	for _, name := range sinktest.Published(t, dir) {
		if !strings.HasSuffix(name, manifest.Suffix) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		var m manifest.Manifest
		if err := json.Unmarshal(text, &m); err != nil {
			t.Fatal(err)
		}
		list = append(list, m)
	}
	return list
}

// kept checks that every object of a manifest is in the folder, has the listed size
// and hash, and belongs to the manifest's own run.
func kept(t *testing.T, dir string, m manifest.Manifest) {
	t.Helper()
	if len(m.Objects) != len(m.Streams) {
		t.Errorf("%d objects for %d streams", len(m.Objects), len(m.Streams))
	}
	for _, o := range m.Objects {
		text, err := os.ReadFile(filepath.Join(dir, o.Name))
		if err != nil {
			t.Error(err)
			continue
		}
		if sum := sha256.Sum256(text); hex.EncodeToString(sum[:]) != o.SHA256 || int64(len(text)) != o.Bytes || !strings.Contains(o.Name, m.Run) {
			t.Errorf("run %s has another object than %+v", m.Run, o)
		}
	}
}

func TestManifest(t *testing.T) {
	dir := t.TempDir()
	r := newRun(t, sinktest.Folder(t, dir))
	if err := r.backup(t.Context()); err != nil {
		t.Fatal(err)
	}
	const name = "x/files-backups/x-files-2026-11-23_12-00-00Z-01234567"
	want := []string{name + ".details.json.zst", name + ".manifest.json", name + ".tar.zst"}
	if got := sinktest.Published(t, dir); !slices.Equal(got, want) {
		t.Fatalf("published is %q, want %q", got, want)
	}
	m := manifests(t, dir)[0]
	kept(t, dir, m)
	if m.Version != 1 || m.Site != "x" || m.Kind != manifest.Files || m.Run != "2026-11-23_12-00-00Z-01234567" || m.Host != "web1" || m.Agent != "1.2.3" ||
		!m.Started.Equal(noon()) || !m.Finished.Equal(noon()) || m.Previous != nil || m.WordPress != "6.8" || m.Server != nil || m.Seal != nil || !m.Complete {
		t.Errorf("the manifest says %+v", m)
	}
	if len(m.Streams) != 2 || m.Streams[0].Name != manifest.FilesStream || m.Streams[1].Name != manifest.DetailsStream || !slices.Equal(m.Streams[0].Filters, []string{"zstd"}) {
		t.Errorf("the streams are %+v", m.Streams)
	}
	tar, err := lab.DecryptionKeys{}.Content(t.Context(), filepath.Join(dir, want[2]))
	if err != nil || m.Streams[0].RawBytes != int64(len(tar)) || !bytes.Contains(tar, []byte("my own")) {
		t.Errorf("the files' stream is %+v, and %d bytes long (%v)", m.Streams[0], len(tar), err)
	}
	details, err := lab.DecryptionKeys{}.Content(t.Context(), filepath.Join(dir, want[0]))
	if err != nil {
		t.Fatal(err)
	}
	var d manifest.Details
	if err := json.Unmarshal(details, &d); err != nil || d.Version != 1 || d.TablePrefix != "wp_" || d.Root != r.root || d.Source != "static" {
		t.Errorf("the details are %+v (%v)", d, err)
	}
	report := r.report
	if report.Status != manifest.OK || report.Run != name || report.Source != "static" || report.Destinations[0].Status != manifest.OK || report.Destinations[0].Manifest != name+".manifest.json" ||
		report.Counts == nil || report.Counts.Files != m.Counts.Files || m.Counts.Files == 0 {
		t.Errorf("the report says %+v", report)
	}
	// The manifest, which is never sealed, contains no name and no path of the site.
	text, err := os.ReadFile(filepath.Join(dir, want[1]))
	if err != nil || bytes.Contains(text, []byte(r.root)) || bytes.Contains(text, []byte("own.txt")) {
		t.Errorf("the manifest contains names of the site's content (%v):\n%s", err, text)
	}
}

func TestManifestNamesPreviousRun(t *testing.T) {
	dir := t.TempDir()
	r := newRun(t, sinktest.Folder(t, dir))
	for range 2 {
		if err := r.backup(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := r.agent.Dirs.SaveSite(r.state); err != nil {
			t.Fatal(err)
		}
	}
	ms := manifests(t, dir)
	if len(ms) != 2 || ms[0].Previous != nil || ms[1].Previous == nil {
		t.Fatalf("the manifests: %+v", ms)
	}
	text, err := os.ReadFile(filepath.Join(dir, ms[1].Previous.Name+manifest.Suffix))
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(text); ms[1].Previous.ManifestSHA256 != hex.EncodeToString(sum[:]) || !strings.HasSuffix(ms[1].Previous.Name, ms[0].Run) {
		t.Errorf("it names %+v", ms[1].Previous)
	}
}

// A site that gets another name begins a new chain of manifests: verify refuses a manifest that names a
// run of another site as the one before.
func TestRenamedSiteBeginsANewChain(t *testing.T) {
	dir := t.TempDir()
	r := newRun(t, sinktest.Folder(t, dir))
	for _, name := range []string{r.job.Name, "renamed", "renamed"} {
		r.job.Name = name
		if err := r.backup(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := r.agent.Dirs.SaveSite(r.state); err != nil {
			t.Fatal(err)
		}
	}
	before := map[string]int{}
	for _, m := range manifests(t, dir) {
		if m.Previous != nil {
			before[m.Site]++
			if parts, ok := manifest.ParseRunName(m.Previous.Name); !ok || parts.Site != m.Site {
				t.Errorf("a run of %s names %s as the one before", m.Site, m.Previous.Name)
			}
		}
	}
	if len(before) != 1 || before["renamed"] != 1 {
		t.Errorf("runs that name the one before: %v", before)
	}
}

// A stream that a destination has lost is sent to it once more, under a new name.
// The manifest lists nothing of the first attempt.
func TestLostStreamIsSentAgain(t *testing.T) {
	for _, lost := range []string{".tar.zst", ".details.json.zst", ".manifest.json"} {
		t.Run(lost, func(t *testing.T) {
			dirs, once := []string{t.TempDir(), t.TempDir()}, false
			r := newRun(t, &hookSink{sinktest.Folder(t, dirs[0]), func(ctx context.Context, name string, in io.Reader, real sinks.Sink) (sinks.Receipt, error) {
				receipt, err := real.Put(ctx, name, in)
				if strings.HasSuffix(name, lost) && !once {
					once = true
					return sinks.Receipt{}, errors.Join(sinks.ErrRestart, os.Remove(filepath.Join(dirs[0], name)))
				}
				return receipt, err
			}}, sinktest.Folder(t, dirs[1]))
			var logged bytes.Buffer
			r.log = slog.New(slog.NewTextHandler(&logged, nil))
			if err := r.backup(t.Context()); err != nil {
				t.Fatal(err)
			}
			if r.report.Status != manifest.OK || r.report.Destinations[0].Error != nil || r.report.Destinations[1].Status != manifest.OK {
				t.Errorf("the report says %+v", r.report)
			}
			again, direct := manifests(t, dirs[0]), manifests(t, dirs[1])
			if len(again) != 1 || len(direct) != 1 || again[0].Run == direct[0].Run {
				t.Fatalf("the manifests: %+v and %+v", again, direct)
			}
			kept(t, dirs[0], again[0])
			kept(t, dirs[1], direct[0])
			if !strings.Contains(logged.String(), "starting the run again") || !strings.Contains(logged.String(), sinks.ErrRestart.Error()) {
				t.Errorf("the reason is not logged: %s", logged.String())
			}
		})
	}
}

func TestStreamLostTwice(t *testing.T) {
	dirs, puts := []string{t.TempDir(), t.TempDir()}, 0
	r := newRun(t, &hookSink{sinktest.Folder(t, dirs[0]), func(_ context.Context, _ string, in io.Reader, _ sinks.Sink) (sinks.Receipt, error) {
		puts++
		_, err := io.Copy(io.Discard, in)
		return sinks.Receipt{}, errors.Join(sinks.ErrRestart, err)
	}}, sinktest.Folder(t, dirs[1]))
	if err := r.backup(t.Context()); err == nil {
		t.Error("no error")
	}
	if puts != 2 || r.report.Destinations[0].Status != manifest.Failed || r.report.Destinations[1].Status != manifest.OK || len(manifests(t, dirs[0])) != 0 {
		t.Errorf("after %d puts: %+v", puts, r.report.Destinations)
	}
}

func TestManifestFailsAtOneDestination(t *testing.T) {
	dirs := []string{t.TempDir(), t.TempDir()}
	r := newRun(t, &hookSink{sinktest.Folder(t, dirs[0]), func(ctx context.Context, name string, in io.Reader, real sinks.Sink) (sinks.Receipt, error) {
		if strings.HasSuffix(name, manifest.Suffix) {
			return sinks.Receipt{}, errTest
		}
		return real.Put(ctx, name, in)
	}}, sinktest.Folder(t, dirs[1]))
	if err := r.backup(t.Context()); err != nil {
		t.Error(err)
	}
	d := r.report.Destinations
	if r.report.Status != manifest.Failed || d[0].Status != manifest.Failed || !strings.Contains(d[0].Error.Message, errTest.Error()) || d[1].Status != manifest.OK || len(manifests(t, dirs[1])) != 1 {
		t.Errorf("the report says %+v", r.report)
	}
	// The host remembers the run only for the destination where it is a backup.
	if p := r.state.Previous; len(p) != 1 || p[r.targets[1].sink.String()+"#files"].Name != r.name {
		t.Errorf("the state contains %+v", p)
	}
}

// A run that is cancelled between two objects leaves no manifest.
func TestCancelBeforeManifest(t *testing.T) {
	for _, after := range []string{".tar.zst", ".details.json.zst"} {
		t.Run(after, func(t *testing.T) {
			dir := t.TempDir()
			ctx, cancel := context.WithCancelCause(t.Context())
			r := newRun(t, &hookSink{sinktest.Folder(t, dir), func(ctx context.Context, name string, in io.Reader, real sinks.Sink) (sinks.Receipt, error) {
				receipt, err := real.Put(ctx, name, in)
				if strings.HasSuffix(name, after) {
					cancel(errTest)
				}
				return receipt, err
			}})
			if err := r.backup(ctx); !errors.Is(err, errTest) {
				t.Errorf("the error is %v", err)
			}
			if ms := manifests(t, dir); len(ms) > 0 || r.report.Destinations[0].Status != manifest.Failed {
				t.Errorf("there is a manifest: %+v; the report says %+v", ms, r.report.Destinations)
			}
		})
	}
}

// A run that is cancelled while its manifests are stored is a backup where one was
// stored, in the report and in the state, and nowhere else.
func TestCancelBetweenManifests(t *testing.T) {
	dirs := []string{t.TempDir(), t.TempDir()}
	ctx, cancel := context.WithCancelCause(t.Context())
	r := newRun(t, &hookSink{sinktest.Folder(t, dirs[0]), func(ctx context.Context, name string, in io.Reader, real sinks.Sink) (sinks.Receipt, error) {
		receipt, err := real.Put(ctx, name, in)
		if strings.HasSuffix(name, manifest.Suffix) {
			cancel(errTest)
		}
		return receipt, err
	}}, &hookSink{sinktest.Folder(t, dirs[1]), func(ctx context.Context, name string, in io.Reader, real sinks.Sink) (sinks.Receipt, error) {
		if strings.HasSuffix(name, manifest.Suffix) {
			<-ctx.Done()
		}
		return real.Put(ctx, name, in)
	}})
	err := r.backup(ctx)
	d := r.report.Destinations
	if err != nil || r.report.Status != manifest.Failed || d[0].Status != manifest.OK || d[0].Error != nil || d[1].Status != manifest.Failed {
		t.Errorf("the error is %v, the report says %+v", err, d)
	}
	if len(manifests(t, dirs[0])) != 1 || len(manifests(t, dirs[1])) != 0 {
		t.Errorf("the manifests: %+v and %+v", manifests(t, dirs[0]), manifests(t, dirs[1]))
	}
	if len(r.state.Previous) != 1 {
		t.Errorf("the state contains %+v", r.state.Previous)
	}
}

// Cancelling a run after everything is stored changes nothing.
func TestCancelAfterManifest(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancelCause(t.Context())
	r := newRun(t, &hookSink{sinktest.Folder(t, dir), func(ctx context.Context, name string, in io.Reader, real sinks.Sink) (sinks.Receipt, error) {
		receipt, err := real.Put(ctx, name, in)
		if strings.HasSuffix(name, manifest.Suffix) {
			cancel(errTest)
		}
		return receipt, err
	}})
	if err := r.backup(ctx); err != nil || r.report.Status != manifest.OK {
		t.Errorf("the error is %v, the report says %+v", err, r.report)
	}
}

func TestNoUsableTarget(t *testing.T) {
	r := newRun(t)
	r.targets = []target{{url: "s3://a", err: errors.New("its key is lost")}, {url: "file:///b", err: errors.New("its disk is lost")}}
	err := r.backup(t.Context())
	if err == nil || !strings.Contains(err.Error(), "s3://a: its key is lost") || !strings.Contains(err.Error(), "/b: its disk is lost") {
		t.Errorf("the error is %v", err)
	}
}

// A destination without a status is not a success.
func TestDestinationWithoutStatusHasFailed(t *testing.T) {
	r := newRun(t, sinktest.Folder(t, t.TempDir()))
	r.usableTargets()
	r.setStatus()
	if d := r.report.Destinations[0]; r.report.Status != manifest.Failed || d.Status != manifest.Failed || d.Error == nil {
		t.Errorf("the report says %+v", r.report)
	}
}

func TestCancelledInvocationStartsNoRun(t *testing.T) {
	r := newRun(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errTest)
	jobs := []Job{{Name: "a", Kind: manifest.Files, Sinks: []string{filepath.Join(t.TempDir(), "new")}}, {Name: "b", Ignore: "parked"}}
	report := r.agent.Backup(ctx, jobs)
	if report.Status != manifest.Failed || report.Sites[0].Status != manifest.Failed || report.Sites[0].Error.Message != errTest.Error() {
		t.Errorf("the report says %+v", report)
	}
}

// A panic that one site's data triggers is that site's error.
func TestPanicFailsOneSite(t *testing.T) {
	r := newRun(t)
	var logged bytes.Buffer
	r.agent.Log = slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	dir, place := t.TempDir(), newSite(t)
	panics := r.job
	panics.Filters = []archive.Filter{{Name: "bad", Wrap: func(io.Writer) (io.WriteCloser, error) { panic("an unexpected panic") }}}
	panics.Sinks, panics.Name = []string{dir}, "a"
	good := Job{Place: place, Name: "b", Kind: manifest.Files, Sinks: []string{dir}, Selection: files.Selection{}}
	report := r.agent.Backup(t.Context(), []Job{panics, good})
	if e := report.Sites[0].Error; report.Sites[0].Status != manifest.Failed || e == nil || !strings.Contains(e.Message, "an unexpected panic") {
		t.Errorf("the first site's report: %+v", report.Sites[0])
	}
	if report.Sites[1].Status != manifest.OK || len(manifests(t, dir)) != 1 {
		t.Errorf("the second site's report: %+v", report.Sites[1])
	}
	if !strings.Contains(logged.String(), "run_test.go") {
		t.Errorf("where it happened is not logged: %s", logged.String())
	}
}
