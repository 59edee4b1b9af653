package sinks

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// Credential is Authenticator's: the access key's ID or, for temporary keys, their
// source.
func (s *s3Sink) Credential(ctx context.Context) (string, error) {
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

// A rereadCredential is a credential in a file that may be replaced while a stream
// is being sent. The SDK reads the file once per process. This one, behind a cache,
// reads it again when the store reports that the credential has expired.
type rereadCredential struct {
	load []func(*config.LoadOptions) error
	file string // credentials_file, or ""
	now  aws.CredentialsProvider
	read bool // now has been used
}

// Retrieve is aws.CredentialsProvider's. The cache does not call it concurrently.
func (r *rereadCredential) Retrieve(ctx context.Context) (aws.Credentials, error) {
	if r.read {
		if r.file != "" {
			if err := checkCredentialsFile(r.file); err != nil {
				return aws.Credentials{}, err
			}
		}
		cfg, err := config.LoadDefaultConfig(ctx, r.load...)
		if err != nil {
			return aws.Credentials{}, oneLine(fmt.Errorf("read the AWS configuration again: %w", err))
		}
		if r.file != "" && !aws.IsCredentialsProvider(cfg.Credentials, credentials.StaticCredentialsProvider{}) {
			return aws.Credentials{}, fmt.Errorf("find a key in %s: there is none any more", r.file)
		}
		r.now = cfg.Credentials
	}
	r.read = true
	return r.now.Retrieve(ctx)
}
