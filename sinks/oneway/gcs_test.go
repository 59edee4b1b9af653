package oneway_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/fsouza/fake-gcs-server/fakestorage"

	"github.com/wp-oneway/wp-oneway/sinks"
	"github.com/wp-oneway/wp-oneway/sinks/oneway"
	"github.com/wp-oneway/wp-oneway/sinks/policy"
	"github.com/wp-oneway/wp-oneway/sinks/sinktest"
)

// A googleIAM is a proxy before a fake of Google Cloud Storage, which permits
// everything. It passes only the requests that the granted permissions allow.
type googleIAM struct {
	*sinktest.GCS
	granted     []string
	createBelow string // the condition on storage.objects.create
	denied      []string
	unknown     []string // begins of permissions that the store does not know
	sessions    int      // uploads that were begun and not cancelled
}

func newGoogleIAM(t *testing.T, granted ...string) *googleIAM {
	t.Helper()
	g := &googleIAM{granted: granted, createBelow: "host/"}
	g.GCS = sinktest.NewGCS(t, "vault", g.handle)
	return g
}

func (g *googleIAM) handle(w http.ResponseWriter, r *http.Request, body []byte) {
	if strings.HasSuffix(r.URL.Path, "/iam/testPermissions") {
		g.test(w, r)
		return
	}
	if r.Method == http.MethodDelete && r.URL.Query().Has("upload_id") {
		g.sessions--
		w.WriteHeader(499)
		return
	}
	need, taken := g.needs(r, body)
	if !g.Authenticated(r) || !g.allows(need) {
		g.denied = append(g.denied, r.Method+" "+r.URL.Path)
		g.Refuse(w, http.StatusForbidden, "backup@test does not have "+need+" access")
		return
	}
	if taken {
		g.Refuse(w, http.StatusPreconditionFailed, "the object is there")
		return
	}
	if r.URL.Query().Get("uploadType") == "resumable" {
		g.sessions++
	}
	g.Fake.HTTPHandler().ServeHTTP(w, r)
}

// test answers which of the permissions asked for are granted on the bucket; a
// grant with a condition on names does not show.
func (g *googleIAM) test(w http.ResponseWriter, r *http.Request) {
	var have []string
	for _, asked := range r.URL.Query()["permissions"] {
		if slices.ContainsFunc(g.unknown, func(begin string) bool { return strings.HasPrefix(asked, begin) }) {
			g.Refuse(w, http.StatusBadRequest, "Invalid permission "+asked)
			return
		}
		if slices.Contains(g.granted, asked) {
			have = append(have, asked)
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"permissions": have})
}

func (g *googleIAM) allows(need string) bool {
	if name, ok := strings.CutPrefix(need, "storage.objects.create "); ok {
		return strings.HasPrefix(name, g.createBelow)
	}
	return slices.Contains(g.granted, need)
}

// needs returns the permission that a request requires, and whether it creates an
// object under an existing name on the condition that the name is free.
func (g *googleIAM) needs(r *http.Request, body []byte) (need string, taken bool) {
	q := r.URL.Query()
	at, err := url.PathUnescape(r.URL.EscapedPath())
	if err != nil {
		return "a path", false
	}
	_, object := filepath.Split(at)
	switch {
	case strings.HasPrefix(at, "/upload/"):
		name := q.Get("name")
		if m := regexp.MustCompile(`"name":"([^"]+)"`).FindSubmatch(body); name == "" && m != nil {
			name = string(m[1])
		}
		_, err := g.Fake.GetObject("vault", name)
		if err == nil && q.Get("ifGenerationMatch") == "" {
			return "storage.objects.delete", false
		}
		return "storage.objects.create " + name, err == nil
	case strings.Contains(at, "/rewriteTo/"), strings.Contains(at, "/copyTo/"):
		return "storage.objects.get", false
	case r.Method == http.MethodPatch:
		return "storage.objects.update", false
	case r.Method == http.MethodDelete:
		return "storage.objects.delete", false
	case r.Method == http.MethodGet && strings.HasSuffix(at, "/o") || object == "o":
		return "storage.objects.list", false
	}
	return "storage.objects.get", false
}

func (g *googleIAM) address() string {
	return "gs://vault/host?credentials_file=" + g.Credentials + "&endpoint=" + g.URL
}

// objectCreator are the permissions of roles/storage.objectCreator on objects and folders.
func objectCreator() []string {
	return []string{
		"storage.folders.create", "storage.managedFolders.create", "storage.multipartUploads.abort", "storage.multipartUploads.create",
		"storage.multipartUploads.listParts", "storage.objects.create", "storage.objects.createContext",
	}
}

