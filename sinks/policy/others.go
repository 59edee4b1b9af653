package policy

import (
	"fmt"
	"strings"
)

// b2 is for Backblaze: a key with one capability and one prefix.
func (p *Plan) b2(r Request, scopes []scope) {
	p.sinks("s3://"+r.Bucket, r, "?endpoint=https://s3.REGION.backblazeb2.com&region=REGION&checksum=md5&conditional=false")
	p.OneWay = "versioned only: every bucket keeps versions; a key that can write can also hide a name, which deletes nothing"
	rules := []map[string]any{}
	for _, e := range r.expiries(scopes) {
		rules = append(rules, b2Rule(e.begin, e.days, e.days))
	}
	for _, begin := range r.canaries(scopes) {
		rules = append(rules, b2Rule(begin, 1, 1))
	}
	p.document("lifecycle-rules", rules)
	p.run("Create the bucket", "b2 bucket create "+r.Bucket+" allPrivate"+map[bool]string{true: " --file-lock-enabled"}[r.LockDays > 0], nil)
	p.run("Delete old backups", "b2 bucket update "+r.Bucket+" --lifecycle-rules \"$(cat)\"", rules)
	if r.LockDays > 0 {
		p.run("Prevent deletion", fmt.Sprintf("b2 bucket update %s --default-retention-mode compliance --default-retention-period '%d days'", r.Bucket, r.LockDays), nil)
	}
	for _, s := range scopes {
		for i, prefix := range s.prefixes {
			name := s.name()
			if i > 0 {
				name += "-" + strings.Split(prefix, "/")[0]
			}
			flag := ""
			if prefix != "" {
				flag = " --name-prefix " + below(prefix)
			}
			p.run("Create the credential"+ofHost(s), "b2 key create --bucket "+r.Bucket+flag+" "+name+" writeFiles", nil)
		}
		p.document(strings.TrimSpace("key "+s.host), map[string]any{"capabilities": []string{"writeFiles"}, "bucketName": r.Bucket, "namePrefix": below(s.prefixes[0])})
	}
	p.warn("A key has one prefix. With {kind} in the URL, each kind of backup needs its own key and its own entry in sinks.")
	p.warn("With writeFiles, an attacker can also hide a name. Hidden files %s, so check for them more often. Doctor reports this as an allowed delete. Only Object Lock (--lock) prevents the deletion.", daysText(r.expiries(scopes)))
	if len(r.Sites) == 0 {
		p.warn("Lifecycle rules filter by prefix only. Name the sites with --site to delete canaries after a day; otherwise they are deleted with the backups.")
	}
}

func b2Rule(prefix string, hide, remove int) map[string]any {
	return map[string]any{"fileNamePrefix": prefix, "daysFromUploadingToHiding": hide, "daysFromHidingToDeleting": remove}
}

// spaces is for DigitalOcean, which has no key that can write but not read, and no lock.
func (p *Plan) spaces(r Request, scopes []scope) {
	p.sinks("s3://"+r.Bucket, r, "?endpoint=https://REGION.digitaloceanspaces.com&region=REGION&checksum=md5")
	p.OneWay = "not one-way: a key that can write can read and delete, and there is no lock"
	p.warn("Not one-way: a key that can write can read, list and delete. Use this only as a second destination, seal the backups with --recipient, and copy them to another place from another host.")
	lifecycle := r.lifecycle(scopes)
	p.document("lifecycle", lifecycle)
	p.document("versioning", map[string]string{"Status": "Enabled"})
	s3api := "aws --endpoint-url https://REGION.digitaloceanspaces.com s3api"
	p.run("Keep older versions, which an attacker with the key can still delete", s3api+" put-bucket-versioning --bucket "+r.Bucket+" --versioning-configuration file:///dev/stdin", map[string]string{"Status": "Enabled"})
	p.run("Delete old backups", s3api+" put-bucket-lifecycle-configuration --bucket "+r.Bucket+" --lifecycle-configuration file:///dev/stdin", lifecycle)
	p.run("Create the credential, for this bucket only", "doctl spaces keys create "+scopes[0].name()+" --grants 'bucket="+r.Bucket+";permission=readwrite'", nil)
}

// azure is for Blob Storage, for which wp-oneway has no sink: an S3 gateway is needed.
func (p *Plan) azure(r Request, scopes []scope) {
	p.sinks("s3://"+r.Bucket, r, "?endpoint=https://GATEWAY")
	p.OneWay = "enforced, by a token that can create but not overwrite; but wp-oneway can use Azure only through an S3 gateway"
	p.warn("wp-oneway has no sink for Azure. Run an S3 gateway outside the host; it keeps the token and limits what the host can do.")
	where := " --account-name ACCOUNT --container-name " + r.Bucket
	var rules []map[string]any
	for _, e := range r.expiries(scopes) {
		rules = append(rules, azureRule(e.id, r.Bucket+"/"+e.begin, e.days))
	}
	for i, begin := range r.canaries(scopes) {
		rules = append(rules, azureRule(fmt.Sprintf("canaries-%d", i+1), r.Bucket+"/"+begin, 1))
	}
	policy := map[string]any{"rules": rules}
	if len(rules) > 0 {
		p.document("management-policy", policy)
	}
	p.run("Create the container", "az storage container create --account-name ACCOUNT --name "+r.Bucket+" --public-access off", nil)
	p.run("Keep older versions; deleted ones can be restored for 30 days",
		"az storage account blob-service-properties update --account-name ACCOUNT --enable-versioning true --enable-delete-retention true --delete-retention-days 30", nil)
	if r.LockDays > 0 {
		p.run("Prevent overwriting and deletion", fmt.Sprintf("az storage container immutability-policy create%s --period %d", where, r.LockDays), nil)
	}
	if len(rules) > 0 {
		p.run("Delete old backups", "az storage account management-policy create --account-name ACCOUNT --resource-group GROUP --policy @/dev/stdin", policy)
	}
	p.run("Create the token: permission create (c) only", "az storage container generate-sas --account-name ACCOUNT --name "+r.Bucket+
		" --permissions c --https-only --as-user --auth-mode login --expiry \"$(date -u -d '+7 days' +%Y-%m-%dT%H:%MZ)\"", nil)
}

func azureRule(name, prefix string, days int) map[string]any {
	gone := map[string]any{"daysAfterCreationGreaterThan": days}
	return map[string]any{
		"name": strings.ReplaceAll(name, ".", "-"), "enabled": true, "type": "Lifecycle",
		"definition": map[string]any{
			"filters": map[string]any{"blobTypes": []string{"blockBlob"}, "prefixMatch": []string{prefix}},
			"actions": map[string]any{
				"baseBlob": map[string]any{"delete": gone}, "version": map[string]any{"delete": gone},
			},
		},
	}
}
