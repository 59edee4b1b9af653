package sinks

import (
	"errors"
	"fmt"
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

// explain describes an error in one line, without the session URI. That is a secret,
// since it is enough to write to the object.
func (up *gcsUpload) explain(err error) error {
	where := "bucket " + up.s.c.bucket
	status := gcsStatus(err)
	text := withoutSession(err)
	switch {
	case status == 412 && up.long && up.retried.Load():
		return &explained{where + ": a response was lost, and an object of this name exists: " + text, errors.Join(ErrRestart, hidden(err))}
	case status == 412:
		return ErrExists
	case status == 403:
		return &explained{where + ": denied; the credential needs storage.objects.create, which roles/storage.objectCreator contains (" + text + ")", hidden(err)}
	case status == 401:
		return &explained{where + ": the credential is not accepted; give a valid one (" + text + ")", hidden(err)}
	case (status == 404 || status == 410) && up.long && up.w.Attrs() == nil && up.progress.Load():
		return &explained{where + ": the upload was cancelled by someone else: " + text, errors.Join(ErrRestart, hidden(err))}
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
		return &explained{fmt.Sprintf("get a token for the credential: check that it is valid and that Google can be reached (%.300s)", withoutSession(token)), err}
	}
	return &explained{text, err}
}

// hidden is an error with the status of err but without its text.
func hidden(err error) error {
	if status := gcsStatus(err); status != 0 {
		return fmt.Errorf("status %d", status)
	}
	return errors.New("no response")
}

// withoutSession is the text of an error on one line, without upload IDs.
func withoutSession(err error) string {
	text := strings.Join(strings.Fields(err.Error()), " ")
	return regexp.MustCompile(`(?i)(upload_id|session_uri|sessionuri)=[^&"'\s]+`).ReplaceAllString(text, "$1=[redacted]")
}
