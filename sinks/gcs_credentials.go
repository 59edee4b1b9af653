package sinks

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"cloud.google.com/go/auth"
	"cloud.google.com/go/auth/credentials"
	"cloud.google.com/go/storage"

	"github.com/wp-oneway/wp-oneway/sinks/operator"
)

// googleCredentials finds Google's credentials: in a file, which is checked before it is
// used, or else from the metadata server.
func googleCredentials(file string) (*auth.Credentials, error) {
	if err := checkVariables("SSL_CERT_FILE", "SSL_CERT_DIR"); err != nil {
		return nil, err
	}
	text, err := readGoogleFile(file)
	if err == nil {
		err = checkGoogleSource(text)
	}
	if missing := (*fs.PathError)(nil); err != nil && !errors.As(err, &missing) {
		return nil, fmt.Errorf("read the Google credential: %w", err)
	}
	var creds *auth.Credentials
	if err == nil {
		creds, err = credentials.DetectDefault(&credentials.DetectOptions{
			CredentialsJSON: text, //nolint:staticcheck // nobody else can write to the file
			Scopes:          []string{storage.ScopeReadWrite},
		})
	}
	if err == nil {
		err = checkGoogleKey(creds)
	}
	if err != nil {
		return nil, googleError(err, file)
	}
	return creds, nil
}

// readGoogleFile reads the file of the URL, of the environment, or that gcloud wrote; nil
// if there is none.
func readGoogleFile(file string) ([]byte, error) {
	if file != "" {
		return operator.ReadFile(file, operator.OwnGroup)
	}
	if file = os.Getenv("GOOGLE_APPLICATION_CREDENTIALS"); file != "" {
		return operator.ReadFile(file, operator.Everybody)
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return nil, nil //nolint:nilerr,nilnil // a service may have no home
	}
	// Nobody else can create the file later: then its folder would be refused.
	text, err := operator.ReadFile(filepath.Join(home, ".config", "gcloud", "application_default_credentials.json"), operator.Everybody)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // there is none
	}
	return text, err
}

// A googleSource is the part of a credential's file that names other files and commands.
type googleSource struct {
	CredentialSource struct {
		File       string `json:"file"`
		Executable struct {
			Command    string `json:"command"`
			OutputFile string `json:"output_file"`
		} `json:"executable"`
		Certificate struct {
			Config     string `json:"certificate_config_location"`
			TrustChain string `json:"trust_chain_path"`
		} `json:"certificate"`
	} `json:"credential_source"`
	CACert string          `json:"ca_cert_path"`
	Source json.RawMessage `json:"source_credentials"` // of an impersonated account
}

// checkGoogleSource checks the files and commands that a credential's file names.
func checkGoogleSource(text []byte) error {
	var f googleSource
	if len(text) == 0 || json.Unmarshal(text, &f) != nil {
		return nil //nolint:nilerr // Google's library reports it
	}
	s := f.CredentialSource
	for _, path := range []string{s.File, s.Executable.OutputFile, commandPath(s.Executable.Command), s.Certificate.Config, s.Certificate.TrustChain, f.CACert} {
		if err := checkNamed(path); err != nil {
			return err
		}
	}
	return checkGoogleSource(f.Source)
}

// Credential is Authenticator's: the account and its key, or the digest of another
// kind of credential.
func (s *gcsSink) Credential(context.Context) (string, error) {
	text := s.creds.JSON()
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

// googleError names the file whose credential could not be read.
func googleError(err error, file string) error {
	from := "GOOGLE_APPLICATION_CREDENTIALS, " + os.Getenv("GOOGLE_APPLICATION_CREDENTIALS")
	var path *fs.PathError
	switch {
	case file != "":
		from = file
	case os.Getenv("GOOGLE_APPLICATION_CREDENTIALS") == "":
		return fmt.Errorf("find Google credentials: %w; add credentials_file= to the URL, or set GOOGLE_APPLICATION_CREDENTIALS", oneLine(err))
	}
	if errors.As(err, &path) {
		return fmt.Errorf("read the Google credential in %s: %w; correct the path, or add credentials_file= to the URL", from, path.Err)
	}
	return fmt.Errorf("read the Google credential in %s: %w; give the JSON file of a key, unchanged as Google issued it", from, oneLine(err))
}

// checkGoogleKey refuses a service account's key that cannot sign. The client would
// notice only at the first request, with a long error.
func checkGoogleKey(creds *auth.Credentials) error {
	var file struct {
		Type string `json:"type"`
		Key  string `json:"private_key"`
	}
	if err := json.Unmarshal(creds.JSON(), &file); err != nil || file.Type != "service_account" {
		return nil //nolint:nilerr // another kind of credential has no key
	}
	block, _ := pem.Decode([]byte(file.Key))
	if block != nil {
		if _, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
			return nil
		}
		if _, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
			return nil
		}
	}
	return errors.New("its private_key is not a key in PEM form")
}
