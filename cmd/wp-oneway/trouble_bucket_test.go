package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
)

// upload returns the command that backs up the site into a bucket. change changes the parameters
// of the URL; "" removes one.
func (s *stage) upload(bucketName string, change map[string]string) []string {
	s.t.Helper()
	return []string{"backup", s.site(nowhere()), "--kind", "files", "--quiet", "--to", s.changed(bucket(s.t, bucketName), change)}
}

// changed returns a URL with changed parameters. The page shows the server as s3.example.com.
func (s *stage) changed(text string, change map[string]string) string {
	s.t.Helper()
	u, err := url.Parse(text)
	must(s.t, err)
	q := u.Query()
	endpoint, err := url.Parse(q.Get("endpoint"))
	must(s.t, err)
	s.show(endpoint.Host, "s3.example.com")
	for key, value := range change {
		q.Set(key, value)
		if value == "" {
			q.Del(key)
		}
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// key writes a credentials file.
func (s *stage) key(access, secret string) string {
	s.t.Helper()
	return s.file("key", fmt.Sprintf("[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n", access, secret), 0o600)
}

func bucketTroubles() []trouble {
	return []trouble{
		{"The bucket does not exist", func(s *stage) []string {
			minio := shared.minio(s.t)
			args := s.upload("trouble-missing", map[string]string{"credentials_file": s.key(minio.RootKey, minio.RootSecret)})
			for i := range args {
				args[i] = strings.Replace(args[i], "trouble-missing", "trouble-nowhere", 1)
			}
			return args
		}, 1, "bucket vault at", "create it, or correct the URL", ""},
		{"The region is wrong", func(s *stage) []string {
			return s.upload("trouble-region", map[string]string{"region": "eu-central-1"})
		}, 1, "bucket vault at", "region=us-east-1", ""},
		{"The access key is not known", func(s *stage) []string {
			return s.upload("trouble-key", map[string]string{"credentials_file": s.key("AKIANOBODY", "wrong")})
		}, 1, "bucket vault at", "give a valid one", ""},
		{"The secret key is wrong", func(s *stage) []string {
			return s.upload("trouble-secret", map[string]string{"credentials_file": s.key(shared.minio(s.t).RootKey, "wrong")})
		}, 1, "bucket vault at", "correct the credential", ""},
		{"The credential is for another prefix", func(s *stage) []string {
			args := s.upload("trouble-prefix", nil)
			for i := range args {
				args[i] = strings.Replace(args[i], "trouble-prefix/host", "trouble-prefix/web2", 1)
			}
			return args
		}, 1, "s3://vault/web2", "needs s3:PutObject on arn:aws:s3:::vault/web2/*", "`wp-oneway policy s3 --bucket vault --prefix web2` prints what to grant."},
		{"There is no credential", func(s *stage) []string {
			return s.upload("trouble-none", map[string]string{"credentials_file": ""})
		}, 1, "s3://vault/host", "add credentials_file= or profile= to the URL", ""},
		{"The file of the credential does not exist", func(s *stage) []string {
			return s.upload("trouble-file", map[string]string{"credentials_file": s.path("key")})
		}, 1, "/srv/key", "correct credentials_file=", ""},
		{"Others can read the file of the credential", func(s *stage) []string {
			return s.upload("trouble-mode", map[string]string{"credentials_file": s.file("key", "", 0o644)})
		}, 1, "/srv/key", "run chmod 600", ""},
		{"The host of the endpoint is not known", func(s *stage) []string {
			s.show("s3-.internal", "s3.internal") // no name server is asked for this name
			return s.upload("trouble-dns", map[string]string{"endpoint": "https://s3-.internal"})
		}, 1, "https://s3.internal", "correct endpoint= or region=", "A private endpoint outside of its network gives the same error."},
		{"The certificate of the endpoint is not known", func(s *stage) []string {
			return s.upload("trouble-tls", map[string]string{"ca_file": ""})
		}, 1, "https://s3.example.com", "ca_file=", ""},
		{"The clock of this host is wrong", func(s *stage) []string {
			// A fake server answers as AWS does, because the test cannot change the clock of this
			// machine.
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/xml")
				w.WriteHeader(http.StatusForbidden)
				_, _ = w.Write([]byte(`<Error><Code>RequestTimeTooSkewed</Code><Message>The difference between the request time and the current time is too large.</Message></Error>`))
			}))
			s.t.Cleanup(server.Close)
			return s.upload("trouble-clock", map[string]string{"endpoint": server.URL})
		}, 1, "s3://vault/host", "set this host's clock", "If the store says what time it is, the backup goes on with that, and this is a warning."},
		{"Doctor has not checked the sink", func(s *stage) []string {
			return append(s.upload("trouble-doctor", nil), "--require-one-way")
		}, 1, "s3://vault/host", "run: wp-oneway doctor", ""},
		{"The access key of a reader is not known", func(s *stage) []string {
			return []string{"list", "--from", s.changed(bucket(s.t, "trouble-reader"), map[string]string{"credentials_file": s.key("AKIANOBODY", "wrong")})}
		}, 1, "bucket vault at", "give a valid one", ""},
		{"The credential of a host may not list", func(s *stage) []string {
			return []string{"list", "--from", s.changed(bucket(s.t, "trouble-list"), nil)}
		}, 1, "s3://vault/host", "separate reading credential", "This is intended: a host can only add backups."},
	}
}
