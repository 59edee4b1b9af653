package settings

import (
	"strings"

	"github.com/wp-oneway/wp-oneway/agent/retention"
	"github.com/wp-oneway/wp-oneway/sinks"
	"github.com/wp-oneway/wp-oneway/sinks/policy"
)

// FolderDays returns, for the folder of each kind, how many days the settings keep backups in a
// bucket. If the settings differ between sites or sinks, the longest time counts. found is false
// if nothing is set.
func (k *Keeper) FolderDays(scheme, bucket string) (days map[string]int, found bool) {
	days = map[string]int{}
	targets := k.sinksIn(scheme, bucket)
	for _, kind := range retention.Kinds() {
		longest := 0
		for _, name := range k.policyNames() {
			for _, sink := range targets {
				rules := k.Policy(name, sink, kind)
				found = found || !rules.Empty()
				longest = max(longest, keepDays(rules))
			}
		}
		days[kind.Folder()] = longest
	}
	return days, found
}

// policyNames returns the names of the sites that have their own settings, and "" for all other
// sites, if these are backed up.
func (k *Keeper) policyNames() (names []string) {
	for name := range k.named {
		names = append(names, name)
	}
	if len(names) == 0 || len(k.Roots) > 0 {
		names = append(names, "")
	}
	return names
}

// sinksIn returns the URLs of the configured sinks in a bucket. If there is none, it returns "",
// which stands for the settings of all sinks.
func (k *Keeper) sinksIn(store, bucket string) (found []string) {
	scheme := map[string]string{"gcs": "gs"}[store]
	if scheme == "" {
		scheme = "s3" // Azure is used through a gateway
	}
	lists := [][]Sink{k.Sinks, k.fileSinks}
	for _, set := range k.named {
		if set.ownSinks {
			lists = append(lists, set.Sinks)
		}
	}
	for _, list := range lists {
		for _, s := range list {
			if u, err := sinks.Parse(s.URL); err == nil && u.Scheme == scheme && strings.EqualFold(u.Host, bucket) {
				found = append(found, s.URL)
			}
		}
	}
	if len(found) == 0 {
		found = append(found, "")
	}
	return found
}

// keepDays returns the highest age that the rules keep, in days. It assumes one backup in each
// period, and one each day for keep_last. A policy without rules keeps everything.
func keepDays(p retention.Policy) (days int) {
	if p.Empty() || p.Within.Unlimited {
		return policy.Never
	}
	for _, rule := range []struct{ n, hours int }{
		{p.Last, 24},
		{p.Hourly, 1},
		{p.Daily, 24},
		{p.Weekly, 7 * 24},
		{p.Monthly, 31 * 24},
		{p.Yearly, 366 * 24},
		{1, p.Within.Hours + 24*(p.Within.Days+31*p.Within.Months+366*p.Within.Years)},
	} {
		if rule.n == retention.Unlimited {
			return policy.Never
		}
		days = max(days, (rule.n*rule.hours+23)/24)
	}
	return days
}
