package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

type gcsRule struct {
	Action    map[string]string `json:"action"`
	Condition map[string]any    `json:"condition"`
}

// softDeleteDays is for how many days Google keeps what was deleted.
const softDeleteDays = 30

// gcs is for Google Cloud Storage: a role that can create objects below a prefix.
func (p *Plan) gcs(r Request, scopes []scope) {
	p.sinks("gs://"+r.Bucket, r, "")
	p.OneWay = "enforced: overwriting requires the permission to delete, which the role does not have"
	p.warn("Soft delete keeps every deleted object for %d days, expired backups included, and bills them for as long: the bucket costs as much as if backups expired %d days later. Canaries are empty.", softDeleteDays, softDeleteDays)
	for _, s := range scopes {
		p.document(strings.TrimSpace("iam-binding "+s.host), map[string]any{
			"role": "roles/storage.objectCreator", "members": []string{"serviceAccount:" + s.account() + "@PROJECT.iam.gserviceaccount.com"},
			"condition": map[string]string{"title": s.name(), "expression": r.expression(s)},
		})
	}
	lifecycle := map[string]any{"rule": r.gcsRules(scopes)}
	p.document("lifecycle", lifecycle)
	at := "gs://" + r.Bucket
	p.run("Create the bucket, if it does not exist yet", "# gcloud storage buckets create "+at+" --location=REGION --uniform-bucket-level-access", nil)
	p.run(fmt.Sprintf("Permissions for the whole bucket only, no public access, and deleted objects can be restored for %d days", softDeleteDays),
		fmt.Sprintf("gcloud storage buckets update %s --uniform-bucket-level-access --public-access-prevention --soft-delete-duration=%dd", at, softDeleteDays), nil)
	if r.LockDays > 0 {
		p.run("Prevent deletion", fmt.Sprintf("gcloud storage buckets update %s --retention-period=%dd", at, r.LockDays), nil)
		p.run("Make this permanent: uncomment it when everything works", "# gcloud storage buckets update "+at+" --lock-retention-period", nil)
		p.warn("The bucket's owner can remove a retention period that is not locked. A locked one cannot be removed, and every object costs money for %d days, canaries included.", r.LockDays)
	}
	p.run("Delete old backups and canaries", "gcloud storage buckets update "+at+" --lifecycle-file=/dev/stdin", lifecycle)
	for _, s := range scopes {
		p.run("Create the credential"+ofHost(s), "gcloud iam service-accounts create "+s.account(), nil)
		p.run("", "gcloud storage buckets add-iam-policy-binding "+at+" --role=roles/storage.objectCreator"+
			" --member=serviceAccount:"+s.account()+"@PROJECT.iam.gserviceaccount.com"+
			" --condition='title="+s.name()+",expression="+r.expression(s)+"'", nil)
		p.run("", "gcloud iam service-accounts keys create "+s.account()+".json --iam-account="+s.account()+"@PROJECT.iam.gserviceaccount.com", nil)
	}
	p.terraform = r.terraformGCS(scopes)
}

// account is the name of a service account, which has at most 30 characters. If the
// host's name does not fit, the account's name ends in a digest of it, so that no two
// hosts share an account and its permissions.
func (s scope) account() string {
	name := strings.ReplaceAll(s.name(), ".", "-")
	if regexp.MustCompile(`^[a-z][a-z0-9-]{4,28}[a-z0-9]$`).MatchString(name) {
		return name
	}
	name = regexp.MustCompile(`[^a-z0-9-]`).ReplaceAllString(strings.ToLower(name), "-")
	sum := sha256.Sum256([]byte(s.host))
	return strings.Trim(name[:min(21, len(name))], "-") + "-" + hex.EncodeToString(sum[:4])
}

// expression limits the role to names below the prefixes.
func (r *Request) expression(s scope) string {
	var or []string
	for _, prefix := range s.prefixes {
		or = append(or, fmt.Sprintf(`resource.name.startsWith("projects/_/buckets/%s/objects/%s")`, r.Bucket, below(prefix)))
	}
	return strings.Join(or, " || ")
}

// gcsRules delete old backups, and canaries, which they find by the suffix of their
// names.
func (r *Request) gcsRules(scopes []scope) []gcsRule {
	rule := func(days int, begins []string, ends ...string) gcsRule {
		c := map[string]any{"age": days}
		if !slices.Contains(begins, "") {
			c["matchesPrefix"] = begins
		}
		if len(ends) > 0 {
			c["matchesSuffix"] = ends
		}
		return gcsRule{map[string]string{"type": "Delete"}, c}
	}
	begins := map[int][]string{}
	for _, e := range r.expiries(scopes) {
		begins[e.days] = append(begins[e.days], e.begin)
	}
	var rules []gcsRule
	for _, days := range slices.Sorted(maps.Keys(begins)) {
		rules = append(rules, rule(days, begins[days]))
	}
	var all []string
	for _, prefix := range prefixes(scopes) {
		all = append(all, below(prefix))
	}
	return append(rules, rule(1, all, CanarySuffix))
}
