package oneway_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
	"github.com/wp-oneway/wp-oneway/sinks"
	"github.com/wp-oneway/wp-oneway/sinks/oneway"
)

var minio *lab.MinIO

func TestMain(m *testing.M) {
	code, err := testMain(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code) //nolint:forbidigo // a test's main
}

func testMain(m *testing.M) (int, error) {
	dir, err := os.MkdirTemp("", "wp-oneway-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	if minio, err = lab.StartMinIO(context.Background(), dir, lab.MinIOOptions{TLS: true}); err != nil {
		return 1, err
	}
	defer minio.Stop()
	return m.Run(), nil
}

const folder = "example.com/full-backups"

// credential makes a bucket, and a user with the given actions on it, beside those
// that put-only users have.
func credential(t *testing.T, versions bool, policy func(bucket string) string) (bucket, url string) {
	t.Helper()
	bucket = strings.ToLower(strings.NewReplacer("/", "-", ":", "-", "_", "-", " ", "-").Replace(t.Name()))
	bucket = strings.Trim(bucket[max(0, len(bucket)-50):], "-")
	if err := minio.Bucket(t.Context(), bucket, versions); err != nil {
		t.Fatal(err)
	}
	key, secret := "key"+fmt.Sprint(len(bucket))+bucket[max(0, len(bucket)-12):], "secretsecretsecret"
	if err := minio.User(t.Context(), key, secret, policy(bucket)); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "credentials")
	text := "[default]\naws_access_key_id = " + key + "\naws_secret_access_key = " + secret + "\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return bucket, minio.URL(bucket, "host", file)
}

// grants are the put-only user's, and more on all of the bucket.
func grants(more ...string) func(string) string {
	return func(bucket string) string {
		base := strings.TrimSuffix(lab.PutOnlyPolicy(bucket, "host/"), "]}")
		for _, action := range more {
			base += fmt.Sprintf(`,{"Effect":"Allow","Action":["%s"],"Resource":["arn:aws:s3:::%s","arn:aws:s3:::%s/*"]}`, action, bucket, bucket)
		}
		return base + "]}"
	}
}

func examine(t *testing.T, url string, o oneway.Options) *oneway.Result {
	t.Helper()
	u, err := sinks.Parse(url)
	if err != nil {
		t.Fatal(err)
	}
	if o.Folders == nil {
		o.Folders = []string{folder}
	}
	r, err := oneway.Examine(t.Context(), u, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// failing lists the permissions of the findings that came out so.
func failing(r *oneway.Result, v sinks.Verdict) (verbs []string) {
	for _, f := range r.Findings {
		if f.Verdict == v && !slices.Contains(verbs, f.Verb) {
			verbs = append(verbs, f.Verb)
		}
	}
	slices.Sort(verbs)
	return verbs
}

func show(r *oneway.Result) string {
	var b strings.Builder
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "%-8s %-20s %-30s %s\n", f.Verdict, f.Check, f.Verb, f.Detail)
	}
	return b.String()
}

// MinIO lets who may do a thing do it to versions too.
func TestS3FindsWhatIsAllowed(t *testing.T) {
	for _, c := range []struct {
		name     string
		versions bool
		policy   func(string) string
		fails    string // the permissions of the findings that fail
		warns    string
	}{
		{"put only", true, grants(), "", "s3:PutObject"},
		{"no versions and no condition", false, grants(), "s3:PutObject", ""},
		{"and DeleteObject", true, grants("s3:DeleteObject"), "s3:DeleteObject s3:DeleteObjectVersion", "s3:DeleteBucket s3:PutObject"},
		{"and DeleteBucket", true, grants("s3:DeleteBucket"), "s3:DeleteBucket", "s3:PutObject"},
		{"and DeleteBucket without versions", false, grants("s3:DeleteBucket"), "s3:DeleteBucket s3:PutObject", ""},
		{"and DeleteObject and DeleteBucket", false, grants("s3:DeleteObject", "s3:DeleteBucket"), "s3:DeleteObject s3:DeleteObjectVersion s3:PutObject", "s3:DeleteBucket"},
		{"and PutObject everywhere", true, grants("s3:PutObject"), "s3:PutObject", "s3:PutObject"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, url := credential(t, c.versions, c.policy)
			r := examine(t, url, oneway.Options{})
			if got := strings.Join(failing(r, sinks.Fails), " "); got != c.fails || r.Proven() != (c.fails == "") {
				t.Errorf("failing are %q, want %q; proven %v\n%s", got, c.fails, r.Proven(), show(r))
			}
			if got := strings.Join(failing(r, sinks.Warning), " "); got != c.warns || len(failing(r, sinks.Unproven)) > 0 {
				t.Errorf("warnings are %q, want %q; unproven %q\n%s", got, c.warns, failing(r, sinks.Unproven), show(r))
			}
			if !strings.HasPrefix(r.Store, "MinIO at https://") {
				t.Errorf("the store is %q", r.Store)
			}
		})
	}
}

func TestS3FindsEverythingAllowed(t *testing.T) {
	bucket, url := credential(t, true, func(bucket string) string {
		return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*"],"Resource":["arn:aws:s3:::%s","arn:aws:s3:::%s/*"]}]}`, bucket, bucket)
	})
	if _, err := minio.Root().PutObject(t.Context(), putInput(bucket, "host/"+folder+"/backup.sql.zst")); err != nil {
		t.Fatal(err)
	}
	r := examine(t, url, oneway.Options{})
	for _, verb := range []string{
		"s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads", "s3:GetObjectAcl",
		"s3:PutObjectAcl", "s3:GetObjectTagging", "s3:PutObjectTagging", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObject",
		"s3:PutBucketPolicy", "s3:PutBucketVersioning", "s3:PutLifecycleConfiguration", "s3:PutBucketObjectLockConfiguration",
		"s3:PutReplicationConfiguration", "s3:PutEncryptionConfiguration", "s3:PutBucketNotification", "s3:ReplicateObject", "s3:DeleteObjectTagging",
	} {
		if !slices.Contains(failing(r, sinks.Fails), verb) {
			t.Errorf("%s does not fail", verb)
		}
	}
	if t.Failed() || r.Proven() {
		t.Logf("proven %v\n%s", r.Proven(), show(r))
		t.Fail()
	}
}
