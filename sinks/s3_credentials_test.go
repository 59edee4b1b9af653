package sinks_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
	"github.com/wp-oneway/wp-oneway/sinks"
)

// A role is the credential source of a machine. Each request returns a new session of a
// put-only user, from the store's own token service.
type role struct {
	t      *testing.T
	client *sts.Client
	life   time.Duration // how long a session is said to live

	mu    sync.Mutex
	given []string // access keys, in order
}

func newRole(t *testing.T, minio *lab.MinIO, bucket string, life time.Duration) *role {
	t.Helper()
	key, secret := "machine-"+bucket[len(bucket)-8:], strings.Repeat("s", 40)
	if err := minio.User(t.Context(), key, secret, lab.PutOnlyPolicy(bucket, "host")); err != nil {
		t.Fatal(err)
	}
	r := &role{t: t, life: life, client: sts.New(sts.Options{
		BaseEndpoint: &minio.Endpoint, Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider(key, secret, ""),
	})}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	t.Setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", server.URL)
	t.Setenv("HOME", "/nonexistent")
	return r
}

// session creates a session.
func (r *role) session(t *testing.T) *types.Credentials {
	t.Helper()
	out, err := r.client.AssumeRole(context.WithoutCancel(t.Context()), &sts.AssumeRoleInput{RoleArn: aws.String("arn:x:x:x:x"), RoleSessionName: aws.String("backup")})
	if err != nil {
		t.Error(err)
		return &types.Credentials{AccessKeyId: new(string), SecretAccessKey: new(string), SessionToken: new(string)}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.given = append(r.given, *out.Credentials.AccessKeyId)
	return out.Credentials
}

func (r *role) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	c := r.session(r.t)
	_ = json.NewEncoder(w).Encode(map[string]any{ // the client says what it lacks
		"AccessKeyId": c.AccessKeyId, "SecretAccessKey": c.SecretAccessKey,
		"Token": c.SessionToken, "Expiration": time.Now().Add(r.life).UTC().Format(time.RFC3339),
	})
}

func (r *role) keys() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.given)
}

// openMachine opens a sink with the machine's credentials.
func openMachine(t *testing.T, bucket, endpoint string) sinks.Sink {
	t.Helper()
	return openSink(t, "s3://"+bucket+"/host?region=us-east-1&endpoint="+url.QueryEscape(endpoint))
}

// keyOf is the access key that signed a request.
func keyOf(r *http.Request) string {
	_, rest, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	key, _, _ := strings.Cut(rest, "/")
	return key
}

// If the store reports an expired credential during a stream, the sink renews the
// credential and continues the stream.
func TestS3RenewsExpiredCredential(t *testing.T) {
	minio := shared.plain(t)
	for _, code := range []string{"ExpiredToken", "InvalidTokenId", "InvalidAccessKeyId", "Unauthorized"} {
		t.Run(code, func(t *testing.T) { renews(t, minio, code) })
	}
}

func renews(t *testing.T, minio *lab.MinIO, code string) {
	bucket := newBucket(t, minio, true)
	role := newRole(t, minio, bucket, time.Hour)
	p := newFaultyProxy(t, minio, func(string, int) fault { return none })
	honest := p.Config.Handler
	p.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// The first session ends after its upload began.
		if keys := role.keys(); r.URL.Query().Has("partNumber") && keyOf(r) == keys[0] {
			_, _ = io.Copy(io.Discard, r.Body)
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, "<Error><Code>"+code+"</Code><Message>made up</Message></Error>")
			return
		}
		honest.ServeHTTP(w, r)
	})
	want := pattern(long)
	if _, err := openMachine(t, bucket, p.URL).Put(t.Context(), "name", bytes.NewReader(want)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(content(t, minio, bucket, "host/name"), want) {
		t.Error("other bytes are stored")
	}
	if keys := role.keys(); len(keys) < 2 {
		t.Errorf("sessions %q, want a second one", keys)
	}
	if ops := p.Ops(); slices.Contains(ops, "AbortMultipartUpload") {
		t.Errorf("the stream was started again: %q", ops)
	}
}

// A credential is renewed before it expires. The error says when it cannot be renewed.
func TestS3RenewsCredentialBeforeExpiry(t *testing.T) {
	minio := shared.plain(t)
	bucket := newBucket(t, minio, true)
	role := newRole(t, minio, bucket, 2*time.Second) // within the client's margin: each request asks
	putAt(t, minio, bucket, "s3://"+bucket+"/host?region=us-east-1&endpoint="+minio.Endpoint)
	if n := len(role.keys()); n < 3 {
		t.Errorf("%d sessions for 6 requests, though each was about to end", n)
	}
}

// halfWay calls do once, before the second part is forwarded.
func halfWay(do func()) func(string, int) fault {
	return func(op string, nth int) fault {
		if op == "UploadPart" && nth == 2 {
			do()
		}
		return none
	}
}

