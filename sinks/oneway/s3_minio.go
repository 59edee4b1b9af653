package oneway

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// subscribe tries to subscribe to MinIO's notifications of a nonexistent event, of the
// bucket and server-wide.
func (t *s3Canary) subscribe(ctx context.Context) {
	if !t.minio() {
		return
	}
	events := func(o *s3.Options) { o.APIOptions = append(o.APIOptions, withQuery("events", invalidValue)) }
	for _, p := range []s3Probe{
		{demand{"subscribe to the bucket", "s3:ListenBucketNotification", "an attacker can receive the name of each new backup"}, func(ctx context.Context, o func(*s3.Options)) error {
			_, err := t.Client.ListObjects(ctx, &s3.ListObjectsInput{Bucket: &t.Bucket}, o, events)
			return err
		}},
		{demand{"subscribe to the server", "s3:ListenNotification", "an attacker can receive the name of each new object of the server"}, func(ctx context.Context, o func(*s3.Options)) error {
			_, err := t.Client.ListBuckets(ctx, &s3.ListBucketsInput{}, o, events)
			return err
		}},
	} {
		ctx, cancel, o := t.call(ctx)
		a := answerOf(p.try(ctx, o))
		cancel()
		if a.status == http.StatusBadRequest {
			a.status = http.StatusOK // only the invalid event stopped it
		}
		t.conclude(p.demand, a)
	}
}

// fanOut tries MinIO's request that stores one body under many names, ignoring the
// prefix. It is a form whose policy is signed but invalid, so that nothing is stored.
func (t *s3Canary) fanOut(ctx context.Context) {
	if !t.minio() {
		return
	}
	d := demand{"fan-out upload", "s3:PutObjectFanOut", "an attacker can overwrite every object of the bucket, also outside the prefix"}
	body, contentType, err := t.fanOutForm(ctx)
	if err != nil {
		t.conclude(d, answer{text: line(err.Error())})
		return
	}
	a, _ := t.send(ctx, http.MethodPost, "/"+t.Bucket+"/", body, contentType)
	if a.code == "PostPolicyInvalidKeyName" {
		a.status = http.StatusOK // the permission is checked before the policy
	}
	t.conclude(d, a)
}

func (t *s3Canary) fanOutForm(ctx context.Context) (body []byte, contentType string, err error) {
	policy := base64.StdEncoding.EncodeToString([]byte(invalidValue))
	creds, err := t.Client.Options().Credentials.Retrieve(ctx)
	if err != nil {
		return nil, "", err
	}
	now := time.Now().Add(-t.skew).UTC()
	day := now.Format("20060102")
	scope := []string{day, t.Client.Options().Region, "s3", "aws4_request"}
	key := []byte("AWS4" + creds.SecretAccessKey)
	for _, word := range append(slices.Clone(scope), policy) {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(word))
		key = mac.Sum(nil)
	}
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for _, field := range [][2]string{
		{"key", t.key},
		{"policy", policy},
		{"x-amz-algorithm", "AWS4-HMAC-SHA256"},
		{"x-amz-credential", creds.AccessKeyID + "/" + strings.Join(scope, "/")},
		{"x-amz-date", now.Format("20060102T150405Z")},
		{"x-amz-security-token", creds.SessionToken},
		{"x-amz-signature", hex.EncodeToString(key)},
		{"x-minio-fanout-list", `{"key":"` + invalidValue + `"}`},
	} {
		if field[1] != "" {
			err = errors.Join(err, form.WriteField(field[0], field[1]))
		}
	}
	_, fileErr := form.CreateFormFile("file", "canary")
	err = errors.Join(err, fileErr, form.Close())
	return b.Bytes(), form.FormDataContentType(), err
}

