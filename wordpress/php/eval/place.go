package eval

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

// A place is a location that can be read and written: a slot of the state, and a path of
// keys through the arrays in the slot.
type place struct {
	slot    int
	path    []step
	frame   *frame // the frame of a variable; decides whether an empty slot is unset or unknown
	temp    Value  // a value without a location, if slot is 0
	unknown *Unknown

	typ      *syntax.TypeHint // type of the property at the start of the path
	typOwner *PHPClass
	typAt    int // number of steps to the value with that type
}

// place returns the place of an expression. It evaluates the keys in it.
func (in *interp) place(x syntax.Expr) *place {
	switch x := x.(type) {
	case *syntax.VarExpr:
		return in.variable(x)
	case *syntax.IndexExpr:
		if name, ok := globalsKey(x); ok {
			return in.globalPlace(name)
		}
		p := in.place(x.Base)
		return in.indexPlace(p, x)
	case *syntax.PropExpr:
		return in.propPlace(x)
	case *syntax.StaticPropExpr:
		return in.staticPlace(x, false)
	}
	v := in.eval(x)
	return &place{temp: v}
}

// globalsKey returns the key of $GLOBALS[key]; the bool is false for other expressions.
func globalsKey(x *syntax.IndexExpr) (syntax.Expr, bool) {
	v, ok := x.Base.(*syntax.VarExpr)
	return x.Idx, ok && v.Name == "GLOBALS" && x.Idx != nil
}

func (in *interp) globalPlace(name syntax.Expr) *place {
	v := in.eval(name)
	return in.namedPlace(in.globals, v)
}

func (in *interp) variable(x *syntax.VarExpr) *place {
	if x.Dyn == nil {
		return in.varPlace(in.frame, x.Name)
	}
	v := in.eval(x.Dyn)
	return in.namedPlace(in.frame, v)
}

// namedPlace returns the place of a variable with a computed name.
func (in *interp) namedPlace(f *frame, name Value) *place {
	if u := in.UnknownIn(name); u != nil {
		return &place{unknown: u}
	}
	s := in.StringOf(name)
	return in.varPlace(f, s)
}

var superglobals = map[string]bool{
	"_SERVER": true, "_ENV": true, "_GET": true, "_POST": true, "_COOKIE": true, "_REQUEST": true, "_FILES": true,
}

func (in *interp) varPlace(f *frame, name string) *place {
	if superglobals[name] {
		f = in.globals
		if name == "_ENV" && in.envRead == nil {
			in.envRead = in.UnknownOf(Undecidable, OrderReason).From(OriginVariablesOrder).refusal()
		}
	}
	id, ok := f.vars[name]
	if !ok {
		id = in.newSlot(slotNamed)
		f.vars[name] = id
	}
	return &place{slot: id, frame: f}
}

// dereference returns the content of a place's slot, after following references; nil if
// it is empty. slot is the slot at the end of the references.
func (in *interp) dereference(p *place) (v Value, slot int) {
	if p.slot == 0 {
		return p.temp, 0
	}
	slot = p.slot
	v = in.st.Get(slot)
	for range 64 {
		r, ok := v.(refVal)
		if !ok {
			break
		}
		slot = r.cell
		v = in.st.Get(slot)
	}
	if v == nil && p.frame != nil && in.st.poison != nil && p.frame.serial <= in.st.serial && slot == p.slot {
		return in.st.poison, slot
	}
	return v, slot
}

// Load reads a place as an expression does: a missing value is null.
func (in *interp) load(p *place) Value {
	if p.unknown != nil {
		return Opaque(p.unknown)
	}
	v, _ := in.dereference(p)
	return in.loadPath(v, p.path)
}

// loadPath reads the value at the end of a path in v.
func (in *interp) loadPath(v Value, path []step) Value {
	for _, s := range path {
		if v == nil {
			v = Null
		}
		next := in.element(v, s)
		v = next
	}
	if v == nil || v.Kind() == KindAbsent {
		return Null
	}
	return v
}

// Element reads $v[key].
func (in *interp) element(v Value, s step) Value {
	switch v := v.(type) {
	case *Array:
		return in.arrayElement(v, s)
	case *Unknown:
		return Opaque(v)
	case String:
		return in.stringElement(string(v), s)
	case *Object:
		panic(in.indexedObject(v))
	}
	return Null
}

