package policy

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Never is the number of days of backups that no rule deletes.
const Never = math.MaxInt

// Folders are the folders of the kinds of backup, below that of a site.
func Folders() []string {
	return []string{"db-backups", "files-backups", "files-backups-without-uploads", "full-backups", "full-backups-without-uploads"}
}

// An expiry is a rule that deletes backups whose names begin with a prefix. No prefix of a
// request contains another one: if two rules match an object, a store applies the shorter time.
type expiry struct {
	id    string // unique
	begin string // with a final slash; "" is the whole bucket
	days  int
}

// daysOf is the number of days for the backups in a folder.
func (r *Request) daysOf(folder string) int {
	if days, ok := r.FolderDays[folder]; ok {
		return days
	}
	return r.ExpireDays
}

// mostDays is the longest time of the folders whose names begin with kind.
func (r *Request) mostDays(kind string) (days int) {
	for _, folder := range Folders() {
		if strings.HasPrefix(folder, kind) {
			days = max(days, r.daysOf(folder))
		}
	}
	return days
}

// leastDays is the shortest time of all folders.
func (r *Request) leastDays() int {
	days := r.daysOf(Folders()[0])
	for _, folder := range Folders() {
		days = min(days, r.daysOf(folder))
	}
	return days
}

// expiries are the rules for the backups, without those that delete nothing. Where one
// rule is for several kinds, the longest time applies to all of them.
func (r *Request) expiries(scopes []scope) (all []expiry) {
	add := func(id, begin string, days int) {
		if days != Never {
			all = append(all, expiry{id, begin, days})
		}
	}
	i := -1
	for _, s := range scopes {
		for n, prefix := range s.prefixes {
			i++
			id, kind := ruleID("backups", prefix, i), s.kind(n)
			folders := slices.DeleteFunc(Folders(), func(folder string) bool { return !strings.HasPrefix(folder, kind) })
			differ := slices.ContainsFunc(folders, func(folder string) bool { return r.daysOf(folder) != r.daysOf(folders[0]) })
			if !differ || len(r.Sites) == 0 {
				add(id, below(prefix), r.mostDays(kind))
				continue
			}
			for _, site := range r.Sites {
				for _, folder := range folders {
					add(ruleID(id, site+"/"+folder, len(all)), below(prefix)+site+"/"+folder+"/", r.daysOf(folder))
				}
			}
		}
	}
	return all
}

// kind is the kind of the backups below the scope's prefix with that index; "" is all.
func (s scope) kind(i int) string {
	if len(s.prefixes) == 1 {
		return ""
	}
	return kinds()[i]
}

// kinds are what {kind} stands for.
func kinds() []string { return []string{"db", "files", "full"} }

// warnExpiry says what expiry does to backups that nobody replaces, and which backups it
// does not reach.
func (p *Plan) warnExpiry(r Request, scopes []scope) {
	rules := r.expiries(scopes)
	if len(rules) == 0 {
		p.warn("No rule deletes backups: the settings keep them for an unlimited time.")
		return
	}
	least := slices.MinFunc(rules, func(a, b expiry) int { return a.days - b.days }).days
	p.warn("The last good backup expires too: a host that stops sending backups loses its last backup after %d days. Monitor the age of the newest manifest of each site.", least)
	differ := r.leastDays() != r.mostDays("")
	switch {
	case differ && len(r.Sites) > 0:
		p.warn("The kinds of backup are kept for different times, and lifecycle rules match only the beginning of names. Backups of sites that are not named with --site are not deleted where a rule names the sites.")
	case differ:
		p.warn("The kinds of backup are kept for different times, and lifecycle rules match only the beginning of names: each rule has the longest time of its kinds. For a rule of each kind, put {kind} into --prefix and into the sinks' URLs, or name the sites with --site.")
	}
}

// daysText says after how many days the rules delete.
func daysText(rules []expiry) string {
	var days []int
	for _, rule := range rules {
		days = append(days, rule.days)
	}
	slices.Sort(days)
	days = slices.Compact(days)
	switch len(days) {
	case 0:
		return "are not deleted"
	case 1:
		return fmt.Sprintf("are deleted after %d days", days[0])
	}
	return fmt.Sprintf("are deleted after %d to %d days", days[0], days[len(days)-1])
}
