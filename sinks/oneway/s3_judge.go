package oneway

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// An answer is what came back from a store.
type answer struct {
	status int // 0: nothing did
	code   string
	said   string // for people, on one line
}

// answerOf reads what an error tells of the store's answer; none is a success.
func answerOf(err error) answer {
	if err == nil {
		return answer{status: http.StatusOK}
	}
	a := answer{said: line(err.Error())}
	var r *smithyhttp.ResponseError
	if errors.As(err, &r) && r.Response != nil && r.Response.Response != nil {
		a.status = r.Response.StatusCode
	}
	var api smithy.APIError
	if errors.As(err, &api) {
		a.code = api.ErrorCode()
		a.said = line(fmt.Sprintf("%d %s: %s", a.status, a.code, api.ErrorMessage()))
	}
	if a.code == "Forbidden" && r != nil && r.Response.Request != nil && r.Response.Request.Method != http.MethodHead {
		a.code = "" // the client's word for a 403 that is not the store's
	}
	var send *smithyhttp.RequestSendError
	if errors.As(err, &send) {
		a.said = line(send.Err.Error())
	}
	return a
}

// why is what a sink says of a failure, without the name of the canary.
func why(err error) string {
	if cause := errors.Unwrap(err); cause != nil {
		err = cause
	}
	return line(err.Error())
}

func line(s string) string { return strings.TrimSuffix(strings.Join(strings.Fields(s), " "), ": ") }

// denied tells whether the store understood who asks, and refused. A 403 because
// of the key, the clock or a wall in between proves nothing; the answer to a HEAD
// has no body to tell them apart, and the same key has just created an object.
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

// A demand is something that must be denied.
type demand struct {
	check, verb string
	allows      string // what a thief does with it
}

// judge says how a demand came out.
func (t *s3Canary) judge(d demand, err error) {
	t.conclude(d, answerOf(err))
}

func (t *s3Canary) conclude(d demand, a answer) {
	f := sinks.Finding{Check: d.check, Verb: d.verb, Required: true}
	switch {
	case a.status == 0 && t.silent > mostSilent:
		f.Verdict, f.Detail, f.Advice = sinks.Unproven, errSilent.Error(), "run doctor again"
	case a.denied():
		f.Verdict, f.Detail = sinks.Holds, "denied"
	case a.status/100 == 2:
		f.Verdict, f.Detail = sinks.Fails, "allowed: "+d.allows
		f.Advice = "take " + d.verb + " from the credential"
	default:
		f.Verdict, f.Detail = sinks.Unproven, "neither allowed nor denied: "+a.said
		f.Advice = "the store must answer 403 AccessDenied; run doctor again, and check that " + d.verb + " is not granted"
	}
	t.add(f)
}
