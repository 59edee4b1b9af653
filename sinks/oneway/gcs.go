package oneway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"cloud.google.com/go/storage"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/iterator"

	"github.com/wp-oneway/wp-oneway/sinks"
	"github.com/wp-oneway/wp-oneway/sinks/policy"
)

// A gcsExaminer tries a credential of Google Cloud Storage.
type gcsExaminer struct {
	sinks.GCSAccess
	sink sinks.Sink
	o    Options

	silent int // how many requests were made since the last answer
}

// A gcsCanary is one canary and what is known of it.
type gcsCanary struct {
	*gcsExaminer
	folderName, name string
	findings         []sinks.Finding
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

func (x *gcsExaminer) policy() string {
	text := "wp-oneway policy gcs --bucket " + x.Bucket
	if x.Prefix != "" {
		text += " --prefix " + sinks.Quote(x.Prefix)
	}
	return text
}

func (t *gcsCanary) add(f sinks.Finding) {
	f.Folder = t.folderName
	t.findings = append(t.findings, f)
}

func (x *gcsExaminer) folder(ctx context.Context, name string) ([]sinks.Finding, bool) {
	t := &gcsCanary{gcsExaminer: x, folderName: name}
	if !t.create(ctx) {
		return t.findings, false
	}
	t.overwrite(ctx)
	t.denied(ctx)
	return t.findings, true
}

func (x *gcsExaminer) whole(ctx context.Context) []sinks.Finding {
	t := &gcsCanary{gcsExaminer: x}
	t.outside(ctx)
	t.permissions(ctx)
	return t.findings
}

// create puts the canary as a backup puts its objects, and again.
func (t *gcsCanary) create(ctx context.Context) bool {
	f := sinks.Finding{Check: "create", Verb: gcsCreate, Required: true, Verdict: sinks.Holds, Detail: "a canary was created"}
	name, err := canary(t.o.Random)
	if err == nil {
		t.name = under(t.folderName, name)
		_, err = t.sink.Put(ctx, t.name, bytes.NewReader(nil))
	}
	if err != nil {
		f.Verdict, f.Detail = sinks.Fails, why(err)
		f.Advice = "no backup can be stored there before this is mended"
		t.add(f)
		return false
	}
	t.add(f)
	f = sinks.Finding{Check: "create again", Verb: gcsCreate, Required: true, Verdict: sinks.Holds, Detail: "refused: the name is taken (412)"}
	switch _, err := t.sink.Put(ctx, t.name, bytes.NewReader(nil)); {
	case errors.Is(err, sinks.ErrExists):
	case err != nil:
		f.Verdict, f.Detail, f.Advice = sinks.Unproven, line(err.Error()), "run doctor again"
	default:
		f.Verdict, f.Detail, f.Advice = sinks.Fails, "allowed: the store ignores the condition; what was there is replaced", "do not use this store"
	}
	t.add(f)
	return true
}

// overwrite puts the canary without the condition, which takes the right to delete.
func (t *gcsCanary) overwrite(ctx context.Context) {
	t.run(ctx, []gcsProbe{{demand{"overwrite", "storage.objects.delete", "an object may be put over another"}, func(ctx context.Context) error {
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
		if t.silent >= mostSilent {
			t.conclude(p.demand, answer{said: errSilent.Error()})
			continue
		}
		ctx, cancel := context.WithTimeout(ctx, t.o.Patience)
		err := p.try(ctx)
		cancel()
		a := gcsAnswer(err)
		if t.silent++; a.status != 0 {
			t.silent = 0
		}
		t.conclude(p.demand, a)
	}
}

// gcsAnswer reads what an error tells of Google's answer.
func gcsAnswer(err error) answer {
	if err == nil {
		return answer{status: http.StatusOK}
	}
	a := answer{said: line(err.Error())}
	var api *googleapi.Error
	if errors.As(err, &api) {
		a.status = api.Code
		if len(api.Errors) > 0 {
			a.code = api.Errors[0].Reason
		}
		if api.Message != "" {
			a.said = line(fmt.Sprintf("%d %s", api.Code, api.Message))
		}
	}
	return a
}

// refused tells whether Google understood who asks, and refused; limits of rate
// and closed accounts are 403 too.
func (a answer) refused() bool {
	switch a.code {
	case "", "forbidden", "insufficientPermissions", "AccessDenied":
		return a.status == http.StatusForbidden
	}
	return false
}

func (t *gcsCanary) conclude(d demand, a answer) {
	f := sinks.Finding{Check: d.check, Verb: d.verb, Required: true}
	switch {
	case a.refused():
		f.Verdict, f.Detail = sinks.Holds, "denied"
	case a.status/100 == 2:
		f.Verdict, f.Detail = sinks.Fails, "allowed: "+d.allows
		f.Advice = "let the account have roles/storage.objectCreator alone, without " + d.verb
	default:
		f.Verdict, f.Detail = sinks.Unproven, "neither allowed nor denied: "+a.said
		f.Advice = "the store must answer 403; run doctor again, and check that " + d.verb + " is not granted"
	}
	t.add(f)
}

// denied tries what reads, lists, changes or deletes objects.
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
	probes := []gcsProbe{
		{demand{"read", "storage.objects.get", "a thief can read every backup"}, func(ctx context.Context) error {
			r, err := t.object(t.name).NewReader(ctx)
			if err == nil {
				_ = r.Close() // nothing is in it
			}
			return err
		}},
		{demand{"look", "storage.objects.get", "a thief can see what exists"}, func(ctx context.Context) error {
			_, err := t.object(t.name).Attrs(ctx)
			return err
		}},
		{demand{"list", "storage.objects.list", "a thief can see all names"}, list(false)},
		{demand{"list versions", "storage.objects.list", "a thief can see all versions"}, list(true)},
		{demand{"change metadata", "storage.objects.update", "a thief can change what hangs on an object, holds included"}, func(ctx context.Context) error {
			_, err := t.object(t.name).Update(ctx, storage.ObjectAttrsToUpdate{Metadata: map[string]string{"wp-oneway": "canary"}})
			return err
		}},
	}
	other, err := canary(t.o.Random)
	if err != nil {
		t.conclude(demand{"delete", "storage.objects.delete", ""}, answer{said: err.Error()})
		return
	}
	const gone = "a thief can delete the backups"
	never := under(t.folderName, other)
	t.run(ctx, append(probes,
		gcsProbe{demand{"copy", "storage.objects.get", "a thief can read through a copy"}, func(ctx context.Context) error {
			_, err := t.object(never).CopierFrom(t.object(t.name)).Run(ctx)
			return err
		}},
		gcsProbe{demand{"delete what is not", "storage.objects.delete", gone}, func(ctx context.Context) error {
			return t.object(strings.TrimSuffix(never, policy.CanarySuffix) + "-never" + policy.CanarySuffix).Delete(ctx)
		}},
		gcsProbe{demand{"delete a version", "storage.objects.delete", gone}, func(ctx context.Context) error {
			return t.object(t.name).Generation(1).Delete(ctx)
		}},
		gcsProbe{demand{"delete", "storage.objects.delete", gone}, func(ctx context.Context) error { return t.object(t.name).Delete(ctx) }},
	))
}
