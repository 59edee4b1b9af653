package sinks

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	t.Setenv("HOME", "/home/alice")
	for in, want := range map[string]string{
		"/var/backups":     "file:///var/backups",
		"~/backups":        "file:///home/alice/backups",
		"~":                "file:///home/alice",
		"/var/a:b":         "file:///var/a:b",
		"file:///srv/a b":  "file:///srv/a%20b",
		"/var/{kind}/wp?x": "file:///var/%7Bkind%7D/wp%3Fx",
		"s3://vault/{kind}/{host}?region=eu-west-1&sse=aws:kms&conditional=false": "s3://vault/%7Bkind%7D/%7Bhost%7D?region=eu-west-1&sse=aws:kms&conditional=false",
		"s3://vault?endpoint=http://[::1]:9000":                                   "s3://vault?endpoint=http://[::1]:9000",
		"gs://vault/p?credentials_file=/etc/key.json":                             "gs://vault/p?credentials_file=/etc/key.json",
	} {
		if u, err := Parse(in); err != nil || u.String() != want {
			t.Errorf("Parse(%q) = %v, %v, want %s", in, u, err, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ in, says string }{
		{"", "empty"},
		{"ftp://host/x", `"ftp"`},
		{"s3:vault/x", `"s3:…" has no //`},
		{"s3:/vault/x", "write s3://"},
		{"host:/srv", "./ before a folder"},
		{"s3:key:hunter2@vault", "no //"},
		{"~bob/backups", `"~bob": home folders of other users`},
		{"file://srv/x", "three slashes"},
		{"file:///srv?keep=1", "unknown parameter"},
		{"s3://vault?regoin=x", `unknown parameter "regoin"; known parameters are region`},
		{"s3://vault?region=a&region=b", "twice"},
		{"s3://vault?region=", "is empty"},
		{"s3://key:hunter2@vault/x", "credentials do not belong"},
		{"s3://vault/../x", "plain path"},
		{"s3://vault/a%0Ab/..", "s3://vault/a?b/..: the prefix is not a plain path"},
		{"s3://v", "not a valid bucket name"},
		{"s3://vault?path_style=maybe", "true or false"},
		{"s3://vault?checksum=sha1", "crc64nvme or md5"},
		{"s3://vault?sse=rot13", "aws:kms"},
		{"s3://vault?endpoint=minio", "https://HOST"},
		{"s3://vault?endpoint=http://10.0.0.1:9000", "unencrypted"},
		{"s3://vault?endpoint=https://user:hunter2@minio.net", "https://HOST"},
		{"gs://vault?region=x", "unknown parameter"},
		{"s3://vault/x#y", "%23"},
	} {
		u, err := Parse(c.in)
		if err == nil || !errors.Is(err, ErrURL) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("Parse(%q) = %v, %v, want an error that says %q", c.in, u, err, c.says)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("Parse(%q): the error contains the secret: %v", c.in, err)
		}
	}
}

func TestOpenRefusesReadableCredentialsFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "credentials")
	if err := os.WriteFile(file, []byte("[default]\naws_access_key_id = a\naws_secret_access_key = b\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for mode, good := range map[os.FileMode]bool{0o600: true, 0o640: true, 0o644: false, 0o660: false} {
		if err := os.Chmod(file, mode); err != nil {
			t.Fatal(err)
		}
		u, err := Parse("s3://vault?region=x&credentials_file=" + file)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Open(t.Context(), u, Options{}); (err == nil) != good {
			t.Errorf("mode %#o: %v", mode, err)
		}
	}
}

// The credentials file in the URL takes precedence over a key in the environment, and
// there is no fallback to that key if the file has none.
func TestCredentialsFileIsTheOnlySource(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "environment")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "environment")
	dir := t.TempDir()
	for text, want := range map[string]string{
		"[default]\naws_access_key_id = file\naws_secret_access_key = s\n": "file",
		"[default]\nregion = eu-west-1\n":                                  "",
		"[other]\naws_access_key_id = file\naws_secret_access_key = s\n":   "",
	} {
		file := filepath.Join(dir, "credentials")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		u, err := Parse("s3://vault?region=x&credentials_file=" + file)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Open(t.Context(), u, Options{})
		if want == "" {
			if err == nil {
				t.Errorf("%q: a key from another source was used", text)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		creds, err := s.(*s3Sink).client.Options().Credentials.Retrieve(t.Context())
		if err != nil || creds.AccessKeyID != want {
			t.Errorf("key %q, %v, want %q", creds.AccessKeyID, err, want)
		}
	}
}
