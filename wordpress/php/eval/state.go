package eval

import "maps"

// A state holds everything that a program can change: variables, constants, functions,
// classes, properties, the environment.
type state struct {
	slots map[int]Value
	epoch *epoch // arrays with this epoch may be changed in place

	poison *Unknown // not nil if unknown code has run in this world
	serial int      // serial of the newest frame that the unknown code could change
}

// An epoch identifies a state between two forks.
type epoch struct{ _ byte }

// A slotKind says what it means for a join if only one of the worlds has the slot.
type slotKind int

const (
	slotCell   slotKind = iota // reachable only from worlds that have it
	slotNamed                  // absent means unset, which reads as null
	slotOpaque                 // absent has another meaning: a known value joins to an unknown
	slotKinds
)

func newState() *state { return &state{slots: map[int]Value{}, epoch: &epoch{}} }

// fork returns a copy of a state. The two share arrays; therefore neither may change one
// in place.
func (in *interp) fork(s *state) *state {
	in.Alloc(48 * len(s.slots))
	in.Steps(len(s.slots) / 8)
	c := *s
	c.slots, c.epoch = maps.Clone(s.slots), &epoch{}
	s.epoch = &epoch{}
	return &c
}

// Get returns the content of a slot; nil if it is empty.
func (s *state) Get(slot int) Value { return s.slots[slot] }

// Set sets the content of a slot; nil empties it.
func (s *state) Set(slot int, v Value) {
	if v == nil {
		delete(s.slots, slot)
		return
	}
	s.slots[slot] = v
}

// diffStates visits the slots whose contents are not identical in two states. visit may
// set the slot that it is called with.
func diffStates(a, b *state, visit func(slot int, x, y Value)) {
	for slot, x := range a.slots {
		if y := b.slots[slot]; x != y {
			visit(slot, x, y)
		}
	}
	for slot, y := range b.slots {
		if _, both := a.slots[slot]; !both {
			visit(slot, nil, y)
		}
	}
}
