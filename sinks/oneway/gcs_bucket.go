package oneway

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// forbiddenPermissions are the permissions on a bucket that a host must not have. Creating
// folders, managed folders and contexts of new objects is not among them: the role
// storage.objectCreator includes it.
func forbiddenPermissions() []string {
	return []string{
		known, "storage.objects.list", "storage.objects.delete", "storage.objects.update",
		"storage.objects.getIamPolicy", "storage.objects.setIamPolicy", "storage.objects.overrideUnlockedRetention",
		"storage.objects.setRetention", "storage.objects.restore", "storage.objects.move", "storage.multipartUploads.list",
		"storage.objects.updateContext", "storage.objects.deleteContext",
		"storage.folders.get", "storage.folders.list", "storage.folders.rename", "storage.folders.delete",
		"storage.managedFolders.get", "storage.managedFolders.list", "storage.managedFolders.delete",
		"storage.managedFolders.getIamPolicy", "storage.managedFolders.setIamPolicy",
		"storage.buckets.get", "storage.buckets.update", "storage.buckets.delete",
		"storage.buckets.getIamPolicy", "storage.buckets.setIamPolicy", "storage.buckets.setIpFilter",
		"storage.buckets.relocate", "storage.buckets.restore", "storage.buckets.enableObjectRetention",
	}
}

// known is a permission that every store knows.
const known = "storage.objects.get"

// permissions asks Google which permissions the credential has on the bucket. A
// grant with a condition on names is not in that answer, so the other checks try.
func (t *gcsCanary) permissions(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, t.o.Timeout)
	defer cancel()
	f := sinks.Finding{Check: "permissions", Verb: "testIamPermissions", Required: true, Verdict: sinks.Holds, Detail: "none to read, change or delete"}
	granted, unknown, err := t.granted(ctx, forbiddenPermissions())
	switch {
	case err != nil:
		f.Verdict, f.Detail, f.Advice = sinks.Unproven, "no answer: "+gcsAnswer(err).text, "run doctor again"
	case len(granted) > 0:
		f.Verdict, f.Detail = sinks.Fails, "granted: "+strings.Join(granted, ", ")
		f.Advice = "grant the account only roles/storage.objectCreator"
	case len(unknown) > 0:
		f.Detail += "; unknown to the store: " + strings.Join(unknown, ", ")
	}
	t.add(f)
}

// granted asks which permissions are granted. If the list contains a permission that the store
// does not know, the store refuses the whole request; then each half of the list is sent
// separately, and so on.
func (t *gcsCanary) granted(ctx context.Context, asked []string) (granted, unknown []string, err error) {
	granted, err = t.Client.Bucket(t.Bucket).IAM().TestPermissions(ctx, asked)
	switch {
	case err == nil || gcsAnswer(err).status != http.StatusBadRequest:
		return granted, nil, err
	case asked[0] == known && len(asked) == 1:
		return nil, nil, err // it refuses every question
	case len(asked) == 1:
		return nil, asked, nil
	}
	for _, half := range [][]string{asked[:len(asked)/2], asked[len(asked)/2:]} {
		more, others, err := t.granted(ctx, half)
		if err != nil {
			return nil, nil, err
		}
		granted, unknown = append(granted, more...), append(unknown, others...)
	}
	return granted, unknown, nil
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
