package agent

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/state"
	"github.com/wp-oneway/wp-oneway/scripts/lab"
	"github.com/wp-oneway/wp-oneway/scripts/lab/faults"
	"github.com/wp-oneway/wp-oneway/sinks"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// rounds is the number of random runs: WP_ONEWAY_FAULT_ROUNDS, or 40.
func rounds(t *testing.T) int {
	t.Helper()
	s := os.Getenv("WP_ONEWAY_FAULT_ROUNDS")
	if s == "" {
		return 40
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatalf("WP_ONEWAY_FAULT_ROUNDS: %v", err)
	}
	return n
}

// outcomes counts the results of runs.
type outcomes struct {
	mu    sync.Mutex
	count map[string]int
}

func (o *outcomes) add(what string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.count[what]++
}

// Whatever happens to requests, connections, the credential and the bucket, a run of
// a real site ends with its manifest and all objects in it, or it fails and has no
// manifest. Only if every answer to the manifest was lost, the run reports that it
// does not know, and names the manifest.
func TestRandomFaults(t *testing.T) {
	db, err := lab.StartMariaDB(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Kill)
	site, err := lab.InstallWordPress(t.Context(), filepath.Join(t.TempDir(), "site"), lab.WordPressOptions{Server: db, UploadBytes: 12 << 20, RowBytes: 6 << 20})
	if err != nil {
		t.Fatal(err)
	}
	minio, err := lab.StartMinIO(t.Context(), t.TempDir(), lab.MinIOOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(minio.Stop)
	all := &outcomes{count: map[string]int{}}
	gate := make(chan struct{}, 8) // most of the time they wait for a retry
	t.Run("rounds", func(t *testing.T) {
		for seed := range rounds(t) {
			t.Run(strconv.Itoa(seed), func(t *testing.T) {
				t.Parallel()
				gate <- struct{}{}
				defer func() { <-gate }()
				f := &faultyRun{minio: minio, site: site, seed: uint64(seed)} //nolint:gosec // a round is not negative
				all.add(f.run(t))
			})
		}
	})
	t.Logf("%d rounds: %v", rounds(t), all.count)
	if all.count["complete"] == 0 || all.count["failed"] == 0 {
		t.Error("the faults are too rare or too frequent to test anything")
	}
}

// A faultyRun is one run, and the faults in it.
type faultyRun struct {
	minio *lab.MinIO
	site  *lab.WordPress
	seed  uint64

	bucket      string
	key, secret string
	description strings.Builder // of the faults
}

// plan returns the fault of each request, chosen by the seed.
func (f *faultyRun) plan(t *testing.T, r *rand.Rand) func(string, int) faults.Fault {
	rate := []float64{0, 0.1, 0.3, 0.6}[r.IntN(4)]
	menu := []faults.Fault{
		faults.Drop, faults.Lose, faults.Lose, faults.Corrupt, faults.Hang, faults.Busy, faults.Limited,
		faults.Broken, faults.Unsure, faults.Unsure, faults.Clash, faults.Refused, faults.Expire,
	}
	event, at, n := r.IntN(10), r.IntN(12), 0
	fmt.Fprintf(&f.description, "rate %v, event %d at %d", rate, event, at)
	return func(string, int) faults.Fault { // one at a time: the proxy holds its lock
		if n++; n == at && event == 0 {
			f.revoke(t)
		}
		if n == at && event == 1 {
			f.removeBucket(t)
		}
		if r.Float64() >= rate {
			return faults.None
		}
		return menu[r.IntN(len(menu))]
	}
}

// run backs up the site, checks the result, and returns it.
func (f *faultyRun) run(t *testing.T) string {
	r := rand.New(rand.NewPCG(f.seed, 3)) //nolint:gosec // faults, not secrets
	f.bucket = fmt.Sprintf("round-%d", f.seed)
	if err := f.minio.Bucket(t.Context(), f.bucket, true); err != nil {
		t.Fatal(err)
	}
	toxic := faults.RandomToxic(r)
	proxy, err := faults.NewProxy(f.minio.Endpoint, f.plan(t, r))
	if err != nil {
		t.Fatal(err)
	}
	defer proxy.Close()
	endpoint, stop, err := faults.StartToxiproxy(strings.TrimPrefix(proxy.URL, "http://"), toxic)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	a := &Agent{
		Host: "host", Dirs: state.Dirs{State: t.TempDir(), Run: t.TempDir()},
		sinkOptions: sinks.Options{PartSize: 5 * sinks.BlockSize, Stall: time.Second, Retry: 2 * time.Second},
		commitRetry: commitRetry{patience: 6 * time.Second, pause: 50 * time.Millisecond, grace: time.Second},
	}
	report := a.Backup(t.Context(), []Job{{
		Place: site.Place{Path: f.site.Root, Home: f.site.Dir, Layout: "classic", Name: "site"},
		Name:  "site", Kind: manifest.Full, Sinks: []string{f.url(t, endpoint)}, Stall: time.Minute,
	}})
	what := f.check(t, report.Sites[0])
	for _, op := range proxy.Ops() {
		switch op {
		case "PutObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "AbortMultipartUpload":
		default:
			t.Errorf("the run asked for %s", op)
		}
	}
	if t.Failed() {
		t.Logf("seed %d, toxic %s, %s: %s, %+v", f.seed, toxic, f.description.String(), what, report.Sites[0].Error)
	}
	return what
}

// url is the sink's URL, with a user that can only put.
func (f *faultyRun) url(t *testing.T, endpoint string) string {
	t.Helper()
	file, err := f.minio.PutOnlyUser(t.Context(), f.bucket, "host")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		switch name, value, _ := strings.Cut(strings.TrimSpace(line), " = "); name {
		case "aws_access_key_id":
			f.key = value
		case "aws_secret_access_key":
			f.secret = value
		}
	}
	return "s3://" + f.bucket + "/host?region=us-east-1&endpoint=" + url.QueryEscape(endpoint) + "&credentials_file=" + file
}

