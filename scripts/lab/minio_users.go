package lab

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// PutOnlyPolicy returns a policy that allows creating objects and aborting uploads below prefix,
// and nothing else. In MinIO, there are two other ways to overwrite an existing version: a
// request that names the version ID, and an archive that the server unpacks. The Deny statements
// close both.
func PutOnlyPolicy(bucket, prefix string) string {
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow",`+
		`"Action":["s3:PutObject","s3:AbortMultipartUpload"],"Resource":["arn:aws:s3:::%[1]s/%[2]s*"]},`+
		`{"Effect":"Deny","Action":["s3:PutObject"],"Resource":["arn:aws:s3:::%[1]s/*"],"Condition":{"StringLike":{"s3:versionid":"?*"}}},`+
		`{"Effect":"Deny","Action":["s3:PutObject"],"Resource":["arn:aws:s3:::%[1]s/","arn:aws:s3:::%[1]s/*/"]}]}`, bucket, prefix)
}

// PutOnlyUser adds a user with PutOnlyPolicy. It returns an AWS shared credentials file with the
// user's keys.
func (m *MinIO) PutOnlyUser(ctx context.Context, bucket, prefix string) (credentialsFile string, err error) {
	key, secret := randomKey(20), randomKey(40)
	if err := m.User(ctx, key, secret, PutOnlyPolicy(bucket, prefix)); err != nil {
		return "", err
	}
	return m.credentialsFile(key, secret)
}

func (m *MinIO) credentialsFile(key, secret string) (string, error) {
	path := filepath.Join(m.Dir, "credentials-"+key)
	text := fmt.Sprintf("[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n", key, secret)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return "", fmt.Errorf("write credentials: %w", err)
	}
	return path, nil
}

// User adds a user with a separate policy. If the user exists, it changes the secret and the
// policy.
func (m *MinIO) User(ctx context.Context, key, secret, policyJSON string) error {
	return m.importIAM(ctx, map[string]any{
		"policies.json":      map[string]json.RawMessage{"of-" + key: json.RawMessage(policyJSON)},
		"users.json":         map[string]any{key: map[string]string{"secretKey": secret, "status": "enabled"}},
		"user_mappings.json": map[string]any{key: map[string]any{"version": 1, "policy": "of-" + key}},
	})
}

// Disable revokes a user's credential.
func (m *MinIO) Disable(ctx context.Context, key, secret string) error {
	return m.importIAM(ctx, map[string]any{
		"users.json": map[string]any{key: map[string]string{"secretKey": secret, "status": "disabled"}},
	})
}

// importIAM sends users and policies in the server's export format, a zip of JSON files. It is
// the only way to add users that needs no client library of MinIO.
func (m *MinIO) importIAM(ctx context.Context, files map[string]any) error {
	var body bytes.Buffer
	z := zip.NewWriter(&body)
	for name, v := range files {
		w, err := z.Create("iam-assets/" + name)
		if err != nil {
			return fmt.Errorf("add a user: %w", err)
		}
		if err := json.NewEncoder(w).Encode(v); err != nil {
			return fmt.Errorf("add a user: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("add a user: %w", err)
	}
	answer, err := m.admin(ctx, http.MethodPut, "/minio/admin/v3/import-iam-v2", body.Bytes())
	if err != nil {
		return fmt.Errorf("add a user: %w", err)
	}
	var result struct {
		Failed map[string]json.RawMessage `json:"failed"`
	}
	if err := json.Unmarshal(answer, &result); err != nil {
		return fmt.Errorf("add a user: %w", err)
	}
	for item, v := range result.Failed {
		if s := string(v); s != "null" && s != "[]" {
			return fmt.Errorf("add a user: %s failed: %s", item, s)
		}
	}
	return nil
}

// ping succeeds when the server accepts signed requests and has loaded its users. On a busy
// machine, it loads them later.
func (m *MinIO) ping(ctx context.Context) error {
	if _, err := m.admin(ctx, http.MethodGet, "/", nil); err != nil {
		return err
	}
	_, err := m.admin(ctx, http.MethodGet, "/minio/admin/v3/list-users", nil)
	return err
}

func (m *MinIO) admin(ctx context.Context, method, path string, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, m.Endpoint+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(body)
	digest := hex.EncodeToString(sum[:])
	req.Header.Set("X-Amz-Content-Sha256", digest)
	creds := aws.Credentials{AccessKeyID: m.RootKey, SecretAccessKey: m.RootSecret}
	if err := v4.NewSigner().SignHTTP(ctx, creds, req, digest, "s3", "us-east-1", time.Now()); err != nil {
		return nil, err
	}
	res, err := m.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode/100 != 2 {
		err = fmt.Errorf("%s %s: %s: %s", method, path, res.Status, answer)
	}
	return answer, err
}

// ReadingPolicy returns a policy that allows listing a bucket and reading its objects, and
// nothing else.
func ReadingPolicy(bucket string) string {
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[`+
		`{"Effect":"Allow","Action":["s3:ListBucket"],"Resource":["arn:aws:s3:::%[1]s"]},`+
		`{"Effect":"Allow","Action":["s3:GetObject","s3:GetObjectVersion"],"Resource":["arn:aws:s3:::%[1]s/*"]}]}`, bucket)
}

// ReadingUser adds a user with ReadingPolicy. It returns an AWS shared credentials file with the
// user's keys.
func (m *MinIO) ReadingUser(ctx context.Context, bucket string) (credentialsFile string, err error) {
	key, secret := randomKey(20), randomKey(40)
	if err := m.User(ctx, key, secret, ReadingPolicy(bucket)); err != nil {
		return "", err
	}
	return m.credentialsFile(key, secret)
}
