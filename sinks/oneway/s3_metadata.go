package oneway

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// metadata are the requests for the ACL and the tags of the canary, or of one version
// of it, for which stores have separate permissions.
func (t *s3Canary) metadata(version *string) []s3Probe {
	of, word := "", ""
	if version != nil {
		of, word = " of a version", "Version"
	}
	return []s3Probe{
		{demand{"read the ACL" + of, "s3:GetObject" + word + "Acl", "an attacker can see who has access"}, func(ctx context.Context, o func(*s3.Options)) error {
			_, err := t.Client.GetObjectAcl(ctx, &s3.GetObjectAclInput{Bucket: &t.Bucket, Key: &t.key, VersionId: version, ExpectedBucketOwner: t.owner()}, o)
			return err
		}},
		{demand{"change the ACL" + of, "s3:PutObject" + word + "Acl", "an attacker can make the backups public"}, func(ctx context.Context, o func(*s3.Options)) error {
			_, err := t.Client.PutObjectAcl(ctx, &s3.PutObjectAclInput{Bucket: &t.Bucket, Key: &t.key, VersionId: version, ACL: types.ObjectCannedACLPrivate, ExpectedBucketOwner: t.owner()}, o)
			return err
		}},
		{demand{"read tags" + of, "s3:GetObject" + word + "Tagging", "an attacker can read tags"}, func(ctx context.Context, o func(*s3.Options)) error {
			_, err := t.Client.GetObjectTagging(ctx, &s3.GetObjectTaggingInput{Bucket: &t.Bucket, Key: &t.key, VersionId: version, ExpectedBucketOwner: t.owner()}, o)
			return err
		}},
		{demand{"change tags" + of, "s3:PutObject" + word + "Tagging", "an attacker can set tags that make lifecycle rules delete backups"}, func(ctx context.Context, o func(*s3.Options)) error {
			tags := []types.Tag{{Key: aws.String("wp-oneway"), Value: aws.String("canary")}}
			_, err := t.Client.PutObjectTagging(ctx, &s3.PutObjectTaggingInput{
				Bucket: &t.Bucket, Key: &t.key, VersionId: version, Tagging: &types.Tagging{TagSet: tags}, ExpectedBucketOwner: t.owner(),
			}, o)
			return err
		}},
		{demand{"remove tags" + of, "s3:DeleteObject" + word + "Tagging", "an attacker can remove tags that lifecycle rules and policies depend on"}, func(ctx context.Context, o func(*s3.Options)) error {
			_, err := t.Client.DeleteObjectTagging(ctx, &s3.DeleteObjectTaggingInput{Bucket: &t.Bucket, Key: &t.key, VersionId: version, ExpectedBucketOwner: t.owner()}, o)
			return err
		}},
	}
}
