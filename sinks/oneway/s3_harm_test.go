package oneway_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/wp-oneway/wp-oneway/sinks"
	"github.com/wp-oneway/wp-oneway/sinks/oneway"
	"github.com/wp-oneway/wp-oneway/sinks/policy"
)

func putInput(bucket, key string) *s3.PutObjectInput {
	return &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader("a backup")}
}

// all permits everything.
func all(bucket string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*"],"Resource":["arn:aws:s3:::` + bucket + `","arn:aws:s3:::` + bucket + `/*"]}]}`
}

// Doctor changes neither stored objects nor settings, whatever the credential permits.
func TestS3ChangesNothing(t *testing.T) {
	ctx, root := t.Context(), minio.Root()
	bucket, address := credential(t, true, all)
	days := int32(30)
	if _, err := root.PutBucketLifecycleConfiguration(ctx, &s3.PutBucketLifecycleConfigurationInput{
		Bucket: &bucket, LifecycleConfiguration: &types.BucketLifecycleConfiguration{Rules: []types.LifecycleRule{{
			Status: types.ExpirationStatusEnabled, Filter: &types.LifecycleRuleFilter{Prefix: new(string)}, Expiration: &types.LifecycleExpiration{Days: &days},
		}}},
	}); err != nil {
		t.Fatal(err)
	}
	key := "host/" + folder + "/backup.sql.zst"
	if _, err := root.PutObject(ctx, putInput(bucket, key)); err != nil {
		t.Fatal(err)
	}
	r := examine(t, address, oneway.Options{Intrusive: true})
	if r.Proven() {
		t.Error("a credential that may do everything passes")
	}
	objects, err := minio.Objects(ctx, bucket)
	if err != nil {
		t.Fatal(err)
	}
	kept := false
	for _, o := range objects {
		kept = kept || (o.Key == key && !o.DeleteMarker)
		if o.Key != key && (!strings.HasPrefix(o.Key, "host/"+folder+"/"+policy.CanaryPrefix) || !strings.HasSuffix(o.Key, policy.CanarySuffix) || o.Size != 0) {
			t.Errorf("left over: %+v", o)
		}
		if o.Key == key && o.DeleteMarker {
			t.Errorf("the backup was deleted: %+v", o)
		}
	}
	if !kept {
		t.Error("the backup is gone")
	}
	versioning, err := root.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: &bucket})
	if err != nil || versioning.Status != types.BucketVersioningStatusEnabled {
		t.Errorf("versioning is %q (%v)", versioning.Status, err)
	}
	lifecycle, err := root.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: &bucket})
	if err != nil || len(lifecycle.Rules) != 1 || *lifecycle.Rules[0].Expiration.Days != days {
		t.Errorf("the lifecycle is %+v (%v)", lifecycle, err)
	}
	if policy, err := root.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: &bucket}); err == nil {
		t.Errorf("the bucket has a policy: %s", *policy.Policy)
	}
	if lock, err := root.GetObjectLockConfiguration(ctx, &s3.GetObjectLockConfigurationInput{Bucket: &bucket}); err == nil {
		t.Errorf("the bucket has a lock: %+v", lock.ObjectLockConfiguration)
	}
	if n, err := minio.Uploads(); n != 0 || err != nil {
		t.Errorf("%d uploads are left over (%v)", n, err)
	}
}

// A gate is a proxy before MinIO. It records requests, and may answer them itself.
type gate struct {
	*httptest.Server
	mu     sync.Mutex
	passed []string // METHOD ?parameters, of the bucket's settings alone
	answer func(w http.ResponseWriter, r *http.Request) bool
	ahead  time.Duration // of the store's clock
	nginx  bool          // it calls itself so, and hides nothing else
}

func newGate(t *testing.T) *gate {
	t.Helper()
	target, err := url.Parse(minio.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{}
	to := &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.Out.URL.Scheme, r.Out.URL.Host = target.Scheme, target.Host }, // the Host stays, it is signed
		Transport: minio.Root().Options().HTTPClient.(*http.Client).Transport,
		ModifyResponse: func(r *http.Response) error {
			r.Header.Del("Server")
			for name := range r.Header {
				if strings.HasPrefix(name, "X-Minio-") && !g.nginx {
					r.Header.Del(name)
				}
			}
			r.Header.Set("Date", time.Now().Add(g.ahead).UTC().Format(http.TimeFormat))
			return nil
		},
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug),
	}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.mu.Lock()
		for _, setting := range []string{"policy", "versioning", "lifecycle", "object-lock", "replication", "encryption", "notification"} {
			if r.URL.Query().Has(setting) {
				g.passed = append(g.passed, r.Method+" ?"+setting)
			}
		}
		g.mu.Unlock()
		if g.answer == nil || !g.answer(w, r) {
			to.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(g.Close)
	return g
}

// through is the sink's URL through the gate.
func (g *gate) through(address string) string {
	head, rest, _ := strings.Cut(address, "endpoint="+minio.Endpoint)
	return head + "endpoint=" + g.URL + strings.Split(rest, "&ca_file=")[0]
}

func TestS3DoesNotTrySettingsAtUnknownStores(t *testing.T) {
	_, address := credential(t, true, grants())
	g := newGate(t)
	r := examine(t, g.through(address), oneway.Options{})
	if len(g.passed) > 0 || r.Proven() || len(failing(r, sinks.Unproven)) != 8 {
		t.Errorf("sent %q, proven %v\n%s", g.passed, r.Proven(), show(r))
	}
	r = examine(t, g.through(address), oneway.Options{Intrusive: true})
	if len(g.passed) != 7 || !r.Proven() {
		t.Errorf("sent %q, proven %v\n%s", g.passed, r.Proven(), show(r))
	}
}

// MinIO is recognized behind a proxy by its answers, and its own permissions are checked.
func TestS3RecognizesMinIOBehindProxy(t *testing.T) {
	_, address := credential(t, true, grants("s3:ReplicateObject"))
	g := newGate(t)
	g.nginx = true
	r := examine(t, g.through(address), oneway.Options{})
	if got := failing(r, sinks.Fails); !slices.Equal(got, []string{"s3:ReplicateObject"}) || len(failing(r, sinks.Unproven)) > 0 || !strings.HasPrefix(r.Store, "MinIO at ") {
		t.Errorf("failing are %q at %q\n%s", got, r.Store, show(r))
	}
}

// When an unknown store refuses an invalid body, nothing is known about the permission.
// MinIO requires the permission to change the policy for changes of the ACL.
func TestS3InvalidBodyIsNotADenialAtUnknownStores(t *testing.T) {
	_, address := credential(t, true, grants("s3:PutBucketPolicy"))
	r := examine(t, newGate(t).through(address), oneway.Options{Intrusive: true})
	if got := failing(r, sinks.Unproven); !slices.Equal(got, []string{"s3:PutBucketAcl", "s3:PutBucketPolicy"}) || r.Proven() {
		t.Errorf("unproven are %q, proven %v\n%s", got, r.Proven(), show(r))
	}
}

func TestS3OtherErrorsAreNotDenials(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
	}{
		"a wall":        {http.StatusForbidden, "<html><title>blocked</title></html>"},
		"not found":     {http.StatusNotFound, "<Error><Code>NoSuchKey</Code></Error>"},
		"broken":        {http.StatusInternalServerError, "<Error><Code>InternalError</Code></Error>"},
		"not there":     {http.StatusNotImplemented, "<Error><Code>NotImplemented</Code></Error>"},
		"another clock": {http.StatusForbidden, "<Error><Code>RequestTimeTooSkewed</Code></Error>"},
		"another key":   {http.StatusForbidden, "<Error><Code>InvalidAccessKeyId</Code></Error>"},
	} {
		t.Run(name, func(t *testing.T) {
			_, address := credential(t, true, grants())
			g := newGate(t)
			g.answer = func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method != http.MethodGet || !r.URL.Query().Has("acl") {
					return false
				}
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
				return true
			}
			r := examine(t, g.through(address), oneway.Options{Intrusive: true})
			if got := failing(r, sinks.Unproven); !slices.Equal(got, []string{"s3:GetObjectAcl", "s3:GetObjectVersionAcl"}) || r.Proven() {
				t.Errorf("unproven are %q, proven %v\n%s", got, r.Proven(), show(r))
			}
		})
	}
}

// The answer is a 200 that lists the keys that were not deleted, but not all of them.
func TestS3CountsDeleteErrors(t *testing.T) {
	_, address := credential(t, true, grants())
	g := newGate(t)
	g.answer = func(w http.ResponseWriter, r *http.Request) bool {
		if !r.URL.Query().Has("delete") {
			return false
		}
		_, _ = io.WriteString(w, "<DeleteResult><Error><Key>x</Key><Code>AccessDenied</Code></Error></DeleteResult>")
		return true
	}
	r := examine(t, g.through(address), oneway.Options{Intrusive: true})
	if got := failing(r, sinks.Unproven); !slices.Equal(got, []string{"s3:DeleteObject"}) {
		t.Errorf("unproven are %q\n%s", got, show(r))
	}
}

// If overwriting without the condition is denied, the condition is enforced. MinIO has no
// such policy; the gate enforces it, as AWS does.
func TestS3ReportsEnforcedCondition(t *testing.T) {
	_, address := credential(t, false, grants())
	g := newGate(t)
	g.answer = func(w http.ResponseWriter, r *http.Request) bool {
		q := r.URL.Query()
		creates := (r.Method == http.MethodPut && !q.Has("uploadId") || r.Method == http.MethodPost && q.Has("uploadId")) &&
			!q.Has("policy") && !q.Has("versioning") && !q.Has("lifecycle") && !q.Has("object-lock") && !q.Has("acl") && !q.Has("tagging")
		if !creates || r.Header.Get("If-None-Match") == "*" {
			return false
		}
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, "<Error><Code>AccessDenied</Code></Error>")
		return true
	}
	r := examine(t, g.through(address), oneway.Options{Intrusive: true})
	if got := failing(r, sinks.Warning); !r.Proven() || !slices.Equal(got, []string{"s3:DeleteBucket", "s3:DeleteBucketPolicy"}) {
		t.Errorf("proven %v\n%s", r.Proven(), show(r))
	}
}

// A policy that requires something other than the condition does not prevent overwriting:
// an attacker can meet the requirement.
func TestS3OtherPolicyConditionsDoNotCount(t *testing.T) {
	_, address := credential(t, false, grants())
	g := newGate(t)
	g.answer = func(w http.ResponseWriter, r *http.Request) bool {
		q := r.URL.Query()
		creates := r.Method == http.MethodPut && len(q) <= 1 && (len(q) == 0 || q.Get("x-id") == "PutObject") || r.Method == http.MethodPost && q.Has("uploads")
		if !creates || r.Header.Get("X-Amz-Storage-Class") == "STANDARD" {
			return false
		}
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, "<Error><Code>AccessDenied</Code></Error>")
		return true
	}
	r := examine(t, g.through(address)+"&storage_class=STANDARD", oneway.Options{Intrusive: true})
	for check, want := range map[string]sinks.Verdict{
		"create": sinks.Holds, "overwrite": sinks.Fails, "start multipart": sinks.Holds, "overwrite, multipart": sinks.Fails,
	} {
		if got := finding(t, r, check).Verdict; got != want {
			t.Errorf("%s: %s, want %s\n%s", check, got, want, show(r))
		}
	}
}

func TestS3ReportsClockSkew(t *testing.T) {
	_, address := credential(t, true, grants())
	g := newGate(t)
	g.ahead = 5 * time.Minute
	r := examine(t, g.through(address), oneway.Options{Intrusive: true})
	if last := r.Findings[len(r.Findings)-1]; last.Check != "clock" || last.Verdict != sinks.Warning || !strings.Contains(last.Detail, "behind") {
		t.Errorf("the clock: %+v", last)
	}
}

func TestS3Unreachable(t *testing.T) {
	bucket, address := credential(t, true, grants())
	for name, c := range map[string]struct{ from, to, says string }{
		"no bucket":    {"s3://" + bucket + "/", "s3://not-there/", "denied; the credential needs s3:PutObject on arn:aws:s3:::not-there/host/*"},
		"other folder": {"/host?", "/other?", "denied; the credential needs s3:PutObject on arn:aws:s3:::" + bucket + "/other/*"},
		"nobody there": {minio.Endpoint, "http://127.0.0.1:1", "connection refused"},
		"no authority": {"&ca_file=", "&storage_class=", "authority unknown to this host"},
	} {
		t.Run(name, func(t *testing.T) {
			r := examine(t, strings.Replace(address, c.from, c.to, 1), oneway.Options{Timeout: 2 * time.Second})
			if r.Reached || r.Proven() || len(r.Findings) != 1 || r.Findings[0].Verdict != sinks.Fails {
				t.Fatalf("reached %v\n%s", r.Reached, show(r))
			}
			if text := r.Findings[0].Detail; !strings.Contains(text, c.says) || strings.Contains(text, "\n") {
				t.Errorf("it says %q, want %q", text, c.says)
			}
		})
	}
	u, err := sinks.Parse("s3://vault/x?credentials_file=/not/there")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := oneway.Examine(t.Context(), u, oneway.Options{Folders: []string{""}}); err == nil || !strings.Contains(err.Error(), "/not/there") {
		t.Errorf("without a credential: %v", err)
	}
}
