package oneway

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// answerOf reads the store's answer from the client's error; nil is a success.
func answerOf(err error) answer {
	if err == nil {
		return answer{status: http.StatusOK}
	}
	a := answer{text: line(err.Error())}
	var r *smithyhttp.ResponseError
	if errors.As(err, &r) && r.Response != nil && r.Response.Response != nil {
		a.status = r.Response.StatusCode
	}
	var api smithy.APIError
	if errors.As(err, &api) {
		a.code = api.ErrorCode()
		a.text = line(fmt.Sprintf("%d %s: %s", a.status, a.code, api.ErrorMessage()))
	}
	if a.code == "Forbidden" && r != nil && r.Response.Request != nil && r.Response.Request.Method != http.MethodHead {
		a.code = "" // the client's own code for a 403 without a body from the store
	}
	var send *smithyhttp.RequestSendError
	if errors.As(err, &send) {
		a.text = line(send.Err.Error())
	}
	return a
}

// line puts a text on one line.
func line(s string) string { return strings.TrimSuffix(strings.Join(strings.Fields(s), " "), ": ") }

// denied reports whether the store authenticated the credential and denied the
// request. A 403 because of the key, the clock or a proxy proves nothing. The answer
// to a HEAD has no body that tells them apart; there the 403 counts as a denial,
// since the same key has just created an object.
func (a answer) denied() bool {
	if a.status != http.StatusForbidden {
		return false
	}
	switch a.code {
	case "AccessDenied", "AllAccessDisabled", "UnauthorizedAccess", "Forbidden":
		return true
	}
	return false
}

func (t *s3Canary) conclude(d demand, a answer) {
	if a.status == 0 && t.unanswered > maxUnanswered {
		a.text = notTried
	}
	t.report.conclude(d, a, a.denied(), "remove "+d.verb+" from the credential")
}
