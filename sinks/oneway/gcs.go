package oneway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"

	"cloud.google.com/go/storage"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/iterator"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// A gcsExaminer tries a credential of Google Cloud Storage.
type gcsExaminer struct {
	sinks.GCSAccess
	sink sinks.Sink
	o    Options

	unanswered int // number of requests since the last answer
}

// A gcsCanary is one canary and the findings of its checks.
type gcsCanary struct {
	*gcsExaminer
	report
	name string // relative to the prefix
}

const gcsCreate = "storage.objects.create"

func newGCSExaminer(sink sinks.Sink, o Options) (examiner, bool) {
	s, ok := sinks.As[sinks.GCSStore](sink)
	if !ok {
		return nil, false
	}
	return &gcsExaminer{GCSAccess: s.GCS(), sink: sink, o: o}, true
}

func (x *gcsExaminer) store() string {
	if x.Endpoint != "" {
		return "Google Cloud Storage at " + x.Endpoint
	}
	return "Google Cloud Storage"
}

func (x *gcsExaminer) key(name string) string { return under(x.Prefix, name) }

func (x *gcsExaminer) object(name string) *storage.ObjectHandle {
	return x.Client.Bucket(x.Bucket).Object(x.key(name))
}

func (x *gcsExaminer) policy() string { return policyCommand("gcs", x.Bucket, x.Prefix) }

func (x *gcsExaminer) folder(ctx context.Context, name string) ([]sinks.Finding, bool) {
	t := &gcsCanary{gcsExaminer: x, report: report{folderName: name}, name: under(name, canary())}
	if !t.create(ctx) {
		return t.findings, false
	}
	t.overwrite(ctx)
	t.denied(ctx)
	return t.findings, true
}

func (x *gcsExaminer) whole(ctx context.Context) []sinks.Finding {
	t := &gcsCanary{gcsExaminer: x}
	t.outside(&t.o, gcsCreate, "gs://"+t.Bucket, t.Prefix, func(d demand, key string) { t.conclude(d, t.begin(ctx, key)) })
	t.permissions(ctx)
	return t.findings
}

// create stores the canary the way a backup stores its objects, twice: the second
// time must be refused.
func (t *gcsCanary) create(ctx context.Context) bool {
	if _, err := t.sink.Put(ctx, t.name, bytes.NewReader(nil)); err != nil {
		t.cannotCreate(gcsCreate, err)
		return false
	}
	t.add(sinks.Finding{Check: "create", Verb: gcsCreate, Required: true, Verdict: sinks.Holds, Detail: "a canary was created"})
	f := sinks.Finding{Check: "create again", Verb: gcsCreate, Required: true, Verdict: sinks.Holds, Detail: "refused: an object of this name exists (412)"}
	switch _, err := t.sink.Put(ctx, t.name, bytes.NewReader(nil)); {
	case errors.Is(err, sinks.ErrExists):
	case err != nil:
		f.Verdict, f.Detail, f.Advice = sinks.Unproven, line(err.Error()), "run doctor again"
	default:
		f.Verdict, f.Detail, f.Advice = sinks.Fails, "allowed: the store ignores the condition and replaced the object", "do not use this store"
	}
	t.add(f)
	return true
}

// overwrite stores the canary again without the condition, which requires the
// permission to delete.
func (t *gcsCanary) overwrite(ctx context.Context) {
	t.run(ctx, []gcsProbe{{demand{"overwrite", "storage.objects.delete", "an attacker can overwrite the backups"}, func(ctx context.Context) error {
		w := t.object(t.name).NewWriter(ctx)
		w.ChunkSize = 0 // one request
		return w.Close()
	}}})
}

// A gcsProbe is one request that must be denied.
type gcsProbe struct {
	demand
	try func(context.Context) error
}

func (t *gcsCanary) run(ctx context.Context, probes []gcsProbe) {
	for _, p := range probes {
		if t.unanswered >= maxUnanswered {
			t.conclude(p.demand, answer{text: notTried})
			continue
		}
		ctx, cancel := context.WithTimeout(ctx, t.o.Timeout)
		err := p.try(ctx)
		cancel()
		a := gcsAnswer(err)
		if t.unanswered++; a.status != 0 {
			t.unanswered = 0
		}
		t.conclude(p.demand, a)
	}
}

// gcsAnswer reads Google's answer from the client's error; nil is a success.
func gcsAnswer(err error) answer {
	if err == nil {
		return answer{status: http.StatusOK}
	}
	a := answer{text: line(err.Error())}
	var api *googleapi.Error
	if errors.As(err, &api) {
		a.status = api.Code
		if len(api.Errors) > 0 {
			a.code = api.Errors[0].Reason
		}
		if api.Message != "" {
			a.text = line(fmt.Sprintf("%d %s", api.Code, api.Message))
		}
	}
	return a
}

// gcsDenied reports whether Google authenticated the credential and denied the
// request. Rate limits and closed accounts are 403 too, and prove nothing.
func gcsDenied(a answer) bool {
	switch a.code {
	case "", "forbidden", "insufficientPermissions", "AccessDenied":
		return a.status == http.StatusForbidden
	}
	return false
}

func (t *gcsCanary) conclude(d demand, a answer) {
	t.report.conclude(d, a, gcsDenied(a), "grant the account only roles/storage.objectCreator, without "+d.verb)
}

// denied tries to read, list, change and delete objects.
func (t *gcsCanary) denied(ctx context.Context) {
	list := func(versions bool) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := t.Client.Bucket(t.Bucket).Objects(ctx, &storage.Query{Prefix: t.key(under(t.folderName, "")), Versions: versions}).Next()
			if errors.Is(err, iterator.Done) {
				return nil
			}
			return err
		}
	}
	const (
		get, remove  = "storage.objects.get", "storage.objects.delete"
		allowsDelete = "an attacker can delete the backups"
	)
	other := under(t.folderName, canary())
	t.run(ctx, []gcsProbe{
		{demand{"read", get, "an attacker can read every backup"}, func(ctx context.Context) error {
			r, err := t.object(t.name).NewReader(ctx)
			if err == nil {
				_ = r.Close() // the canary is empty
			}
			return err
		}},
		{demand{"read metadata", get, "an attacker can see which objects exist"}, func(ctx context.Context) error {
			_, err := t.object(t.name).Attrs(ctx)
			return err
		}},
		{demand{"list", "storage.objects.list", "an attacker can list all names"}, list(false)},
		{demand{"list versions", "storage.objects.list", "an attacker can list all versions"}, list(true)},
		{demand{"change metadata", "storage.objects.update", "an attacker can change an object's metadata, including its holds"}, func(ctx context.Context) error {
			_, err := t.object(t.name).Update(ctx, storage.ObjectAttrsToUpdate{Metadata: map[string]string{"wp-oneway": "canary"}})
			return err
		}},
		{demand{"copy", get, "an attacker can read backups by copying them"}, func(ctx context.Context) error {
			_, err := t.object(other).CopierFrom(t.object(t.name)).Run(ctx)
			return err
		}},
		{demand{"delete a missing object", remove, allowsDelete}, func(ctx context.Context) error {
			return t.object(under(t.folderName, canary())).Delete(ctx)
		}},
		{demand{"delete a version", remove, allowsDelete}, func(ctx context.Context) error {
			return t.object(t.name).Generation(1).Delete(ctx)
		}},
		{demand{"delete", remove, allowsDelete}, func(ctx context.Context) error { return t.object(t.name).Delete(ctx) }},
	})
}
