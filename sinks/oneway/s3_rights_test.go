package oneway_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
	"github.com/wp-oneway/wp-oneway/sinks"
	"github.com/wp-oneway/wp-oneway/sinks/oneway"
)

// harmful are MinIO's rights that read, overwrite or destroy, each with what must
// fail for who holds it. MinIO lets who may do a thing do it to versions too.
func harmful() map[string]string {
	return map[string]string{
		"s3:*": "s3:BypassGovernanceRetention s3:DeleteObject s3:DeleteObjectTagging s3:DeleteObjectVersion s3:DeleteObjectVersionTagging " +
			"s3:GetObject s3:GetObjectAcl s3:GetObjectAttributes s3:GetObjectTagging s3:GetObjectVersion s3:GetObjectVersionAcl s3:GetObjectVersionAttributes s3:GetObjectVersionTagging " +
			"s3:ListBucket s3:ListBucketMultipartUploads s3:ListBucketVersions s3:ListenBucketNotification s3:ListenNotification s3:PutBucketNotification s3:PutBucketObjectLockConfiguration " +
			"s3:PutBucketPolicy s3:PutBucketVersioning s3:PutEncryptionConfiguration s3:PutLifecycleConfiguration s3:PutObject s3:PutObjectAcl s3:PutObjectFanOut " +
			"s3:PutObjectLegalHold s3:PutObjectRetention s3:PutObjectTagging s3:PutObjectVersionAcl s3:PutObjectVersionTagging s3:PutReplicationConfiguration s3:ReplicateObject",
		"s3:DeleteBucket":                     "s3:DeleteBucket",
		"s3:DeleteObject":                     "s3:DeleteObject s3:DeleteObjectVersion",
		"s3:GetObject":                        "s3:GetObject s3:GetObjectVersion",
		"s3:GetObjectVersion":                 "s3:GetObject s3:GetObjectVersion",
		"s3:ListBucket":                       "s3:ListBucket s3:ListBucketVersions",
		"s3:ListBucketVersions":               "s3:ListBucketVersions",
		"s3:ListBucketMultipartUploads":       "s3:ListBucketMultipartUploads",
		"s3:ListenNotification":               "s3:ListenNotification",
		"s3:ListenBucketNotification":         "s3:ListenBucketNotification",
		"s3:PutLifecycleConfiguration":        "s3:PutLifecycleConfiguration",
		"s3:PutBucketNotification":            "s3:PutBucketNotification",
		"s3:PutBucketPolicy":                  "s3:PutBucketPolicy s3:PutObjectAcl s3:PutObjectVersionAcl",
		"s3:GetBucketPolicy":                  "s3:GetObjectAcl s3:GetObjectVersionAcl",
		"s3:PutObject":                        "s3:PutObject",
		"s3:BypassGovernanceRetention":        "s3:BypassGovernanceRetention",
		"s3:PutObjectRetention":               "s3:BypassGovernanceRetention s3:PutObjectRetention",
		"s3:PutObjectLegalHold":               "s3:PutObjectLegalHold",
		"s3:PutBucketObjectLockConfiguration": "s3:PutBucketObjectLockConfiguration",
		"s3:GetObjectTagging":                 "s3:GetObjectTagging s3:GetObjectVersionTagging",
		"s3:PutObjectTagging":                 "s3:PutObjectTagging s3:PutObjectVersionTagging",
		"s3:DeleteObjectTagging":              "s3:DeleteObjectTagging s3:DeleteObjectVersionTagging",
		"s3:PutEncryptionConfiguration":       "s3:PutEncryptionConfiguration",
		"s3:PutBucketVersioning":              "s3:PutBucketVersioning",
		"s3:PutReplicationConfiguration":      "s3:PutReplicationConfiguration",
		"s3:ReplicateObject":                  "s3:ReplicateObject",
		"s3:PutObjectFanOut":                  "s3:PutObjectFanOut",
	}
}

// harmless are MinIO's other rights. They tell of the bucket, or do nothing there,
// or nothing without one of the others: to delete by force takes DeleteBucket too,
// to delete as a replica DeleteObject, and attributes take the right to read.
var harmless = []string{
	"s3:AbortMultipartUpload", "s3:CreateBucket", "s3:ForceDeleteBucket", "s3:DeleteBucketPolicy", "s3:DeleteBucketCors", "s3:GetBucketLocation",
	"s3:GetBucketNotification", "s3:GetBucketCors", "s3:HeadBucket", "s3:ListAllMyBuckets", "s3:GetBucketPolicyStatus", "s3:ListMultipartUploadParts",
	"s3:GetLifecycleConfiguration", "s3:PutBucketCors", "s3:GetObjectRetention", "s3:GetObjectLegalHold", "s3:GetBucketObjectLockConfiguration",
	"s3:GetBucketTagging", "s3:PutBucketTagging", "s3:GetObjectAttributes", "s3:GetObjectVersionAttributes", "s3:GetObjectVersionTagging",
	"s3:DeleteObjectVersion", "s3:DeleteObjectVersionTagging", "s3:PutObjectVersionTagging", "s3:GetEncryptionConfiguration", "s3:GetBucketVersioning",
	"s3:GetReplicationConfiguration", "s3:ReplicateDelete", "s3:ReplicateTags", "s3:GetObjectVersionForReplication", "s3:RestoreObject",
	"s3:ResetBucketReplicationState",
}

