package main

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/agent/retention"
	"github.com/wp-oneway/wp-oneway/sinks/policy"
)

// The policy names the folders in which the agent stores the kinds.
func TestPolicyKnowsTheFoldersOfAllKinds(t *testing.T) {
	var folders []string
	for _, kind := range retention.Kinds() {
		folders = append(folders, kind.Folder())
	}
	slices.Sort(folders)
	if !slices.Equal(folders, policy.Folders()) {
		t.Errorf("got %q, want %q", policy.Folders(), folders)
	}
}

// The command policy takes the days from the keep settings of the configuration.
func TestPolicyFromTheConfiguration(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	days := func(args ...string) map[string]int {
		t.Helper()
		var plan struct {
			Documents []struct {
				Name string
				Body struct {
					Rules []struct {
						ID         string
						Filter     struct{ Prefix string }
						Expiration struct{ Days int }
					}
				}
			}
		}
		text := mustRun(h, append([]string{"policy", "s3", "--bucket", "vault", "--format", "json"}, args...)...)
		if err := json.Unmarshal([]byte(text), &plan); err != nil {
			t.Fatal(err)
		}
		found := map[string]int{}
		for _, d := range plan.Documents {
			for _, rule := range d.Body.Rules {
				if strings.HasPrefix(rule.ID, "backups") {
					found[rule.Filter.Prefix] = rule.Expiration.Days
				}
			}
		}
		return found
	}
	for _, c := range []struct {
		config string
		args   []string
		want   map[string]int
	}{
		{"", nil, map[string]int{"": 35}},
		{"kind: db", nil, map[string]int{"": 35}}, // no keep settings
		{"keep_within: 14d", nil, map[string]int{"": 14}},
		{"keep_within: 14d", []string{"--expire", "9"}, map[string]int{"": 9}},
		{"keep_daily: 7\nretention: {db: {keep_daily: 30}}", nil, map[string]int{"": 30}},
		{"keep_daily: 7\nretention: {db: {keep_daily: 30}}", []string{"--prefix", "{kind}"}, map[string]int{"db/": 30, "files/": 7, "full/": 7}},
		{"retention: {db: {keep_daily: 30}}", []string{"--prefix", "{kind}"}, map[string]int{"db/": 30}}, // the other kinds keep everything
		{"sites: [{path: /a, keep_last: 3}, {path: /b, keep_last: 5}]", nil, map[string]int{"": 5}},
		{"sites: [{path: /a, keep_last: 3}, {path: /b}]", nil, map[string]int{}},  // /b keeps everything
		{"roots: [/c]\nsites: [{path: /a, keep_last: 3}]", nil, map[string]int{}}, // the sites in /c keep everything
		{"keep_daily: 7\nsinks: [{url: 's3://vault/x', keep_daily: 60}, {url: 's3://other', keep_daily: 90}]", nil, map[string]int{"": 60}},
	} {
		h.configure(c.config + "\n")
		if got := days(c.args...); !maps.Equal(got, c.want) {
			t.Errorf("%q %q: %v, want %v", c.config, c.args, got, c.want)
		}
	}
	h.configure("keep_daily: 7\n")
	text := strings.Join(strings.Fields(strings.ReplaceAll(mustRun(h, "policy", "gcs", "--bucket", "vault"), "\n#", " ")), " ")
	for _, says := range []string{"The days come from the keep settings of the configuration in " + h.state + "/config.yaml.", "They cannot keep the newest backup", "prune would keep the same backups or fewer"} {
		if !strings.Contains(text, says) {
			t.Errorf("the text does not say %q:\n%s", says, text)
		}
	}
	h.configure("keep_dayly: 7\n")
	h.refused("policy --expire DAYS needs no configuration", "policy", "s3", "--bucket", "vault")
	mustRun(h, "policy", "s3", "--bucket", "vault", "--expire", "3")
}
