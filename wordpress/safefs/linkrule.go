package safefs

import "os"

// A linkRule says which links may lead to files and folders that belong to another user than the
// link.
type linkRule struct {
	trusted   uint32 // a user, besides root, whose links may lead anywhere
	firstUser uint32 // the lowest ID of a folder's owner that is checked in addition to the link's owner
	above     int    // index of the first component of a path that can be an outermost folder; -1 for none
}

// pathRule returns the rule for paths that the operator gives; see RealPath.
func pathRule() *linkRule {
	return &linkRule{trusted: uint32(os.Geteuid()), firstUser: FirstUser, above: 1}
}

// siteRule returns the rule for the links of a site; see Home.Target.
func siteRule() *linkRule {
	if os.Geteuid() == 0 {
		return &linkRule{firstUser: 1, above: -1}
	}
	return &linkRule{firstUser: FirstUser}
}

// Target resolves an absolute path in home, and follows all links. foreign describes a link on
// the path that leads to a file or folder of another user; it is nil if there is none. The target
// of a link must belong to the owner of the link, unless the owner is root. If the link is in a
// folder of another user, the target must belong to the owner of that folder too. A process of
// root applies only these rules, strictly, because the kernel denies it nothing. In any other
// process, the target may also be below the outermost folder of the same owner on the link's
// path, and the owner of a folder does not count if it is a service (a user ID below FirstUser).
// The caller closes the chain.
func (h *Home) Target(path string) (c *Chain, foreign *ForeignLinkError, err error) {
	r := &resolver{home: h, rule: siteRule()}
	if err := r.resolve(path, true); err != nil {
		r.Close()
		return nil, nil, err
	}
	return &r.Chain, r.foreignLink(), nil
}

// A bound is a condition on the end of a path. It comes from a link on the path.
type bound struct {
	link   string
	uid    uint32 // the end must belong to uid, or be in within
	within string // the outermost folder of uid that contains the link, or ""
}

// foreignLink describes the first bound that the end of the path violates. It returns nil if
// there is none.
func (r *resolver) foreignLink() *ForeignLinkError {
	for _, b := range r.bounds {
		if r.End().UID() != b.uid && (b.within == "" || !Within(r.real(), b.within)) {
			return &ForeignLinkError{Link: b.link, UID: b.uid, To: r.real()}
		}
	}
	return nil
}

// addBounds adds the bounds of a link that is in the last open folder.
func (r *resolver) addBounds(name string, uid uint32) {
	link := Join(r.real(), name)
	r.addBound(link, uid)
	if dirUID := r.End().UID(); dirUID >= r.rule.firstUser {
		r.addBound(link, dirUID)
	}
}

func (r *resolver) addBound(link string, uid uint32) {
	if uid == 0 || uid == r.rule.trusted {
		return
	}
	b := bound{link: link, uid: uid}
	for i := r.rule.above; i >= 0 && i < r.Len() && b.within == ""; i++ {
		if r.At(i).UID() == uid {
			b.within = r.Path(i)
		}
	}
	r.bounds = append(r.bounds, b)
}
