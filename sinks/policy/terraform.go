package policy

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// A terraform is a Terraform configuration that is being written.
type terraform struct{ file *hclwrite.File }

func newTerraform() terraform { return terraform{hclwrite.NewEmptyFile()} }

func (t terraform) text() string { return string(hclwrite.Format(t.file.Bytes())) }

// block adds a top-level block.
func (t terraform) block(kind string, labels ...string) terraformBody {
	if len(t.file.Body().Blocks()) > 0 {
		t.file.Body().AppendNewline()
	}
	return terraformBody{t.file.Body().AppendNewBlock(kind, labels).Body()}
}

func (t terraform) resource(kind, name string) terraformBody { return t.block("resource", kind, name) }

// A terraformBody is the content of a block.
type terraformBody struct{ *hclwrite.Body }

// block adds a nested block.
func (b terraformBody) block(kind string) terraformBody {
	return terraformBody{b.AppendNewBlock(kind, nil).Body()}
}

func (b terraformBody) text(name, value string) { b.SetAttributeValue(name, cty.StringVal(value)) }
func (b terraformBody) number(name string, value int) {
	b.SetAttributeValue(name, cty.NumberIntVal(int64(value)))
}

func (b terraformBody) flag(name string, value bool) { b.SetAttributeValue(name, cty.BoolVal(value)) }

func (b terraformBody) list(name string, values []string) {
	all := make([]cty.Value, len(values))
	for i, v := range values {
		all[i] = cty.StringVal(v)
	}
	b.SetAttributeValue(name, cty.TupleVal(all))
}

// reference sets an attribute to a path such as aws_s3_bucket.backups.id.
func (b terraformBody) reference(name, path string) {
	b.SetAttributeTraversal(name, traversal(path))
}

// document sets an attribute to a document as JSON.
func (b terraformBody) document(name string, body any) {
	text, _ := json.Marshal(body) // none of these calls fails for our own documents
	kind, _ := ctyjson.ImpliedType(text)
	value, _ := ctyjson.Unmarshal(text, kind)
	b.SetAttributeRaw(name, hclwrite.TokensForFunctionCall("jsonencode", hclwrite.TokensForValue(value)))
}

// comment adds a comment line.
func (b terraformBody) comment(text string) {
	b.AppendUnstructuredTokens(hclwrite.Tokens{{Type: hclsyntax.TokenComment, Bytes: []byte("# " + text + "\n")}})
}

func traversal(path string) hcl.Traversal {
	names := strings.Split(path, ".")
	t := hcl.Traversal{hcl.TraverseRoot{Name: names[0]}}
	for _, name := range names[1:] {
		t = append(t, hcl.TraverseAttr{Name: name})
	}
	return t
}

// label is a name with the characters that Terraform allows.
func label(s string) string {
	return regexp.MustCompile(`[^A-Za-z0-9_-]`).ReplaceAllString(s, "-")
}

const awsBucketID = "aws_s3_bucket.backups.id"