func (f *faultyRun) revoke(t *testing.T) {
	if err := f.minio.Disable(context.WithoutCancel(t.Context()), f.key, f.secret); err != nil {
		t.Error(err)
	}
}

func (f *faultyRun) removeBucket(t *testing.T) {
	ctx, root := context.WithoutCancel(t.Context()), f.minio.Root()
	all, err := f.minio.Objects(ctx, f.bucket)
	if err != nil {
		t.Error(err)
	}
	for _, o := range all {
		if _, err := root.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &f.bucket, Key: &o.Key, VersionId: &o.VersionID}); err != nil {
			t.Error(err)
		}
	}
	if _, err := root.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: &f.bucket}); err != nil {
		// An upload on its way may have been completed meanwhile: then it stays.
		fmt.Fprintf(&f.description, ", which stayed: %v", err)
	}
}

// check compares what is stored with the report.
func (f *faultyRun) check(t *testing.T, report manifest.SiteReport) string {
	t.Helper()
	manifests := f.manifests(t)
	d := report.Destinations[0]
	switch {
	case report.Status == manifest.OK && manifests[d.Manifest]:
		if len(manifests) != 1 {
			t.Errorf("one run, and the manifests %v", manifests)
		}
		return "complete"
	case report.Status == manifest.OK:
		t.Errorf("reported as complete, and there is no manifest %s", d.Manifest)
	case report.Status == manifest.Failed && d.Manifest != "" && strings.Contains(d.Error.Message, sinks.ErrUnknown.Error()):
		delete(manifests, d.Manifest)
		if len(manifests) != 0 {
			t.Errorf("reported as unknown is %s, and there are %v", d.Manifest, manifests)
		}
		return "unknown"
	case report.Status == manifest.Failed && len(manifests) != 0:
		t.Errorf("reported as failed, and there are the manifests %v", manifests)
	}
	return "failed"
}

// manifests fetches every manifest, and every object in it, with root's key.
func (f *faultyRun) manifests(t *testing.T) map[string]bool {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	found := map[string]bool{}
	all, err := f.minio.Objects(ctx, f.bucket)
	if err != nil && strings.Contains(err.Error(), "NoSuchBucket") {
		return found
	}
	if err != nil {
		t.Fatal(err)
	}
	versions := map[string]int{}
	for _, o := range all {
		if versions[o.Key]++; versions[o.Key] > 1 {
			t.Errorf("%s was overwritten", o.Key)
		}
	}
	for key := range versions {
		if !strings.HasSuffix(key, manifest.Suffix) {
			continue
		}
		found[strings.TrimPrefix(key, "host/")] = true
		var m manifest.Manifest
		if err := json.Unmarshal(f.fetch(t, key), &m); err != nil {
			t.Errorf("%s: %v", key, err)
		}
		if len(m.Objects) < 3 || !m.Complete {
			t.Errorf("%s names %d objects; complete is %v", key, len(m.Objects), m.Complete)
		}
		for _, o := range m.Objects {
			got := f.fetch(t, "host/"+o.Name)
			if sum := sha256.Sum256(got); int64(len(got)) != o.Bytes || hex.EncodeToString(sum[:]) != o.SHA256 {
				t.Errorf("%s differs from its entry in the manifest", o.Name)
			}
		}
	}
	return found
}

func (f *faultyRun) fetch(t *testing.T, key string) []byte {
	t.Helper()
	r, err := f.minio.Get(context.WithoutCancel(t.Context()), f.bucket, key)
	if err != nil {
		t.Error(err)
		return nil
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Error(err)
	}
	return b
}