func (in *interp) arrayElement(v *Array, s step) Value {
	switch {
	case s.push:
		panic(in.Throw("Error", "Cannot use [] for reading"))
	case s.unknown != nil:
		if v.Len() == 0 && v.certain() {
			return Null
		}
		return Opaque(s.unknown)
	}
	e, ok := v.Get(s.k)
	if ok {
		return Present(e)
	}
	if v.Rest != restNone && s.k.Str {
		if v.Rest.Covers(s.k.S) {
			return in.UnknownOf(Undecidable, v.Rest.Reason()).From(v.Rest.Origin(s.k.S))
		}
		return Null
	}
	if v.open != nil {
		return v.open
	}
	return Null
}

func (in *interp) stringElement(v string, s step) Value {
	if s.unknown != nil {
		return Opaque(s.unknown)
	}
	if s.push {
		panic(in.Throw("Error", "[] operator not supported for strings"))
	}
	n, _, ok := s.offset()
	if !ok {
		panic(in.Throw("TypeError", "Cannot access offset of type string on string"))
	}
	if n < 0 {
		n += int64(len(v))
	}
	if n < 0 || n >= int64(len(v)) {
		return String("") // PHP warns and gives an empty string
	}
	return String(v[n : n+1])
}

// offset returns the step as an offset of a string. all is false if other text follows
// the number. ok is false if there is no integer.
func (s step) offset() (n int64, all, ok bool) {
	if !s.k.Str || s.null {
		return s.k.n, true, true
	}
	m, all := numericPrefix(s.k.S)
	i, isInt := m.(Int)
	return int64(i), all, isInt && leadsNumber(s.k.S)
}

// evalPlace reads an expression that has a place.
func (in *interp) evalPlace(x syntax.Expr) Value {
	switch x := x.(type) {
	case *syntax.VarExpr:
		if x.Name == "this" {
			if in.frame.this == nil {
				panic(in.Throw("Error", "Using $this when not in object context"))
			}
			return in.frame.this
		}
		if x.Name == "GLOBALS" {
			return in.globalsArray()
		}
	case *syntax.PropExpr:
		return in.readProp(x)
	case *syntax.StaticPropExpr:
		return in.readStatic(x)
	}
	p := in.place(x)
	v := in.load(p)
	return Share(v)
}

// inProperty reports whether a place is a property, or an element of one.
func inProperty(x syntax.Expr) bool {
	for e, ok := x.(*syntax.IndexExpr); ok; e, ok = x.(*syntax.IndexExpr) {
		x = e.Base
	}
	_, ok := x.(*syntax.PropExpr)
	return ok
}

// globalsArray returns the value of $GLOBALS as a whole, which is always unknown.
func (in *interp) globalsArray() Value {
	return in.UnknownOf(Undecidable, "depends on the list of all global variables")
}

// A step is one key in the path of a place: a known key, the next free one, or an
// unknown.
type step struct {
	k       Key
	push    bool
	null    bool // the key was null, which counts as 0 in a string
	unknown *Unknown
}

// stepOf evaluates the key of an element. ok is false if PHP accepts no such key.
func (in *interp) stepOf(key syntax.Expr) (s step, ok bool) {
	v := in.eval(key)
	if u := in.UnknownIn(v); u != nil {
		return step{unknown: u}, true
	}
	s.k, ok = ToKey(v)
	s.null = v.Kind() == KindNull
	return s, ok
}

// keyStep is like stepOf. It panics with an exception if PHP accepts no such key.
func (in *interp) keyStep(key syntax.Expr) step {
	s, ok := in.stepOf(key)
	if !ok {
		panic(in.Throw("TypeError", "Illegal offset type"))
	}
	return s
}

// indexPlace appends the key of an element to a place.
func (in *interp) indexPlace(p *place, x *syntax.IndexExpr) *place {
	s := step{push: true}
	if x.Idx != nil {
		s = in.keyStep(x.Idx)
	}
	c := *p
	c.path = append(p.path[:len(p.path):len(p.path)], s)
	return &c
}