// If the credential is revoked or the bucket is removed during a stream, nothing is
// stored, and the error names the cause.
func TestS3CredentialRevokedOrBucketRemovedDuringPut(t *testing.T) {
	minio := shared.plain(t)
	root := minio.Root()
	for name, c := range map[string]struct {
		do   func(t *testing.T, bucket, key, secret string)
		says string
	}{
		"revoked": {func(t *testing.T, _, key, secret string) {
			if err := minio.Disable(context.WithoutCancel(t.Context()), key, secret); err != nil {
				t.Error(err)
			}
		}, "access key"},
		"gone": {func(t *testing.T, bucket, _, _ string) {
			if _, err := root.DeleteBucket(context.WithoutCancel(t.Context()), &s3.DeleteBucketInput{Bucket: &bucket}); err != nil {
				t.Error(err)
			}
		}, "does not exist"},
	} {
		t.Run(name, func(t *testing.T) {
			bucket := newBucket(t, minio, true)
			key, secret := "key-"+name+"-0000", strings.Repeat("s", 40)
			if err := minio.User(t.Context(), key, secret, lab.PutOnlyPolicy(bucket, "host")); err != nil {
				t.Fatal(err)
			}
			t.Setenv("AWS_ACCESS_KEY_ID", key)
			t.Setenv("AWS_SECRET_ACCESS_KEY", secret)
			p := newFaultyProxy(t, minio, halfWay(func() { c.do(t, bucket, key, secret) }))
			var log bytes.Buffer
			u, err := sinks.Parse("s3://" + bucket + "/host?region=us-east-1&endpoint=" + p.URL)
			if err != nil {
				t.Fatal(err)
			}
			sink, err := sinks.Open(t.Context(), u, sinks.Options{PartSize: 5 * sinks.BlockSize, Retry: time.Second, Logger: slog.New(slog.NewTextHandler(&log, nil))})
			if err != nil {
				t.Fatal(err)
			}
			_, err = sink.Put(t.Context(), "name", bytes.NewReader(pattern(long)))
			if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), secret) {
				t.Errorf("error %v, want one that says %q", err, c.says)
			}
			if name == "gone" {
				return
			}
			if all := objects(t, minio, bucket); len(all) != 0 {
				t.Errorf("stored are %+v", all)
			}
			if !strings.Contains(log.String(), "AbortIncompleteMultipartUpload") {
				t.Errorf("the remaining parts are not logged: %s", log.String())
			}
		})
	}
}

// A host with a wrong clock signs with the store's time and logs a warning.
func TestS3SignsWithStoreTime(t *testing.T) {
	const ahead = 3 * time.Hour
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		now := time.Now().Add(ahead)
		w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
		signed, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
		if err != nil || now.Sub(signed).Abs() > 15*time.Minute {
			_, _ = io.Copy(io.Discard, r.Body)
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, "<Error><Code>RequestTimeTooSkewed</Code><Message>too far off</Message></Error>")
			return
		}
		echo(w, r, nil)
	}))
	defer store.Close()
	t.Setenv("AWS_ACCESS_KEY_ID", "key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	var log bytes.Buffer
	u, err := sinks.Parse("s3://vault/host?region=us-east-1&endpoint=" + store.URL)
	if err != nil {
		t.Fatal(err)
	}
	sink, err := sinks.Open(t.Context(), u, sinks.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sink.Put(t.Context(), "name", strings.NewReader("text")); err != nil {
		t.Fatal(err)
	}
	if s := log.String(); !regexp.MustCompile(`clock is off.* off_by=-(3h0m0|2h59m5\d)s`).MatchString(s) {
		t.Errorf("the log does not say that the clock is off: %s", s)
	}
}

// A credentials file is read again when its session has ended: another program writes a
// new credential to it during the stream.
func TestS3RereadsCredentialsFile(t *testing.T) {
	minio := shared.plain(t)
	for _, given := range []string{"credentials_file", "profile"} {
		t.Run(given, func(t *testing.T) {
			bucket := newBucket(t, minio, true)
			role := newRole(t, minio, bucket, time.Hour)
			file := filepath.Join(t.TempDir(), "credentials")
			renew := func() {
				c := role.session(t)
				text := "[default]\naws_access_key_id = " + *c.AccessKeyId + "\naws_secret_access_key = " + *c.SecretAccessKey + "\naws_session_token = " + *c.SessionToken + "\n"
				if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
					t.Error(err)
				}
			}
			renew()
			p := newFaultyProxy(t, minio, func(string, int) fault { return none })
			honest := p.Config.Handler
			var ended sync.Once
			p.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Query().Has("partNumber") {
					ended.Do(renew)
					if keyOf(r) == role.keys()[0] {
						says(http.StatusBadRequest, "", "<Error><Code>ExpiredToken</Code><Message>made up</Message></Error>")(w, r, nil)
						return
					}
				}
				honest.ServeHTTP(w, r)
			})
			query := "&credentials_file=" + file
			if given == "profile" {
				query = "&profile=default"
				t.Setenv("AWS_SHARED_CREDENTIALS_FILE", file)
			}
			want := pattern(long)
			sink := openSink(t, "s3://"+bucket+"/host?region=us-east-1&endpoint="+url.QueryEscape(p.URL)+query)
			if _, err := sink.Put(t.Context(), "name", bytes.NewReader(want)); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(content(t, minio, bucket, "host/name"), want) {
				t.Error("other bytes are stored")
			}
		})
	}
}
