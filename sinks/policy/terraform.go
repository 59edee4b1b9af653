package policy

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// A hcl is Terraform's text while it grows.
type hcl struct{ b strings.Builder }

func (h *hcl) line(format string, args ...any) { fmt.Fprintf(&h.b, format+"\n", args...) }

// label is a name as Terraform allows it.
func label(s string) string {
	return regexp.MustCompile(`[^A-Za-z0-9_-]`).ReplaceAllString(s, "-")
}

// encoded is a document as an argument; JSON is an expression of Terraform's, and
// nothing in ours is a template.
func encoded(body any) string {
	text, _ := json.MarshalIndent(body, "  ", "  ") // it is of our own making
	return "jsonencode(" + string(text) + ")"
}

// terraformAWS is for hashicorp/aws.
func (r *Request) terraformAWS(scopes []scope) string {
	h := &hcl{}
	h.line("resource \"aws_s3_bucket\" \"backups\" {\n  bucket              = %q\n  object_lock_enabled = %t\n}\n", r.Bucket, r.LockDays > 0)
	h.line("resource \"aws_s3_bucket_versioning\" \"backups\" {\n  bucket = aws_s3_bucket.backups.id\n  versioning_configuration {\n    status = \"Enabled\"\n  }\n}\n")
	h.line("resource \"aws_s3_bucket_public_access_block\" \"backups\" {\n  bucket                  = aws_s3_bucket.backups.id\n" +
		"  block_public_acls       = true\n  ignore_public_acls      = true\n  block_public_policy     = true\n  restrict_public_buckets = true\n}\n")
	h.line("resource \"aws_s3_bucket_policy\" \"backups\" {\n  bucket = aws_s3_bucket.backups.id\n  policy = %s\n}\n", encoded(r.bucketPolicy()))
	if r.LockDays > 0 {
		h.line("resource \"aws_s3_bucket_object_lock_configuration\" \"backups\" {\n  bucket = aws_s3_bucket.backups.id\n  rule {\n    default_retention {\n      mode = \"COMPLIANCE\"\n      days = %d\n    }\n  }\n}\n", r.LockDays)
	}
	h.line("resource \"aws_s3_bucket_lifecycle_configuration\" \"backups\" {\n  bucket     = aws_s3_bucket.backups.id\n  depends_on = [aws_s3_bucket_versioning.backups]\n")
	for _, rule := range r.lifecycle(scopes).Rules {
		h.rule(rule)
	}
	h.line("}\n")
	for _, s := range scopes {
		at := label(s.name())
		h.line("resource \"aws_iam_user\" %q {\n  name = %q\n}\n", at, s.name())
		h.line("resource \"aws_iam_user_policy\" %q {\n  name   = \"create-backups\"\n  user   = aws_iam_user.%s.name\n  policy = %s\n}\n", at, at, encoded(r.identity(s)))
	}
	return h.b.String()
}

func (h *hcl) rule(rule s3Rule) {
	h.line("  rule {\n    id     = %q\n    status = \"Enabled\"", rule.ID)
	switch f := rule.Filter; {
	case f.And != nil:
		h.line("    filter {\n      and {\n        prefix                = %q\n        object_size_less_than = %d\n      }\n    }", f.And.Prefix, f.And.Less)
	case f.Less > 0:
		h.line("    filter {\n      object_size_less_than = %d\n    }", f.Less)
	default:
		h.line("    filter {\n      prefix = %q\n    }", *f.Prefix)
	}
	if rule.Expiration.Marker {
		h.line("    expiration {\n      expired_object_delete_marker = true\n    }")
	} else {
		h.line("    expiration {\n      days = %d\n    }", rule.Expiration.Days)
	}
	if rule.Noncurrent != nil {
		h.line("    noncurrent_version_expiration {\n      noncurrent_days = %d\n    }", rule.Noncurrent.Days)
	}
	if rule.Abort != nil {
		h.line("    abort_incomplete_multipart_upload {\n      days_after_initiation = %d\n    }", rule.Abort.Days)
	}
	h.line("  }")
}

// terraformGCS is for hashicorp/google.
func (r *Request) terraformGCS(scopes []scope) string {
	h := &hcl{}
	h.line("variable \"location\" {\n  type = string\n}\n")
	h.line("resource \"google_storage_bucket\" \"backups\" {\n  name                        = %q\n  location                    = var.location\n"+
		"  uniform_bucket_level_access = true\n  public_access_prevention    = \"enforced\"\n\n  soft_delete_policy {\n    retention_duration_seconds = %d\n  }", r.Bucket, 30*86400)
	if r.LockDays > 0 {
		h.line("\n  retention_policy {\n    retention_period = %d\n    is_locked        = false # true is for good\n  }", r.LockDays*86400)
	}
	for _, rule := range r.gcsRules(scopes) {
		h.line("\n  lifecycle_rule {\n    action {\n      type = \"Delete\"\n    }\n    condition {\n      age = %d", rule.Condition["age"])
		for _, c := range [][2]string{{"matchesPrefix", "matches_prefix"}, {"matchesSuffix", "matches_suffix"}} {
			if list, ok := rule.Condition[c[0]].([]string); ok {
				text, _ := json.Marshal(list) // strings
				h.line("      %s = %s", c[1], text)
			}
		}
		h.line("    }\n  }")
	}
	h.line("}\n")
	for _, s := range scopes {
		at := label(s.account())
		h.line("resource \"google_service_account\" %q {\n  account_id = %q\n}\n", at, s.account())
		h.line("resource \"google_storage_bucket_iam_member\" %q {\n  bucket = google_storage_bucket.backups.name\n  role   = \"roles/storage.objectCreator\"\n"+
			"  member = \"serviceAccount:${google_service_account.%s.email}\"\n\n  condition {\n    title      = %q\n    expression = %q\n  }\n}\n", at, at, s.name(), r.expression(s))
	}
	return h.b.String()
}
