package sinktest

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/fsouza/fake-gcs-server/fakestorage"
)

// A GCS is a server that issues tokens for a service account and passes all other
// requests to a handler. The handler decides what reaches the fake of Google Cloud
// Storage, which permits everything.
type GCS struct {
	*httptest.Server
	Fake        *fakestorage.Server
	Credentials string // the service account's key file
}

// NewGCS starts a server with an empty bucket. handle gets each request with its
// whole body, which it may read again from the request.
func NewGCS(t *testing.T, bucket string, handle func(w http.ResponseWriter, r *http.Request, body []byte)) *GCS {
	t.Helper()
	g := &GCS{}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/token" {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"access_token":"good","token_type":"Bearer","expires_in":3600}`)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		handle(w, r, body)
	}))
	t.Cleanup(g.Close)
	fake, err := fakestorage.NewServerWithOptions(fakestorage.Options{NoListener: true, ExternalURL: g.URL, Writer: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	g.Fake = fake
	fake.CreateBucketWithOpts(fakestorage.CreateBucketOpts{Name: bucket})
	g.Credentials = filepath.Join(t.TempDir(), "key.json")
	if err := os.WriteFile(g.Credentials, serviceAccount(t, g.URL+"/token"), 0o600); err != nil {
		t.Fatal(err)
	}
	return g
}

// Authenticated tells whether a request has a token of this server.
func (g *GCS) Authenticated(r *http.Request) bool {
	return r.Header.Get("Authorization") == "Bearer good"
}

// Refuse answers a request with an error, as Google does.
func (g *GCS) Refuse(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"error":{"code":%d,"message":%q,"errors":[{"reason":"forbidden"}]}}`, status, text)
}

// serviceAccount is a key file.
func serviceAccount(t *testing.T, tokens string) []byte {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(map[string]string{
		"type": "service_account", "client_email": "backup@test.iam.gserviceaccount.com", "token_uri": tokens,
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), "private_key_id": "1", "project_id": "test",
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}
