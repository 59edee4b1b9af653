package oneway

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// A bucket of AWS that accepts keys of the client is a warning. AWS cannot run here: the
// answers are those that it documents.
func TestCustomerKeyIsTried(t *testing.T) {
	for name, c := range map[string]struct {
		status   int
		code     string
		endpoint string
		want     sinks.Verdict // "" for no row
	}{
		"blocked":         {403, "AccessDenied", "", sinks.Holds},
		"allowed":         {412, "PreconditionFailed", "", sinks.Warning},
		"stored":          {200, "", "", sinks.Warning},
		"another answer":  {400, "InvalidRequest", "", sinks.Unproven},
		"wrong signature": {403, "SignatureDoesNotMatch", "", sinks.Unproven},
		"another store":   {412, "PreconditionFailed", "https://store.example", ""},
	} {
		t.Run(name, func(t *testing.T) {
			tried := false
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				tried = true
				if r.Header.Get("If-None-Match") != "*" || r.Header.Get("X-Amz-Server-Side-Encryption-Customer-Algorithm") != "AES256" {
					t.Errorf("a request that could harm: %v", r.Header)
				}
				w.WriteHeader(c.status)
				if c.code != "" {
					_, _ = io.WriteString(w, "<Error><Code>"+c.code+"</Code></Error>")
				}
			}))
			defer server.Close()
			client := s3.New(s3.Options{BaseEndpoint: &server.URL, Region: "eu-central-1", UsePathStyle: true, Credentials: credentials.NewStaticCredentialsProvider("k", "s", "")})
			x := &s3Examiner{S3Access: sinks.S3Access{Client: client, Bucket: "vault", Endpoint: c.endpoint, SSE: "AES256", KMSKey: "key"}, o: Options{Timeout: time.Minute}}
			canary := &s3Canary{s3Examiner: x, key: "host/canary", conditional: true}
			canary.customerKey(context.Background())
			switch {
			case c.want == "" && (tried || len(canary.findings) > 0):
				t.Errorf("tried %v: %+v", tried, canary.findings)
			case c.want != "" && (len(canary.findings) != 1 || canary.findings[0].Verdict != c.want || !canary.findings[0].OK()):
				t.Errorf("%+v, want %s", canary.findings, c.want)
			}
		})
	}
}
