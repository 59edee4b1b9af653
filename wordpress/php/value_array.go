package php

// An Array is PHP's ordered map. Assigning one shares it; who wants to write
// takes its own copy first (clone), unless it made the array itself. Builtins
// never write to an array they were given.
type Array struct {
	entries []entry
	index   map[key]int // nil while small or a list
	next    int64       // the next free integer key
	live    int         // entries that are not deleted
	pos     int         // the internal pointer: current(), next()
	packed  bool        // keys are 0, 1, 2, … with no deletions

	rest   restRule // which absent keys are unknown
	why    *Unknown // why keys or their order are not certain; nil: they are
	open   *Unknown // why there may be keys that are not listed; nil: there are none
	listed bool     // why is only about which of the entries are there: in this order, whichever they are
	shared bool     // held more than once
	epoch  *epoch   // the state that may write to it in place
	loops  []int    // the loops by reference that walk it
}

type entry struct {
	k    key
	v    Value
	gone bool
}

// newArray returns an empty array.
func newArray() *Array { return &Array{packed: true} }

// arrayFor returns an empty array with room for n elements.
func arrayFor(n int64) *Array { return &Array{packed: true, entries: make([]entry, 0, n)} }

// listOf returns an array of values with the keys 0, 1, 2, …
func listOf(vals ...Value) *Array {
	a := &Array{packed: true, entries: make([]entry, 0, len(vals))}
	for _, v := range vals {
		a.push(v)
	}
	return a
}

const smallArray = 8

func (a *Array) find(k key) int {
	if a.packed {
		if !k.str && k.n >= 0 && k.n < int64(len(a.entries)) {
			return int(k.n)
		}
		return -1
	}
	if a.index != nil {
		if i, ok := a.index[k]; ok {
			return i
		}
		return -1
	}
	for i := range a.entries {
		if !a.entries[i].gone && a.entries[i].k == k {
			return i
		}
	}
	return -1
}

// get returns what lies at a key, as it lies there (an absentVal or a refVal too).
func (a *Array) get(k key) (Value, bool) {
	if i := a.find(k); i >= 0 {
		return a.entries[i].v, true
	}
	return nil, false
}

// set puts a value at a key.
func (a *Array) set(k key, v Value) {
	if i := a.find(k); i >= 0 {
		if u, ok := a.entries[i].v.(*Unknown); ok && a.listed && u.maybeAbsent() {
			a.listed = false // where it was not there, it is the last one now
		}
		a.entries[i].v = v
		return
	}
	if a.packed && (k.str || k.n != int64(len(a.entries))) {
		a.unpack()
	}
	a.entries = append(a.entries, entry{k: k, v: v})
	a.live++
	if !a.packed {
		if a.index != nil {
			a.index[k] = len(a.entries) - 1
		} else if len(a.entries) > smallArray {
			a.reindex()
		}
	}
	if !k.str && k.n >= a.next && k.n < 1<<63-1 {
		a.next = k.n + 1
	}
}

// put sets a string key, which may look like an integer.
func (a *Array) put(name string, v Value) { a.set(strKey(name), v) }

// push appends. PHP refuses to append past the largest integer; ok is false then.
func (a *Array) push(v Value) (ok bool) {
	if a.next == 1<<63-1 {
		return false
	}
	a.set(intKey(a.next), v)
	return true
}

// remove takes a key away; the next free key stays.
func (a *Array) remove(k key) {
	i := a.find(k)
	if i < 0 {
		return
	}
	if a.packed {
		a.unpack()
	}
	a.entries[i].gone, a.entries[i].v = true, nil
	a.live--
	if a.index != nil {
		delete(a.index, k)
	}
	if len(a.entries) > 32 && a.live < len(a.entries)/4 && a.loops == nil {
		a.compact()
	}
}

func (a *Array) compact() {
	kept := make([]entry, 0, a.live)
	pos := 0
	for i, e := range a.entries {
		if i == a.pos {
			pos = len(kept)
		}
		if !e.gone {
			kept = append(kept, e)
		}
	}
	if a.pos >= len(a.entries) {
		pos = len(kept)
	}
	a.entries, a.pos = kept, pos
	a.reindex()
}

func (a *Array) unpack() {
	a.packed = false
	if len(a.entries) > smallArray {
		a.reindex()
	}
}

func (a *Array) reindex() {
	a.index = make(map[key]int, len(a.entries))
	for i, e := range a.entries {
		if !e.gone {
			a.index[e.k] = i
		}
	}
}

// len is the number of keys. It means nothing while a.why is set.
func (a *Array) len() int { return a.live }

// each walks the array in order while visit returns true.
func (a *Array) each(visit func(k key, v Value) bool) {
	for i := range a.entries {
		if e := &a.entries[i]; !e.gone && !visit(e.k, e.v) {
			return
		}
	}
}

// clone returns a copy to write to. Charge it first: see size.
func (a *Array) clone() *Array {
	b := *a
	b.entries = append(make([]entry, 0, len(a.entries)+1), a.entries...)
	b.shared, b.epoch, b.loops = false, nil, nil
	if a.index != nil {
		b.reindex()
	}
	return &b
}

// size is about how many bytes a copy of the array takes.
func (a *Array) size() int { return 128 + 96*len(a.entries) }

// certain reports that the array's keys and their order are known.
func (a *Array) certain() bool { return a.why == nil && a.rest == restNone }

// pairs lists an array's live entries.
func pairs(a *Array) []entry {
	if a == nil {
		return nil
	}
	list := make([]entry, 0, a.len())
	for _, e := range a.entries {
		if !e.gone {
			list = append(list, e)
		}
	}
	return list
}

func listOfStrings(parts []string) *Array {
	a := newArray()
	for _, p := range parts {
		a.push(strVal(p))
	}
	return a
}
