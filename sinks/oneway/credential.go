package oneway

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wp-oneway/wp-oneway/sinks"
	"github.com/wp-oneway/wp-oneway/sinks/r2"
)

// addExpiry adds when the credential ends, if nobody renews it by itself.
func addExpiry(ctx context.Context, sink sinks.Sink, findings []sinks.Finding, now time.Time) ([]sinks.Finding, error) {
	expiry, err := sinks.CredentialExpiry(ctx, sink)
	if err != nil || expiry.At.IsZero() {
		return findings, err
	}
	at := expiry.At.Local().Format("2 January 15:04")
	f := sinks.Finding{Check: "credential's end", Verdict: sinks.Holds, Detail: "it is valid until " + at}
	if now.After(expiry.Renew) {
		f.Verdict = sinks.Warning
		f.Detail = "it is valid until " + at + " only: no backup can be stored after that"
		f.Advice = "sign a new one with wp-oneway policy r2-token on the machine that has the parent credential, and replace the file on this host"
	}
	if now.After(expiry.At) {
		f.Detail = "it has expired on " + at
	}
	return append(findings, f), nil
}

// tokenActions checks the actions that an R2 token allows. The other checks show that R2 obeys
// the token; this one covers actions that they cannot try.
func (t *s3Canary) tokenActions() {
	if t.Actions == nil {
		return
	}
	f := sinks.Finding{Check: "token's actions", Required: true, Verdict: sinks.Holds, Detail: strings.Join(t.Actions, ", ")}
	more := slices.DeleteFunc(slices.Clone(t.Actions), func(a string) bool { return slices.Contains(r2.PutActions(), a) })
	if len(more) > 0 {
		f.Verdict, f.Detail = sinks.Fails, "allowed: "+strings.Join(more, ", ")
		f.Advice = "sign a token without them: " + t.policy()
	}
	t.add(f)
}

// byToken concludes that R2's token does not allow a change of the bucket's settings: none
// of the actions that a token can have does.
func (t *s3Canary) byToken(d demand) {
	t.add(sinks.Finding{
		Check: d.check, Verb: d.verb, Required: true, Verdict: sinks.Holds,
		Detail: fmt.Sprintf("not tried: none of the token's actions allows it (%d actions)", len(t.Actions)),
	})
}
