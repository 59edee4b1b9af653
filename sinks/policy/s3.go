package policy

import (
	"fmt"
	"strings"
)

// An s3Policy is a policy for S3, with its fields in the usual order.
type s3Policy struct {
	Version   string        `json:"Version"`
	Statement []s3Statement `json:"Statement"`
}

type s3Statement struct {
	Sid       string                       `json:"Sid"`
	Effect    string                       `json:"Effect"`
	Principal any                          `json:"Principal,omitempty"`
	Action    any                          `json:"Action,omitempty"`
	NotAction any                          `json:"NotAction,omitempty"`
	Resource  any                          `json:"Resource"`
	Condition map[string]map[string]string `json:"Condition,omitempty"`
}

const s3PolicyVersion = "2012-10-17"

// identity is the policy of a host's credential.
func (r *Request) identity(s scope) s3Policy {
	resources := make([]string, 0, len(s.prefixes))
	for _, prefix := range s.prefixes {
		resources = append(resources, "arn:aws:s3:::"+r.Bucket+"/"+below(prefix)+"*")
	}
	p := s3Policy{s3PolicyVersion, []s3Statement{{
		Sid: "CreateBackups", Effect: "Allow", Action: []string{"s3:PutObject", "s3:AbortMultipartUpload"}, Resource: resources,
		Condition: map[string]map[string]string{"Bool": {"aws:SecureTransport": "true"}},
	}}}
	if r.Provider == "minio" {
		p.Statement = append(p.Statement, r.keepVersions()...)
	}
	if r.KMSKey != "" {
		// A multipart upload needs Decrypt: the store reads the parts to join them.
		p.Statement = append(p.Statement, s3Statement{
			Sid: "EncryptBackups", Effect: "Allow", Action: []string{"kms:GenerateDataKey", "kms:Decrypt"}, Resource: r.KMSKey,
		})
	}
	return p
}

// keepVersions denies two permissions that MinIO includes in s3:PutObject: to overwrite
// a version by its ID, and to have an archive unpacked, whose entries can overwrite
// versions too. A request to unpack needs permission for a name that ends in a slash, as
// no backup's name does.
func (r *Request) keepVersions() []s3Statement {
	arn := "arn:aws:s3:::" + r.Bucket
	return []s3Statement{
		{
			Sid: "NeverOverwriteVersions", Effect: "Deny", Action: []string{"s3:PutObject"}, Resource: []string{arn + "/*"},
			Condition: map[string]map[string]string{"StringLike": {"s3:versionid": "?*"}},
		},
		{Sid: "NeverUnpackArchives", Effect: "Deny", Action: []string{"s3:PutObject"}, Resource: []string{arn + "/", arn + "/*/"}},
	}
}

// bucketPolicy denies, even to a credential with s3:PutObject, to create an object
// without If-None-Match. Starting an upload and sending its parts create no object and
// support no condition, so they are exempt.
func (r *Request) bucketPolicy() s3Policy {
	arn := "arn:aws:s3:::" + r.Bucket
	return s3Policy{s3PolicyVersion, []s3Statement{
		{
			Sid: "OnlyOverTLS", Effect: "Deny", Principal: "*", Action: "s3:*", Resource: []string{arn, arn + "/*"},
			Condition: map[string]map[string]string{"Bool": {"aws:SecureTransport": "false"}},
		},
		{
			Sid: "NeverOverwrite", Effect: "Deny", Principal: "*", Action: "s3:PutObject", Resource: arn + "/*",
			Condition: map[string]map[string]string{"Null": {"s3:if-none-match": "true"}, "Bool": {"s3:ObjectCreationOperation": "true"}},
		},
	}}
}

// An s3Lifecycle is a lifecycle configuration, as the AWS command reads it.
type s3Lifecycle struct {
	Rules []s3Rule `json:"Rules"`
}

type s3Rule struct {
	ID         string         `json:"ID"`
	Status     string         `json:"Status"`
	Filter     s3Filter       `json:"Filter"`
	Expiration *s3Expiration  `json:"Expiration,omitempty"`
	Noncurrent *s3Noncurrent  `json:"NoncurrentVersionExpiration,omitempty"`
	Abort      *s3AbortUpload `json:"AbortIncompleteMultipartUpload,omitempty"`
}

type s3Filter struct {
	Prefix *string `json:"Prefix,omitempty"`
	And    *s3And  `json:"And,omitempty"`
	Less   int     `json:"ObjectSizeLessThan,omitempty"`
}

type s3And struct {
	Prefix string `json:"Prefix"`
	Less   int    `json:"ObjectSizeLessThan"`
}

type s3Expiration struct {
	Days   int  `json:"Days,omitempty"`
	Marker bool `json:"ExpiredObjectDeleteMarker,omitempty"`
}

type s3Noncurrent struct {
	Days int `json:"NoncurrentDays"`
}

type s3AbortUpload struct {
	Days int `json:"DaysAfterInitiation"`
}

