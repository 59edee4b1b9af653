package oneway

import (
	"context"
	"net/http"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// bogusWord stands in settings where no store knows a meaning for it.
const bogusWord = "wp-oneway-probe"

// settings tries to change the bucket's settings, with bodies that cannot apply:
// AWS and MinIO first look at who asks, then at the body, and refuse it. What
// another store makes of them is not known.
func (t *s3Canary) settings(ctx context.Context) {
	known := t.aws() || t.minio()
	for _, p := range slices.Concat(t.changes(), t.openings(), t.diversions()) {
		if !known && !t.o.Intrusive {
			t.add(sinks.Finding{
				Check: p.check, Verb: p.verb, Required: true, Verdict: sinks.Unproven,
				Detail: "not tried: it is not known what this store makes of a body that cannot apply",
				Advice: "run doctor --intrusive, best against a bucket without backups and with the same credential",
			})
			continue
		}
		ctx, cancel, o := t.call(ctx)
		a := answerOf(p.try(ctx, o))
		cancel()
		if known && a.status == http.StatusBadRequest {
			// It was refused for what it says, not for who said it.
			a.status = http.StatusOK
		}
		t.conclude(p.demand, a)
	}
	t.removal(ctx)
}

// removal tries to delete the bucket, which no store does while a canary is in it:
// where one may be gone, or the store is not known, it is not tried.
func (t *s3Canary) removal(ctx context.Context) {
	d := demand{"delete the bucket", "s3:DeleteBucket", "a thief can remove the bucket, at MinIO with all that is in it"}
	if known := t.aws() || t.minio(); !known || t.loose {
		why := "a canary may be gone, and an empty bucket would go"
		if !known {
			why = "it is not known whether this store removes a bucket that is not empty"
		}
		t.add(sinks.Finding{Check: d.check, Verb: d.verb, Verdict: sinks.Warning, Detail: "not tried: " + why, Advice: "check that " + d.verb + " is not granted"})
		return
	}
	ctx, cancel, o := t.call(ctx)
	defer cancel()
	_, err := t.Client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: &t.Bucket, ExpectedBucketOwner: t.owner()}, o)
	a := answerOf(err)
	if a.status == http.StatusConflict && a.code == "BucketNotEmpty" {
		a.status = http.StatusOK // it was refused for what is in it
	}
	t.conclude(d, a)
}

// changes are the settings by which backups are lost. They never hold an empty list of lifecycle rules: there are stores that read
// it as "delete all rules".
func (t *s3Canary) changes() []s3Probe {
	return []s3Probe{
		{demand{"change the policy", "s3:PutBucketPolicy", "a thief can give himself every right"}, func(ctx context.Context, o func(*s3.Options)) error {
			_, err := t.Client.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{
				Bucket: &t.Bucket, Policy: aws.String(`{"Version":"` + bogusWord + `","Statement":[{"Effect":"` + bogusWord + `"}]}`), ExpectedBucketOwner: t.owner(),
			}, o)
			return err
		}},
		{demand{"stop versioning", "s3:PutBucketVersioning", "a thief can stop versions from being kept, and overwrite"}, func(ctx context.Context, o func(*s3.Options)) error {
			_, err := t.Client.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{
				Bucket: &t.Bucket, VersioningConfiguration: &types.VersioningConfiguration{Status: bogusWord}, ExpectedBucketOwner: t.owner(),
			}, o)
			return err
		}},
		{demand{"change the lifecycle", "s3:PutLifecycleConfiguration", "a thief can have the store delete the backups"}, func(ctx context.Context, o func(*s3.Options)) error {
			rule := types.LifecycleRule{
				ID: aws.String(bogusWord), Status: bogusWord, Filter: &types.LifecycleRuleFilter{Prefix: aws.String(bogusWord + "/")},
				Expiration: &types.LifecycleExpiration{Days: aws.Int32(-1)},
			}
			_, err := t.Client.PutBucketLifecycleConfiguration(ctx, &s3.PutBucketLifecycleConfigurationInput{
				Bucket: &t.Bucket, LifecycleConfiguration: &types.BucketLifecycleConfiguration{Rules: []types.LifecycleRule{rule}}, ExpectedBucketOwner: t.owner(),
			}, o)
			return err
		}},
		{demand{"change Object Lock", "s3:PutBucketObjectLockConfiguration", "a thief can end the retention of what is stored from now on"}, func(ctx context.Context, o func(*s3.Options)) error {
			_, err := t.Client.PutObjectLockConfiguration(ctx, &s3.PutObjectLockConfigurationInput{
				Bucket: &t.Bucket, ObjectLockConfiguration: &types.ObjectLockConfiguration{ObjectLockEnabled: bogusWord}, ExpectedBucketOwner: t.owner(),
			}, o)
			return err
		}},
	}
}

