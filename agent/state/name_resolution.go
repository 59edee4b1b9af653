package state

import (
	"slices"
	"strings"
	"time"
)

// A Resolution says which sites of one invocation get their names. Sites are
// numbered as in the slice that ResolveNames was given.
type Resolution struct {
	candidates []*Candidate // nil: not found
	refused    map[int]error
	unused     map[int]bool      // no configuration, and never backed up
	names      map[string]string // by ID
	counts     nameCounts
}

// ResolveNames decides between sites that ask for one name, and between each site and the owner
// of its name in the registry. The owner wins, so that a tenant cannot stop the backups of
// another tenant's site by creating a folder with the same name. If the name is free, a site
// that the operator gave the name wins, otherwise the only site for which answers is true;
// otherwise no site gets it. answers says whether the database of a site answers; nil if that
// is not known. A nil candidate is a site that was not found; it is ignored. Nothing is
// written.
func ResolveNames(d Dirs, candidates []*Candidate, now time.Time, answers func(site int) bool) *Resolution {
	r := &Resolution{candidates: candidates, refused: map[int]error{}, unused: map[int]bool{}, names: map[string]string{}}
	requests := map[string][]int{}
	for i, c := range candidates {
		switch {
		case c == nil:
		case c.Ignored:
			r.names[c.ID] = "" // its former name is free
		case c.Unconfigured && !d.HasSite(c.ID):
			r.unused[i] = true
		default:
			r.names[c.ID] = c.Name
			requests[c.Name] = append(requests[c.Name], i)
		}
	}
	for name, sites := range requests {
		owner, err := d.nameOwner(name)
		if err != nil {
			for _, i := range sites {
				r.refused[i] = err
			}
			continue
		}
		r.decide(d, sites, owner, now, answers)
	}
	return r
}

// decide decides between the sites that ask for one name. owner is nil if the name
// is free.
func (r *Resolution) decide(d Dirs, sites []int, owner *nameOwner, now time.Time, answers func(site int) bool) {
	var rivals []int
	for _, i := range sites {
		c := r.candidates[i]
		if owner != nil && owner.is(c) {
			for _, other := range sites {
				if r.candidates[other].ID != c.ID {
					r.refused[other] = newNameError(r.candidates[other], owner.Path)
				}
			}
			return
		}
		if err := d.checkName(owner, c, r.names, now); err != nil {
			r.refused[i] = err
			continue
		}
		rivals = append(rivals, i)
	}
	r.decideFree(rivals, answers)
}

// decideFree decides between rivals for a name without an owner.
func (r *Resolution) decideFree(rivals []int, answers func(site int) bool) {
	all := r.identities(rivals, func(int) bool { return true })
	if len(all) < 2 {
		return
	}
	favoured := r.identities(rivals, func(i int) bool { return r.candidates[i].Named })
	if len(favoured) == 0 && answers != nil {
		favoured = r.identities(rivals, answers)
	}
	for _, i := range rivals {
		c := r.candidates[i]
		if len(favoured) == 1 && favoured[c.ID] {
			continue
		}
		var others []string
		for _, other := range rivals {
			if o := r.candidates[other]; o.ID != c.ID && (len(favoured) != 1 || favoured[o.ID]) {
				others = append(others, o.Path)
			}
		}
		r.refused[i] = newNameError(c, others...)
	}
}

// identities returns the IDs of the sites for which is holds.
func (r *Resolution) identities(sites []int, is func(site int) bool) map[string]bool {
	ids := map[string]bool{}
	for _, i := range sites {
		if is(i) {
			ids[r.candidates[i].ID] = true
		}
	}
	return ids
}

// Refused returns why a site does not get its name, or nil.
func (r *Resolution) Refused(site int) error { return r.refused[site] }

// AnyRefused reports whether any site does not get its name.
func (r *Resolution) AnyRefused() bool { return len(r.refused) > 0 }

// Unused reports whether a site has no configuration and was never backed up.
func (r *Resolution) Unused(site int) bool { return r.unused[site] }

// takesPart reports whether a site was found and is to be backed up.
func (r *Resolution) takesPart(site int) bool {
	c := r.candidates[site]
	return c != nil && !c.Ignored && !r.unused[site]
}

// Roots lists the root folders of the sites that are to be backed up.
func (r *Resolution) Roots() (roots []string) {
	for i, c := range r.candidates {
		if r.takesPart(i) {
			roots = append(roots, c.Root)
		}
	}
	return roots
}

// ByOwner returns the sites of each owner, and the sites that were not found as the last
// group. Owners and sites are in the order of the candidates.
func (r *Resolution) ByOwner() (groups [][]int) {
	group := map[uint32]int{} // index in groups
	var lost []int
	for i, c := range r.candidates {
		if c == nil {
			lost = append(lost, i)
			continue
		}
		n, known := group[c.UID]
		if !known {
			n = len(groups)
			group[c.UID] = n
			groups = append(groups, nil)
		}
		groups[n] = append(groups[n], i)
	}
	if lost != nil {
		groups = append(groups, lost)
	}
	return groups
}

// Nested lists, for each site, the root folders inside its own of sites whose files
// have separate backups.
func (r *Resolution) Nested() map[int][]string {
	var order []int
	for i := range r.candidates {
		if r.takesPart(i) {
			order = append(order, i)
		}
	}
	root := func(i int) string { return strings.TrimSuffix(r.candidates[i].Root, "/") + "/" }
	slices.SortFunc(order, func(i, j int) int { return strings.Compare(root(i), root(j)) })
	nested := map[int][]string{}
	for n, i := range order {
		for _, j := range order[n+1:] {
			if !strings.HasPrefix(r.candidates[j].Root, root(i)) {
				break
			}
			if r.refused[j] == nil && !r.candidates[j].NoFiles {
				nested[i] = append(nested[i], r.candidates[j].Root)
			}
		}
	}
	return nested
}