// send sends a request that the client has no call for. contentType is the body's; a
// request without one is signed.
func (t *s3Canary) send(ctx context.Context, method, address string, body []byte, contentType string) (answer, []byte) {
	ctx, cancel, _ := t.call(ctx)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(t.Endpoint, "/")+address, bytes.NewReader(body))
	if err != nil {
		return answer{text: line(err.Error())}, nil
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	} else if err := t.sign(ctx, r); err != nil {
		return answer{text: line(err.Error())}, nil
	}
	res, err := t.Client.Options().HTTPClient.Do(r)
	if err != nil {
		return answer{text: line(err.Error())}, nil
	}
	defer res.Body.Close()
	t.unanswered = 0
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return answer{text: line(err.Error())}, nil
	}
	var refusal struct{ Code, Message string }
	if xml.Unmarshal(text, &refusal) != nil {
		_ = json.Unmarshal(text, &refusal) // MinIO's administration answers in JSON
	}
	return answer{status: res.StatusCode, code: refusal.Code, text: line(fmt.Sprintf("%d %s: %s", res.StatusCode, refusal.Code, refusal.Message))}, text
}

func (t *s3Canary) sign(ctx context.Context, r *http.Request) error {
	o := t.Client.Options()
	creds, err := o.Credentials.Retrieve(ctx)
	if err != nil {
		return err
	}
	empty := sha256.Sum256(nil)
	digest := hex.EncodeToString(empty[:])
	r.Header.Set("X-Amz-Content-Sha256", digest)
	return v4.NewSigner().SignHTTP(ctx, creds, r, digest, "s3", o.Region, time.Now().Add(-t.skew))
}

// account asks MinIO for the permissions of the account, which every account may ask
// for its own. An account that administers the server or its keys can do everything.
func (t *s3Canary) account(ctx context.Context) {
	if !t.minio() {
		return
	}
	f := sinks.Finding{Check: "administer", Verb: "admin:*", Verdict: sinks.Holds, Detail: "MinIO grants no permission to administer the server or its keys"}
	creds, err := t.Client.Options().Credentials.Retrieve(ctx)
	a, text := t.send(ctx, http.MethodGet, "/minio/admin/v3/accountinfo", nil, "")
	var info minioAccount
	if err == nil && a.status == http.StatusOK {
		err = json.Unmarshal(text, &info)
	}
	granted := info.administers()
	switch {
	case err != nil || a.status != http.StatusOK || info.AccountName == "":
		f.Verdict, f.Detail, f.Advice = sinks.Warning, "not known: MinIO does not report the account's permissions ("+a.text+")", "check that admin: and kms: are not granted"
	case len(granted) > 0 && info.AccountName == creds.AccessKeyID:
		f.Verdict, f.Required, f.Verb = sinks.Fails, true, granted[0]
		f.Detail, f.Advice = "granted: "+strings.Join(granted, ", ")+": an attacker can grant himself every permission", "remove it from the credential"
	case len(granted) > 0:
		f.Verdict, f.Detail = sinks.Warning, "the key belongs to an account with "+strings.Join(granted, ", ")+"; MinIO does not report whether the key's own policy excludes that"
		f.Advice = "create a separate user for the host"
	}
	t.add(f)
}

// A minioAccount is MinIO's report of the account's own permissions.
type minioAccount struct {
	AccountName string
	Policy      struct {
		Statement []struct {
			Effect string
			Action []string
		}
	}
}

// administers lists the actions that are granted and not denied, except those on
// objects, buckets and temporary credentials.
func (m *minioAccount) administers() (granted []string) {
	for _, s := range m.Policy.Statement {
		for _, action := range s.Action {
			if s.Effect == "Allow" && !strings.HasPrefix(action, "s3:") && !strings.HasPrefix(action, "sts:") && !m.denies(action) {
				granted = append(granted, action)
			}
		}
	}
	slices.Sort(granted)
	return slices.Compact(granted)
}

func (m *minioAccount) denies(action string) bool {
	for _, s := range m.Policy.Statement {
		for _, pattern := range s.Action {
			if hit, _ := path.Match(pattern, action); hit && s.Effect == "Deny" {
				return true
			}
		}
	}
	return false
}
