package oneway

import (
	"context"
	"crypto/md5" //nolint:gosec // see customerKey
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// emptyMD5 is the MD5 of an empty body, which a request with a lock must contain.
const emptyMD5 = "1B2M2Y8AsgTpgAmY7PhCfg=="

// locks tries to overwrite the canary with an object that has a lock, on the condition
// that the name is free. So nothing is stored. A store checks the permission to lock
// before the condition.
func (t *s3Canary) locks(ctx context.Context) {
	put := func(set func(*s3.PutObjectInput)) func(context.Context, func(*s3.Options)) error {
		return func(ctx context.Context, o func(*s3.Options)) error {
			in := t.emptyObject()
			in.ContentMD5, in.IfNoneMatch = aws.String(emptyMD5), aws.String("*")
			set(in)
			_, err := t.Client.PutObject(ctx, in, o)
			return err
		}
	}
	soon := time.Now().Add(time.Hour)
	for _, p := range []s3Probe{
		{demand{"set a legal hold", "s3:PutObjectLegalHold", "an attacker can make objects impossible to delete"}, put(func(in *s3.PutObjectInput) {
			in.ObjectLockLegalHoldStatus = types.ObjectLockLegalHoldStatusOff
		})},
		{demand{"set a retention", "s3:PutObjectRetention", "an attacker can make objects impossible to delete for any time, and shorten locks in governance mode"}, put(func(in *s3.PutObjectInput) {
			in.ObjectLockMode, in.ObjectLockRetainUntilDate = types.ObjectLockModeGovernance, &soon
		})},
	} {
		if !t.conditional {
			t.add(sinks.Finding{
				Check: p.check, Verb: p.verb, Verdict: sinks.Warning, Detail: "not tried: it is harmless only at a store that honours If-None-Match",
				Advice: "check that " + p.verb + " is not granted",
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

// customerKey tries to store the canary encrypted with a key of this host (SSE-C), on the
// condition that the name is free. Only AWS can refuse such keys.
func (t *s3Canary) customerKey(ctx context.Context) {
	if !t.aws() || !t.conditional {
		return
	}
	ctx, cancel, o := t.call(ctx)
	defer cancel()
	in := t.emptyObject()
	in.ServerSideEncryption, in.SSEKMSKeyId = "", nil // exclude SSE-C
	in.IfNoneMatch = aws.String("*")
	key := sha256.Sum256([]byte(t.key)) // no secret: nothing is stored
	sum := md5.Sum(key[:])              //nolint:gosec // the protocol requires it
	in.SSECustomerAlgorithm = aws.String("AES256")
	in.SSECustomerKey, in.SSECustomerKeyMD5 = aws.String(base64.StdEncoding.EncodeToString(key[:])), aws.String(base64.StdEncoding.EncodeToString(sum[:]))
	_, err := t.Client.PutObject(ctx, in, o)
	f := sinks.Finding{Check: "encrypt with own key", Verb: putVerb, Verdict: sinks.Warning, Advice: "block SSE-C in the bucket's encryption settings: " + t.policy()}
	switch a := answerOf(err); {
	case a.denied():
		f.Verdict, f.Detail = sinks.Holds, "denied"
	case err == nil || a.status == http.StatusPreconditionFailed:
		f.Detail = "allowed: an attacker can store objects that only his key (SSE-C) can read"
	default:
		f.Verdict, f.Detail = sinks.Unproven, "neither allowed nor denied: "+a.text
	}
	t.add(f)
}

// bypass tries to replace the canary's lock by a short one in governance mode. At AWS
// that requires two permissions, one of which was tried; at MinIO this one is enough.
func (t *s3Canary) bypass(ctx context.Context) {
	ctx, cancel, o := t.call(ctx)
	defer cancel()
	soon := time.Now().Add(time.Minute)
	_, err := t.Client.PutObjectRetention(ctx, &s3.PutObjectRetentionInput{
		Bucket: &t.Bucket, Key: &t.key, VersionId: &t.version, BypassGovernanceRetention: aws.Bool(true),
		Retention: &types.ObjectLockRetention{Mode: types.ObjectLockRetentionModeGovernance, RetainUntilDate: &soon}, ExpectedBucketOwner: t.owner(),
	}, o)
	t.lock(demand{"bypass a lock", "s3:BypassGovernanceRetention", "an attacker can remove locks in governance mode"}, answerOf(err))
}

// lock concludes from an attempt to set a lock. In a bucket without Object Lock the
// permission has no effect, and a lock in compliance mode cannot be changed.
func (t *s3Canary) lock(d demand, a answer) {
	switch text := strings.ReplaceAll(a.text, " ", ""); {
	case a.status == http.StatusBadRequest && strings.Contains(text, "ObjectLock"):
		t.add(sinks.Finding{Check: d.check, Verb: d.verb, Required: true, Verdict: sinks.Holds, Detail: "the bucket has no Object Lock, so objects cannot be locked"})
		return
	case a.status == http.StatusBadRequest && strings.Contains(text, "WORM"):
		t.add(sinks.Finding{Check: d.check, Verb: d.verb, Required: true, Verdict: sinks.Holds, Detail: "the canary is locked in compliance mode, which cannot be changed"})
		return
	case a.status == http.StatusPreconditionFailed:
		a.status = http.StatusOK // only the existing name stopped it
	}
	known := t.aws() || t.minio()
	t.conclude(d, a)
	if f := &t.findings[len(t.findings)-1]; !known && f.Verdict != sinks.Holds {
		// A store without locks ignores the request for one.
		f.Verdict, f.Required, f.Detail = sinks.Warning, false, "not denied: the store has no locks, or the credential can set them"
		f.Advice = "check that " + d.verb + " is not granted"
	}
}