// minioRights are all that the server's own code lists.
func minioRights(t *testing.T) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "mod", "download", "-json", "github.com/minio/pkg/v3")
	cmd.Dir, cmd.Env = "../../scripts/minio", append(os.Environ(), "GOWORK=off")
	out, err := cmd.Output()
	var module struct{ Dir string }
	if err == nil {
		err = json.Unmarshal(out, &module)
	}
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(module.Dir, "policy", "action.go"))
	if err != nil {
		t.Fatal(err)
	}
	var rights []string
	for _, m := range regexp.MustCompile(`"(s3:[A-Za-z*]+)"`).FindAllSubmatch(text, -1) {
		rights = append(rights, string(m[1]))
	}
	if len(rights) < 50 {
		t.Fatalf("there are but %q", rights)
	}
	return rights
}

// Of every right that MinIO knows it is known here what doctor must say of it.
func TestS3KnowsEveryRightOfMinIO(t *testing.T) {
	known := slices.Clone(harmless)
	for right := range harmful() {
		known = append(known, right)
	}
	for _, right := range minioRights(t) {
		if !slices.Contains(known, right) {
			t.Errorf("nobody has said what %s does", right)
		}
	}
}

// lockable makes a bucket whose objects are kept for a day unless somebody may end it.
func lockable(t *testing.T, name string) string {
	t.Helper()
	yes, days := true, int32(1)
	if _, err := minio.Root().CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name, ObjectLockEnabledForBucket: &yes}); err != nil {
		t.Fatal(err)
	}
	_, err := minio.Root().PutObjectLockConfiguration(t.Context(), &s3.PutObjectLockConfigurationInput{Bucket: &name, ObjectLockConfiguration: &types.ObjectLockConfiguration{
		ObjectLockEnabled: types.ObjectLockEnabledEnabled,
		Rule:              &types.ObjectLockRule{DefaultRetention: &types.DefaultRetention{Mode: types.ObjectLockRetentionModeGovernance, Days: &days}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// holding is the sink's URL for a user who may put, and has more rights.
func holding(t *testing.T, bucket, statements string) string {
	t.Helper()
	policy := strings.TrimSuffix(lab.PutOnlyPolicy(bucket, "host/"), "]}") + statements + "]}"
	key := strings.ToLower(regexp.MustCompile(`[^A-Za-z]`).ReplaceAllString(t.Name(), ""))
	key = key[max(0, len(key)-40):]
	if err := minio.User(t.Context(), key, "secretsecretsecret", policy); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "credentials")
	if err := os.WriteFile(file, []byte("[default]\naws_access_key_id = "+key+"\naws_secret_access_key = secretsecretsecret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return minio.URL(bucket, "host", file)
}

func allow(actions ...string) string {
	return `,{"Effect":"Allow","Action":["` + strings.Join(actions, `","`) + `"],"Resource":["arn:aws:s3:::*"]}`
}

// Who may put and has one right more fails, by that right's name.
func TestS3FindsEachRightOfMinIO(t *testing.T) {
	bucket := lockable(t, "each-right")
	for right, verbs := range harmful() {
		t.Run(right, func(t *testing.T) {
			r := examine(t, holding(t, bucket, allow(right)), oneway.Options{})
			if got := strings.Join(failing(r, sinks.Fails), " "); got != verbs || r.Proven() || len(failing(r, sinks.Unproven)) > 0 {
				t.Errorf("failing are %q, want %q; proven %v\n%s", got, verbs, r.Proven(), show(r))
			}
		})
	}
}

// Who has all that does no harm passes, and nothing is said of it.
func TestS3PassesWhatDoesNoHarm(t *testing.T) {
	bucket := lockable(t, "no-harm")
	for name, rights := range map[string]string{"none": "", "harmless": allow(harmless...)} {
		t.Run(name, func(t *testing.T) {
			r := examine(t, holding(t, bucket, rights), oneway.Options{})
			if !r.Proven() || len(failing(r, sinks.Fails)) > 0 || !slices.Equal(failing(r, sinks.Warning), []string{"s3:PutObject"}) {
				t.Errorf("proven %v\n%s", r.Proven(), show(r))
			}
		})
	}
}

// Who may administer the server, or its keys, may do everything.
func TestS3FindsWhoAdministersMinIO(t *testing.T) {
	bucket := lockable(t, "administered")
	for name, c := range map[string]struct{ statements, fails string }{
		"users":   {`,{"Effect":"Allow","Action":["admin:CreateUser"]}`, "admin:CreateUser"},
		"all":     {`,{"Effect":"Allow","Action":["admin:*"]}`, "admin:*"},
		"keys":    {`,{"Effect":"Allow","Action":["kms:DeleteKey"]}`, "kms:DeleteKey"},
		"refused": {`,{"Effect":"Allow","Action":["admin:CreateUser"]},{"Effect":"Deny","Action":["admin:*"]}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := examine(t, holding(t, bucket, c.statements), oneway.Options{})
			if got := strings.Join(failing(r, sinks.Fails), " "); got != c.fails || r.Proven() != (c.fails == "") {
				t.Errorf("failing are %q, want %q\n%s", got, c.fails, show(r))
			}
		})
	}
}
