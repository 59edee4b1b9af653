package eval

import "slices"

// An Array is PHP's ordered map. An assignment shares the array. Code that writes to it
// makes a copy first (Clone), unless it created the array itself. Builtins never write to
// an array that they receive.
type Array struct {
	Entries []Entry
	index   map[Key]int // nil while the array is small or a list
	Next    int64       // the next free integer key
	Pos     int         // the internal pointer, which key() and current() use
	packed  bool        // the keys are 0, 1, 2, …

	Rest   restRule // the rule for which missing keys are unknown
	Why    *Unknown // why the keys or their order are not known; nil: they are
	open   *Unknown // why there may be keys that are not in Entries; nil: there are none
	Listed bool     // Why is only about which Entries exist; those that do are in this order
	shared bool     // held more than once
	epoch  *epoch   // the epoch of the state that may change it in place
}

// An Entry is one element of an array.
type Entry struct {
	Key   Key
	Value Value
}

// NewArray returns an empty array.
func NewArray() *Array { return &Array{packed: true} }

// ListOf returns an array of the values, with the keys 0, 1, 2, …
func ListOf(vals ...Value) *Array {
	a := &Array{packed: true, Entries: make([]Entry, 0, len(vals))}
	for _, v := range vals {
		a.Push(v)
	}
	return a
}

const smallArray = 8

func (a *Array) find(k Key) int {
	if a.packed {
		if !k.Str && k.n >= 0 && k.n < int64(len(a.Entries)) {
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
	for i := range a.Entries {
		if a.Entries[i].Key == k {
			return i
		}
	}
	return -1
}

// Get returns the content of a key unchanged, which may be an AbsentValue or a refVal.
func (a *Array) Get(k Key) (Value, bool) {
	if i := a.find(k); i >= 0 {
		return a.Entries[i].Value, true
	}
	return nil, false
}

// Set sets the value of a key.
func (a *Array) Set(k Key, v Value) {
	if i := a.find(k); i >= 0 {
		if a.Listed && a.Entries[i].Value.Kind() == KindUnknown {
			a.Listed = false // in worlds that did not have the key, it is now the last one
		}
		a.Entries[i].Value = v
		return
	}
	if a.packed && (k.Str || k.n != int64(len(a.Entries))) {
		a.unpack()
	}
	a.Entries = append(a.Entries, Entry{Key: k, Value: v})
	if !a.packed {
		if a.index != nil {
			a.index[k] = len(a.Entries) - 1
		} else if len(a.Entries) > smallArray {
			a.reindex()
		}
	}
	if !k.Str && k.n >= a.Next && k.n < 1<<63-1 {
		a.Next = k.n + 1
	}
}

// Put sets the value of a string key. A string that looks like an integer becomes an
// integer key.
func (a *Array) Put(name string, v Value) { a.Set(StrKey(name), v) }

// Push appends a value. ok is false if the largest integer key is already used: PHP
// throws then.
func (a *Array) Push(v Value) (ok bool) {
	if a.Next == 1<<63-1 {
		return false
	}
	a.Set(IntKey(a.Next), v)
	return true
}

// Remove removes a key. The next free key does not change.
func (a *Array) Remove(k Key) {
	i := a.find(k)
	if i < 0 {
		return
	}
	last := i == len(a.Entries)-1
	a.Entries = slices.Delete(a.Entries, i, i+1)
	if a.Pos > i {
		a.Pos--
	}
	switch {
	case !last:
		a.unpack()
	case a.index != nil:
		delete(a.index, k)
	}
}

func (a *Array) unpack() {
	a.packed, a.index = false, nil
	if len(a.Entries) > smallArray {
		a.reindex()
	}
}

func (a *Array) reindex() {
	a.index = make(map[Key]int, len(a.Entries))
	for i, e := range a.Entries {
		a.index[e.Key] = i
	}
}

// Len returns the number of keys. It has no meaning if a.Why is set.
func (a *Array) Len() int { return len(a.Entries) }

// Each calls visit for each entry in order, until visit returns false.
func (a *Array) Each(visit func(k Key, v Value) bool) {
	for i := range a.Entries {
		if e := &a.Entries[i]; !visit(e.Key, e.Value) {
			return
		}
	}
}

// Clone returns a copy that may be changed. Charge a.Size() bytes before the call.
func (a *Array) Clone() *Array {
	b := *a
	b.Entries = append(make([]Entry, 0, len(a.Entries)+1), a.Entries...)
	b.shared, b.epoch = false, nil
	if a.index != nil {
		b.reindex()
	}
	return &b
}

// Size returns about how many bytes a copy of the array takes.
func (a *Array) Size() int { return 128 + 96*len(a.Entries) }

// certain reports whether the array's keys and their order are known.
func (a *Array) certain() bool { return a.Why == nil && a.Rest == restNone }

// Pairs returns a copy of the entries of an array, which may be nil.
func Pairs(a *Array) []Entry {
	if a == nil {
		return nil
	}
	return slices.Clone(a.Entries)
}

// ListOfStrings returns a list of the strings as values.
func ListOfStrings(parts []string) *Array {
	a := NewArray()
	for _, p := range parts {
		a.Push(String(p))
	}
	return a
}
