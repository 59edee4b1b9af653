package r2

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"

	"github.com/wp-oneway/wp-oneway/sinks/operator"
)

// A Secret is printed, logged and marshalled as [redacted].
type Secret struct{ text string }

// NewSecret hides a text.
func NewSecret(text string) Secret { return Secret{text} }

// Reveal returns the text.
func (s Secret) Reveal() string { return s.text }

const redacted = "[redacted]"

// Format prints [redacted], with every verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// MarshalText returns [redacted].
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// A Parent is the credential of an R2 API token.
type Parent struct {
	KeyID  string
	secret Secret
}

// NewParent is the parent with that access key.
func NewParent(keyID string, secret Secret) Parent { return Parent{keyID, secret} }

// ReadParent reads a parent from a profile of a file in the format of AWS credentials
// files. Only its owner may read the file.
func ReadParent(ctx context.Context, path, profile string) (Parent, error) {
	if err := operator.Check(path, operator.Nobody); err != nil {
		return Parent{}, fmt.Errorf("read the parent credential: %w", err)
	}
	shared, err := config.LoadSharedConfigProfile(ctx, profile, func(o *config.LoadSharedConfigOptions) {
		o.ConfigFiles, o.CredentialsFiles, o.Logger = []string{}, []string{path}, logging.Nop{}
	})
	c := shared.Credentials
	switch missing := (config.SharedConfigProfileNotExistError{}); {
	case errors.As(err, &missing) || err == nil && !c.HasKeys():
		err = fmt.Errorf("there is no aws_access_key_id and aws_secret_access_key below [%s]", profile)
	case err != nil:
		err = errors.New("it is not in the format of AWS credentials files") // the cause quotes lines of the file
	case c.SessionToken != "":
		err = errors.New("it is a temporary credential, which cannot sign others; give the key of the R2 API token")
	}
	if err != nil {
		return Parent{}, fmt.Errorf("read the parent credential %s: %w", path, err)
	}
	return Parent{c.AccessKeyID, Secret{c.SecretAccessKey}}, nil
}
