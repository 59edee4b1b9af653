package agent

import (
	"maps"
	"slices"
	"strings"
)

// A contest is who of an invocation's sites may go by which name.
type contest struct {
	refused map[int]error     // why not, by the job's index
	names   map[string]string // what the sites are called, by what they are known by
	roots   map[int]string    // where those that take part really lie, by the job's index
	found   map[int]claimant  // all that were found, by the job's index
	lost    map[int]error     // why the others were not
	unused  map[int]bool      // no configuration, and never backed up
	wanted  []string          // names of other sites' that were refused
	served  []string          // roots of all sites that are known on this host, where a job has a folder for a sink
}

// contest decides between the jobs that come to one name, and between each and
// the site that holds its name by the host's state: the holder wins, so that
// nobody who makes a folder of another's name can keep that one from being backed
// up. Where nobody holds it yet, the one that the operator named wins, and else
// none. A site that cannot be found takes no part. Nothing is written.
func (a *Agent) contest(jobs []Job) contest {
	out := contest{refused: map[int]error{}, names: map[string]string{}, roots: map[int]string{}, unused: map[int]bool{}, found: map[int]claimant{}, lost: map[int]error{}}
	wanted := map[string][]int{}
	for i := range jobs {
		job := &jobs[i]
		root, uid, err := job.find()
		if err != nil {
			out.lost[i] = err
			continue
		}
		c := claimant{job: job, id: job.Place.Identity(root, job.World.HTTPHost), uid: uid}
		out.found[i] = c
		if job.Ignore != "" {
			out.names[c.id] = "" // what it was called is free
			continue
		}
		if job.Unconfigured && !a.Dirs.knows(c.id) {
			out.unused[i] = true
			continue
		}
		out.names[c.id], out.roots[i] = job.Name, root
		wanted[job.Name] = append(wanted[job.Name], i)
	}
	for name, who := range wanted {
		h, err := a.Dirs.holderOf(name)
		if err != nil {
			for _, i := range who {
				out.refused[i] = err
			}
			continue
		}
		a.settle(who, h, &out)
	}
	if slices.ContainsFunc(jobs, func(j Job) bool { return j.local() }) {
		out.served = slices.AppendSeq(a.Dirs.served(), maps.Values(out.roots))
	}
	return out
}

// witness remembers which of the holders of names that others want are gone.
func (a *Agent) witness(c contest, jobs []Job) {
	for _, name := range c.wanted {
		if slices.ContainsFunc(jobs, func(j Job) bool { return j.DryRun }) {
			return
		}
		if err := a.Dirs.witness(name, a.Now()); err != nil {
			a.Log.Warn("state not kept", "err", err)
		}
	}
}

// settle decides between those who want one name, which is h's or nobody's.
func (a *Agent) settle(who []int, h *holder, out *contest) {
	var rivals []int
	for _, i := range who {
		c := out.found[i]
		if h != nil && h.is(c) {
			for _, other := range who {
				if out.found[other].id != c.id {
					out.refused[other] = newNameError(out.found[other], h.Path)
				}
			}
			return
		}
		if err := a.Dirs.judge(h, c, out.names, a.Now()); err != nil {
			out.refused[i] = err
			out.wanted = append(out.wanted, c.job.Name)
			continue
		}
		rivals = append(rivals, i)
	}
	named := map[string]claimant{}
	for _, i := range rivals {
		if c := out.found[i]; c.job.Named {
			named[c.id] = c
		}
	}
	for _, i := range rivals {
		c := out.found[i]
		if len(named) == 1 && c.job.Named {
			continue
		}
		var others []string
		for _, other := range rivals {
			if o := out.found[other]; o.id != c.id && (len(named) != 1 || o.job.Named) {
				others = append(others, o.job.Place.Path)
			}
		}
		if len(others) > 0 {
			out.refused[i] = newNameError(c, others...)
		}
	}
}

// turns is the order in which the jobs begin: every owner's first site comes before
// anybody's second, so that who has many sites, and keeps each run as long as a run
// may take, does not keep the other owners waiting for all of them.
func (c *contest) turns(jobs int) []int {
	order, turn, had := make([]int, jobs), make([]int, jobs), map[uint32]int{}
	for i := range jobs {
		order[i] = i
		if who, found := c.found[i]; found {
			turn[i] = had[who.uid]
			had[who.uid]++
		}
	}
	slices.SortStableFunc(order, func(i, j int) int { return turn[i] - turn[j] })
	return order
}

// inner lists, for each job, the sites that lie in its own and are backed up on
// their own.
func (c *contest) inner(jobs []Job) map[int][]string {
	order := slices.SortedFunc(maps.Keys(c.roots), func(i, j int) int { return strings.Compare(c.roots[i]+"/", c.roots[j]+"/") })
	out := map[int][]string{}
	for n, i := range order {
		outer := strings.TrimSuffix(c.roots[i], "/") + "/"
		for _, j := range order[n+1:] {
			if !strings.HasPrefix(c.roots[j], outer) {
				break
			}
			if c.refused[j] == nil && jobs[j].Kind.has(filesStream) {
				out[i] = append(out[i], c.roots[j])
			}
		}
	}
	return out
}
