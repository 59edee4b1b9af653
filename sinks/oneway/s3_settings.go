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

// invalidValue is a value that no setting of any store has.
const invalidValue = "wp-oneway-probe"

// settings tries to change the bucket's settings, with invalid bodies. AWS and MinIO
// check the permission first, then the body, and refuse it. Other stores might apply
// an invalid body.
func (t *s3Canary) settings(ctx context.Context) {
	known := t.aws() || t.minio()
	for _, p := range slices.Concat(t.protection(), t.accessLists(), t.disclosure()) {
		if t.Actions != nil {
			t.byToken(p.demand)
			continue
		}
		if !known && !t.o.Intrusive {
			t.add(sinks.Finding{
				Check: p.check, Verb: p.verb, Required: true, Verdict: sinks.Unproven,
				Detail: "not tried: this store might apply an invalid request body",
				Advice: "run doctor --intrusive, preferably on a bucket without backups and with the same credential",
			})
			continue
		}
		ctx, cancel, o := t.call(ctx)
		a := answerOf(p.try(ctx, o))
		cancel()
		if known && a.status == http.StatusBadRequest {
			a.status = http.StatusOK // only the invalid body stopped it
		}
		t.conclude(p.demand, a)
	}
	t.deleteBucket(ctx)
}

// deleteBucket tries to delete the bucket. AWS and MinIO refuse that while a canary is
// in it. It is not tried at other stores, nor when the canary may be gone.
func (t *s3Canary) deleteBucket(ctx context.Context) {
	d := demand{"delete the bucket", "s3:DeleteBucket", "an attacker can delete the bucket, at MinIO with everything in it"}
	if t.Actions != nil {
		t.byToken(d)
		return
	}
	if known := t.aws() || t.minio(); !known || t.mayBeGone {
		reason := "the canary may be gone, and an empty bucket would be deleted"
		if !known {
			reason = "this store might delete a bucket that is not empty"
		}
		t.add(sinks.Finding{Check: d.check, Verb: d.verb, Verdict: sinks.Warning, Detail: "not tried: " + reason, Advice: "check that " + d.verb + " is not granted"})
		return
	}
	ctx, cancel, o := t.call(ctx)
	defer cancel()
	_, err := t.Client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: &t.Bucket, ExpectedBucketOwner: t.owner()}, o)
	a := answerOf(err)
	if a.status == http.StatusConflict && a.code == "BucketNotEmpty" {
		a.status = http.StatusOK // only the objects in it stopped it
	}
	t.conclude(d, a)
}

// protection are the settings that protect backups. None of the bodies is an empty
// list of lifecycle rules: some stores read that as "delete all rules".
func (t *s3Canary) protection() []s3Probe {
	return []s3Probe{
		{demand{"change the policy", "s3:PutBucketPolicy", "an attacker can grant himself every permission"}, func(ctx context.Context, o func(*s3.Options)) error {
			_, err := t.Client.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{
				Bucket: &t.Bucket, Policy: aws.String(`{"Version":"` + invalidValue + `","Statement":[{"Effect":"` + invalidValue + `"}]}`), ExpectedBucketOwner: t.owner(),
			}, o)
			return err
		}},
		{demand{"stop versioning", "s3:PutBucketVersioning", "an attacker can stop versioning, and then overwrite backups"}, func(ctx context.Context, o func(*s3.Options)) error {
			_, err := t.Client.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{
				Bucket: &t.Bucket, VersioningConfiguration: &types.VersioningConfiguration{Status: invalidValue}, ExpectedBucketOwner: t.owner(),
			}, o)
			return err
		}},
		{demand{"change the lifecycle", "s3:PutLifecycleConfiguration", "an attacker can make the store delete the backups"}, func(ctx context.Context, o func(*s3.Options)) error {
			rule := types.LifecycleRule{
				ID: aws.String(invalidValue), Status: invalidValue, Filter: &types.LifecycleRuleFilter{Prefix: aws.String(invalidValue + "/")},
				Expiration: &types.LifecycleExpiration{Days: aws.Int32(-1)},
			}
			_, err := t.Client.PutBucketLifecycleConfiguration(ctx, &s3.PutBucketLifecycleConfigurationInput{
				Bucket: &t.Bucket, LifecycleConfiguration: &types.BucketLifecycleConfiguration{Rules: []types.LifecycleRule{rule}}, ExpectedBucketOwner: t.owner(),
			}, o)
			return err
		}},
		{demand{"change Object Lock", "s3:PutBucketObjectLockConfiguration", "an attacker can disable the retention of new backups"}, func(ctx context.Context, o func(*s3.Options)) error {
			_, err := t.Client.PutObjectLockConfiguration(ctx, &s3.PutObjectLockConfigurationInput{
				Bucket: &t.Bucket, ObjectLockConfiguration: &types.ObjectLockConfiguration{ObjectLockEnabled: invalidValue}, ExpectedBucketOwner: t.owner(),
			}, o)
			return err
		}},
	}
}

