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

// listen asks MinIO to be told of new objects, by an event that there is not.
func (t *s3Canary) listen(ctx context.Context) {
	if !t.minio() {
		return
	}
	events := func(o *s3.Options) { o.APIOptions = append(o.APIOptions, withQuery("events", bogusWord)) }
	for _, p := range []s3Probe{
		{demand{"listen", "s3:ListenBucketNotification", "a thief is told the name of each new backup"}, func(ctx context.Context, o func(*s3.Options)) error {
			_, err := t.Client.ListObjects(ctx, &s3.ListObjectsInput{Bucket: &t.Bucket}, o, events)
			return err
		}},
		{demand{"listen to all", "s3:ListenNotification", "a thief is told the name of each new object of the server"}, func(ctx context.Context, o func(*s3.Options)) error {
			_, err := t.Client.ListBuckets(ctx, &s3.ListBucketsInput{}, o, events)
			return err
		}},
	} {
		ctx, cancel, o := t.call(ctx)
		a := answerOf(p.try(ctx, o))
		cancel()
		if a.status == http.StatusBadRequest {
			a.status = http.StatusOK // it was refused for what it says
		}
		t.conclude(p.demand, a)
	}
}

// fanOut tries MinIO's way to put one body under many names, whatever the prefix,
// by a form whose policy is signed and cannot be read.
func (t *s3Canary) fanOut(ctx context.Context) {
	if !t.minio() {
		return
	}
	d := demand{"put under many names", "s3:PutObjectFanOut", "a thief can put over every object of the bucket, also outside the prefix"}
	body, kind, err := t.fanOutForm(ctx)
	if err != nil {
		t.conclude(d, answer{said: line(err.Error())})
		return
	}
	a, _ := t.raw(ctx, http.MethodPost, "/"+t.Bucket+"/", body, kind)
	if a.code == "PostPolicyInvalidKeyName" {
		a.status = http.StatusOK // who asks was looked at before
	}
	t.conclude(d, a)
}

func (t *s3Canary) fanOutForm(ctx context.Context) (body []byte, kind string, err error) {
	unread := base64.StdEncoding.EncodeToString([]byte(bogusWord))
	creds, err := t.Client.Options().Credentials.Retrieve(ctx)
	if err != nil {
		return nil, "", err
	}
	now := time.Now().Add(-t.skew).UTC()
	day := now.Format("20060102")
	scope := []string{day, t.Client.Options().Region, "s3", "aws4_request"}
	key := []byte("AWS4" + creds.SecretAccessKey)
	for _, word := range append(slices.Clone(scope), unread) {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(word))
		key = mac.Sum(nil)
	}
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for _, field := range [][2]string{
		{"key", t.key},
		{"policy", unread},
		{"x-amz-algorithm", "AWS4-HMAC-SHA256"},
		{"x-amz-credential", creds.AccessKeyID + "/" + strings.Join(scope, "/")},
		{"x-amz-date", now.Format("20060102T150405Z")},
		{"x-amz-security-token", creds.SessionToken},
		{"x-amz-signature", hex.EncodeToString(key)},
		{"x-minio-fanout-list", `{"key":"` + bogusWord + `"}`},
	} {
		if field[1] != "" {
			err = errors.Join(err, form.WriteField(field[0], field[1]))
		}
	}
	_, bad := form.CreateFormFile("file", "canary")
	err = errors.Join(err, bad, form.Close())
	return b.Bytes(), form.FormDataContentType(), err
}

// raw sends what the client has no call for; kind is the body's type, and a request
// without is signed.
func (t *s3Canary) raw(ctx context.Context, method, address string, body []byte, kind string) (answer, []byte) {
	ctx, cancel, _ := t.call(ctx)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(t.Endpoint, "/")+address, bytes.NewReader(body))
	if err != nil {
		return answer{said: line(err.Error())}, nil
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	} else if err := t.sign(ctx, r); err != nil {
		return answer{said: line(err.Error())}, nil
	}
	res, err := t.Client.Options().HTTPClient.Do(r)
	if err != nil {
		return answer{said: line(err.Error())}, nil
	}
	defer res.Body.Close()
	t.silent = 0
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return answer{said: line(err.Error())}, nil
	}
	var refusal struct{ Code, Message string }
	if xml.Unmarshal(text, &refusal) != nil {
		_ = json.Unmarshal(text, &refusal) // MinIO's administration says it so
	}
	return answer{status: res.StatusCode, code: refusal.Code, said: line(fmt.Sprintf("%d %s: %s", res.StatusCode, refusal.Code, refusal.Message))}, text
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

// account asks MinIO what it grants, which it tells everybody of himself: who may
// administer the server, or its keys, may do everything else.
func (t *s3Canary) account(ctx context.Context) {
	if !t.minio() {
		return
	}
	f := sinks.Finding{Check: "administer", Verb: "admin:*", Verdict: sinks.Holds, Detail: "MinIO grants nothing of the server's administration, nor of its keys"}
	creds, err := t.Client.Options().Credentials.Retrieve(ctx)
	a, text := t.raw(ctx, http.MethodGet, "/minio/admin/v3/accountinfo", nil, "")
	var info minioAccount
	if err == nil && a.status == http.StatusOK {
		err = json.Unmarshal(text, &info)
	}
	granted := info.administers()
	switch {
	case err != nil || a.status != http.StatusOK || info.AccountName == "":
		f.Verdict, f.Detail, f.Advice = sinks.Warning, "not known: MinIO does not say what it grants ("+a.said+")", "see that admin: and kms: are not granted"
	case len(granted) > 0 && info.AccountName == creds.AccessKeyID:
		f.Verdict, f.Required, f.Verb = sinks.Fails, true, granted[0]
		f.Detail, f.Advice = "granted: "+strings.Join(granted, ", ")+": a thief can give himself every right", "take it from the credential"
	case len(granted) > 0:
		f.Verdict, f.Detail = sinks.Warning, "the key belongs to an account that has "+strings.Join(granted, ", ")+"; what the key's own policy leaves of it, MinIO does not say"
		f.Advice = "make a user of its own for the host"
	}
	t.add(f)
}

// A minioAccount is what MinIO says of who asks.
type minioAccount struct {
	AccountName string
	Policy      struct {
		Statement []struct {
			Effect string
			Action []string
		}
	}
}

// administers lists what is granted beside objects and buckets, and not denied.
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
