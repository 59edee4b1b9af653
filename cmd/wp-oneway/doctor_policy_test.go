package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// MinIO accepts the printed policy, and doctor passes for a user who has only that policy. In
// MinIO, policies for other stores allow a put with a version ID, and doctor warns about it.
func TestDoctorPassesPrintedPolicy(t *testing.T) {
	s, h := shared.site(t), newHost(t)
	ctx, root := t.Context(), shared.minio(t).Root()
	for provider, bucket := range map[string]string{"minio": "printed-minio", "aws": "printed-aws", "wasabi": "printed-wasabi"} {
		code, stdout, stderr := h.run("policy", "s3", "--provider", provider, "--bucket", bucket, "--host", "host", "--lock", "1", "--site", "shop.example.com", "--format", "json")
		if code != 0 {
			t.Fatalf("exit status %d: %s", code, stderr)
		}
		var plan struct {
			Documents []struct {
				Name string          `json:"name"`
				Body json.RawMessage `json:"body"`
			} `json:"documents"`
		}
		if err := json.Unmarshal([]byte(stdout), &plan); err != nil {
			t.Fatal(err)
		}
		locked := true
		if _, err := root.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &bucket, ObjectLockEnabledForBucket: &locked}); err != nil {
			t.Fatal(err)
		}
		var url string
		for _, d := range plan.Documents {
			var err error
			switch name, _, _ := strings.Cut(d.Name, " "); name {
			case "identity-policy":
				url = userURL(t, bucket, string(d.Body))
			case "versioning":
				var v types.VersioningConfiguration
				if err = json.Unmarshal(d.Body, &v); err == nil {
					_, err = root.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{Bucket: &bucket, VersioningConfiguration: &v})
				}
			case "lifecycle":
				var l types.BucketLifecycleConfiguration
				if err = json.Unmarshal(d.Body, &l); err == nil {
					_, err = root.PutBucketLifecycleConfiguration(ctx, &s3.PutBucketLifecycleConfigurationInput{Bucket: &bucket, LifecycleConfiguration: &l})
				}
			case "object-lock":
				var l types.ObjectLockConfiguration
				if err = json.Unmarshal(d.Body, &l); err == nil {
					_, err = root.PutObjectLockConfiguration(ctx, &s3.PutObjectLockConfigurationInput{Bucket: &bucket, ObjectLockConfiguration: &l})
				}
			case "bucket-policy", "public-access-block", "encryption": // only AWS has these
			default:
				t.Errorf("the test cannot apply the document %s", d.Name)
			}
			if err != nil {
				t.Errorf("%s: MinIO refuses the %s: %v", provider, d.Name, err)
			}
		}
		r := h.doctor(0, s.Root, "--name", "shop.example.com", "--to", url)
		if !r.Sinks[0].OneWay {
			t.Errorf("%s: %+v", provider, r.Sinks[0])
		}
		over := slices.ContainsFunc(r.Sinks[0].Rows, func(row sinks.Finding) bool {
			return strings.HasPrefix(row.Check, "overwrite by") && row.Verdict == sinks.Warning
		})
		if over != (provider != "minio") {
			t.Errorf("%s: a warning about versions that can be overwritten: %v", provider, over)
		}
		h.backup(0, s.Root, "--name", "shop.example.com", "--kind", "db", "--require-one-way", "--to", url)
	}
}
