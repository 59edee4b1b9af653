package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
)

// An attempt is a request that an attacker with the credential would make.
type attempt struct {
	verb string
	try  func(ctx context.Context, c *s3.Client, key, version string) error
}

// attempts are requests that must all be denied. Overwriting is tried separately.
var attempts = []attempt{
	{"read", func(ctx context.Context, c *s3.Client, key, _ string) error {
		_, err := c.GetObject(ctx, &s3.GetObjectInput{Bucket: ptr(bucket), Key: &key})
		return err
	}},
	{"head", func(ctx context.Context, c *s3.Client, key, _ string) error {
		_, err := c.HeadObject(ctx, &s3.HeadObjectInput{Bucket: ptr(bucket), Key: &key})
		return err
	}},
	{"list", func(ctx context.Context, c *s3.Client, _, _ string) error {
		_, err := c.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: ptr(bucket)})
		return err
	}},
	{"list versions", func(ctx context.Context, c *s3.Client, _, _ string) error {
		_, err := c.ListObjectVersions(ctx, &s3.ListObjectVersionsInput{Bucket: ptr(bucket)})
		return err
	}},
	{"delete", func(ctx context.Context, c *s3.Client, key, _ string) error {
		_, err := c.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: ptr(bucket), Key: &key})
		return err
	}},
	{"delete version", func(ctx context.Context, c *s3.Client, key, version string) error {
		_, err := c.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: ptr(bucket), Key: &key, VersionId: &version})
		return err
	}},
	{"suspend versioning", func(ctx context.Context, c *s3.Client, _, _ string) error {
		_, err := c.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{
			Bucket: ptr(bucket), VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusSuspended},
		})
		return err
	}},
	{"put outside the prefix", func(ctx context.Context, c *s3.Client, _, _ string) error {
		_, err := c.PutObject(ctx, &s3.PutObjectInput{Bucket: ptr(bucket), Key: ptr("web2/other"), Body: strings.NewReader("x")})
		return err
	}},
}

// steal sends the requests of an attacker with the host's credential. It fails unless each is
// denied or harmless.
func (d *demo) steal(ctx context.Context) error {
	cfg, err := config.LoadDefaultConfig(ctx, config.WithSharedCredentialsFiles([]string{d.credentials}),
		config.WithSharedConfigFiles([]string{}), config.WithRegion("us-east-1"))
	if err != nil {
		return fmt.Errorf("read the host's credential: %w", err)
	}
	c := s3.NewFromConfig(cfg, func(o *s3.Options) { o.BaseEndpoint, o.UsePathStyle = &d.s3.Endpoint, true })
	victim, err := d.object(".manifest.json")
	if err != nil {
		return err
	}
	denied := map[string][]string{} // verbs by error code
	for _, a := range attempts {
		err := a.try(ctx, c, victim.Key, victim.VersionID)
		var refusal smithy.APIError
		if !errors.As(err, &refusal) {
			return fmt.Errorf("%s with the host's credential: should be denied, got: %w", a.verb, orAllowed(err))
		}
		code := refusal.ErrorCode()
		if code != "AccessDenied" && code != "Forbidden" { // the response to HEAD has no body with a code
			return fmt.Errorf("%s with the host's credential: %w", a.verb, err)
		}
		denied[code] = append(denied[code], a.verb)
	}
	d.say("attacker", "with the same credential, denied: %s", strings.Join(append(denied["AccessDenied"], denied["Forbidden"]...), ", "))

	if _, err := c.PutObject(ctx, &s3.PutObjectInput{Bucket: ptr(bucket), Key: &victim.Key, Body: strings.NewReader("ransom")}); err != nil {
		return fmt.Errorf("overwrite with the host's credential: %w", err)
	}
	kept, err := d.s3.Root().HeadObject(ctx, &s3.HeadObjectInput{Bucket: ptr(bucket), Key: &victim.Key, VersionId: &victim.VersionID})
	if err != nil || kept.ETag == nil || *kept.ETag != victim.ETag {
		return fmt.Errorf("overwrite with the host's credential: the version of the backup is gone: %w", orAllowed(err))
	}
	d.say("", "overwrite: stored as a new version; the version of the backup, %.8s, is unchanged", victim.VersionID)
	return nil
}

// orAllowed returns err. If err is nil, it returns an error that says that the request was
// allowed.
func orAllowed(err error) error {
	if err == nil {
		return errors.New("allowed")
	}
	return err
}

func ptr[T any](v T) *T { return &v }
