package policy

import (
	"errors"
	"fmt"
	"strings"

	"github.com/wp-oneway/wp-oneway/sinks/r2"
)

// r2 is for Cloudflare: a temporary credential that can only put, signed on a trusted machine.
// R2 keeps no versions, so only a bucket lock prevents overwriting.
func (p *Plan) r2(r Request, scopes []scope) {
	p.sinks("s3://"+r.Bucket, r, "?endpoint=https://ACCOUNT.r2.cloudflarestorage.com&region=auto&credentials_file=/etc/wp-oneway/r2-token")
	p.OneWay = "enforced: the host's token can only put, and the bucket lock prevents overwriting"
	if r.LockDays == 0 {
		p.OneWay = "put only, but what is stored can be overwritten: R2 keeps no versions; add --lock"
		p.warn("Without --lock, whoever has the token and knows a backup's name can overwrite it. Doctor fails, and --require-one-way refuses the sink.")
	}
	p.warn("Create one parent token for each host. A parent can read and delete, so it must never be on a host. Revoking it is the only way to revoke the host's token before it expires, and revokes all tokens that it has signed.")
	p.warn("A token is valid for 7 days at most. Sign it again before that, and replace the file on the host: a run reads it when it begins, and again when R2 says that it has expired. Doctor and status warn two days before.")
	p.warn("Doctor must confirm that your account's R2 obeys the list of actions: wp-oneway's authors could not test it at Cloudflare.")
	for i, prefix := range prefixes(scopes) {
		with := ""
		if prefix != "" {
			with = " --prefix " + below(prefix)
		}
		if r.LockDays > 0 {
			p.run("Prevent overwriting and deletion", fmt.Sprintf("npx wrangler r2 bucket lock add %s %s%s --retention-days %d", r.Bucket, ruleID("lock", prefix, i), with, r.LockDays), nil)
			p.document(ruleID("lock", prefix, i), map[string]any{"prefix": below(prefix), "condition": map[string]any{"type": "Age", "maxAgeSeconds": r.LockDays * 86400}})
		}
		p.run("Abort incomplete uploads", fmt.Sprintf("npx wrangler r2 bucket lifecycle add %s %s%s --abort-multipart-days %d", r.Bucket, ruleID("uploads", prefix, i), with, abortDays), nil)
	}
	for _, e := range r.expiries(scopes) {
		with := ""
		if e.begin != "" {
			with = " --prefix " + e.begin
		}
		p.run("Delete old backups", fmt.Sprintf("npx wrangler r2 bucket lifecycle add %s %s%s --expire-days %d", r.Bucket, e.id, with, e.days), nil)
	}
	for _, s := range scopes {
		p.r2Token(r, s)
	}
}

// r2Token adds the commands that make the token of a host, and its claims.
func (p *Plan) r2Token(r Request, s scope) {
	claims := r2.PutClaims(r.Bucket, s.prefixes)
	body := map[string]any{"bucket": claims.Bucket, "actions": claims.Actions}
	if claims.Paths != nil {
		body["paths"] = claims.Paths
	}
	p.document(strings.TrimSpace("token "+s.host), body)
	p.run("Create the parent token"+ofHost(s)+": R2, Manage API tokens, Object Read & Write, for this bucket only. Save its access key on a trusted machine, as "+s.name()+"-parent",
		"# https://dash.cloudflare.com/?to=/:account/r2/api-tokens", nil)
	command := "wp-oneway policy r2-token --account ACCOUNT --bucket " + r.Bucket
	if r.Prefix != "" {
		command += " --prefix '" + r.Prefix + "'"
	}
	if s.host != "" {
		command += " --host " + s.host
	}
	p.run("On the trusted machine, at least every 7 days: sign the token"+ofHost(s)+", and copy it to the host as /etc/wp-oneway/r2-token, with mode 0600",
		command+" --parent "+s.name()+"-parent --output "+s.name()+"-token", nil)
}

// TokenPrefixes checks a request for the token of one host, and returns the prefixes below
// which the host can create objects; "" is the whole bucket.
func (r Request) TokenPrefixes() ([]string, error) {
	r.Provider, r.ExpireDays = "r2", Never
	if err := r.check(); err != nil {
		return nil, err
	}
	if len(r.Hosts) > 1 {
		return nil, errors.New("host: give exactly one, because each host needs its own parent and token")
	}
	scopes, err := r.scopes()
	if err != nil {
		return nil, err
	}
	return scopes[0].prefixes, nil
}
