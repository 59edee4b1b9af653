package sinks_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// The error names the unreadable file, the cause and the remedy, on one line.
func TestUnreadableCredentialFilesAreNamed(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	key := file("key", "[default]\naws_access_key_id = k\naws_secret_access_key = verysecret\n")
	empty, garbage, gone := file("empty", ""), file("garbage", "verysecret ][\n"), filepath.Join(dir, "gone")
	cut := file("cut.json", `{"type":"service_account","private_key":"verysecret`)
	unsigned := file("unsigned.json", `{"type":"service_account","client_email":"a@b","private_key":"verysecret","private_key_id":"1"}`)
	const bucket = "s3://vault/x?region=us-east-1&credentials_file="
	for name, c := range map[string]struct {
		url, variable, value string
		says                 []string
	}{
		"bundle of no certificates": {bucket + key, "AWS_CA_BUNDLE", garbage, []string{"AWS_CA_BUNDLE", garbage, "PEM", "ca_file="}},
		"bundle that is not there":  {bucket + key, "AWS_CA_BUNDLE", gone, []string{"AWS_CA_BUNDLE", gone, "no such file", "ca_file="}},
		"bundle that is a folder":   {bucket + key, "AWS_CA_BUNDLE", dir, []string{"AWS_CA_BUNDLE", dir, "ca_file="}},
		"AWS file without a key":    {bucket + empty, "", "", []string{empty, "[default]"}},
		"AWS file of no sense":      {bucket + garbage, "", "", []string{garbage}},
		"Google's, cut":             {"gs://vault/x?credentials_file=" + cut, "", "", []string{cut, "JSON"}},
		"Google's, not there":       {"gs://vault/x", "GOOGLE_APPLICATION_CREDENTIALS", gone, []string{"GOOGLE_APPLICATION_CREDENTIALS", gone, "no such file"}},
		"Google's, of no key":       {"gs://vault/x", "GOOGLE_APPLICATION_CREDENTIALS", unsigned, []string{unsigned, "private_key", "as Google issued it"}},
	} {
		t.Run(name, func(t *testing.T) {
			if c.variable != "" {
				t.Setenv(c.variable, c.value)
			}
			u, err := sinks.Parse(c.url)
			if err != nil {
				t.Fatal(err)
			}
			_, err = sinks.Open(t.Context(), u, sinks.Options{})
			if err == nil || strings.ContainsAny(err.Error(), "\n\t") || strings.Contains(err.Error(), "verysecret") {
				t.Fatalf("got error %v", err)
			}
			for _, word := range c.says {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("%q is not in: %v", word, err)
				}
			}
		})
	}
}

// If the credential was refused, no byte was sent, and the result is not unknown.
func TestGCSWithoutTokenIsNotUnknown(t *testing.T) {
	tokens := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
	}))
	defer tokens.Close()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(map[string]string{
		"type": "service_account", "client_email": "a@b", "private_key_id": "1", "token_uri": tokens.URL,
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
	})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "key.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	u, err := sinks.Parse("gs://vault/x?endpoint=" + tokens.URL + "&credentials_file=" + file)
	if err != nil {
		t.Fatal(err)
	}
	sink, err := sinks.Open(t.Context(), u, sinks.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sink.Put(t.Context(), "name", strings.NewReader("text")); err == nil || errors.Is(err, sinks.ErrUnknown) || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "get a token") {
		t.Errorf("got error %v", err)
	}
}
