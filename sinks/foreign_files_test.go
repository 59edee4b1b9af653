package sinks_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// A tenant whose file the store's library reads would run commands as root, or redirect
// backups. Neither the files of URLs and variables nor those in HOME, nor the files that
// these name, may be a tenant's.
func TestFilesOfTenantsAreRefused(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away") // CI runs the tests as root
	}
	base := t.TempDir()
	mark := filepath.Join(base, "mark")
	write := func(path, text string, uid int) string {
		path = filepath.Join(base, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
		for p := path; p != base; p = filepath.Dir(p) {
			if err := os.Chown(p, uid, -1); err != nil {
				t.Fatal(err)
			}
		}
		return path
	}
	const tenant = 2001
	process := "[default]\nregion = us-east-1\ncredential_process = " + `/bin/sh -c "touch ` + mark + `; echo {\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"S\"}"` + "\n"
	executable := func(command string) string {
		return fmt.Sprintf(`{"type":"external_account","audience":"//iam.googleapis.com/x","subject_token_type":"urn:ietf:params:oauth:token-type:jwt","token_url":"https://127.0.0.1:1/token","credential_source":{"executable":{"command":%q}}}`, command)
	}
	script := write("tenant/script", "#!/bin/sh\ntouch "+mark+"\n", tenant)
	write("home/.aws/config", process, tenant)
	write("home/.config/gcloud/application_default_credentials.json", executable("/bin/touch "+mark), tenant)
	write("home/.secureConnect/context_aware_metadata.json", `{"cert_provider_command":["/bin/touch","`+mark+`"]}`, tenant)
	key := "[default]\naws_access_key_id = k\naws_secret_access_key = s\n"
	pem, err := os.ReadFile("/etc/ssl/certs/ca-certificates.crt")
	if err != nil {
		t.Fatal(err)
	}
	bundle := write("tenant/ca.pem", string(pem), tenant)
	const s3, gs = "s3://vault/x?region=us-east-1&endpoint=http://127.0.0.1:1", "gs://vault/x?endpoint=http://127.0.0.1:1"
	for name, c := range map[string]struct{ url, variable, value string }{
		"credentials_file":                  {s3 + "&credentials_file=" + write("tenant/process", process, tenant), "", ""},
		"credentials_file in their folder":  {s3 + "&credentials_file=" + movedIn(t, write("root/key", key, 0), write("folder/x", "", tenant)), "", ""},
		"ca_file":                           {s3 + "&ca_file=" + bundle + "&credentials_file=" + write("root/key2", key, 0), "", ""},
		"program of our credentials_file":   {s3 + "&credentials_file=" + write("root/process", "[default]\ncredential_process = "+script+"\n", 0), "", ""},
		"HOME, S3":                          {s3, "HOME", filepath.Join(base, "home")},
		"HOME, Google":                      {gs, "HOME", filepath.Join(base, "home")},
		"AWS_CONFIG_FILE":                   {s3, "AWS_CONFIG_FILE", write("tenant/config", process, tenant)},
		"AWS_SHARED_CREDENTIALS_FILE":       {s3, "AWS_SHARED_CREDENTIALS_FILE", write("tenant/shared", process, tenant)},
		"AWS_CA_BUNDLE":                     {s3, "AWS_CA_BUNDLE", bundle},
		"SSL_CERT_FILE":                     {s3, "SSL_CERT_FILE", bundle},
		"SSL_CERT_FILE, Google":             {gs + "&credentials_file=" + write("root/google.json", executable("/bin/true"), 0), "SSL_CERT_FILE", bundle},
		"ca_bundle of our file":             {s3, "AWS_CONFIG_FILE", write("root/bundle", "[default]\nca_bundle = "+bundle+"\n", 0)},
		"token of our file":                 {s3, "AWS_CONFIG_FILE", write("root/token", "[default]\nrole_arn = arn:aws:iam::123456789012:role/x\nweb_identity_token_file = "+bundle+"\n", 0)},
		"token of the environment":          {s3, "AWS_WEB_IDENTITY_TOKEN_FILE", bundle},
		"Google's credentials_file":         {gs + "&credentials_file=" + write("tenant/g.json", executable("/bin/touch "+mark), tenant), "", ""},
		"GOOGLE_APPLICATION_CREDENTIALS":    {gs, "GOOGLE_APPLICATION_CREDENTIALS", write("tenant/g2.json", executable("/bin/touch "+mark), tenant)},
		"program of our Google file":        {gs + "&credentials_file=" + write("root/g.json", executable(script), 0), "", ""},
		"program of an impersonated source": {gs + "&credentials_file=" + write("root/i.json", `{"type":"impersonated_service_account","source_credentials":`+executable(script)+`}`, 0), "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			for _, variable := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
				t.Setenv(variable, "")
			}
			t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
			t.Setenv("GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES", "1")
			if c.variable != "" {
				t.Setenv(c.variable, c.value)
			}
			u, err := sinks.Parse(c.url)
			if err != nil {
				t.Fatal(err)
			}
			sink, err := sinks.Open(t.Context(), u, sinks.Options{})
			if err == nil {
				_, _ = sink.Put(t.Context(), "name", strings.NewReader("text")) // runs what the file names
			}
			if err == nil || !strings.Contains(err.Error(), "belongs to uid 2001") {
				t.Errorf("got %v", err)
			}
			if _, err := os.Lstat(mark); err == nil {
				t.Error("a command of the tenant was run")
				_ = os.Remove(mark)
			}
		})
	}
}

// movedIn moves a file into the folder of another file, and returns its path.
func movedIn(t *testing.T, path, beside string) string {
	t.Helper()
	to := filepath.Join(filepath.Dir(beside), filepath.Base(path))
	if err := os.Rename(path, to); err != nil {
		t.Fatal(err)
	}
	return to
}

// Administrators' own HOME, kept by sudo, must not stop a backup whose credential is
// elsewhere.
func TestHomeOfAnotherUserWithoutSettings(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away") // CI runs the tests as root
	}
	home, key := t.TempDir(), filepath.Join(t.TempDir(), "key")
	if err := os.Chown(home, 2001, 2001); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(key, []byte("[default]\naws_access_key_id = k\naws_secret_access_key = s\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOME", home)
	openSink(t, "s3://vault/x?region=us-east-1&credentials_file="+key)
	t.Setenv("AWS_ACCESS_KEY_ID", "k")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "s")
	openSink(t, "s3://vault/x?region=us-east-1")
}