// diversions are the settings by which a thief comes by what is stored from now on.
func (t *s3Canary) diversions() []s3Probe {
	return []s3Probe{
		{demand{"copy elsewhere", "s3:PutReplicationConfiguration", "a thief can have the store send every backup to a bucket of his"}, func(ctx context.Context, o func(*s3.Options)) error {
			rule := types.ReplicationRule{Status: bogusWord, Destination: &types.Destination{Bucket: aws.String(bogusWord)}}
			_, err := t.Client.PutBucketReplication(ctx, &s3.PutBucketReplicationInput{
				Bucket: &t.Bucket, ReplicationConfiguration: &types.ReplicationConfiguration{Role: aws.String(bogusWord), Rules: []types.ReplicationRule{rule}}, ExpectedBucketOwner: t.owner(),
			}, o)
			return err
		}},
		{demand{"change encryption", "s3:PutEncryptionConfiguration", "a thief can have backups encrypted with a key that he takes away"}, func(ctx context.Context, o func(*s3.Options)) error {
			rule := types.ServerSideEncryptionRule{ApplyServerSideEncryptionByDefault: &types.ServerSideEncryptionByDefault{SSEAlgorithm: bogusWord}}
			_, err := t.Client.PutBucketEncryption(ctx, &s3.PutBucketEncryptionInput{
				Bucket: &t.Bucket, ServerSideEncryptionConfiguration: &types.ServerSideEncryptionConfiguration{Rules: []types.ServerSideEncryptionRule{rule}}, ExpectedBucketOwner: t.owner(),
			}, o)
			return err
		}},
		{demand{"have events told", "s3:PutBucketNotification", "a thief can be told the name of each new backup"}, func(ctx context.Context, o func(*s3.Options)) error {
			queue := types.QueueConfiguration{QueueArn: aws.String(bogusWord), Events: []types.Event{bogusWord}}
			_, err := t.Client.PutBucketNotificationConfiguration(ctx, &s3.PutBucketNotificationConfigurationInput{
				Bucket: &t.Bucket, NotificationConfiguration: &types.NotificationConfiguration{QueueConfigurations: []types.QueueConfiguration{queue}}, ExpectedBucketOwner: t.owner(),
			}, o)
			return err
		}},
	}
}

// openings are the settings of stores that know access lists; MinIO knows policies.
func (t *s3Canary) openings() []s3Probe {
	if t.minio() {
		return nil
	}
	return []s3Probe{
		{demand{"change the bucket's ACL", "s3:PutBucketAcl", "a thief can let himself list and put, from wherever he is"}, func(ctx context.Context, o func(*s3.Options)) error {
			grant := types.Grant{Grantee: &types.Grantee{Type: types.TypeCanonicalUser, ID: aws.String(bogusWord)}, Permission: bogusWord}
			_, err := t.Client.PutBucketAcl(ctx, &s3.PutBucketAclInput{
				Bucket: &t.Bucket, AccessControlPolicy: &types.AccessControlPolicy{Grants: []types.Grant{grant}, Owner: &types.Owner{ID: aws.String(bogusWord)}}, ExpectedBucketOwner: t.owner(),
			}, o)
			return err
		}},
	}
}

// untried names what there is no harmless request for: it would have to be granted
// by somebody, and be seen there.
func (t *s3Canary) untried() {
	if t.minio() {
		return // it says what it grants
	}
	t.add(sinks.Finding{
		Check: "drop the policy", Verb: "s3:DeleteBucketPolicy", Verdict: sinks.Warning,
		Detail: "not tried, since there is no request for it that changes nothing; nor are s3:BypassGovernanceRetention, s3:PutBucketPublicAccessBlock, " +
			"s3:PutBucketOwnershipControls, s3:PutInventoryConfiguration, s3:PutBucketLogging, access points, batch jobs, and what is not s3: (iam:, sts:, kms:)",
		Advice: "see that the credential's policy has nothing but what the printed one has: " + t.policy(),
	})
}
