package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/cmd/view"
	"github.com/wp-oneway/wp-oneway/scripts/lab"
	"github.com/wp-oneway/wp-oneway/sinks"
)

// doctor runs doctor --json, checks the exit status, and returns the report.
func (h *host) doctor(want int, args ...string) view.DoctorReport {
	h.t.Helper()
	code, stdout, stderr := h.run(append([]string{"doctor", "--json"}, args...)...)
	if code != want {
		h.t.Fatalf("exit status %d, want %d\n%s%s", code, want, stderr, stdout)
	}
	schema, err := jsonschema.NewCompiler().Compile("../../docs/doctor.schema.json")
	if err != nil {
		h.t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(stdout))
	if err == nil {
		err = schema.Validate(value)
	}
	if err != nil {
		h.t.Errorf("the report does not keep its schema: %v\n%s", err, stdout)
	}
	var r view.DoctorReport
	if err := json.Unmarshal([]byte(stdout), &r); err != nil {
		h.t.Fatal(err)
	}
	return r
}

// userURL creates a user of MinIO with a policy, and returns the URL of a sink with that user.
func userURL(t *testing.T, bucket, policy string) string {
	t.Helper()
	key, secret := "user-"+bucket, "secretsecretsecret"
	if err := shared.minio(t).User(t.Context(), key, secret, policy); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "credentials")
	if err := os.WriteFile(file, []byte("[default]\naws_access_key_id = "+key+"\naws_secret_access_key = "+secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return shared.minio(t).URL(bucket, "host", file)
}

func TestDoctorPassesPutOnlyCredential(t *testing.T) {
	s, h := shared.site(t), newHost(t)
	sink := bucket(t, "doctor-passes")
	r := h.doctor(0, s.Root, "--name", "shop.example.com", "--to", sink)
	if len(r.Sites) != 1 || len(r.Sinks) != 1 || !r.OK || !r.Sinks[0].OneWay {
		t.Fatalf("the report: %+v", r)
	}
	for _, check := range []string{"configuration", "files", "database", "privileges", "sealing"} {
		if !slices.ContainsFunc(r.Sites[0].Rows, rowOf(check)) {
			t.Errorf("nothing was found of the site's %s", check)
		}
	}
	for _, name := range stored(t, "doctor-passes") {
		if !strings.HasPrefix(name, "shop.example.com/full-backups/wp-oneway-canary-") {
			t.Errorf("stored is %s", name)
		}
	}
	code, stdout, stderr := h.run("doctor", s.Root, "--name", "shop.example.com", "--to", sink)
	if code != 0 || stderr != "" || !strings.Contains(stdout, "is one-way") || !strings.Contains(stdout, "shop.example.com can be backed up") {
		t.Errorf("exit status %d\n%s%s", code, stderr, stdout)
	}
	for _, line := range strings.Split(stdout, "\n") {
		if len([]rune(line)) > 96 && strings.Contains(strings.TrimSpace(line), " ") {
			t.Errorf("too wide for a screen: %s", line)
		}
	}
	t.Log("\n" + stdout)
}

func TestDoctorNamesWhatIsAllowed(t *testing.T) {
	s, h := shared.site(t), newHost(t)
	for i, c := range []struct {
		versions bool
		more     string
		names    string
	}{
		{true, "s3:*", "s3:DeleteObject"},
		{true, "s3:GetObject", "s3:GetObject"},
		{true, "s3:ListBucket", "s3:ListBucket"},
		{true, "s3:DeleteObject", "s3:DeleteObject"},
		{true, "s3:PutBucketPolicy", "s3:PutBucketPolicy"},
		{false, "", "s3:PutObject"},
	} {
		name := fmt.Sprintf("doctor-fails-%d", i)
		if err := shared.minio(t).Bucket(t.Context(), name, c.versions); err != nil {
			t.Fatal(err)
		}
		policy := lab.PutOnlyPolicy(name, "host/")
		if c.more != "" {
			policy = strings.TrimSuffix(policy, "]}") + fmt.Sprintf(`,{"Effect":"Allow","Action":["%s"],"Resource":["arn:aws:s3:::%s","arn:aws:s3:::%s/*"]}]}`, c.more, name, name)
		}
		sink := userURL(t, name, policy)
		code, stdout, stderr := h.run("doctor", s.Root, "--name", "shop.example.com", "--to", sink)
		if code != 1 || !strings.Contains(stdout, "FAILS") || !strings.Contains(stdout, "NOT one-way: ") || !strings.Contains(stdout, c.names) {
			t.Errorf("with %q: exit status %d\n%s%s", c.more, code, stderr, stdout)
		}
		if i == 1 {
			t.Log("\n" + stdout)
		}
		// The result is stored.
		report := h.backup(1, s.Root, "--name", "shop.example.com", "--kind", "db", "--require-one-way", "--to", sink)
		if e := report.Sites[0].Destinations[0].Error; e == nil || !strings.Contains(e.Message, "not one-way") || !strings.Contains(e.Message, c.names) {
			t.Errorf("the backup says %+v", e)
		}
	}
}

func rowOf(check string) func(sinks.Finding) bool {
	return func(r sinks.Finding) bool { return r.Check == check }
}

// A recorder is a proxy for MinIO that records the requests.
type recorder struct {
	*httptest.Server
	mu  sync.Mutex
	ops []string
}

// taken returns the requests since the last call.
func (r *recorder) taken() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	ops := r.ops
	r.ops = nil
	return ops
}

