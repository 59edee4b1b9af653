package retention

import (
	"fmt"
	"slices"
	"time"

	"github.com/dustin/go-humanize"
)

// orphansAfter is the age at which the files of a run without a manifest are removed: longer
// than any run takes.
const orphansAfter = 48 * time.Hour

// A Plan says which of a site's runs of one kind in a folder stay, and which are removed. The
// folder must be open.
type Plan struct {
	Site string
	Kind Kind
	// Runs are all runs, the newest first.
	Runs []*Run
	// Warnings name the files that were skipped, and why.
	Warnings []string

	in      *Folder
	listing      // what is there beside the runs
	blocked bool // nothing goes
}

// Conditions are the inputs of a plan besides the policy.
type Conditions struct {
	Now time.Time
	// Locked means that the site's lock is held. Without it, files without a manifest
	// stay: another run may be writing them.
	Locked bool
}

// Plan decides what stays of a site's runs of one kind; nil if there is no folder of them.
func (f *Folder) Plan(site string, kind Kind, policy Policy, c Conditions) (*Plan, error) {
	dir, err := f.openKind(site, kind)
	if dir == nil || err != nil {
		return nil, err
	}
	defer dir.Close()
	p := &Plan{Site: site, Kind: kind, in: f, blocked: policy.Empty()}
	if err := p.read(dir); err != nil {
		return nil, err
	}
	p.decide(policy, c)
	if policy.MaxSize > 0 {
		if text := SizeWarning(dir.Name(), Shrink([]*Plan{p}, policy.MaxSize), policy.MaxSize); text != "" {
			p.Warnings = append(p.Warnings, text)
		}
	}
	return p, nil
}

// decide applies the rules of the policy to the complete runs of the past, and the rule
// for files without a manifest. All other runs stay and do not count.
func (p *Plan) decide(policy Policy, c Conditions) {
	counted := p.counted(c.Now)
	var times []time.Time
	for _, r := range counted {
		times = append(times, r.Start)
	}
	reasons := policy.Reasons(times)
	for i, r := range counted {
		r.counted = true
		switch {
		case reasons == nil:
			r.Why = []string{"no keep rule is set"}
		case len(reasons[i]) > 0:
			r.Why = reasons[i]
		default:
			r.Goes, r.Why = true, []string{"no rule keeps it"}
		}
	}
	p.keepWhole(counted)
	for _, r := range p.Runs {
		if r.Why == nil {
			p.decideOther(r, c)
		}
	}
	if i := slices.IndexFunc(p.Runs, func(r *Run) bool { return r.state == newer }); i >= 0 {
		p.block(p.Runs[i].Name + ": " + p.Runs[i].problem)
	}
}

// keepWhole keeps the newest run that contains the whole site, if newer runs do not: a site
// that is partly unreadable for weeks must not lose its last whole backup.
func (p *Plan) keepWhole(counted []*Run) {
	i := slices.IndexFunc(counted, func(r *Run) bool { return !r.partial })
	if i < 0 {
		return
	}
	whole := counted[i]
	whole.whole = true
	if whole.Goes {
		whole.Goes, whole.Why = false, []string{"newest without unreadable parts"}
	}
}

// counted returns the complete runs that are not dated in the future, the newest first.
func (p *Plan) counted(now time.Time) (runs []*Run) {
	for _, r := range p.Runs {
		if r.state == complete && !r.Start.After(now) {
			runs = append(runs, r)
		}
	}
	return runs
}

// decideOther decides about a run that does not count.
func (p *Plan) decideOther(r *Run, c Conditions) {
	old := func(t time.Time) bool { return c.Now.Sub(t) > orphansAfter }
	switch {
	case r.state == unclear, r.state == newer:
		r.Why = []string{r.problem}
		p.Warnings = append(p.Warnings, fmt.Sprintf("%s: not removed: %s", r.Name, r.problem))
	case r.Start.After(c.Now):
		r.Why = []string{"dated in the future"}
		p.Warnings = append(p.Warnings, r.Name+": not removed: it is dated in the future; check the clock of this host")
	case !old(r.Start), !old(r.changed), !old(p.writing):
		r.Why = []string{"unfinished, for less than 48 h"}
	case !c.Locked:
		r.Why = []string{"unfinished, and its site's lock is not held"}
	case p.blocked:
		r.Why = []string{"unfinished"}
	default:
		r.Goes, r.Why = true, []string{"no manifest for 48 h"}
	}
}

// block keeps everything.
func (p *Plan) block(why string) {
	p.blocked = true
	for _, r := range p.Runs {
		if r.Goes {
			r.Goes, r.Why = false, []string{why}
		}
	}
}

// Used is the space in bytes that the site's runs of the kind take when the plan is applied.
func (p *Plan) Used() int64 {
	used := p.bytes
	for _, r := range p.Runs {
		if r.Goes {
			used -= r.Bytes
		}
	}
	return used
}

// Shrink marks the oldest runs of all plans for removal until the others take at most limit
// bytes, and returns the bytes that these take. The newest complete run of each plan always
// stays, and so do all runs that the keep rules ignore.
func Shrink(plans []*Plan, limit int64) (used int64) {
	var candidates []*Run
	for _, p := range plans {
		used += p.Used()
		newest := true
		for _, r := range p.Runs {
			if p.blocked || r.Goes || !r.counted {
				continue
			}
			if !newest && !r.whole {
				candidates = append(candidates, r)
			}
			newest = false
		}
	}
	slices.SortFunc(candidates, func(a, b *Run) int { return a.Start.Compare(b.Start) })
	for _, r := range candidates {
		if used <= limit {
			break
		}
		r.Goes, r.Why = true, []string{"max_size"}
		used -= r.Bytes
	}
	return used
}

// SizeWarning warns that a folder has almost reached its maximum size; "" if it has not.
func SizeWarning(folder string, used, limit int64) string {
	if used < limit/10*9 {
		return ""
	}
	text := fmt.Sprintf("%s takes %s, %d%% of its max_size of %s", folder, humanize.IBytes(uint64(max(used, 0))), used*100/limit, humanize.IBytes(uint64(limit)))
	if used > limit {
		text += "; the remaining runs cannot be removed: they are the newest of a site and kind, or no keep rule applies to them"
	}
	return text + "; keep fewer runs, or raise max_size"
}

// Going returns the number of runs that are removed, and their size in bytes.
func (p *Plan) Going() (runs int, bytes int64) {
	for _, r := range p.Runs {
		if r.Goes {
			runs, bytes = runs+1, bytes+r.Bytes
		}
	}
	return runs, bytes
}
