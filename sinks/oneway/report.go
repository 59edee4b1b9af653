package oneway

import (
	"errors"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// A report collects the findings of one folder, or of the whole sink.
type report struct {
	folderName string // "" for the whole sink
	findings   []sinks.Finding
}

// add adds a finding.
func (r *report) add(f sinks.Finding) {
	f.Folder = r.folderName
	r.findings = append(r.findings, f)
}

// A demand is something that the store must deny.
type demand struct {
	check, verb string
	allows      string // what an attacker can do if it is allowed
}

// An answer is the response of a store.
type answer struct {
	status int    // 0 when there was none
	code   string // the store's error code
	text   string // for people, on one line
}

// conclude adds the finding for a request that must be denied. revoke is the advice
// when it was allowed.
func (r *report) conclude(d demand, a answer, denied bool, revoke string) {
	f := sinks.Finding{Check: d.check, Verb: d.verb, Required: true}
	switch {
	case denied:
		f.Verdict, f.Detail = sinks.Holds, "denied"
	case a.status/100 == 2:
		f.Verdict, f.Detail, f.Advice = sinks.Fails, "allowed: "+d.allows, revoke
	default:
		f.Verdict, f.Detail = sinks.Unproven, "neither allowed nor denied: "+a.text
		f.Advice = "the store must answer 403 (access denied); run doctor again, and check that " + d.verb + " is not granted"
	}
	r.add(f)
}

// cannotCreate adds the finding for a canary that could not be created.
func (r *report) cannotCreate(verb string, err error) {
	r.add(sinks.Finding{
		Check: "create", Verb: verb, Required: true, Verdict: sinks.Fails, Detail: causeText(err),
		Advice: "no backup can be stored there; correct this first",
	})
}

// outside calls try with a key beside the prefix that the credential is for, and
// with a key at the root of the bucket. bucketURL is the bucket's URL without a prefix.
func (r *report) outside(o *Options, verb, bucketURL, prefix string, try func(d demand, key string)) {
	within := o.within(prefix)
	if within == "" {
		r.add(sinks.Finding{
			Check: "create outside", Verb: verb, Verdict: sinks.Warning, Detail: "the URL has no prefix: the credential can create objects in every folder of the bucket",
			Advice: "give each host its own prefix, such as " + bucketURL + "/{host}",
		})
		return
	}
	name := canary()
	for _, at := range []struct{ check, key string }{{"create beside the prefix", within + "-" + name}, {"create at the root", name}} {
		try(demand{at.check, verb, "an upload of " + at.key + " was started outside the prefix"}, at.key)
	}
}

// policyCommand is the command that prints the policy for a bucket and a prefix.
func policyCommand(provider, bucket, prefix string) string {
	text := "wp-oneway policy " + provider + " --bucket " + bucket
	if prefix != "" {
		text += " --prefix " + sinks.Quote(prefix)
	}
	return text
}

// causeText is the cause of a sink's error, without the name of the canary.
func causeText(err error) string {
	if cause := errors.Unwrap(err); cause != nil {
		err = cause
	}
	return line(err.Error())
}
