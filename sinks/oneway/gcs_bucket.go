package oneway

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// forbiddenPermissions are the permissions on a bucket that a host must not have.
func forbiddenPermissions() []string {
	return []string{
		"storage.objects.get", "storage.objects.list", "storage.objects.delete", "storage.objects.update",
		"storage.objects.getIamPolicy", "storage.objects.setIamPolicy", "storage.objects.overrideUnlockedRetention",
		"storage.objects.setRetention", "storage.objects.restore", "storage.objects.move", "storage.multipartUploads.list",
		"storage.buckets.get", "storage.buckets.update", "storage.buckets.delete",
		"storage.buckets.getIamPolicy", "storage.buckets.setIamPolicy",
	}
}

// permissions asks Google which permissions the credential has on the bucket. A
// grant with a condition on names is not in that answer, so the other checks try.
func (t *gcsCanary) permissions(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, t.o.Timeout)
	defer cancel()
	f := sinks.Finding{Check: "permissions", Verb: "testIamPermissions", Required: true, Verdict: sinks.Holds, Detail: "none to read, change or delete"}
	granted, err := t.Client.Bucket(t.Bucket).IAM().TestPermissions(ctx, forbiddenPermissions())
	switch {
	case err != nil:
		f.Verdict, f.Detail, f.Advice = sinks.Unproven, "no answer: "+gcsAnswer(err).text, "run doctor again"
	case len(granted) > 0:
		f.Verdict, f.Detail = sinks.Fails, "granted: "+strings.Join(granted, ", ")
		f.Advice = "grant the account only roles/storage.objectCreator"
	}
	t.add(f)
}

// begin starts a resumable upload and cancels it at once; the client has no call for
// that. Nothing stays stored.
func (t *gcsCanary) begin(ctx context.Context, key string) answer {
	ctx, cancel := context.WithTimeout(ctx, t.o.Timeout)
	defer cancel()
	host := t.Endpoint
	if host == "" {
		host = "https://storage.googleapis.com"
	}
	q := url.Values{"uploadType": {"resumable"}, "name": {key}, "ifGenerationMatch": {"0"}}
	address := strings.TrimSuffix(host, "/") + "/upload/storage/v1/b/" + url.PathEscape(t.Bucket) + "/o?" + q.Encode()
	status, session, err := send(ctx, t.HTTP, http.MethodPost, address)
	if err != nil {
		return answer{text: "no answer"} // the cause may quote the session URL, a secret
	}
	if status/100 == 2 && session != "" {
		_, _, _ = send(ctx, t.HTTP, http.MethodDelete, session) // otherwise it expires within a week
	}
	return answer{status: status, text: fmt.Sprintf("status %d", status)}
}

// send sends a request without a body, and returns the answer's Location.
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
