package policy_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2/hclparse"

	"github.com/wp-oneway/wp-oneway/sinks/policy"
)

// requests are requests that every provider must support.
func requests(provider string) map[string]policy.Request {
	all := map[string]policy.Request{
		"plain":  {Bucket: "vault", ExpireDays: 35},
		"prefix": {Bucket: "vault", Prefix: "backups/web1", ExpireDays: 35, LockDays: 30},
		"hosts":  {Bucket: "vault", Prefix: "{kind}/{host}", Hosts: []string{"web1", "web2.example.com"}, Sites: []string{"shop.example.com"}, ExpireDays: 400, LockDays: 1},
	}
	for name, r := range all {
		r.Provider = provider
		all[name] = r
	}
	return all
}

func plan(t *testing.T, r policy.Request) *policy.Plan {
	t.Helper()
	p, err := policy.For(r)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func printed(t *testing.T, p *policy.Plan, format string) string {
	t.Helper()
	text, err := p.Print(format)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestEveryProviderPrints(t *testing.T) {
	for _, provider := range policy.Providers() {
		for name, r := range requests(provider) {
			t.Run(provider+"/"+name, func(t *testing.T) {
				p := plan(t, r)
				var back policy.Plan
				if err := json.Unmarshal([]byte(printed(t, p, "json")), &back); err != nil || len(back.Documents) == 0 {
					t.Errorf("the JSON: %v\n%s", err, printed(t, p, "json"))
				}
				script := filepath.Join(t.TempDir(), "policy.sh")
				text := "#!/bin/bash\n" + printed(t, p, "shell")
				if err := os.WriteFile(script, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				if out, err := exec.Command("shellcheck", script).CombinedOutput(); err != nil {
					t.Errorf("the commands: %v\n%s", err, out)
				}
				flat := strings.Join(strings.Fields(strings.ReplaceAll(text, "\n#", " ")), " ")
				if !strings.Contains(flat, "loses its last backup after") || !strings.Contains(text, "One-way: ") {
					t.Errorf("the expiry warning or the one-way summary is missing:\n%s", text)
				}
				for _, line := range strings.Split(text, "\n") {
					if strings.HasPrefix(line, "#  ") && len(line) > 95 {
						t.Errorf("too wide: %s", line)
					}
				}
			})
		}
	}
}

func TestTerraformParses(t *testing.T) {
	for _, provider := range []string{"aws", "gcs"} {
		for name, r := range requests(provider) {
			if provider == "aws" {
				r.KMSKey = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab"
			}
			text := printed(t, plan(t, r), "terraform")
			if _, diags := hclparse.NewParser().ParseHCL([]byte(text), "policy.tf"); diags.HasErrors() {
				t.Errorf("%s/%s: %v\n%s", provider, name, diags, text)
			}
		}
	}
	if _, err := plan(t, requests("r2")["plain"]).Print("terraform"); err == nil || !strings.Contains(err.Error(), "aws and gcs") {
		t.Errorf("for a provider without terraform: %v", err)
	}
}

// The AWS command line checks each argument of the printed commands against the
// service's model, and sends nothing.
func TestAWSAcceptsThePrintedCommands(t *testing.T) {
	for provider, name := range map[string]string{"aws": "hosts", "wasabi": "prefix", "ceph": "hosts"} {
		// The command line fails to make a skeleton of the answers to these two commands.
		text := "set -e\nradosgw-admin() { :; }\naws() { case \"$*\" in *create-user*|*create-access-key*) ;; *) command aws \"$@\" --generate-cli-skeleton output >>\"$OUT\";; esac; }\n" +
			printed(t, plan(t, requests(provider)[name]), "aws")
		out := filepath.Join(t.TempDir(), "out")
		cmd := exec.Command("bash", "-c", text)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "AWS_DEFAULT_REGION=eu-central-1", "OUT=" + out, "AWS_ACCESS_KEY_ID=x", "AWS_SECRET_ACCESS_KEY=x"}
		if said, err := cmd.CombinedOutput(); err != nil || len(said) > 0 {
			t.Errorf("%s: %v\n%s", provider, err, said)
		}
		if _, err := os.Stat(out); err != nil {
			t.Errorf("%s: no command ran: %v", provider, err)
		}
	}
}

// documents returns the bodies of the documents whose kind is name.
func documents(t *testing.T, p *policy.Plan, name string) (bodies []map[string]any) {
	t.Helper()
	for _, d := range p.Documents {
		if d.Name != name && !strings.HasPrefix(d.Name, name+" ") {
			continue
		}
		text, err := json.Marshal(d.Body)
		if err != nil {
			t.Fatal(err)
		}
		var body map[string]any
		if err := json.Unmarshal(text, &body); err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, body)
	}
	return bodies
}

func TestHostCredentialCanOnlyCreate(t *testing.T) {
	for _, provider := range []string{"aws", "minio", "wasabi"} {
		policies := documents(t, plan(t, requests(provider)["hosts"]), "identity-policy")
		if len(policies) != 2 {
			t.Fatalf("%s: %d policies for two hosts", provider, len(policies))
		}
		statements := policies[1]["Statement"].([]any)
		want := map[string]any{
			"Sid": "CreateBackups", "Effect": "Allow", "Action": []any{"s3:PutObject", "s3:AbortMultipartUpload"},
			"Resource": []any{
				"arn:aws:s3:::vault/db/web2.example.com/*", "arn:aws:s3:::vault/files/web2.example.com/*", "arn:aws:s3:::vault/full/web2.example.com/*",
			},
			"Condition": map[string]any{"Bool": map[string]any{"aws:SecureTransport": "true"}},
		}
		allowed := slices.DeleteFunc(slices.Clone(statements), func(s any) bool { return s.(map[string]any)["Effect"] == "Deny" })
		if len(allowed) != 1 || !reflect.DeepEqual(allowed[0], want) || len(statements) != map[string]int{"aws": 1, "minio": 3, "wasabi": 1}[provider] {
			t.Errorf("%s: %v", provider, statements)
		}
	}
}

// In MinIO, s3:PutObject includes overwriting a version by its ID, directly or by
// unpacking an archive.
func TestMinIORefusesToOverwriteVersions(t *testing.T) {
	for name, r := range requests("minio") {
		for _, body := range documents(t, plan(t, r), "identity-policy") {
			statements := body["Statement"].([]any)
			for _, want := range []map[string]any{
				{
					"Sid": "NeverOverwriteVersions", "Effect": "Deny", "Action": []any{"s3:PutObject"}, "Resource": []any{"arn:aws:s3:::vault/*"},
					"Condition": map[string]any{"StringLike": map[string]any{"s3:versionid": "?*"}},
				},
				{"Sid": "NeverUnpackArchives", "Effect": "Deny", "Action": []any{"s3:PutObject"}, "Resource": []any{"arn:aws:s3:::vault/", "arn:aws:s3:::vault/*/"}},
			} {
				if !slices.ContainsFunc(statements, func(s any) bool { return reflect.DeepEqual(s, want) }) {
					t.Errorf("%s: %v", name, statements)
				}
			}
		}
	}
}

// The policy is the one that AWS documents: starting an upload and sending its parts,
// which support no condition, are exempt.
func TestBucketPolicyDeniesOverwriting(t *testing.T) {
	body := documents(t, plan(t, requests("aws")["plain"]), "bucket-policy")[0]
	want := map[string]any{
		"Sid": "NeverOverwrite", "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::vault/*",
		"Condition": map[string]any{"Null": map[string]any{"s3:if-none-match": "true"}, "Bool": map[string]any{"s3:ObjectCreationOperation": "true"}},
	}
	if statements := body["Statement"].([]any); !slices.ContainsFunc(statements, func(s any) bool { return reflect.DeepEqual(s, want) }) {
		t.Errorf("the policy: %v", statements)
	}
}

// The policy of Ceph's bucket names each host and its prefixes. It denies all but creating,
// because the user who stores an object owns it.
func TestCephHostsOnlyCreate(t *testing.T) {
	p := plan(t, requests("ceph")["hosts"])
	statements := documents(t, p, "bucket-policy")[0]["Statement"].([]any)
	put, all := []any{"s3:PutObject", "s3:AbortMultipartUpload"}, []any{"arn:aws:iam:::user/wp-oneway-web1", "arn:aws:iam:::user/wp-oneway-web2.example.com"}
	want := []map[string]any{
		{"Sid": "CreateBackups1", "Effect": "Allow", "Principal": map[string]any{"AWS": all[:1]}, "Action": put, "Resource": []any{"arn:aws:s3:::vault/db/web1/*", "arn:aws:s3:::vault/files/web1/*", "arn:aws:s3:::vault/full/web1/*"}},
		{"Sid": "CreateBackups2", "Effect": "Allow", "Principal": map[string]any{"AWS": all[1:]}, "Action": put, "Resource": []any{"arn:aws:s3:::vault/db/web2.example.com/*", "arn:aws:s3:::vault/files/web2.example.com/*", "arn:aws:s3:::vault/full/web2.example.com/*"}},
		{"Sid": "RefuseKeysOfClients", "Effect": "Deny", "Principal": map[string]any{"AWS": all}, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::vault/*", "Condition": map[string]any{"StringLike": map[string]any{"s3:x-amz-server-side-encryption-customer-algorithm": "?*"}}},
		{"Sid": "OnlyCreate", "Effect": "Deny", "Principal": map[string]any{"AWS": all}, "NotAction": put, "Resource": []any{"arn:aws:s3:::vault", "arn:aws:s3:::vault/*"}},
	}
	if len(statements) != len(want) {
		t.Fatalf("%d statements: %v", len(statements), statements)
	}
	for i := range want {
		if !reflect.DeepEqual(statements[i], want[i]) {
			t.Errorf("statement %v\nwant %v", statements[i], want[i])
		}
	}
	blocked := map[string]any{"BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true}
	if blocks := documents(t, p, "public-access-block"); len(blocks) != 1 || !reflect.DeepEqual(blocks[0], blocked) {
		t.Errorf("public access: %v", blocks)
	}
	text := printed(t, p, "shell")
	for _, part := range []string{"radosgw-admin user create --uid=wp-oneway-web1 ", "--max-buckets=-1", "https://RGW s3api put-bucket-policy", "If-None-Match", "SSE-C"} {
		if !strings.Contains(text, part) {
			t.Errorf("the commands lack %s\n%s", part, text)
		}
	}
	if strings.Contains(text, "iam create-user") || strings.Contains(text, "LocationConstraint") {
		t.Errorf("commands that Ceph does not know:\n%s", text)
	}
}

// An overwritten backup is kept as an older version at least as long as a backup.
func TestOlderVersionsOutliveBackups(t *testing.T) {
	for _, provider := range []string{"aws", "minio", "wasabi", "ceph", "spaces"} {
		for name, r := range requests(provider) {
			canaries := false
			for _, rule := range documents(t, plan(t, r), "lifecycle")[0]["Rules"].([]any) {
				rule := rule.(map[string]any)
				id := rule["ID"].(string)
				gone, _ := rule["Expiration"].(map[string]any)["Days"].(float64)
				older, _ := rule["NoncurrentVersionExpiration"].(map[string]any)
				switch {
				case strings.HasPrefix(id, "canaries"):
					canaries = true
					if gone != 1 {
						t.Errorf("%s/%s: canaries are kept %v days", provider, name, gone)
					}
					// An empty object, or one of the canaries' names: never a backup.
					text, err := json.Marshal(rule["Filter"])
					if err != nil || !strings.Contains(string(text), `"ObjectSizeLessThan":1`) && !strings.Contains(string(text), policy.CanaryPrefix) {
						t.Errorf("%s/%s: canaries are found by %s (%v)", provider, name, text, err)
					}
				case strings.HasPrefix(id, "backups"):
					if gone != float64(r.ExpireDays) || older["NoncurrentDays"].(float64) < gone {
						t.Errorf("%s/%s: %v", provider, name, rule)
					}
				}
			}
			if wants := provider == "aws" || provider == "minio" || len(r.Sites) > 0; canaries != wants {
				t.Errorf("%s/%s: rules for canaries: %v, want %v", provider, name, canaries, wants)
			}
		}
	}
}

func TestGCSLimitsTheRoleToPrefixes(t *testing.T) {
	p := plan(t, requests("gcs")["prefix"])
	binding := documents(t, p, "iam-binding")[0]
	want := `resource.name.startsWith("projects/_/buckets/vault/objects/backups/web1/")`
	if got := binding["condition"].(map[string]any)["expression"]; got != want || binding["role"] != "roles/storage.objectCreator" {
		t.Errorf("the binding: %v", binding)
	}
	text := printed(t, p, "gcloud")
	for _, part := range []string{"--soft-delete-duration", "--retention-period=30d", "--public-access-prevention", `"matchesSuffix": [`, policy.CanarySuffix} {
		if !strings.Contains(text, part) {
			t.Errorf("the commands lack %s\n%s", part, text)
		}
	}
}

// Each host has its own account with a name that Google accepts, even if the host's
// name is long.
func TestEachHostHasItsOwnAccount(t *testing.T) {
	hosts := []string{
		"web1", "web1.example.com", "a-very-long-name-of-a-host.example.com", "a-very-long-name-of-a-host.example.org",
		"a-very-long-name-of-a-host.example.c", "Web1", "web_1", "web-1", "w", "a-name-of-twenty----", "wp.",
	}
	p := plan(t, policy.Request{Provider: "gcs", Bucket: "vault", Hosts: hosts, ExpireDays: 35})
	valid, seen := regexp.MustCompile(`^serviceAccount:[a-z][a-z0-9-]{4,28}[a-z0-9]@`), map[string]bool{}
	for _, binding := range documents(t, p, "iam-binding") {
		member := binding["members"].([]any)[0].(string)
		if seen[member] || !valid.MatchString(member) {
			t.Errorf("the account %s", member)
		}
		seen[member] = true
	}
	if len(seen) != len(hosts) {
		t.Errorf("%d accounts for %d hosts", len(seen), len(hosts))
	}
}

func TestLimitedProvidersGetAWarning(t *testing.T) {
	for provider, says := range map[string]string{"r2": "can be overwritten", "gcs": "bills them", "spaces": "not one-way", "azure": "no sink for Azure", "b2": "hide"} {
		if text := strings.Join(strings.Fields(strings.ReplaceAll(printed(t, plan(t, requests(provider)["plain"]), "shell"), "\n#", " ")), " "); !strings.Contains(text, says) {
			t.Errorf("%s does not say %q:\n%s", provider, says, text)
		}
	}
}

func TestInvalidRequestsAreRefused(t *testing.T) {
	good := policy.Request{Provider: "aws", Bucket: "vault", ExpireDays: 35}
	for says, change := range map[string]func(*policy.Request){
		"provider":        func(r *policy.Request) { r.Provider = "tape" },
		"bucket":          func(r *policy.Request) { r.Bucket = "" },
		"3 to 63":         func(r *policy.Request) { r.Bucket = "ab" },
		"give its name":   func(r *policy.Request) { r.Bucket = "" },
		"bucket \"a..b\"": func(r *policy.Request) { r.Bucket = "a..b" },
		"bucket \"a;b\"":  func(r *policy.Request) { r.Bucket = "a;b" },
		"--host":          func(r *policy.Request) { r.Prefix = "{host}" },
		"placeholders":    func(r *policy.Request) { r.Prefix = "{site}" },
		"prefix":          func(r *policy.Request) { r.Prefix = "a'b" },
		"plain path":      func(r *policy.Request) { r.Prefix = "a/../b" },
		"\"w\" and \"w\"": func(r *policy.Request) { r.Hosts = []string{"w", "w"} },
		"same credential": func(r *policy.Request) { r.Hosts = []string{"a.b", "a-b"} },
		"a/./b":           func(r *policy.Request) { r.Prefix = "a/./b" },
		"name \"$(x)\"":   func(r *policy.Request) { r.Hosts = []string{"$(x)"} },
		"expire":          func(r *policy.Request) { r.ExpireDays = 0 },
		"lock":            func(r *policy.Request) { r.LockDays = 36 },
		"kms-key":         func(r *policy.Request) { r.KMSKey = "x" },
	} {
		r := good
		change(&r)
		if _, err := policy.For(r); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", says, err)
		}
	}
	if _, err := plan(t, good).Print("mc"); err == nil || !strings.Contains(err.Error(), "the tool for aws is aws") {
		t.Errorf("the tool of another provider: %v", err)
	}
	if _, err := plan(t, good).Print("yaml"); err == nil {
		t.Error("an unknown format is printed")
	}
}

// The bucket refuses keys of the client (SSE-C), in each format.
func TestAWSBlocksCustomerKeys(t *testing.T) {
	kms := "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab"
	for _, key := range []string{"", kms} {
		r := requests("aws")["prefix"]
		r.KMSKey = key
		p := plan(t, r)
		rule := documents(t, p, "encryption")[0]["Rules"].([]any)[0].(map[string]any)
		if !reflect.DeepEqual(rule["BlockedEncryptionTypes"], map[string]any{"EncryptionType": []any{"SSE-C"}}) || key != "" && rule["ApplyServerSideEncryptionByDefault"].(map[string]any)["KMSMasterKeyID"] != key {
			t.Errorf("the rule: %v", rule)
		}
		for format, want := range map[string]string{"aws": "put-bucket-encryption", "terraform": `blocked_encryption_types = ["SSE-C"]`} {
			if text := printed(t, p, format); !strings.Contains(text, want) || !strings.Contains(text, key) {
				t.Errorf("%s lacks %s:\n%s", format, want, text)
			}
		}
	}
	for _, provider := range []string{"minio", "wasabi", "ceph"} {
		if found := documents(t, plan(t, requests(provider)["plain"]), "encryption"); len(found) > 0 {
			t.Errorf("%s: %v", provider, found)
		}
	}
}

// Each host of R2 gets a parent and a token of its own, which can only put below its prefixes.
func TestR2HostsHaveTheirOwnTokens(t *testing.T) {
	p := plan(t, requests("r2")["hosts"])
	tokens := documents(t, p, "token")
	want := map[string]any{
		"bucket": "vault", "actions": []any{"PutObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "AbortMultipartUpload"},
		"paths": map[string]any{"prefixPaths": []any{"db/web1/", "files/web1/", "full/web1/"}, "objectPaths": []any{}},
	}
	if len(tokens) != 2 || !reflect.DeepEqual(tokens[0], want) || !strings.HasPrefix(p.OneWay, "enforced") {
		t.Errorf("%s\n%v\nwant\n%v", p.OneWay, tokens, want)
	}
	text := printed(t, p, "wrangler")
	for _, part := range []string{
		"wp-oneway policy r2-token --account ACCOUNT --bucket vault --prefix '{kind}/{host}' --host web1 --parent wp-oneway-web1-parent --output wp-oneway-web1-token",
		"r2 bucket lock add vault", "--host web2.example.com --parent wp-oneway-web2.example.com-parent",
	} {
		if !strings.Contains(text, part) {
			t.Errorf("the commands lack %s\n%s", part, text)
		}
	}
	if p := plan(t, requests("r2")["plain"]); !strings.Contains(p.OneWay, "overwritten") {
		t.Errorf("without a lock: %s", p.OneWay)
	}
	for _, r := range []policy.Request{{Bucket: "vault", Prefix: "{host}"}, {Bucket: "vault", Hosts: []string{"a", "b"}}, {Bucket: "vault", Prefix: "../x"}, {}} {
		if prefixes, err := r.TokenPrefixes(); err == nil {
			t.Errorf("%+v gets %q", r, prefixes)
		}
	}
}
