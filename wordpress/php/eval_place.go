package php

// A place is where a value lies and can be written: a slot of the state, and a path
// of keys through the arrays in it.
type place struct {
	slot  int
	path  []step
	frame *frame // of a variable's own slot, to read it as unset or poisoned
	temp  Value  // a value that lies nowhere, if slot is 0
	wild  *Unknown
	at    at

	typ      *typeHint // of the property that the path begins with
	typOwner *class
	typAt    int        // how many steps lead to what has the type
	fixed    bool       // the property is readonly: what it holds stays
	magic    *magicProp // the property is read and written by methods
}

type target interface{ target() *place }

func (p *place) target() *place { return p }

// place finds where an expression lies, evaluating its keys.
func (in *interp) place(x expr) (*place, error) {
	switch x := x.(type) {
	case *varExpr:
		return in.variable(x)
	case *indexExpr:
		if name, ok := globalsKey(x); ok {
			return in.globalPlace(name, x.at)
		}
		p, err := in.place(x.base)
		if err != nil {
			return nil, err
		}
		return in.indexPlace(p, x)
	case *propExpr:
		return in.propPlace(x)
	case *sPropExpr:
		return in.staticPlace(x)
	}
	v, err := in.eval(x)
	if err != nil {
		return nil, err
	}
	return &place{temp: v, at: x.where()}, nil
}

// globalsKey recognises $GLOBALS[…].
func globalsKey(x *indexExpr) (expr, bool) {
	v, ok := x.base.(*varExpr)
	return x.idx, ok && v.name == "GLOBALS" && x.idx != nil
}

func (in *interp) globalPlace(name expr, pos at) (*place, error) {
	v, err := in.eval(name)
	if err != nil {
		return nil, err
	}
	return in.namedPlace(in.globals, v, pos)
}

func (in *interp) variable(x *varExpr) (*place, error) {
	if x.dyn == nil {
		return in.varPlace(in.frame, x.name, x.at), nil
	}
	v, err := in.eval(x.dyn)
	if err != nil {
		return nil, err
	}
	return in.namedPlace(in.frame, v, x.at)
}

// namedPlace is the variable of a computed name.
func (in *interp) namedPlace(f *frame, name Value, pos at) (*place, error) {
	if u := in.unknownIn(name, 0); u != nil {
		return &place{wild: u, at: pos}, nil
	}
	s, err := in.stringOf(name, pos)
	if err != nil {
		return nil, err
	}
	return in.varPlace(f, s, pos), nil
}

var superglobals = map[string]bool{
	"_SERVER": true, "_ENV": true, "_GET": true, "_POST": true, "_COOKIE": true, "_REQUEST": true, "_FILES": true,
}

func (in *interp) varPlace(f *frame, name string, pos at) *place {
	if superglobals[name] {
		f = in.globals
	}
	id, ok := f.vars[name]
	if !ok {
		id = in.newSlot(slotNamed)
		f.vars[name] = id
	}
	return &place{slot: id, frame: f, at: pos}
}

// raw is what lies in a place's slot, references followed; nil if nothing does.
// slot is the one it was found in.
func (in *interp) raw(p *place) (v Value, slot int) {
	if p.slot == 0 {
		return p.temp, 0
	}
	slot = p.slot
	v = in.st.get(slot)
	for range 64 {
		r, ok := v.(refVal)
		if !ok {
			break
		}
		slot = r.cell
		v = in.st.get(slot)
	}
	if v == nil && p.frame != nil && in.st.poison != nil && p.frame.serial <= in.st.serial && slot == p.slot {
		return in.st.poison, slot
	}
	if v != nil && v.kind() == kRef {
		v = nil
	}
	return v, slot
}

// load reads a place as an expression does: what is not there is null.
func (in *interp) load(p *place) (Value, error) {
	if p.wild != nil {
		return opaque(p.wild), nil
	}
	if p.magic != nil && !p.magic.get {
		return null, nil
	}
	if p.magic != nil {
		v, err := in.readMagic(p.magic, p.at)
		if err != nil {
			return nil, err
		}
		return in.follow(v, p.path[1:], p.at)
	}
	v, _ := in.raw(p)
	return in.follow(v, p.path, p.at)
}

// follow reads along a path.
func (in *interp) follow(v Value, path []step, pos at) (Value, error) {
	for _, s := range path {
		if v == nil {
			v = null
		}
		next, err := in.element(v, s, pos)
		if err != nil {
			return nil, err
		}
		v = next
	}
	if v == nil || v.kind() == kAbsent {
		return null, nil
	}
	return v, nil
}

// element reads $v[key].
func (in *interp) element(v Value, s step, pos at) (Value, error) {
	switch v := v.(type) {
	case *Array:
		return in.arrayElement(v, s, pos)
	case *Unknown:
		return in.unknownElement(v, s, pos)
	case strVal:
		return in.stringElement(string(v), s, pos)
	case *Object:
		return in.offsetGet(v, s, pos)
	}
	return null, nil
}

