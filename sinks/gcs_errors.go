package sinks

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

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
	where := "bucket " + up.s.bucket
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
	case (status == 404 || status == 410) && up.long && up.w.Attrs() == nil && up.sent():
		return &explained{where + ": the upload was ended from elsewhere: " + text, errors.Join(ErrRestart, hidden(err))}
	case status == 404:
		return &explained{where + " does not exist; create it, or correct the URL", hidden(err)}
	case status != 0:
		return &explained{where + ": " + text, hidden(err)}
	}
	if strings.Contains(text, "[redacted]") {
		return &explained{text, hidden(err)}
	}
	return err
}

// sent tells whether the store took a part of the stream already.
func (up *gcsUpload) sent() bool { return up.progress.Load() }

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
