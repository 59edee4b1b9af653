package sinks

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"cloud.google.com/go/auth"
)

// Credential names the credential that a sink uses, by what of it is no secret:
// the same text for as long as it is the same credential. "" is a sink that needs
// none. The text is not for eyes: hash it.
func Credential(ctx context.Context, s Sink) (string, error) {
	switch s := s.(type) {
	case drySink:
		return Credential(ctx, s.Sink)
	case *s3Sink:
		return s.credential(ctx)
	case *gcsSink:
		return googleCredential(s.creds)
	}
	return "", nil
}

// credential is the access key's name or, where keys come and go by themselves,
// where they come from.
func (s *s3Sink) credential(ctx context.Context) (string, error) {
	creds, err := s.client.Options().Credentials.Retrieve(ctx)
	if err != nil {
		return "", oneLine(fmt.Errorf("find AWS credentials: %w", err))
	}
	if !creds.CanExpire {
		return "key " + creds.AccessKeyID, nil
	}
	return strings.Join([]string{
		"from", creds.Source, creds.AccountID, s.c.profile, s.c.credentialsFile,
		os.Getenv("AWS_PROFILE"), os.Getenv("AWS_ROLE_ARN"),
	}, " "), nil
}

// googleCredential is the account and its key or, of a credential that is not a
// service account's key, the digest of how it is got.
func googleCredential(creds *auth.Credentials) (string, error) {
	text := creds.JSON()
	if len(text) == 0 {
		return "from the machine's metadata server", nil
	}
	var file struct {
		Email string `json:"client_email"`
		Key   string `json:"private_key_id"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return "", fmt.Errorf("read the Google credential: %w", err)
	}
	if file.Email != "" && file.Key != "" {
		return "service account " + file.Email + " key " + file.Key, nil
	}
	sum := sha256.Sum256(text)
	return "configuration " + hex.EncodeToString(sum[:]), nil
}
