package php

// Objects that foreach walks by their methods.

// iterator is the object that does the walking: getIterator is called as often as
// it takes.
func (in *interp) iterator(o *Object, pos at) (*Object, *Unknown, error) {
	for range 8 {
		if o.gen != nil || o.class.isA("iterator") {
			return o, nil, nil
		}
		m, class := o.class.method("getiterator")
		if m == nil || o.class.opaque {
			break
		}
		v, err := in.callMethod(o, class, m, nil, pos)
		if err != nil {
			return nil, nil, err
		}
		next, ok := v.(*Object)
		if u := in.asUnknown(v); u != nil {
			return nil, u, nil
		}
		if !ok || !next.class.isA("traversable") {
			return nil, nil, in.throw("Exception", "Objects returned by getIterator() must be traversable", pos)
		}
		o = next
	}
	return nil, in.unknownAt(Undecidable, pos, "depends on an iterator"), nil
}

// ask calls one of an iterator's methods.
func (in *interp) ask(o *Object, name string, pos at) (Value, error) {
	m, class := o.class.method(name)
	if m == nil {
		return in.unknownAt(Undecidable, pos, "depends on an iterator"), nil
	}
	return in.callMethod(o, class, m, nil, pos)
}

// turns makes the two parts of a loop over an iterator: whether there is another
// element, and what begins a turn.
// Only who wants keys makes it tell them.
func (in *interp) turns(o *Object, pos at, want wanted, use func(k, v Value) error) (cond func() (bool, *Unknown, error), prepare func() error) {
	first := true
	cond = func() (bool, *Unknown, error) {
		step := "next"
		if first {
			step, first = "rewind", false
		}
		if _, err := in.ask(o, step, pos); err != nil {
			return false, nil, err
		}
		v, err := in.ask(o, "valid", pos)
		if err != nil {
			return false, nil, err
		}
		b, u := in.truth(v)
		return b, u, nil
	}
	prepare = func() error {
		v := null
		var err error
		if want != wantNothing {
			v, err = in.ask(o, "current", pos)
		}
		if err != nil {
			return err
		}
		if want != wantKeys {
			return use(null, share(v))
		}
		k, err := in.ask(o, "key", pos)
		if err != nil {
			return err
		}
		return use(k, share(v))
	}
	return cond, prepare
}

// wanted is what a loop wants to know of each element.
type wanted uint8

const (
	wantNothing wanted = iota
	wantValues
	wantKeys // and values
)

func keysIf(keys bool) wanted {
	if keys {
		return wantKeys
	}
	return wantValues
}

// foreachObject runs a foreach over an object that is an iterator, or has one.
func (in *interp) foreachObject(s *foreachStmt, o *Object) error {
	it, u, err := in.iterator(o, s.at)
	if err != nil {
		return err
	}
	if u == nil && s.ref {
		u = in.unknownAt(Undecidable, s.at, "depends on an iterator by reference")
	}
	if u != nil {
		in.poison(u) // whatever its methods do
		return in.foreachUnknown(s, nil, u)
	}
	cond, prepare := in.turns(it, s.at, keysIf(s.key != nil), func(k, v Value) error {
		if err := in.unpackInto(s.val, v); err != nil || s.key == nil {
			return err
		}
		return in.unpackInto(s.key, k)
	})
	return in.iterate(s.at, prepare, cond, s.body, nil)
}

// walk calls use for everything that an array or an iterator has.
func (in *interp) walk(v Value, pos at, want wanted, use func(k, v Value) error) error {
	if u := in.asUnknown(v); u != nil {
		return in.refuse(Undecidable, pos, "evaluate: walks through what is not known: %s", u.Expr)
	}
	if a, ok := v.(*Array); ok {
		if !a.certain() {
			return in.refuse(Undecidable, pos, "evaluate: walks through what is not known")
		}
		for _, e := range pairs(a) {
			if err := use(e.k.value(), in.deref(e.v)); err != nil {
				return err
			}
		}
		return nil
	}
	o, ok := v.(*Object)
	if !ok || !o.class.isA("traversable") {
		return in.throw("TypeError", "Only arrays and Traversables can be walked", pos)
	}
	it, u, err := in.iterator(o, pos)
	if err != nil {
		return err
	}
	if u != nil {
		return in.refuseUnknown(u, Undecidable, pos, "evaluate: %s", u.Reason)
	}
	cond, prepare := in.turns(it, pos, want, use)
	for {
		if err := in.steps(1, pos); err != nil {
			return err
		}
		more, u, err := cond()
		switch {
		case err != nil:
			return err
		case u != nil:
			return in.refuse(Undecidable, pos, "evaluate: the end of an iterator depends on what is not known")
		case !more:
			return nil
		}
		if err := prepare(); err != nil {
			return err
		}
	}
}

// iterFuncs are the functions that walk iterators.
var iterFuncs = map[string]function{
	"iterator_to_array": {fn: iteratorToArray, min: 1, max: 2},
	"iterator_count":    {fn: iteratorCount, min: 1, max: 1},
}

func iteratorToArray(c *call) (Value, error) {
	if o, ok := c.arg(0).(*Object); ok && o.class.written() {
		if props := c.in.propsOf(o); c.in.lends(props, 0) {
			u := c.unknown("depends on an iterator over references")
			c.in.tear(props, u, 0)
			return u, nil
		}
	}
	out, keys := newArray(), len(c.args) < 2 || c.bool(1)
	err := c.in.walk(c.arg(0), c.pos, keysIf(keys), func(k, v Value) error {
		if err := c.alloc(96); err != nil {
			return err
		}
		ky, ok := toKey(k)
		switch {
		case !keys:
			out.push(share(v))
		case k.kind() == kUnknown:
			return c.in.refuse(Undecidable, c.pos, "evaluate: a key of an iterator is not known")
		case !ok:
			return c.throw("TypeError", "Cannot access offset of such a type")
		default:
			out.set(ky, share(v))
		}
		return nil
	})
	return out, err
}

func iteratorCount(c *call) (Value, error) {
	n := 0
	err := c.in.walk(c.arg(0), c.pos, wantNothing, func(_, _ Value) error {
		n++
		return nil
	})
	return intVal(n), err
}
