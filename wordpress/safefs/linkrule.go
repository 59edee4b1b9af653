package safefs

import "os"

// A linkRule says which links may lead to files and folders of other users than their own.
type linkRule struct {
	trusted   uint32 // besides root, a user whose links may lead anywhere
	firstUser uint32 // the lowest ID of a user who cannot be trusted with a link in his folder
	above     int    // the first component of a path that can be an outermost folder; -1 for none
}

// pathRule is the rule for paths that the operator gives; see RealPath.
func pathRule() *linkRule {
	return &linkRule{trusted: uint32(os.Geteuid()), firstUser: FirstUser, above: 1}
}

// siteRule is the rule for the links of a site; see Home.Target.
func siteRule() *linkRule {
	if os.Geteuid() == 0 {
		return &linkRule{firstUser: 1, above: -1}
	}
	return &linkRule{firstUser: FirstUser}
}

// Target resolves an absolute path in home, as Chain does with all links followed. foreign
// is a link on the path that leads to a file or folder of another user, or nil: the target
// of a link must belong to the owner of the link, unless that is root. If the link lies in a
// folder of another user, the same must hold for the owner of that folder. To a process of
// root, which the kernel refuses nothing, that is all. With the rights of a user, the target
// may also lie below the outermost folder of the same owner on the link's path, and links in
// folders of services (user IDs below FirstUser) count by their own owner only. The caller
// closes the chain.
func (h *Home) Target(path string) (c *Chain, foreign *ForeignLinkError, err error) {
	r := &resolver{home: h, rule: siteRule()}
	if err := r.resolve(path, true); err != nil {
		r.Close()
		return nil, nil, err
	}
	return &r.Chain, r.foreignLink(), nil
}

// A bound is a condition on the end of a path because of a link in it.
type bound struct {
	link   string
	uid    uint32 // the end must belong to uid, or lie in within
	within string // the outermost folder of uid that the link lies in, or ""
}

// foreignLink returns the first bound that the end of the path breaks, or nil.
func (r *resolver) foreignLink() *ForeignLinkError {
	for _, b := range r.bounds {
		if r.End().UID() != b.uid && (b.within == "" || !Within(r.real(), b.within)) {
			return &ForeignLinkError{Link: b.link, UID: b.uid, To: r.real()}
		}
	}
	return nil
}

// addBounds adds the bounds of a link in the last open folder.
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
