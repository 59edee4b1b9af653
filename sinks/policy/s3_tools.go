package policy

import (
	"fmt"
	"strings"
)

// aws adds the commands of the AWS command line, for AWS, Wasabi and Ceph.
func (p *Plan) aws(r Request, scopes []scope) {
	s3api, iam := "aws s3api", "aws iam"
	switch r.Provider {
	case "wasabi":
		s3api, iam = "aws --endpoint-url https://s3.REGION.wasabisys.com s3api", "aws --endpoint-url https://iam.wasabisys.com iam"
	case "ceph": // has made its users already, and knows no regions
		s3api, scopes = "aws --endpoint-url https://RGW s3api", nil
	}
	on := " --bucket " + r.Bucket
	p.run("Create the bucket, if it does not exist yet", "# "+s3api+" create-bucket"+on+lockFlag(r)+map[bool]string{false: " --create-bucket-configuration LocationConstraint=REGION"}[r.Provider == "ceph"], nil)
	for _, d := range p.Documents {
		switch kind, _, _ := strings.Cut(d.Name, " "); kind {
		case "bucket-policy":
			about := "Refuse overwriting, and requests without TLS"
			if r.Provider == "ceph" {
				about = "Let the hosts create objects, and nothing else"
			}
			p.run(about, s3api+" put-bucket-policy"+on+" --policy file:///dev/stdin", d.Body)
		case "public-access-block":
			p.run("Prevent public access", s3api+" put-public-access-block"+on+" --public-access-block-configuration file:///dev/stdin", d.Body)
		case "encryption":
			p.run("Encrypt, and refuse keys that the client brings (SSE-C)", s3api+" put-bucket-encryption"+on+" --server-side-encryption-configuration file:///dev/stdin", d.Body)
		case "versioning":
			p.run("Keep older versions", s3api+" put-bucket-versioning"+on+" --versioning-configuration file:///dev/stdin", d.Body)
		case "object-lock":
			p.run("Prevent deletion", s3api+" put-object-lock-configuration"+on+" --object-lock-configuration file:///dev/stdin", d.Body)
		case "lifecycle":
			p.run("Delete old backups and canaries, and abort incomplete uploads", s3api+" put-bucket-lifecycle-configuration"+on+" --lifecycle-configuration file:///dev/stdin", d.Body)
		}
	}
	for _, s := range scopes {
		p.run("Create the credential"+ofHost(s), iam+" create-user --user-name "+s.name(), nil)
		p.run("", iam+" put-user-policy --user-name "+s.name()+" --policy-name create-backups --policy-document file:///dev/stdin", r.identity(s))
		p.run("", iam+" create-access-key --user-name "+s.name(), nil)
	}
	if r.Provider == "aws" {
		p.terraform = r.terraformAWS(scopes)
	}
}

func lockFlag(r Request) string {
	if r.LockDays > 0 {
		return " --object-lock-enabled-for-bucket"
	}
	return ""
}

func ofHost(s scope) string {
	if s.host == "" {
		return ""
	}
	return " of host " + s.host
}

// mc adds the commands of MinIO's client; ALIAS is the server's name in its configuration.
func (p *Plan) mc(r Request, scopes []scope) {
	at := "ALIAS/" + r.Bucket
	flag := ""
	if r.LockDays > 0 {
		flag = " --with-lock"
	}
	p.run("Create the bucket", "mc mb --ignore-existing"+flag+" "+at, nil)
	p.run("Keep older versions", "mc version enable "+at, nil)
	p.run("Prevent public access", "mc anonymous set none "+at, nil)
	if r.LockDays > 0 {
		p.run("Prevent deletion", fmt.Sprintf("mc retention set --default COMPLIANCE %dd %s", r.LockDays, at), nil)
	}
	p.run("Delete old backups and canaries", "mc ilm import "+at, r.lifecycle(scopes))
	for _, s := range scopes {
		p.run("Create the credential"+ofHost(s), "mc admin policy create ALIAS "+s.name()+" /dev/stdin", r.identity(s))
		p.run("", "mc admin user add ALIAS "+s.name()+" # asks for the secret", nil)
		p.run("", "mc admin policy attach ALIAS "+s.name()+" --user "+s.name(), nil)
	}
	p.warn("MinIO's policies have no condition on If-None-Match. MinIO aborts incomplete uploads by itself after a day.")
}
