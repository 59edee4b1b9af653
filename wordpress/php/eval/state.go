package eval

// A state holds everything that a program can change: variables, constants, functions,
// classes, properties, the environment. It is a persistent radix tree from slots to
// values, so that a fork is cheap and a join visits only the slots that differ.
type state struct {
	root   *node
	height int    // levels of inner nodes above the leaves
	own    *epoch // nodes and arrays with this epoch may be changed in place

	poison *Unknown // not nil if unknown code has run in this world
	serial int      // serial of the newest frame that the unknown code could change
}

// An epoch identifies a state between two forks.
type epoch struct{ _ byte }

const (
	fanBits = 4
	fan     = 1 << fanBits
)

// A node is a leaf if it has vals, else an inner node.
type node struct {
	own  *epoch
	kids []*node
	vals []Value
}

// A slotKind says what it means for a join if only one of the worlds has the slot.
type slotKind int

const (
	slotCell   slotKind = iota // reachable only from worlds that have it
	slotNamed                  // absent means unset, which reads as null
	slotOpaque                 // absent has another meaning: a known value joins to an unknown
	slotKinds
)

func newState() *state { return &state{root: &node{vals: make([]Value, fan)}, own: &epoch{}} }

// fork returns a copy of the state. The original must not be written to again.
func (s *state) fork() *state {
	c := *s
	c.own = &epoch{}
	return &c
}

func (s *state) Get(slot int) Value {
	if slot>>(fanBits*(s.height+1)) != 0 {
		return nil
	}
	n := s.root
	for level := s.height; level > 0; level-- {
		if n = n.kids[slot>>(fanBits*level)&(fan-1)]; n == nil {
			return nil
		}
	}
	return n.vals[slot&(fan-1)]
}

func (s *state) Set(slot int, v Value) {
	for slot>>(fanBits*(s.height+1)) != 0 {
		if v == nil {
			return
		}
		up := &node{own: s.own, kids: make([]*node, fan)}
		up.kids[0] = s.root
		s.root = up
		s.height++
	}
	if s.root = s.root.with(s.own, s.height, slot, v); s.root == nil {
		s.root, s.height = &node{own: s.own, vals: make([]Value, fan)}, 0
	}
}

// with returns the node with a slot set. It is the same node if that belongs to the
// epoch, else a copy.
func (n *node) with(own *epoch, level, slot int, v Value) *node {
	switch {
	case n == nil && v == nil:
		return nil
	case n == nil && level == 0:
		n = &node{own: own, vals: make([]Value, fan)}
	case n == nil:
		n = &node{own: own, kids: make([]*node, fan)}
	case n.own != own:
		n = &node{own: own, kids: append([]*node(nil), n.kids...), vals: append([]Value(nil), n.vals...)}
	}
	if level == 0 {
		n.vals[slot&(fan-1)] = v
		if v == nil && n.empty() {
			return nil
		}
		return n
	}
	i := slot >> (fanBits * level) & (fan - 1)
	n.kids[i] = n.kids[i].with(own, level-1, slot, v)
	if n.kids[i] == nil && n.empty() {
		return nil
	}
	return n
}

func (n *node) empty() bool {
	for _, k := range n.kids {
		if k != nil {
			return false
		}
	}
	for _, v := range n.vals {
		if v != nil {
			return false
		}
	}
	return true
}

// Each visits every slot that is not empty.
func (s *state) Each(visit func(slot int, v Value)) { s.root.Each(s.height, 0, visit) }

func (n *node) Each(level, base int, visit func(slot int, v Value)) {
	if n == nil {
		return
	}
	for i, v := range n.vals {
		if v != nil {
			visit(base+i, v)
		}
	}
	for i, k := range n.kids {
		k.Each(level-1, base+i<<(fanBits*level), visit)
	}
}

// differing visits the slots whose contents are not identical in two states. It skips
// nodes that the states share.
func differing(a, b *state, visit func(slot int, x, y Value)) {
	h := max(a.height, b.height)
	differ(a.raised(h), b.raised(h), h, 0, visit)
}

// raised returns the root of the same tree with height h.
func (s *state) raised(h int) *node {
	n := s.root
	for i := s.height; i < h; i++ {
		up := &node{kids: make([]*node, fan)}
		up.kids[0] = n
		n = up
	}
	return n
}

func differ(a, b *node, level, base int, visit func(slot int, x, y Value)) {
	if a == b {
		return
	}
	for i := range fan {
		if level > 0 {
			differ(a.kid(i), b.kid(i), level-1, base+i<<(fanBits*level), visit)
			continue
		}
		if x, y := a.val(i), b.val(i); x != y {
			visit(base+i, x, y)
		}
	}
}

func (n *node) kid(i int) *node {
	if n == nil {
		return nil
	}
	return n.kids[i]
}

func (n *node) val(i int) Value {
	if n == nil {
		return nil
	}
	return n.vals[i]
}
