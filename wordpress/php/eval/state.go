package eval

// A state holds everything that a program can change: variables, constants, functions,
// classes, properties, the environment. It is a persistent radix tree from slots to
// values, so that a fork is cheap and a join visits only the slots that differ.
type state struct {
	root   *node
	height int    // levels of inner nodes above the leaves
	epoch  *epoch // nodes and arrays with this epoch may be changed in place

	poison *Unknown // not nil if unknown code has run in this world
	serial int      // serial of the newest frame that the unknown code could change
}

// An epoch identifies a state between two forks.
type epoch struct{ _ byte }

const (
	fanoutBits = 4
	fanout     = 1 << fanoutBits
)

// A node is a leaf if it has vals, else an inner node.
type node struct {
	epoch    *epoch
	children []*node
	vals     []Value
}

// A slotKind says what it means for a join if only one of the worlds has the slot.
type slotKind int

const (
	slotCell   slotKind = iota // reachable only from worlds that have it
	slotNamed                  // absent means unset, which reads as null
	slotOpaque                 // absent has another meaning: a known value joins to an unknown
	slotKinds
)

func newState() *state { return &state{root: &node{vals: make([]Value, fanout)}, epoch: &epoch{}} }

// fork returns a copy of the state. The original must not be written to again.
func (s *state) fork() *state {
	c := *s
	c.epoch = &epoch{}
	return &c
}

func (s *state) Get(slot int) Value {
	if slot>>(fanoutBits*(s.height+1)) != 0 {
		return nil
	}
	n := s.root
	for level := s.height; level > 0; level-- {
		if n = n.children[slot>>(fanoutBits*level)&(fanout-1)]; n == nil {
			return nil
		}
	}
	return n.vals[slot&(fanout-1)]
}

func (s *state) Set(slot int, v Value) {
	for slot>>(fanoutBits*(s.height+1)) != 0 {
		if v == nil {
			return
		}
		up := &node{epoch: s.epoch, children: make([]*node, fanout)}
		up.children[0] = s.root
		s.root = up
		s.height++
	}
	if s.root = s.root.with(s.epoch, s.height, slot, v); s.root == nil {
		s.root, s.height = &node{epoch: s.epoch, vals: make([]Value, fanout)}, 0
	}
}

// with returns the node with a slot set. It is the same node if that belongs to the
// epoch, else a copy.
func (n *node) with(own *epoch, level, slot int, v Value) *node {
	switch {
	case n == nil && v == nil:
		return nil
	case n == nil && level == 0:
		n = &node{epoch: own, vals: make([]Value, fanout)}
	case n == nil:
		n = &node{epoch: own, children: make([]*node, fanout)}
	case n.epoch != own:
		n = &node{epoch: own, children: append([]*node(nil), n.children...), vals: append([]Value(nil), n.vals...)}
	}
	if level == 0 {
		n.vals[slot&(fanout-1)] = v
		if v == nil && n.empty() {
			return nil
		}
		return n
	}
	i := slot >> (fanoutBits * level) & (fanout - 1)
	n.children[i] = n.children[i].with(own, level-1, slot, v)
	if n.children[i] == nil && n.empty() {
		return nil
	}
	return n
}

func (n *node) empty() bool {
	for _, k := range n.children {
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
	for i, k := range n.children {
		k.Each(level-1, base+i<<(fanoutBits*level), visit)
	}
}

// diffStates visits the slots whose contents are not identical in two states. It skips
// nodes that the states share.
func diffStates(a, b *state, visit func(slot int, x, y Value)) {
	h := max(a.height, b.height)
	diffNodes(a.rootAtHeight(h), b.rootAtHeight(h), h, 0, visit)
}

// rootAtHeight returns the root of the same tree with height h.
func (s *state) rootAtHeight(h int) *node {
	n := s.root
	for i := s.height; i < h; i++ {
		up := &node{children: make([]*node, fanout)}
		up.children[0] = n
		n = up
	}
	return n
}

func diffNodes(a, b *node, level, base int, visit func(slot int, x, y Value)) {
	if a == b {
		return
	}
	for i := range fanout {
		if level > 0 {
			diffNodes(a.child(i), b.child(i), level-1, base+i<<(fanoutBits*level), visit)
			continue
		}
		if x, y := a.value(i), b.value(i); x != y {
			visit(base+i, x, y)
		}
	}
}

func (n *node) child(i int) *node {
	if n == nil {
		return nil
	}
	return n.children[i]
}

func (n *node) value(i int) Value {
	if n == nil {
		return nil
	}
	return n.vals[i]
}
