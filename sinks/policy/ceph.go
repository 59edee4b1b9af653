package policy

import "fmt"

// ceph is for RADOS Gateway. A host is a user that does not own the bucket, so it can do
// only what the bucket's policy allows.
func (p *Plan) ceph(r Request, scopes []scope) {
	p.sinks("s3://"+r.Bucket, r, "?endpoint=https://RGW&credentials_file=/etc/wp-oneway/ceph")
	p.OneWay = "versioned only: overwriting an object creates a new version, and the old one is kept"
	p.document("bucket-policy", r.cephPolicy(scopes))
	p.document("public-access-block", allPublicAccessBlocked())
	p.document("versioning", map[string]string{"Status": "Enabled"})
	p.document("lifecycle", r.lifecycle(scopes))
	if r.LockDays > 0 {
		p.document("object-lock", r.lock())
		p.warn("Nobody can remove Object Lock in COMPLIANCE mode. For %d days, every object takes space, canaries included. Object Lock must be enabled when the bucket is created.", r.LockDays)
	}
	p.warn("The owner of the bucket can delete everything that is not locked. Create the bucket as a user of its own, and never store the owner's key on a host.")
	p.warn("Left out, because Ceph does not document it: a condition on If-None-Match (so names can be overwritten), encryption settings that refuse SSE-C (the bucket policy refuses it), and lifecycle rules for sizes of objects.")
	p.warn("Left out, because many gateways get unencrypted requests from a proxy: a condition on TLS. Serve the gateway over https:// only.")
	if len(r.Sites) == 0 {
		p.warn("Lifecycle rules filter by prefix only. Name the sites with --site to delete canaries after a day; otherwise they are deleted with the backups.")
	}
	for _, s := range scopes {
		p.run("Create the credential"+ofHost(s)+", as an administrator of the cluster; this user can create no bucket",
			"radosgw-admin user create --uid="+s.name()+" --display-name='backups"+ofHost(s)+"' --max-buckets=-1", nil)
	}
	p.aws(r, scopes)
}

// cephPolicy lets each host create objects below its prefixes. The last statement is needed
// because the user who stores an object owns it, and the owner may read it and change its
// access control list.
func (r *Request) cephPolicy(scopes []scope) s3Policy {
	arn := "arn:aws:s3:::" + r.Bucket
	put := []string{"s3:PutObject", "s3:AbortMultipartUpload"}
	policy := s3Policy{Version: s3PolicyVersion}
	var hosts []string
	for i, s := range scopes {
		host := "arn:aws:iam:::user/" + s.name()
		hosts = append(hosts, host)
		resources := make([]string, 0, len(s.prefixes))
		for _, prefix := range s.prefixes {
			resources = append(resources, arn+"/"+below(prefix)+"*")
		}
		policy.Statement = append(policy.Statement, s3Statement{
			Sid: fmt.Sprintf("CreateBackups%d", i+1), Effect: "Allow", Principal: map[string][]string{"AWS": {host}}, Action: put, Resource: resources,
		})
	}
	of := map[string][]string{"AWS": hosts}
	policy.Statement = append(policy.Statement, s3Statement{
		Sid: "RefuseKeysOfClients", Effect: "Deny", Principal: of, Action: "s3:PutObject", Resource: arn + "/*",
		Condition: map[string]map[string]string{"StringLike": {"s3:x-amz-server-side-encryption-customer-algorithm": "?*"}},
	}, s3Statement{
		Sid: "OnlyCreate", Effect: "Deny", Principal: of, NotAction: put, Resource: []string{arn, arn + "/*"},
	})
	return policy
}
