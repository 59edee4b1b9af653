package oneway_test

import (
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/sinks"
	"github.com/wp-oneway/wp-oneway/sinks/oneway"
	"github.com/wp-oneway/wp-oneway/sinks/r2"
	"github.com/wp-oneway/wp-oneway/sinks/sinktest"
)

// A token that can only put, and a bucket lock, are one-way at the stand-in for R2. Without
// the lock, and with any further action, scope or prefix, they are not.
func TestR2TokenIsExamined(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*r2.Claims)
		life   time.Duration
		lock   bool
		fails  string // checks
		warns  string // a check, "" for none
	}{
		"put only":     {nil, 7 * 24 * time.Hour, true, "", ""},
		"nearly over":  {func(c *r2.Claims) { c.Issued -= 7 * 3600 }, 20 * time.Minute, true, "", "credential's end"},
		"no lock":      {nil, 7 * 24 * time.Hour, false, "overwrite, overwrite, multipart", ""}, //nolint:dupword // two rows
		"and reads":    {add("GetObject"), 7 * 24 * time.Hour, true, "read, token's actions", ""},
		"and lists":    {add("ListObjectsV2"), 7 * 24 * time.Hour, true, "list, token's actions", ""},
		"and copies":   {add("UploadPartCopy"), 7 * 24 * time.Hour, true, "token's actions", ""},
		"everywhere":   {func(c *r2.Claims) { c.Paths = nil }, 7 * 24 * time.Hour, true, "create at the root, create beside the prefix", ""},
		"beside":       {func(c *r2.Claims) { c.Paths.Prefixes = []string{"host"} }, 7 * 24 * time.Hour, true, "create beside the prefix", ""},
		"no multipart": {func(c *r2.Claims) { c.Actions = []string{"PutObject"} }, 7 * 24 * time.Hour, true, "start multipart", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bucket := "r2-" + strings.ReplaceAll(name, " ", "-")
			if err := minio.Bucket(t.Context(), bucket, false); err != nil {
				t.Fatal(err)
			}
			store := sinktest.NewR2(t, minio.Root())
			if c.lock {
				store.Lock()
			}
			file := filepath.Join(t.TempDir(), "token")
			if err := os.WriteFile(file, store.Sign(t, bucket, "host", c.life, c.change).File(), 0o600); err != nil {
				t.Fatal(err)
			}
			r := examine(t, "s3://"+bucket+"/host?region=auto&endpoint="+url.QueryEscape(store.URL)+"&credentials_file="+file, oneway.Options{})
			if got := checks(r, sinks.Fails); got != c.fails || r.Proven() != (c.fails == "") || !strings.HasPrefix(r.Store, "Cloudflare R2") {
				t.Errorf("%s: failing are %q, want %q; proven %v\n%s", r.Store, got, c.fails, r.Proven(), show(r))
			}
			if got := checks(r, sinks.Warning); c.warns != "" && !strings.Contains(got, c.warns) || c.warns == "" && strings.Contains(got, "end") {
				t.Errorf("warnings are %q\n%s", got, show(r))
			}
			if !strings.HasSuffix(r.Policy, "--provider r2") {
				t.Errorf("the policy is %s", r.Policy)
			}
		})
	}
}

// add adds an action to a token.
func add(action string) func(*r2.Claims) {
	return func(c *r2.Claims) { c.Actions = append(c.Actions, action) }
}

// checks lists the checks with that verdict.
func checks(r *oneway.Result, v sinks.Verdict) string {
	var names []string
	for _, f := range r.Findings {
		if f.Verdict == v && !slices.Contains(names, f.Check) {
			names = append(names, f.Check)
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
