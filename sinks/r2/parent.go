package r2

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"

	"github.com/wp-oneway/wp-oneway/secret"
	"github.com/wp-oneway/wp-oneway/sinks/operator"
)

// A Parent is the credential of an R2 API token.
type Parent struct {
	KeyID  string
	Secret secret.Text
}

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
	return Parent{c.AccessKeyID, secret.Text(c.SecretAccessKey)}, nil
}
