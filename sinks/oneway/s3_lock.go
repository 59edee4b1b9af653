package oneway

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// noBody is the MD5 of nothing, which locks demand to be told.
const noBody = "1B2M2Y8AsgTpgAmY7PhCfg=="

// locks tries to put with a lock of its own: over the canary, on condition that
// nothing has its name, so that nothing is put. Who may not lock is denied before.
func (t *s3Canary) locks(ctx context.Context) {
	put := func(set func(*s3.PutObjectInput)) func(context.Context, func(*s3.Options)) error {
		return func(ctx context.Context, o func(*s3.Options)) error {
			in := &s3.PutObjectInput{
				Bucket: &t.Bucket, Key: &t.key, Body: bytes.NewReader(nil), ContentLength: aws.Int64(0), ContentMD5: aws.String(noBody),
				IfNoneMatch: aws.String("*"), ExpectedBucketOwner: t.owner(),
				StorageClass: types.StorageClass(t.StorageClass), ServerSideEncryption: types.ServerSideEncryption(t.SSE), SSEKMSKeyId: given(t.KMSKey),
			}
			set(in)
			_, err := t.Client.PutObject(ctx, in, o)
			return err
		}
	}
	soon := time.Now().Add(time.Hour)
	for _, p := range []s3Probe{
		{demand{"hold", "s3:PutObjectLegalHold", "a thief can keep objects from ever being deleted"}, put(func(in *s3.PutObjectInput) {
			in.ObjectLockLegalHoldStatus = types.ObjectLockLegalHoldStatusOff
		})},
		{demand{"retain", "s3:PutObjectRetention", "a thief can keep objects from being deleted for as long as he likes, and shorten what governance keeps"}, put(func(in *s3.PutObjectInput) {
			in.ObjectLockMode, in.ObjectLockRetainUntilDate = types.ObjectLockModeGovernance, &soon
		})},
	} {
		if !t.honours {
			t.add(sinks.Finding{
				Check: p.check, Verb: p.verb, Verdict: sinks.Warning, Detail: "not tried: the store was not seen to honour If-None-Match, which makes it harmless",
				Advice: "see that " + p.verb + " is not granted",
			})
			continue
		}
		ctx, cancel, o := t.call(ctx)
		t.lock(p.demand, answerOf(p.try(ctx, o)))
		cancel()
	}
	if t.minio() && t.version != "" {
		t.bypass(ctx)
	}
}

// bypass gives the canary a short lock that may be shortened, past the one it has.
// At AWS that takes two rights, of which one was tried; at MinIO this one is enough.
func (t *s3Canary) bypass(ctx context.Context) {
	ctx, cancel, o := t.call(ctx)
	defer cancel()
	soon := time.Now().Add(time.Minute)
	_, err := t.Client.PutObjectRetention(ctx, &s3.PutObjectRetentionInput{
		Bucket: &t.Bucket, Key: &t.key, VersionId: &t.version, BypassGovernanceRetention: aws.Bool(true),
		Retention: &types.ObjectLockRetention{Mode: types.ObjectLockRetentionModeGovernance, RetainUntilDate: &soon}, ExpectedBucketOwner: t.owner(),
	}, o)
	t.lock(demand{"bypass a lock", "s3:BypassGovernanceRetention", "a thief can end what governance keeps"}, answerOf(err))
}

// lock judges an attempt to lock: in a bucket without locks, the right does
// nothing; and what is kept by compliance nobody changes.
func (t *s3Canary) lock(d demand, a answer) {
	switch said := strings.ReplaceAll(a.said, " ", ""); {
	case a.status == http.StatusBadRequest && strings.Contains(said, "ObjectLock"):
		t.add(sinks.Finding{Check: d.check, Verb: d.verb, Required: true, Verdict: sinks.Holds, Detail: "the bucket has no Object Lock, without which nobody can"})
		return
	case a.status == http.StatusBadRequest && strings.Contains(said, "WORM"):
		t.add(sinks.Finding{Check: d.check, Verb: d.verb, Required: true, Verdict: sinks.Holds, Detail: "the canary is locked for good, past which nobody gets"})
		return
	case a.status == http.StatusPreconditionFailed:
		a.status = http.StatusOK // it was refused for its name
	}
	known := t.aws() || t.minio()
	t.conclude(d, a)
	if f := &t.findings[len(t.findings)-1]; !known && f.Verdict != sinks.Holds {
		// A store that knows no locks takes no notice of them.
		f.Verdict, f.Required, f.Detail = sinks.Warning, false, "not denied: the store has no locks, or lets the credential set them"
		f.Advice = "see that " + d.verb + " is not granted"
	}
}
