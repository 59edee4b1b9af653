package sinks

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strings"

	"cloud.google.com/go/auth"
	"google.golang.org/api/googleapi"
)

// gcsStatus is the HTTP status of Google's answer, 0 when there was none.
func gcsStatus(err error) int {
	var api *googleapi.Error
	if errors.As(err, &api) {
		return api.Code
	}
	return 0
}

// explain makes one line of an error, without the session's URI: whoever has that
// can write to the object.
func (up *gcsUpload) explain(err error) error {
	where := "bucket " + up.s.c.bucket
	status := gcsStatus(err)
	text := withoutSession(err)
	switch {
	case status == 412 && up.long && up.retried.Load():
		return &explained{where + ": an answer was lost, and the name is taken: " + text, errors.Join(ErrRestart, hidden(err))}
	case status == 412:
		return ErrExists
	case status == 403:
		return &explained{where + ": denied; the credential needs storage.objects.create, as roles/storage.objectCreator has it (" + text + ")", hidden(err)}
	case status == 401:
		return &explained{where + ": the credential is not accepted; give a valid one (" + text + ")", hidden(err)}
	case (status == 404 || status == 410) && up.long && up.w.Attrs() == nil && up.progress.Load():
		return &explained{where + ": the upload was ended from elsewhere: " + text, errors.Join(ErrRestart, hidden(err))}
	case status == 404:
		return &explained{where + " does not exist; create it, or correct the URL", hidden(err)}
	case status != 0:
		return &explained{where + ": " + text, hidden(err)}
	}
	if strings.Contains(text, "[redacted]") {
		return &explained{text, hidden(err)}
	}
	var token *auth.Error
	if errors.As(err, &token) {
		return &explained{fmt.Sprintf("the credential got no token; give a valid one, if Google is in reach (%.300s)", withoutSession(token)), err}
	}
	return &explained{text, err}
}

// hidden is an error's class without its text.
func hidden(err error) error {
	if status := gcsStatus(err); status != 0 {
		return fmt.Errorf("status %d", status)
	}
	return errors.New("no answer")
}

// withoutSession is an error's text on one line, without upload ids.
func withoutSession(err error) string {
	text := strings.Join(strings.Fields(err.Error()), " ")
	return regexp.MustCompile(`(?i)(upload_id|session_uri|sessionuri)=[^&"'\s]+`).ReplaceAllString(text, "$1=[redacted]")
}

// googleError names the file that no credential could be read from.
func googleError(err error, file string) error {
	from := "GOOGLE_APPLICATION_CREDENTIALS, " + os.Getenv("GOOGLE_APPLICATION_CREDENTIALS")
	var path *fs.PathError
	switch {
	case file != "":
		from = file
	case os.Getenv("GOOGLE_APPLICATION_CREDENTIALS") == "":
		return fmt.Errorf("find Google credentials; add credentials_file= to the URL or set GOOGLE_APPLICATION_CREDENTIALS: %w", oneLine(err))
	}
	if errors.As(err, &path) {
		return fmt.Errorf("read the Google credential in %s: %w; correct the path, or add credentials_file= to the URL", from, path.Err)
	}
	return fmt.Errorf("read the Google credential in %s: %w; give the JSON file of a key as Google issued it", from, oneLine(err))
}

// checkGoogleKey refuses a service account's key that nothing can be signed with:
// the client would find out with the first request, and say so at length.
func checkGoogleKey(creds *auth.Credentials) error {
	var file struct {
		Type string `json:"type"`
		Key  string `json:"private_key"`
	}
	if err := json.Unmarshal(creds.JSON(), &file); err != nil || file.Type != "service_account" {
		return nil //nolint:nilerr // of another kind, or from the machine: there is no key in it
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
	return errors.New("its private_key is no key in PEM form")
}
