package sinks

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/smithy-go/logging"

	"github.com/wp-oneway/wp-oneway/sinks/operator"
	"github.com/wp-oneway/wp-oneway/sinks/r2"
)

// awsFiles are the files that the SDK reads settings from.
type awsFiles struct{ config, credentials []string }

// files finds the SDK's files, and checks them. credentials_file replaces all of them.
func (c s3Config) files() (awsFiles, error) {
	if c.credentialsFile != "" {
		path := operator.Credential(c.credentialsFile)
		if err := operator.Check(path, operator.OwnGroup); err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				err = fmt.Errorf("%w; correct credentials_file=", err)
			}
			return awsFiles{}, fmt.Errorf("read credentials_file: %w", err)
		}
		return awsFiles{[]string{}, []string{path}}, nil
	}
	config, err := awsFile("AWS_CONFIG_FILE", "config")
	if err != nil {
		return awsFiles{}, err
	}
	credentials, err := awsFile("AWS_SHARED_CREDENTIALS_FILE", "credentials")
	return awsFiles{config, credentials}, err
}

// awsFile is the file that a variable names, or else the file of that name in ~/.aws. A
// file that is missing now is not in the list, so that nobody can add it later.
func awsFile(variable, name string) ([]string, error) {
	path := os.Getenv(variable)
	if path == "" {
		home, err := os.UserHomeDir()
		path = filepath.Join(home, ".aws", name)
		if err != nil || !operator.Exists(path) {
			return []string{}, nil //nolint:nilerr // a service may have no home
		}
	}
	if err := operator.Check(path, operator.Everybody); err != nil {
		return nil, fmt.Errorf("read the AWS configuration: %w; or add credentials_file= to the URL", err)
	}
	return []string{path}, nil
}

// load loads the SDK's settings. The SDK opens a file, or runs a command, only after the
// operator's check of it.
func (c s3Config) load(ctx context.Context) (aws.Config, error) {
	shared, options, err := c.shared(ctx)
	if err != nil {
		return aws.Config{}, err
	}
	if err := checkNamedFiles(shared); err != nil {
		return aws.Config{}, fmt.Errorf("read the AWS configuration: %w", err)
	}
	if err := checkVariables("SSL_CERT_FILE", "SSL_CERT_DIR", "AWS_CA_BUNDLE", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"); err != nil {
		return aws.Config{}, err
	}
	options = append(options,
		config.WithRetryer(func() aws.Retryer { return aws.NopRetryer{} }),
		config.WithLogger(logging.Nop{}), // the default writes to standard error
		config.WithRequestChecksumCalculation(aws.RequestChecksumCalculationWhenRequired),
		config.WithResponseChecksumValidation(aws.ResponseChecksumValidationWhenRequired),
	)
	if c.region != "" {
		options = append(options, config.WithRegion(c.region))
	}
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return cfg, configError(err, c)
	}
	return cfg, nil
}

// shared reads the profile in effect from the SDK's files. It also returns the options
// that make the SDK read the same. With credentials_file, the SDK reads credentials from
// this file only: not from the environment, which it prefers, nor from the metadata
// service, its fallback.
func (c s3Config) shared(ctx context.Context) (config.SharedConfig, []func(*config.LoadOptions) error, error) {
	files, err := c.files()
	if err != nil {
		return config.SharedConfig{}, nil, err
	}
	options := []func(*config.LoadOptions) error{
		config.WithSharedConfigFiles(files.config), config.WithSharedCredentialsFiles(files.credentials),
	}
	profile := cmp.Or(c.profile, os.Getenv("AWS_PROFILE"), os.Getenv("AWS_DEFAULT_PROFILE"), config.DefaultSharedConfigProfile)
	if c.credentialsFile != "" {
		profile = cmp.Or(c.profile, config.DefaultSharedConfigProfile)
		options = append(options, config.WithEC2IMDSClientEnableState(imds.ClientDisabled))
	}
	if c.profile != "" || c.credentialsFile != "" {
		options = append(options, config.WithSharedConfigProfile(profile))
	}
	shared, err := config.LoadSharedConfigProfile(ctx, profile, func(o *config.LoadSharedConfigOptions) {
		o.ConfigFiles, o.CredentialsFiles, o.Logger = files.config, files.credentials, logging.Nop{}
	})
	if missing := (config.SharedConfigProfileNotExistError{}); err != nil && !errors.As(err, &missing) {
		return shared, nil, configError(err, c)
	}
	return shared, options, nil // whether a missing profile is an error depends on the environment
}

