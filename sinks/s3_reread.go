package sinks

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// A rereader is a credential that stands in a file, which somebody may write anew
// while a stream is on its way: the SDK reads it once in a process' life. Below a
// cache, it is asked again when the store calls the credential expired.
type rereader struct {
	load []func(*config.LoadOptions) error
	file string // credentials_file, or ""
	now  aws.CredentialsProvider
	read bool // now was asked already
}

// Retrieve is aws.CredentialsProvider's; its cache calls it once at a time.
func (r *rereader) Retrieve(ctx context.Context) (aws.Credentials, error) {
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