// abortDays is the number of days after which an incomplete upload is aborted: longer
// than any run takes.
const abortDays = 3

// lifecycle deletes old backups by prefix, the only filter that all S3 stores have. An
// older version that an attacker created by overwriting is kept for the same time.
// Canaries are the only empty objects.
func (r *Request) lifecycle(scopes []scope) s3Lifecycle {
	var l s3Lifecycle
	sizes := r.Provider == "aws" || r.Provider == "minio"
	add := func(id string, f s3Filter, days int) {
		l.Rules = append(l.Rules, s3Rule{ID: id, Status: "Enabled", Filter: f, Expiration: &s3Expiration{Days: days}, Noncurrent: &s3Noncurrent{days}})
	}
	for _, e := range r.expiries(scopes) {
		add(e.id, s3Filter{Prefix: &e.begin}, e.days)
	}
	for i, prefix := range prefixes(scopes) {
		begin := below(prefix)
		if sizes && begin != "" {
			add(ruleID("canaries", prefix, i), s3Filter{And: &s3And{begin, 1}}, 1)
		} else if sizes {
			add(ruleID("canaries", prefix, i), s3Filter{Less: 1}, 1)
		}
		markers := s3Rule{ID: ruleID("markers", prefix, i), Status: "Enabled", Filter: s3Filter{Prefix: &begin}, Expiration: &s3Expiration{Marker: true}}
		if r.Provider != "minio" {
			markers.Abort = &s3AbortUpload{abortDays}
		}
		l.Rules = append(l.Rules, markers)
	}
	if !sizes {
		for i, begin := range r.canaries(scopes) {
			add(fmt.Sprintf("canaries-%d", i+1), s3Filter{Prefix: &begin}, 1)
		}
	}
	return l
}

// lock is the default retention of new objects.
func (r *Request) lock() map[string]any {
	return map[string]any{
		"ObjectLockEnabled": "Enabled",
		"Rule":              map[string]any{"DefaultRetention": map[string]any{"Mode": "COMPLIANCE", "Days": r.LockDays}},
	}
}

func allPublicAccessBlocked() map[string]bool {
	return map[string]bool{"BlockPublicAcls": true, "IgnorePublicAcls": true, "BlockPublicPolicy": true, "RestrictPublicBuckets": true}
}

// encryption is the default encryption of an AWS bucket. It blocks keys that the client
// brings (SSE-C): what an attacker stores with his own key, nobody else can read.
func (r *Request) encryption() map[string]any {
	rule := map[string]any{
		"ApplyServerSideEncryptionByDefault": map[string]string{"SSEAlgorithm": "AES256"},
		"BlockedEncryptionTypes":             map[string]any{"EncryptionType": []string{"SSE-C"}},
	}
	if r.KMSKey != "" {
		rule["ApplyServerSideEncryptionByDefault"] = map[string]string{"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": r.KMSKey}
		rule["BucketKeyEnabled"] = true
	}
	return map[string]any{"Rules": []any{rule}}
}

// s3 is for AWS, MinIO and Wasabi, which share one policy language.
func (p *Plan) s3(r Request, scopes []scope) {
	query := map[string]string{
		"aws": "?region=REGION", "minio": "?endpoint=https://MINIO", "wasabi": "?endpoint=https://s3.REGION.wasabisys.com&region=REGION",
	}[r.Provider]
	p.sinks("s3://"+r.Bucket, r, query)
	p.OneWay = "versioned only: overwriting an object creates a new version, and the old one is kept"
	if r.Provider == "aws" {
		p.OneWay = "enforced: no object can be overwritten"
	}
	for _, s := range scopes {
		p.document(strings.TrimSpace("identity-policy "+s.host), r.identity(s))
	}
	if r.Provider == "aws" {
		p.document("bucket-policy", r.bucketPolicy())
		p.document("public-access-block", allPublicAccessBlocked())
		p.document("encryption", r.encryption())
	}
	p.document("versioning", map[string]string{"Status": "Enabled"})
	p.document("lifecycle", r.lifecycle(scopes))
	if r.LockDays > 0 {
		p.document("object-lock", r.lock())
		p.warn("Object Lock in COMPLIANCE mode cannot be removed by anyone, not even by the provider: for %d days every object costs money, canaries included. Object Lock must be enabled when the bucket is created.", r.LockDays)
	}
	if r.Provider == "wasabi" && len(r.Sites) == 0 {
		p.warn("Lifecycle rules filter by prefix only. Name the sites with --site to delete canaries after a day; otherwise they are deleted with the backups.")
	}
	switch r.Provider {
	case "minio":
		p.mc(r, scopes)
	default:
		p.aws(r, scopes)
	}
}

// sinks sets the sink's URL, the same for all hosts; it keeps the placeholder {host}.
func (p *Plan) sinks(bucket string, r Request, query string) {
	url := bucket
	if prefix := r.urlPrefix(); prefix != "" {
		url += "/" + prefix
	}
	p.Sinks = []string{url + query}
}
