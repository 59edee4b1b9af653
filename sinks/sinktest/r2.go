package sinktest

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/wp-oneway/wp-oneway/secret"
	"github.com/wp-oneway/wp-oneway/sinks/r2"
)

// An R2 is a stand-in for Cloudflare R2, which cannot run here: a proxy that checks
// temporary credentials as Cloudflare documents them, and then sends the request to another
// store with that store's own credential. It shows how R2 should behave, not how it does.
type R2 struct {
	*httptest.Server
	Parent r2.Parent // of the credentials that it accepts

	mu     sync.Mutex
	locked bool // a bucket lock protects what is stored
	now    func() time.Time
	root   *s3.Client
}

const r2ParentSecret = "the parent's secret"

// NewR2 starts the stand-in. root may do everything at the store that keeps the objects,
// in a bucket without versions.
func NewR2(t *testing.T, root *s3.Client) *R2 {
	t.Helper()
	s := &R2{Parent: r2.Parent{KeyID: "parent-key", Secret: secret.Text(r2ParentSecret)}, now: time.Now, root: root}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

// Lock adds a bucket lock.
func (s *R2) Lock() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.locked = true
}

// SetClock sets the store's time, by which credentials expire.
func (s *R2) SetClock(now func() time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = now
}

// Sign makes a credential for a bucket: a host's as wp-oneway signs it, unless change
// changes its claims.
func (s *R2) Sign(t *testing.T, bucket, prefix string, life time.Duration, change func(*r2.Claims)) r2.Credential {
	t.Helper()
	c := r2.PutClaims(bucket, []string{prefix})
	now := s.now()
	c.Account, c.Endpoint, c.Issued, c.Expires = "account", strings.TrimPrefix(s.URL, "http://"), now.Unix(), now.Add(life).Unix()
	if change != nil {
		change(&c)
	}
	credential, err := r2.Sign(s.Parent, c)
	if err != nil {
		t.Fatal(err)
	}
	return credential
}

// ServeHTTP implements http.Handler.
func (s *R2) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	claims, ok := s.claims(r)
	action := r2Action(r, key)
	switch {
	case !ok:
		refuse(w, r, http.StatusUnauthorized, "Unauthorized")
	case claims.Bucket != bucket, !slices.Contains(claims.Actions, action), !below(claims.Paths, cmp.Or(key, r.URL.Query().Get("prefix"))):
		refuse(w, r, http.StatusForbidden, "AccessDenied")
	case s.protects(r, action, bucket, key):
		refuse(w, r, http.StatusForbidden, "ObjectLockedByBucketPolicy")
	default:
		s.forward(w, r)
	}
}

// claims are those of a request's token, if the parent signed it, it has not expired, and
// the secret that belongs to it signed the request.
func (s *R2) claims(r *http.Request) (c r2.Claims, ok bool) {
	token := r.Header.Get("X-Amz-Security-Token")
	raw, err := base64.StdEncoding.DecodeString(token)
	jwt, isToken := strings.CutPrefix(string(raw), "jwt/")
	parts := strings.Split(jwt, ".")
	if err != nil || !isToken || len(parts) != 3 {
		return c, false
	}
	mac := hmac.New(sha256.New, []byte(r2ParentSecret))
	mac.Write([]byte(parts[0] + "." + parts[1]))
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || parts[2] != base64.RawURLEncoding.EncodeToString(mac.Sum(nil)) || json.Unmarshal(payload, &c) != nil {
		return c, false
	}
	s.mu.Lock()
	now := s.now()
	s.mu.Unlock()
	sum := sha256.Sum256([]byte(jwt))
	own := aws.Credentials{AccessKeyID: c.Parent, SecretAccessKey: hex.EncodeToString(sum[:]), SessionToken: token}
	return c, c.Parent == s.Parent.KeyID && c.Endpoint == r.Host && now.Unix() < c.Expires && signedBy(r, own)
}

