package oneway

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// dangerous are the permissions on a bucket of which a host may have none.
func dangerous() []string {
	return []string{
		"storage.objects.get", "storage.objects.list", "storage.objects.delete", "storage.objects.update",
		"storage.objects.getIamPolicy", "storage.objects.setIamPolicy", "storage.objects.overrideUnlockedRetention",
		"storage.objects.setRetention", "storage.objects.restore", "storage.objects.move", "storage.multipartUploads.list",
		"storage.buckets.get", "storage.buckets.update", "storage.buckets.delete",
		"storage.buckets.getIamPolicy", "storage.buckets.setIamPolicy",
	}
}

// permissions asks Google what the credential may do with the bucket. A grant
// with a condition on names does not show there; that is what trying is for.
func (t *gcsCanary) permissions(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, t.o.Patience)
	defer cancel()
	f := sinks.Finding{Check: "permissions", Verb: "testIamPermissions", Required: true, Verdict: sinks.Holds, Detail: "none that reads, changes or deletes"}
	granted, err := t.Client.Bucket(t.Bucket).IAM().TestPermissions(ctx, dangerous())
	switch {
	case err != nil:
		f.Verdict, f.Detail, f.Advice = sinks.Unproven, "no answer: "+gcsAnswer(err).said, "run doctor again"
	case len(granted) > 0:
		f.Verdict, f.Detail = sinks.Fails, "granted: "+strings.Join(granted, ", ")
		f.Advice = "let the account have roles/storage.objectCreator alone"
	}
	t.add(f)
}

// outside begins uploads beside the prefix and at the top of the bucket, which
// leaves nothing behind, and gives them up at once.
func (t *gcsCanary) outside(ctx context.Context) {
	within := t.o.within(t.Prefix)
	if within == "" {
		t.add(sinks.Finding{
			Check: "create outside", Verb: gcsCreate, Verdict: sinks.Warning, Detail: "the URL has no prefix: the credential may put into every folder of the bucket",
			Advice: "give each host a prefix of its own, such as gs://" + t.Bucket + "/{host}",
		})
		return
	}
	name, err := canary(t.o.Random)
	if err != nil {
		t.conclude(demand{"create outside", gcsCreate, ""}, answer{said: err.Error()})
		return
	}
	for _, at := range []struct{ check, key string }{{"create beside", within + "-" + name}, {"create at the top", name}} {
		ctx, cancel := context.WithTimeout(ctx, t.o.Patience)
		a := t.begin(ctx, at.key)
		cancel()
		t.conclude(demand{at.check, gcsCreate, "an upload of " + at.key + " was begun outside the prefix, and given up"}, a)
	}
}

// begin starts a resumable upload and ends it; the client has no call for that.
func (t *gcsCanary) begin(ctx context.Context, key string) answer {
	host := t.Endpoint
	if host == "" {
		host = "https://storage.googleapis.com"
	}
	q := url.Values{"uploadType": {"resumable"}, "name": {key}, "ifGenerationMatch": {"0"}}
	address := strings.TrimSuffix(host, "/") + "/upload/storage/v1/b/" + url.PathEscape(t.Bucket) + "/o?" + q.Encode()
	status, session, err := send(ctx, t.HTTP, http.MethodPost, address)
	if err != nil {
		return answer{said: "no answer"} // the cause may quote the session
	}
	if status/100 == 2 && session != "" {
		_, _, _ = send(ctx, t.HTTP, http.MethodDelete, session) // it ends by itself within a week
	}
	return answer{status: status, said: fmt.Sprintf("status %d", status)}
}

// send makes a request without a body, and returns where the answer leads.
func send(ctx context.Context, client *http.Client, method, address string) (status int, location string, err error) {
	req, err := http.NewRequestWithContext(ctx, method, address, http.NoBody)
	if err != nil {
		return 0, "", err
	}
	res, err := client.Do(req)
	if err != nil {
		return 0, "", err
	}
	return res.StatusCode, res.Header.Get("Location"), res.Body.Close()
}