func newRecorder(t *testing.T) *recorder {
	t.Helper()
	target, err := url.Parse(shared.minio(t).Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	r := &recorder{}
	to := &httputil.ReverseProxy{
		Rewrite:   func(p *httputil.ProxyRequest) { p.Out.URL.Scheme, p.Out.URL.Host = target.Scheme, target.Host }, // the Host header stays, because it is signed
		Transport: shared.minio(t).Root().Options().HTTPClient.(*http.Client).Transport,
	}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		q := req.URL.Query()
		r.mu.Lock()
		r.ops = append(r.ops, fmt.Sprintf("%s uploads=%v uploadId=%v x-id=%s", req.Method, q.Has("uploads"), q.Has("uploadId"), q.Get("x-id")))
		r.mu.Unlock()
		to.ServeHTTP(w, req)
	}))
	t.Cleanup(r.Close)
	return r
}

func TestRequireOneWaySendsNoProbe(t *testing.T) {
	s, h, r := shared.site(t), newHost(t), newRecorder(t)
	address := strings.Replace(bucket(t, "required"), "endpoint="+shared.minio(t).Endpoint, "endpoint="+r.URL, 1)
	address = strings.Split(address, "&ca_file=")[0]
	args := []string{s.Root, "--name", "shop.example.com", "--kind", "db", "--to", address}

	// Without a proof, nothing is sent, and no file of the site is read.
	report := h.backup(1, append(args, "--require-one-way")...)
	if e := report.Sites[0].Destinations[0].Error; e == nil || !strings.Contains(e.Message, "run: wp-oneway doctor "+s.Root+" --to '"+address+"'") {
		t.Errorf("the error: %+v", e)
	}
	if sent := r.taken(); len(sent) > 0 || report.Sites[0].WordPress != "" {
		t.Errorf("sent %q, read %+v", sent, report.Sites[0])
	}
	_, _, stderr := h.run(append([]string{"backup", "--require-one-way"}, args...)...)
	if strings.Count(stderr, "refused by --require-one-way") != 1 || strings.Count(stderr, "\n") > 2 {
		t.Errorf("printed on standard error:\n%s", stderr)
	}

	h.doctor(0, args...)
	r.taken()
	h.backup(0, append(args, "--require-one-way")...)
	with := r.taken()
	h.backup(0, args...)
	without := r.taken()
	slices.Sort(with)
	slices.Sort(without)
	if !slices.Equal(with, without) || len(with) == 0 {
		t.Errorf("with --require-one-way it sends\n%q, without\n%q", with, without)
	}
	for _, op := range with {
		if !strings.HasPrefix(op, "PUT ") && !strings.HasPrefix(op, "POST ") {
			t.Errorf("it sends %s", op)
		}
	}

	// The key also works in the environment and in the configuration. Only the folder is refused,
	// unless it is exempt.
	folder := t.TempDir()
	h.env = append(h.env, "WP_ONEWAY_REQUIRE_ONE_WAY=true")
	report = h.backup(1, append(args, "--to", folder)...)
	if d := report.Sites[0].Destinations; d[0].Status != manifest.OK || d[1].Status != manifest.Failed || !strings.Contains(d[1].Error.Message, "a folder cannot be one-way") {
		t.Errorf("the destinations: %+v", d)
	}
	h.env = nil
	config := filepath.Join(t.TempDir(), "config.yaml")
	text := fmt.Sprintf("require_one_way: true\nsinks: [{url: %q}, {url: %q, require_one_way: false}]\n", address, folder)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	h.backup(0, s.Root, "--name", "shop.example.com", "--kind", "db", "--config", config)
}

func TestDoctorSaysWhyNothingCanBeProved(t *testing.T) {
	h := newHost(t)
	good := bucket(t, "doctor-reach")
	for name, c := range map[string]struct{ from, to, says string }{
		"no server":  {shared.minio(t).Endpoint, "http://127.0.0.1:1", "connection refused"},
		"no bucket":  {"s3://doctor-reach/", "s3://doctor-reech/", "denied; the credential needs s3:PutObject"},
		"no key":     {"credentials_file=", "credentials_file=/not/there", "read credentials_file"},
		"no machine": {"https://127.0.0.1:", "https://nowhere.invalid:", "host nowhere.invalid is not known"},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := h.run("doctor", "--to", strings.Replace(good, c.from, c.to, 1))
			if code != 1 || stderr != "" || strings.Count(stdout, "FAILS") != 1 || !strings.Contains(strings.Join(strings.Fields(stdout), " "), c.says) {
				t.Errorf("exit status %d, want %q\n%s%s", code, c.says, stderr, stdout)
			}
			t.Log("\n" + stdout)
		})
	}
	wrong := userURL(t, "doctor-reach", lab.PutOnlyPolicy("doctor-reach", "host/"))
	if err := shared.minio(t).User(t.Context(), "user-doctor-reach", "anothersecret", lab.PutOnlyPolicy("doctor-reach", "host/")); err != nil {
		t.Fatal(err)
	}
	if code, stdout, _ := h.run("doctor", "--to", wrong); code != 1 || !strings.Contains(strings.Join(strings.Fields(stdout), " "), "the secret key does not belong to the access key") {
		t.Errorf("exit status %d\n%s", code, stdout)
	}
	for _, args := range [][]string{{"doctor"}, {"doctor", "--to", "ftp://x"}, {"doctor", "--to", "s3://vault/{site}"}, {"doctor", "--nonsense"}} {
		if code, stdout, stderr := h.run(args...); code != 2 || stdout != "" || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%q: exit status %d\n%s%s", args, code, stdout, stderr)
		}
	}
}
