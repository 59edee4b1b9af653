package oneway

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// An s3Probe is one request that must be denied.
type s3Probe struct {
	demand
	try func(context.Context, func(*s3.Options)) error
}

// run makes the requests, one after another.
func (t *s3Canary) run(ctx context.Context, probes []s3Probe) {
	for _, p := range probes {
		ctx, cancel, try := t.call(ctx)
		err := p.try(ctx, try)
		cancel()
		t.judge(p.demand, err)
	}
}

// denied tries what reads, lists or changes objects.
func (t *s3Canary) denied(ctx context.Context) {
	folder := t.keyOf(under(t.folderName, ""))
	probes := []s3Probe{
		{demand{"read", "s3:GetObject", "a thief can read every backup"}, func(ctx context.Context, o func(*s3.Options)) error {
			out, err := t.Client.GetObject(ctx, &s3.GetObjectInput{Bucket: &t.Bucket, Key: &t.key, ExpectedBucketOwner: t.owner()}, o)
			if err == nil {
				_ = out.Body.Close() // nothing is in it
			}
			return err
		}},
		{demand{"look", "s3:GetObject", "a thief can see what exists (HEAD)"}, func(ctx context.Context, o func(*s3.Options)) error {
			_, err := t.Client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &t.Bucket, Key: &t.key, ExpectedBucketOwner: t.owner()}, o)
			return err
		}},
		{demand{"list", "s3:ListBucket", "a thief can see all names"}, func(ctx context.Context, o func(*s3.Options)) error {
			_, err := t.Client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &t.Bucket, Prefix: &folder, MaxKeys: aws.Int32(1), ExpectedBucketOwner: t.owner()}, o)
			return err
		}},
		{demand{"list versions", "s3:ListBucketVersions", "a thief can see all versions"}, func(ctx context.Context, o func(*s3.Options)) error {
			_, err := t.Client.ListObjectVersions(ctx, &s3.ListObjectVersionsInput{Bucket: &t.Bucket, Prefix: &folder, MaxKeys: aws.Int32(1), ExpectedBucketOwner: t.owner()}, o)
			return err
		}},
		{demand{"list uploads", "s3:ListBucketMultipartUploads", "a thief can see and disturb uploads under way"}, func(ctx context.Context, o func(*s3.Options)) error {
			_, err := t.Client.ListMultipartUploads(ctx, &s3.ListMultipartUploadsInput{Bucket: &t.Bucket, Prefix: &folder, MaxUploads: aws.Int32(1), ExpectedBucketOwner: t.owner()}, o)
			return err
		}},
	}
	probes = append(probes, t.attributes("s3:GetObjectAttributes", nil))
	if t.version != "" {
		probes = append(probes, t.attributes("s3:GetObjectVersionAttributes", &t.version), s3Probe{demand{"read a version", "s3:GetObjectVersion", "a thief can read every version"}, func(ctx context.Context, o func(*s3.Options)) error {
			out, err := t.Client.GetObject(ctx, &s3.GetObjectInput{Bucket: &t.Bucket, Key: &t.key, VersionId: &t.version, ExpectedBucketOwner: t.owner()}, o)
			if err == nil {
				_ = out.Body.Close() // nothing is in it
			}
			return err
		}})
	}
	if probes = append(probes, t.labels(nil)...); t.version != "" {
		probes = append(probes, t.labels(&t.version)...)
	}
	t.run(ctx, probes)
	t.copy(ctx)
}

// attributes looks at the canary without reading it.
func (t *s3Canary) attributes(verb string, version *string) s3Probe {
	check := "look at attributes"
	if version != nil {
		check = "look at a version"
	}
	return s3Probe{demand{check, verb, "a thief can see what exists"}, func(ctx context.Context, o func(*s3.Options)) error {
		_, err := t.Client.GetObjectAttributes(ctx, &s3.GetObjectAttributesInput{
			Bucket: &t.Bucket, Key: &t.key, VersionId: version, ObjectAttributes: []types.ObjectAttributes{types.ObjectAttributesObjectSize}, ExpectedBucketOwner: t.owner(),
		}, o)
		return err
	}}
}

// copy reads through a copy, to another canary.
func (t *s3Canary) copy(ctx context.Context) {
	d := demand{"copy", "s3:GetObject", "a thief can read through a copy"}
	name, err := canary(t.o.Random)
	if err != nil {
		t.conclude(d, answer{said: err.Error()})
		return
	}
	to, from := t.keyOf(under(t.folderName, name)), (&url.URL{Path: t.Bucket + "/" + t.key}).EscapedPath()
	t.run(ctx, []s3Probe{{d, func(ctx context.Context, o func(*s3.Options)) error {
		_, err := t.Client.CopyObject(ctx, &s3.CopyObjectInput{Bucket: &t.Bucket, Key: &to, CopySource: &from, ExpectedBucketOwner: t.owner()}, o)
		return err
	}}})
}