// terraformAWS is for hashicorp/aws.
func (r *Request) terraformAWS(scopes []scope) string {
	t := newTerraform()
	bucket := t.resource("aws_s3_bucket", "backups")
	bucket.text("bucket", r.Bucket)
	bucket.flag("object_lock_enabled", r.LockDays > 0)
	versioning := t.resource("aws_s3_bucket_versioning", "backups")
	versioning.reference("bucket", awsBucketID)
	versioning.block("versioning_configuration").text("status", "Enabled")
	public := t.resource("aws_s3_bucket_public_access_block", "backups")
	public.reference("bucket", awsBucketID)
	for _, name := range []string{"block_public_acls", "ignore_public_acls", "block_public_policy", "restrict_public_buckets"} {
		public.flag(name, true)
	}
	encryption := t.resource("aws_s3_bucket_server_side_encryption_configuration", "backups")
	encryption.reference("bucket", awsBucketID)
	encrypted := encryption.block("rule")
	encrypted.comment("needs version 6.22 or later of the provider")
	encrypted.list("blocked_encryption_types", []string{"SSE-C"})
	byDefault := encrypted.block("apply_server_side_encryption_by_default")
	if r.KMSKey == "" {
		byDefault.text("sse_algorithm", "AES256")
	} else {
		encrypted.flag("bucket_key_enabled", true)
		byDefault.text("sse_algorithm", "aws:kms")
		byDefault.text("kms_master_key_id", r.KMSKey)
	}
	policy := t.resource("aws_s3_bucket_policy", "backups")
	policy.reference("bucket", awsBucketID)
	policy.document("policy", r.bucketPolicy())
	if r.LockDays > 0 {
		lock := t.resource("aws_s3_bucket_object_lock_configuration", "backups")
		lock.reference("bucket", awsBucketID)
		retention := lock.block("rule").block("default_retention")
		retention.text("mode", "COMPLIANCE")
		retention.number("days", r.LockDays)
	}
	lifecycle := t.resource("aws_s3_bucket_lifecycle_configuration", "backups")
	lifecycle.reference("bucket", awsBucketID)
	lifecycle.SetAttributeRaw("depends_on", hclwrite.TokensForTuple([]hclwrite.Tokens{
		hclwrite.TokensForTraversal(traversal("aws_s3_bucket_versioning.backups")),
	}))
	for _, rule := range r.lifecycle(scopes).Rules {
		lifecycle.rule(rule)
	}
	for _, s := range scopes {
		at := label(s.name())
		t.resource("aws_iam_user", at).text("name", s.name())
		policy := t.resource("aws_iam_user_policy", at)
		policy.text("name", "create-backups")
		policy.reference("user", "aws_iam_user."+at+".name")
		policy.document("policy", r.identity(s))
	}
	return t.text()
}

// rule adds a rule of a lifecycle configuration.
func (b terraformBody) rule(rule s3Rule) {
	out := b.block("rule")
	out.text("id", rule.ID)
	out.text("status", "Enabled")
	filter := out.block("filter")
	switch f := rule.Filter; {
	case f.And != nil:
		and := filter.block("and")
		and.text("prefix", f.And.Prefix)
		and.number("object_size_less_than", f.And.Less)
	case f.Less > 0:
		filter.number("object_size_less_than", f.Less)
	default:
		filter.text("prefix", *f.Prefix)
	}
	expiration := out.block("expiration")
	if rule.Expiration.Marker {
		expiration.flag("expired_object_delete_marker", true)
	} else {
		expiration.number("days", rule.Expiration.Days)
	}
	if rule.Noncurrent != nil {
		out.block("noncurrent_version_expiration").number("noncurrent_days", rule.Noncurrent.Days)
	}
	if rule.Abort != nil {
		out.block("abort_incomplete_multipart_upload").number("days_after_initiation", rule.Abort.Days)
	}
}

// terraformGCS is for hashicorp/google.
func (r *Request) terraformGCS(scopes []scope) string {
	t := newTerraform()
	t.block("variable", "location").SetAttributeRaw("type", hclwrite.TokensForIdentifier("string"))
	bucket := t.resource("google_storage_bucket", "backups")
	bucket.text("name", r.Bucket)
	bucket.reference("location", "var.location")
	bucket.flag("uniform_bucket_level_access", true)
	bucket.text("public_access_prevention", "enforced")
	bucket.block("soft_delete_policy").number("retention_duration_seconds", softDeleteDays*86400)
	if r.LockDays > 0 {
		retention := bucket.block("retention_policy")
		retention.number("retention_period", r.LockDays*86400)
		retention.comment("true cannot be undone")
		retention.flag("is_locked", false)
	}
	for _, rule := range r.gcsRules(scopes) {
		out := bucket.block("lifecycle_rule")
		out.block("action").text("type", "Delete")
		condition := out.block("condition")
		if age, ok := rule.Condition["age"].(int); ok {
			condition.number("age", age)
		}
		for _, name := range [][2]string{{"matchesPrefix", "matches_prefix"}, {"matchesSuffix", "matches_suffix"}} {
			if list, ok := rule.Condition[name[0]].([]string); ok {
				condition.list(name[1], list)
			}
		}
	}
	for _, s := range scopes {
		at := label(s.account())
		t.resource("google_service_account", at).text("account_id", s.account())
		member := t.resource("google_storage_bucket_iam_member", at)
		member.reference("bucket", "google_storage_bucket.backups.name")
		member.text("role", "roles/storage.objectCreator")
		member.reference("member", "google_service_account."+at+".member")
		condition := member.block("condition")
		condition.text("title", s.name())
		condition.text("expression", r.expression(s))
	}
	return t.text()
}