// disclosure are the settings that give an attacker access to new backups.
func (t *s3Canary) disclosure() []s3Probe {
	return []s3Probe{
		{demand{"change replication", "s3:PutReplicationConfiguration", "an attacker can make the store copy every backup to his own bucket"}, func(ctx context.Context, o func(*s3.Options)) error {
			rule := types.ReplicationRule{Status: invalidValue, Destination: &types.Destination{Bucket: aws.String(invalidValue)}}
			_, err := t.Client.PutBucketReplication(ctx, &s3.PutBucketReplicationInput{
				Bucket: &t.Bucket, ReplicationConfiguration: &types.ReplicationConfiguration{Role: aws.String(invalidValue), Rules: []types.ReplicationRule{rule}}, ExpectedBucketOwner: t.owner(),
			}, o)
			return err
		}},
		{demand{"change encryption", "s3:PutEncryptionConfiguration", "an attacker can have backups encrypted with a key that he then withdraws"}, func(ctx context.Context, o func(*s3.Options)) error {
			rule := types.ServerSideEncryptionRule{ApplyServerSideEncryptionByDefault: &types.ServerSideEncryptionByDefault{SSEAlgorithm: invalidValue}}
			_, err := t.Client.PutBucketEncryption(ctx, &s3.PutBucketEncryptionInput{
				Bucket: &t.Bucket, ServerSideEncryptionConfiguration: &types.ServerSideEncryptionConfiguration{Rules: []types.ServerSideEncryptionRule{rule}}, ExpectedBucketOwner: t.owner(),
			}, o)
			return err
		}},
		{demand{"change notifications", "s3:PutBucketNotification", "an attacker can receive the name of each new backup"}, func(ctx context.Context, o func(*s3.Options)) error {
			queue := types.QueueConfiguration{QueueArn: aws.String(invalidValue), Events: []types.Event{invalidValue}}
			_, err := t.Client.PutBucketNotificationConfiguration(ctx, &s3.PutBucketNotificationConfigurationInput{
				Bucket: &t.Bucket, NotificationConfiguration: &types.NotificationConfiguration{QueueConfigurations: []types.QueueConfiguration{queue}}, ExpectedBucketOwner: t.owner(),
			}, o)
			return err
		}},
	}
}

// accessLists are the settings of access lists, which MinIO does not have.
func (t *s3Canary) accessLists() []s3Probe {
	if t.minio() {
		return nil
	}
	return []s3Probe{
		{demand{"change the bucket's ACL", "s3:PutBucketAcl", "an attacker can grant himself listing and writing, from anywhere"}, func(ctx context.Context, o func(*s3.Options)) error {
			grant := types.Grant{Grantee: &types.Grantee{Type: types.TypeCanonicalUser, ID: aws.String(invalidValue)}, Permission: invalidValue}
			_, err := t.Client.PutBucketAcl(ctx, &s3.PutBucketAclInput{
				Bucket: &t.Bucket, AccessControlPolicy: &types.AccessControlPolicy{Grants: []types.Grant{grant}, Owner: &types.Owner{ID: aws.String(invalidValue)}}, ExpectedBucketOwner: t.owner(),
			}, o)
			return err
		}},
	}
}

// addUntried adds a warning that names the permissions for which there is no harmless
// request. They can be checked only in the credential's policy.
func (t *s3Canary) addUntried() {
	if t.minio() || t.Actions != nil {
		return // account reports its permissions; a token has none but its actions
	}
	t.add(sinks.Finding{
		Check: "delete the policy", Verb: "s3:DeleteBucketPolicy", Verdict: sinks.Warning,
		Detail: "not tried: there is no harmless request; the same holds for s3:BypassGovernanceRetention, s3:PutBucketPublicAccessBlock, " +
			"s3:PutBucketOwnershipControls, s3:PutInventoryConfiguration, s3:PutBucketLogging, access points, batch jobs, and permissions outside s3: (iam:, sts:, kms:)",
		Advice: "check that the credential's policy grants nothing beyond the printed one: " + t.policy(),
	})
}