// deletes tries to delete, the least harmful first: a key that never was, a
// version that never was, several at once, and the canary.
func (t *s3Canary) deletes(ctx context.Context) {
	never, err := canary(t.o.Random)
	if err != nil {
		t.loose = true
		t.conclude(demand{"delete", "s3:DeleteObject", ""}, answer{said: err.Error()})
		return
	}
	never = t.keyOf(under(t.folderName, never))
	remove := func(key string, version *string) func(context.Context, func(*s3.Options)) error {
		return func(ctx context.Context, o func(*s3.Options)) error {
			_, err := t.Client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &t.Bucket, Key: &key, VersionId: version, ExpectedBucketOwner: t.owner()}, o)
			return err
		}
	}
	before := len(t.findings)
	defer func() {
		for _, f := range t.findings[before:] {
			t.loose = t.loose || f.Verdict != sinks.Holds
		}
	}()
	const gone = "a thief can delete the backups"
	t.run(ctx, []s3Probe{{demand{"delete what is not", "s3:DeleteObject", gone}, remove(never, nil)}})
	t.deleteVersion(ctx, remove)
	t.deleteMany(ctx, never)
	t.run(ctx, []s3Probe{{demand{"delete", "s3:DeleteObject", gone}, remove(t.key, nil)}})
}

// deleteVersion asks for a version that is not the canary's. A store that looks at
// the version before it looks at who asks is asked for the canary's own.
func (t *s3Canary) deleteVersion(ctx context.Context, remove func(string, *string) func(context.Context, func(*s3.Options)) error) {
	d := demand{"delete a version", "s3:DeleteObjectVersion", "a thief can delete the backups for good, their versions included"}
	try := func(version string) answer {
		ctx, cancel, o := t.call(ctx)
		defer cancel()
		return answerOf(remove(t.key, &version)(ctx, o))
	}
	a := try(bogus(t.version))
	if a.status == http.StatusBadRequest || a.status == http.StatusNotFound {
		own := t.version
		if own == "" {
			own = "null"
		}
		a = try(own)
	}
	t.conclude(d, a)
}

// bogus is an id in the shape of a version's that is none.
func bogus(version string) string {
	if len(version) < 8 {
		return "5f2b1c9e-0000-4000-8000-000000000000"
	}
	turned := strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '8', r >= 'a' && r <= 'e', r >= 'A' && r <= 'Y':
			return r + 1
		}
		return r
	}, version[len(version)-4:])
	return version[:len(version)-4] + turned
}

// deleteMany asks for several at once: the answer is a success that lists what
// was deleted and what was not.
func (t *s3Canary) deleteMany(ctx context.Context, never string) {
	d := demand{"delete several", "s3:DeleteObject", "a thief can delete the backups, a thousand at a time"}
	ctx, cancel, o := t.call(ctx)
	defer cancel()
	ids := []types.ObjectIdentifier{{Key: &never}, {Key: &t.key}}
	if t.version != "" {
		ids = append(ids, types.ObjectIdentifier{Key: &t.key, VersionId: &t.version})
	}
	out, err := t.Client.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: &t.Bucket, Delete: &types.Delete{Objects: ids}, ExpectedBucketOwner: t.owner()}, o)
	if err != nil {
		t.judge(d, err)
		return
	}
	a := answer{status: http.StatusForbidden, code: "AccessDenied"}
	for _, e := range out.Errors {
		if one := (answer{status: http.StatusForbidden, code: aws.ToString(e.Code)}); !one.denied() {
			a = answer{said: line(aws.ToString(e.Code) + ": " + aws.ToString(e.Message))}
		}
	}
	switch {
	case len(out.Deleted) > 0:
		a = answer{status: http.StatusOK}
	case len(out.Errors) < len(ids):
		a = answer{said: fmt.Sprintf("it was asked to delete %d and told of %d", len(ids), len(out.Errors))}
	}
	t.conclude(d, a)
}

// clock compares this host's clock with the store's.
func (t *s3Canary) clock() {
	if !t.dated {
		return
	}
	f := sinks.Finding{Check: "clock", Verdict: sinks.Holds, Detail: "agrees with the store's"}
	if off := t.skew.Round(time.Second); off.Abs() > time.Minute {
		way := map[bool]string{true: "ahead of", false: "behind"}[off > 0]
		f.Verdict, f.Detail = sinks.Warning, fmt.Sprintf("this host's is %s %s the store's", off.Abs(), way)
		f.Advice = "let this host keep time, with chrony or systemd-timesyncd; stores refuse requests that are 15 minutes off"
	}
	t.add(f)
}