func (in *interp) arrayElement(v *Array, s step, pos at) (Value, error) {
	switch {
	case s.push:
		return nil, in.throw("Error", "Cannot use [] for reading", pos)
	case s.wild != nil:
		if v.len() == 0 && v.certain() {
			return null, nil
		}
		for i := range v.entries {
			in.lost(v.entries[i].v, s.wild)
		}
		return opaque(s.wild), nil
	}
	e, ok := v.get(s.k)
	if ok {
		if w, ok := e.(*Unknown); ok && w.maybeAbsent() {
			return in.orNull(w), nil
		}
		return in.deref(e), nil
	}
	if v.rest != restNone && s.k.str {
		if v.rest.covers(s.k.s) {
			return in.unknownAt(Undecidable, pos, v.rest.reason()).from(v.rest.origin(s.k.s)), nil
		}
		return null, nil
	}
	if v.open != nil {
		return v.open, nil
	}
	return null, nil
}

// orNull turns a key that may be absent into a value that may be null.
func (in *interp) orNull(u *Unknown) Value {
	if u.alts == nil {
		return u
	}
	c := *u
	c.alts = append([]Value(nil), u.alts...)
	for i, v := range c.alts {
		if v.kind() == kAbsent {
			c.alts[i] = null
		}
	}
	return &c
}

func (in *interp) unknownElement(v *Unknown, s step, pos at) (Value, error) {
	if v.alts == nil {
		return opaque(v), nil
	}
	var out Value
	var failed *thrown
	for _, alt := range v.alts {
		if alt.kind() == kObject {
			return opaque(v), nil
		}
		e, err := in.element(alt, s, pos)
		if t, ok := err.(*thrown); ok {
			failed = t
			continue
		}
		if err != nil {
			return nil, err
		}
		if out == nil {
			out = e
		} else {
			out = in.joinedHere(out, e, v)
		}
	}
	if failed != nil {
		return in.orThrown(failed, out, v)
	}
	return out, nil
}

func (in *interp) stringElement(v string, s step, pos at) (Value, error) {
	if s.wild != nil {
		return opaque(s.wild), nil
	}
	if s.push {
		return nil, in.throw("Error", "[] operator not supported for strings", pos)
	}
	n, _, ok := s.offset()
	if !ok {
		return nil, in.throw("TypeError", "Cannot access offset of type string on string", pos)
	}
	if n < 0 {
		n += int64(len(v))
	}
	if n < 0 || n >= int64(len(v)) {
		return strVal(""), nil // a warning, and an empty string
	}
	return strVal(v[n : n+1]), nil
}

// offset is the step as an offset of a string; all is false if something follows
// the number.
func (s step) offset() (n int64, all, ok bool) {
	if !s.k.str || s.null {
		return s.k.n, true, true
	}
	m, all := numericPrefix(s.k.s)
	i, isInt := m.(intVal)
	return int64(i), all, isInt && leadsNumber(s.k.s)
}

// evalPlace evaluates an expression that has a place.
func (in *interp) evalPlace(x expr) (Value, error) {
	switch x := x.(type) {
	case *varExpr:
		if x.name == "this" {
			if in.frame.this == nil {
				return nil, in.throw("Error", "Using $this when not in object context", x.at)
			}
			return in.frame.this, nil
		}
		if x.name == "GLOBALS" {
			return in.globalsArray(x.at)
		}
	case *propExpr:
		return in.readProp(x)
	case *sPropExpr:
		return in.readStatic(x)
	case *indexExpr:
		if underProperty(x) {
			return in.readElement(x)
		}
	}
	p, err := in.place(x)
	if err != nil {
		return nil, err
	}
	v, err := in.load(p)
	if err != nil {
		return nil, err
	}
	return share(v), nil
}

// readElement reads $o->p[…] and other elements of what a property is: methods of
// the object may have a say.
func (in *interp) readElement(x *indexExpr) (Value, error) {
	base, err := in.eval(x.base)
	if err != nil {
		return nil, err
	}
	p, err := in.indexPlace(&place{temp: base, at: x.at}, x)
	if err != nil {
		return nil, err
	}
	v, err := in.load(p)
	if err != nil {
		return nil, err
	}
	return share(v), nil
}

// underProperty reports that an element is one of a property.
func underProperty(x *indexExpr) bool {
	for {
		switch base := x.base.(type) {
		case *indexExpr:
			x = base
		case *propExpr:
			return true
		default:
			return false
		}
	}
}

// globalsArray is a copy of the global variables.
func (in *interp) globalsArray(pos at) (Value, error) {
	u := in.unknownAt(Undecidable, pos, "depends on all global variables")
	return u, nil
}