// A store that does not know a permission refuses the whole question. The others are asked
// all the same.
func TestGCSUnknownPermissionsHideNoOthers(t *testing.T) {
	for name, c := range map[string]struct {
		unknown []string
		granted string
		verdict sinks.Verdict
	}{
		"none granted": {[]string{"storage.objects.updateContext", "storage.buckets.relocate"}, "", sinks.Holds},
		"one granted":  {[]string{"storage.objects.updateContext", "storage.buckets.relocate"}, "storage.buckets.restore", sinks.Fails},
		"all unknown":  {[]string{"storage."}, "", sinks.Unproven},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGoogleIAM(t, c.granted)
			g.unknown = c.unknown
			r := examine(t, g.address(), oneway.Options{})
			i := slices.IndexFunc(r.Findings, func(f sinks.Finding) bool { return f.Check == "permissions" })
			if f := r.Findings[i]; f.Verdict != c.verdict || !strings.Contains(f.Detail, c.granted) || c.verdict == sinks.Holds && !strings.Contains(f.Detail, c.unknown[1]) {
				t.Errorf("%+v", f)
			}
		})
	}
}

func TestGCSReportsAllowedRequests(t *testing.T) {
	for name, c := range map[string]struct {
		more   []string
		beyond string // below what creating is allowed
		fails  string
	}{
		"creator":      {nil, "host/", ""},
		"and get":      {[]string{"storage.objects.get"}, "host/", "storage.objects.get testIamPermissions"},
		"and list":     {[]string{"storage.objects.list"}, "host/", "storage.objects.list testIamPermissions"},
		"and delete":   {[]string{"storage.objects.delete"}, "host/", "storage.objects.delete testIamPermissions"},
		"and update":   {[]string{"storage.objects.update"}, "host/", "storage.objects.update testIamPermissions"},
		"and settings": {[]string{"storage.buckets.update"}, "host/", "testIamPermissions"},
		"and rename":   {[]string{"storage.folders.rename"}, "host/", "testIamPermissions"},
		"and policies": {[]string{"storage.managedFolders.setIamPolicy"}, "host/", "testIamPermissions"},
		"and contexts": {[]string{"storage.objects.deleteContext"}, "host/", "testIamPermissions"},
		"and moving":   {[]string{"storage.buckets.relocate"}, "host/", "testIamPermissions"},
		"and filters":  {[]string{"storage.buckets.setIpFilter"}, "host/", "testIamPermissions"},
		"whole role":   {objectCreator(), "host/", ""},
		"everywhere":   {nil, "", "storage.objects.create"},
		"beside":       {nil, "host", "storage.objects.create"},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGoogleIAM(t, c.more...)
			g.createBelow = c.beyond
			backup := fakestorage.Object{ObjectAttrs: fakestorage.ObjectAttrs{BucketName: "vault", Name: "host/" + folder + "/backup.sql.zst"}, Content: []byte("a backup")}
			g.Fake.CreateObject(backup)
			r := examine(t, g.address(), oneway.Options{})
			if got := strings.Join(failing(r, sinks.Fails), " "); got != c.fails || r.Proven() != (c.fails == "") {
				t.Errorf("failing are %q, want %q; proven %v; denied %q\n%s", got, c.fails, r.Proven(), g.denied, show(r))
			}
			// Deleting a nonexistent object is answered with 404, which is not a denial.
			if others := append(failing(r, sinks.Unproven), failing(r, sinks.Warning)...); len(others) > 0 && c.fails == "" {
				t.Errorf("open are %q\n%s", others, show(r))
			}
			if o, err := g.Fake.GetObject("vault", backup.Name); err != nil || string(o.Content) != "a backup" {
				t.Errorf("the backup was harmed: %v", err)
			}
			if r.Credential != "service account backup@test.iam.gserviceaccount.com key 1" {
				t.Errorf("the credential is called %q", r.Credential)
			}
			if g.sessions != 0 {
				t.Errorf("%d uploads are left over", g.sessions)
			}
			all, err := g.Fake.ListObjectsWithOptionsPaginated("vault", fakestorage.ListOptions{})
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range all.Objects {
				if o.Name != backup.Name && (!strings.HasPrefix(o.Name, "host/"+folder+"/"+policy.CanaryPrefix) || !strings.HasSuffix(o.Name, policy.CanarySuffix)) {
					t.Errorf("left over: %s", o.Name)
				}
			}
		})
	}
}

func TestGCSUnreachable(t *testing.T) {
	g := newGoogleIAM(t)
	g.createBelow = "other/"
	r := examine(t, g.address(), oneway.Options{})
	if r.Reached || len(r.Findings) != 1 || !strings.Contains(r.Findings[0].Detail, "roles/storage.objectCreator") {
		t.Errorf("reached %v\n%s", r.Reached, show(r))
	}
}