// checkNamedFiles checks the files and commands that a profile names.
func checkNamedFiles(shared config.SharedConfig) error {
	for s := &shared; s != nil; s = s.Source {
		for _, path := range []string{s.CustomCABundle, s.WebIdentityTokenFile, commandPath(s.CredentialProcess)} {
			if err := checkNamed(path); err != nil {
				return err
			}
		}
		if home, err := os.UserHomeDir(); err == nil && (s.SSOSession != nil || s.SSOStartURL != "" || s.LoginSession != "") {
			if err := checkNamed(filepath.Join(home, ".aws")); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkNamed checks a file that a trusted file names; "" is none. A file that is missing
// is an error of the library that needs it.
func checkNamed(path string) error {
	if path == "" {
		return nil
	}
	if err := operator.Check(path, operator.Everybody); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// commandPath is the program of a command line, "" if the shell searches for it.
func commandPath(command string) string {
	words := strings.Fields(command)
	if len(words) == 0 {
		return ""
	}
	if path := strings.Trim(words[0], `"'`); filepath.IsAbs(path) {
		return path
	}
	return ""
}

// checkVariables checks the files and folders that variables of the environment name.
func checkVariables(names ...string) error {
	for _, name := range names {
		for _, path := range filepath.SplitList(os.Getenv(name)) {
			if err := operator.Check(path, operator.Everybody); err != nil {
				hint := ""
				if name == "AWS_CA_BUNDLE" {
					hint = " and give ca_file= in the URL"
				}
				return fmt.Errorf("read %s: %w; correct it, or unset it%s", name, err, hint)
			}
		}
	}
	return nil
}

// Credential is Authenticator's: the access key's ID or, for temporary keys, their
// source. A token of R2 has the key ID of its parent, which says nothing about its rights:
// there it is what the token allows.
func (s *s3Sink) Credential(ctx context.Context) (string, error) {
	creds, err := s.client.Options().Credentials.Retrieve(ctx)
	if err != nil {
		return "", oneLine(fmt.Errorf("find AWS credentials: %w", err))
	}
	if token, ok := r2.Parse(creds.SessionToken); ok {
		return "key " + creds.AccessKeyID + " R2 token " + token.Rights, nil
	}
	if !creds.CanExpire {
		return "key " + creds.AccessKeyID, nil
	}
	words := []string{"from", creds.Source, creds.AccountID}
	for _, name := range []string{"AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"} {
		words = append(words, os.Getenv(name))
	}
	shared, _, err := s.c.shared(ctx)
	if err != nil {
		return "", err
	}
	for p := &shared; p != nil; p = p.Source {
		words = append(words, p.Profile, p.RoleARN, p.CredentialSource, p.CredentialProcess, p.WebIdentityTokenFile,
			p.SSOAccountID, p.SSORoleName, p.LoginSession, p.Credentials.AccessKeyID)
	}
	return strings.Join(words, " "), nil
}

// Expiry is Expirer's. Only tokens of R2 say when they end.
func (s *s3Sink) Expiry(ctx context.Context) (Expiry, error) {
	token, err := s.token(ctx)
	if err != nil || token.Expires.IsZero() {
		return Expiry{}, err
	}
	return Expiry{At: token.Expires, Renew: token.Expires.Add(-min(renewBefore, token.Expires.Sub(token.Issued)/4))}, nil
}

// renewBefore is how long before its end a credential should be replaced, if it lives long.
const renewBefore = 48 * time.Hour

// token is the token of R2 in use, empty for another kind of credential.
func (s *s3Sink) token(ctx context.Context) (r2.Token, error) {
	creds, err := s.client.Options().Credentials.Retrieve(ctx)
	if err != nil {
		return r2.Token{}, oneLine(fmt.Errorf("find AWS credentials: %w", err))
	}
	token, _ := r2.Parse(creds.SessionToken)
	return token, nil
}

// A rereadCredential is a credential in a file that may be replaced while a stream
// is being sent. The SDK reads the file once per process. This one, behind a cache,
// reads it again when the store reports that the credential has expired.
type rereadCredential struct {
	c    s3Config
	now  aws.CredentialsProvider
	read bool // now has been used
}

// Retrieve is aws.CredentialsProvider's. The cache does not call it concurrently.
func (r *rereadCredential) Retrieve(ctx context.Context) (aws.Credentials, error) {
	if r.read {
		cfg, err := r.c.load(ctx)
		if err != nil {
			return aws.Credentials{}, oneLine(fmt.Errorf("read the AWS configuration again: %w", err))
		}
		if r.c.credentialsFile != "" && !aws.IsCredentialsProvider(cfg.Credentials, credentials.StaticCredentialsProvider{}) {
			return aws.Credentials{}, fmt.Errorf("find a key in %s: it no longer contains one", r.c.credentialsFile)
		}
		r.now = cfg.Credentials
	}
	r.read = true
	return r.now.Retrieve(ctx)
}

// configError names the file that the SDK could not read, since the SDK does not.
func configError(err error, c s3Config) error {
	var path *fs.PathError
	bundle := os.Getenv("AWS_CA_BUNDLE")
	switch text := err.Error(); {
	case bundle != "" && errors.As(err, &path) && path.Path == bundle:
		return fmt.Errorf("read AWS_CA_BUNDLE: %w; correct it, or unset it and give ca_file= in the URL", err)
	case bundle != "" && strings.Contains(text, "CA bundle"):
		return fmt.Errorf("read AWS_CA_BUNDLE: no certificate in PEM form in %s; correct it, or unset it and give ca_file= in the URL", bundle)
	case strings.Contains(text, "CA bundle"):
		return fmt.Errorf("read the AWS configuration: no certificate in PEM form in the file that ca_bundle names; correct it, or give ca_file= in the URL")
	case c.credentialsFile != "":
		return oneLine(fmt.Errorf("find a key in %s: %w; give a file with [default], or with the profile that the URL names", c.credentialsFile, err))
	}
	return oneLine(fmt.Errorf("read the AWS configuration: %w", err))
}