// signedBy tells whether the credential signed the request.
func signedBy(r *http.Request, c aws.Credentials) bool {
	authorization := r.Header.Get("Authorization")
	_, names, _ := strings.Cut(authorization, "SignedHeaders=")
	names, _, _ = strings.Cut(names, ",")
	_, scope, _ := strings.Cut(authorization, "Credential=")
	fields := strings.Split(scope, "/")
	at, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	if err != nil || len(fields) < 3 {
		return false
	}
	again := &http.Request{Method: r.Method, URL: r.URL, Host: r.Host, Header: http.Header{}}
	for _, name := range strings.Split(names, ";") {
		if values := r.Header.Values(name); len(values) > 0 {
			again.Header[http.CanonicalHeaderKey(name)] = values
		}
	}
	err = sign(again, c, r.Header.Get("X-Amz-Content-Sha256"), fields[2], at)
	return err == nil && again.Header.Get("Authorization") == authorization
}

func sign(r *http.Request, c aws.Credentials, payload, region string, at time.Time) error {
	return v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }).SignHTTP(r.Context(), c, r, payload, "s3", region, at)
}

// r2Action is the action that a request needs; "" for what no token allows.
func r2Action(r *http.Request, key string) string {
	q := r.URL.Query()
	q.Del("x-id")
	copies := r.Header.Get("X-Amz-Copy-Source") != ""
	plain := len(q) == 0 || len(q) == 1 && q.Has("versionId")
	switch {
	case key == "":
		return map[bool]string{true: "ListObjectsV2"}[r.Method == http.MethodGet && q.Get("list-type") == "2"]
	case r.Method == http.MethodPost && q.Has("uploads"):
		return "CreateMultipartUpload"
	case q.Has("uploadId"):
		part := map[bool]string{true: "UploadPartCopy", false: "UploadPart"}[copies]
		return map[string]string{http.MethodPut: part, http.MethodPost: "CompleteMultipartUpload", http.MethodDelete: "AbortMultipartUpload"}[r.Method]
	case !plain:
		return ""
	case copies:
		return "CopyObject"
	}
	return map[string]string{http.MethodGet: "GetObject", http.MethodHead: "HeadObject", http.MethodPut: "PutObject", http.MethodDelete: "DeleteObject"}[r.Method]
}

func below(p *r2.Paths, key string) bool {
	return p == nil || slices.Contains(p.Objects, key) || slices.ContainsFunc(p.Prefixes, func(prefix string) bool { return strings.HasPrefix(key, prefix) })
}

// protects tells whether the bucket lock forbids a change of what is stored. A request that
// only creates is answered by the store.
func (s *R2) protects(r *http.Request, action, bucket, key string) bool {
	s.mu.Lock()
	locked := s.locked
	s.mu.Unlock()
	if !locked || r.Header.Get("If-None-Match") != "" || !slices.Contains([]string{"PutObject", "CompleteMultipartUpload", "DeleteObject", "CopyObject"}, action) {
		return false
	}
	_, err := s.root.HeadObject(r.Context(), &s3.HeadObjectInput{Bucket: &bucket, Key: &key})
	return err == nil
}

func refuse(w http.ResponseWriter, r *http.Request, status int, code string) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("Server", "cloudflare")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, "<Error><Code>"+code+"</Code><Message>refused</Message></Error>")
}

// forward sends a request to the store with the store's own credential.
func (s *R2) forward(w http.ResponseWriter, r *http.Request) {
	o := s.root.Options()
	origin, err := url.Parse(aws.ToString(o.BaseEndpoint))
	if err != nil {
		panic(err)
	}
	out := r.Clone(r.Context())
	out.RequestURI, out.URL.Scheme, out.URL.Host, out.Host = "", origin.Scheme, origin.Host, origin.Host
	for _, name := range []string{"Authorization", "X-Amz-Security-Token", "X-Amz-Date", "Expect"} {
		out.Header.Del(name)
	}
	length := out.ContentLength
	out.ContentLength = 0 // is not signed then
	out.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")
	c, err := o.Credentials.Retrieve(r.Context())
	if err == nil {
		err = sign(out, c, "UNSIGNED-PAYLOAD", o.Region, time.Now())
	}
	if err != nil {
		panic(err)
	}
	out.ContentLength = length
	if length == 0 {
		out.Body = http.NoBody
	}
	res, err := o.HTTPClient.Do(out)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer res.Body.Close()
	for name, values := range res.Header {
		if !strings.HasPrefix(name, "X-Minio-") {
			w.Header()[name] = values
		}
	}
	w.Header().Set("Server", "cloudflare")
	w.WriteHeader(res.StatusCode)
	_, _ = io.Copy(w, res.Body)
}
