package policy_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/sinks/policy"
)

// deleted returns after how many days the printed rules delete backups, by the begin of
// their names.
func deleted(t *testing.T, p *policy.Plan) map[string]int {
	t.Helper()
	text, err := json.Marshal(p.Documents)
	if err != nil {
		t.Fatal(err)
	}
	var documents []struct {
		Name string
		Body json.RawMessage
	}
	if err := json.Unmarshal(text, &documents); err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	for _, d := range documents {
		var body struct {
			Rules []struct {
				ID, Name   string
				Filter     struct{ Prefix string }
				Expiration struct{ Days int }
				Definition struct {
					Filters struct{ PrefixMatch []string }
					Actions struct {
						BaseBlob struct {
							Delete struct{ DaysAfterCreationGreaterThan int }
						}
					}
				}
			}
			Rule []struct {
				Condition struct {
					Age                          int
					MatchesPrefix, MatchesSuffix []string
				}
			}
		}
		if d.Name != "lifecycle" && d.Name != "management-policy" {
			continue
		}
		if err := json.Unmarshal(d.Body, &body); err != nil {
			t.Fatal(err)
		}
		for _, rule := range body.Rules {
			switch {
			case strings.HasPrefix(rule.ID, "backups"):
				found[rule.Filter.Prefix] = rule.Expiration.Days
			case strings.HasPrefix(rule.Name, "backups"):
				found[strings.TrimPrefix(rule.Definition.Filters.PrefixMatch[0], "vault/")] = rule.Definition.Actions.BaseBlob.Delete.DaysAfterCreationGreaterThan
			}
		}
		for _, rule := range body.Rule {
			if len(rule.Condition.MatchesSuffix) > 0 {
				continue
			}
			if len(rule.Condition.MatchesPrefix) == 0 {
				found[""] = rule.Condition.Age
			}
			for _, begin := range rule.Condition.MatchesPrefix {
				found[begin] = rule.Condition.Age
			}
		}
	}
	return found
}

// A kind has its own number of days where the begin of a name shows the kind; else the
// longest number of all kinds applies.
func TestKindsExpireSeparately(t *testing.T) {
	for name, c := range map[string]struct {
		days  map[string]int
		sites []string
		begin string // prefix of the request
		want  map[string]int
	}{
		"the same":          {nil, nil, "", map[string]int{"": 35}},
		"no names":          {map[string]int{"db-backups": 7}, nil, "b", map[string]int{"b/": 35}},
		"longest":           {map[string]int{"db-backups": 90}, nil, "", map[string]int{"": 90}},
		"never":             {map[string]int{"db-backups": policy.Never}, nil, "", map[string]int{}},
		"kind in prefix":    {map[string]int{"db-backups": 7, "full-backups-without-uploads": 60}, nil, "{kind}", map[string]int{"db/": 7, "files/": 35, "full/": 60}},
		"never in a prefix": {map[string]int{"db-backups": policy.Never}, nil, "{kind}", map[string]int{"files/": 35, "full/": 35}},
		"sites": {map[string]int{"db-backups": 7, "full-backups": policy.Never}, []string{"a.example"}, "b", map[string]int{
			"b/a.example/db-backups/": 7, "b/a.example/files-backups/": 35, "b/a.example/files-backups-without-uploads/": 35, "b/a.example/full-backups-without-uploads/": 35,
		}},
		"sites and kind": {map[string]int{"full-backups": 60}, []string{"a"}, "{kind}", map[string]int{
			"db/": 35, "files/": 35, "full/a/full-backups/": 60, "full/a/full-backups-without-uploads/": 35,
		}},
	} {
		for _, provider := range []string{"aws", "gcs", "azure", "minio", "wasabi", "spaces"} {
			t.Run(name+"/"+provider, func(t *testing.T) {
				p := plan(t, policy.Request{Provider: provider, Bucket: "vault", Prefix: c.begin, Sites: c.sites, ExpireDays: 35, FolderDays: c.days, Rules: "The reason."})
				got := deleted(t, p)
				if !reflect.DeepEqual(got, c.want) {
					t.Errorf("got %v, want %v", got, c.want)
				}
				for _, begin := range slices.Sorted(maps.Keys(got)) {
					for other := range got {
						if other != begin && strings.HasPrefix(other, begin) {
							t.Errorf("%q contains %q: the shorter time applies to both", begin, other)
						}
					}
				}
				if !slices.Contains(p.Warnings, "The reason.") {
					t.Errorf("the text about the rules is missing: %q", p.Warnings)
				}
				if says := strings.Join(p.Warnings, " "); len(c.want) == 0 && !strings.Contains(says, "No rule deletes backups") {
					t.Errorf("nothing is deleted, but the text is %s", says)
				}
			})
		}
	}
}

// An upload that never ended is aborted, also where no rule deletes backups. No number of
// days is printed for what is never deleted.
func TestNeverExpiring(t *testing.T) {
	for _, provider := range policy.Providers() {
		p := plan(t, policy.Request{Provider: provider, Bucket: "vault", ExpireDays: policy.Never, LockDays: 3})
		text := printed(t, p, "shell") + printed(t, p, "json")
		if strings.Contains(text, fmt.Sprint(policy.Never)) || strings.Contains(text, `"rules": null`) {
			t.Errorf("%s: %s", provider, text)
		}
		aborts := slices.Contains([]string{"aws", "wasabi", "ceph", "spaces"}, provider)
		if aborts != strings.Contains(text, "AbortIncompleteMultipartUpload") {
			t.Errorf("%s: incomplete uploads are aborted: %v", provider, !aborts)
		}
	}
}
