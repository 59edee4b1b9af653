package eval

// An Array is PHP's ordered map. Assigning one shares it; who wants to write
// takes its own copy first (clone), unless it made the array itself. Builtins
// never write to an array they were given.
type Array struct {
	Entries []Entry
	index   map[Key]int // nil while small or a list
	Next    int64       // the next free integer key
	live    int         // entries that are not deleted
	Pos     int         // the internal pointer: key(), current()
	packed  bool        // keys are 0, 1, 2, … with no deletions

	Rest   restRule // which absent keys are unknown
	Why    *Unknown // why keys or their order are not certain; nil: they are
	open   *Unknown // why there may be keys that are not listed; nil: there are none
	Listed bool     // why is only about which of the entries are there: in this order, whichever they are
	shared bool     // held more than once
	epoch  *epoch   // the state that may write to it in place
}

// An Entry is one element of an array; it is Gone once it is removed.
type Entry struct {
	Key   Key
	Value Value
	Gone  bool
}

// NewArray returns an empty array.
func NewArray() *Array { return &Array{packed: true} }

// ArrayFor returns an empty array with room for n elements.
func ArrayFor(n int64) *Array { return &Array{packed: true, Entries: make([]Entry, 0, n)} }

// ListOf returns an array of values with the keys 0, 1, 2, …
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
		if !a.Entries[i].Gone && a.Entries[i].Key == k {
			return i
		}
	}
	return -1
}

// Get returns what lies at a key, as it lies there (an absentVal or a refVal too).
func (a *Array) Get(k Key) (Value, bool) {
	if i := a.find(k); i >= 0 {
		return a.Entries[i].Value, true
	}
	return nil, false
}

// Set puts a value at a key.
func (a *Array) Set(k Key, v Value) {
	if i := a.find(k); i >= 0 {
		if a.Listed && a.Entries[i].Value.Kind() == KindUnknown {
			a.Listed = false // where it was not there, it is the last one now
		}
		a.Entries[i].Value = v
		return
	}
	if a.packed && (k.Str || k.n != int64(len(a.Entries))) {
		a.unpack()
	}
	a.Entries = append(a.Entries, Entry{Key: k, Value: v})
	a.live++
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

// Put sets a string key, which may look like an integer.
func (a *Array) Put(name string, v Value) { a.Set(StrKey(name), v) }

// Push appends. PHP refuses to append past the largest integer; ok is false then.
func (a *Array) Push(v Value) (ok bool) {
	if a.Next == 1<<63-1 {
		return false
	}
	a.Set(IntKey(a.Next), v)
	return true
}

// Remove takes a key away; the next free key stays.
func (a *Array) Remove(k Key) {
	i := a.find(k)
	if i < 0 {
		return
	}
	if a.packed {
		a.unpack()
	}
	a.Entries[i].Gone, a.Entries[i].Value = true, nil
	a.live--
	if a.index != nil {
		delete(a.index, k)
	}
	if len(a.Entries) > 32 && a.live < len(a.Entries)/4 {
		a.compact()
	}
}

func (a *Array) compact() {
	kept := make([]Entry, 0, a.live)
	pos := 0
	for i, e := range a.Entries {
		if i == a.Pos {
			pos = len(kept)
		}
		if !e.Gone {
			kept = append(kept, e)
		}
	}
	if a.Pos >= len(a.Entries) {
		pos = len(kept)
	}
	a.Entries, a.Pos = kept, pos
	a.reindex()
}

func (a *Array) unpack() {
	a.packed = false
	if len(a.Entries) > smallArray {
		a.reindex()
	}
}

func (a *Array) reindex() {
	a.index = make(map[Key]int, len(a.Entries))
	for i, e := range a.Entries {
		if !e.Gone {
			a.index[e.Key] = i
		}
	}
}

// Len is the number of keys. It means nothing while a.why is set.
func (a *Array) Len() int { return a.live }

// Each walks the array in order while visit returns true.
func (a *Array) Each(visit func(k Key, v Value) bool) {
	for i := range a.Entries {
		if e := &a.Entries[i]; !e.Gone && !visit(e.Key, e.Value) {
			return
		}
	}
}

// Clone returns a copy to write to. Charge it first: see size.
func (a *Array) Clone() *Array {
	b := *a
	b.Entries = append(make([]Entry, 0, len(a.Entries)+1), a.Entries...)
	b.shared, b.epoch = false, nil
	if a.index != nil {
		b.reindex()
	}
	return &b
}

// Size is about how many bytes a copy of the array takes.
func (a *Array) Size() int { return 128 + 96*len(a.Entries) }

// certain reports that the array's keys and their order are known.
func (a *Array) certain() bool { return a.Why == nil && a.Rest == restNone }

// Pairs lists an array's live entries.
func Pairs(a *Array) []Entry {
	if a == nil {
		return nil
	}
	list := make([]Entry, 0, a.Len())
	for _, e := range a.Entries {
		if !e.Gone {
			list = append(list, e)
		}
	}
	return list
}

// ListOfStrings makes a list.
func ListOfStrings(parts []string) *Array {
	a := NewArray()
	for _, p := range parts {
		a.Push(String(p))
	}
	return a
}
