package php

// changedString writes one byte of a string.
func (in *interp) changedString(s strVal, path []step, pos at, change func(Value) (Value, error)) (Value, error) {
	st := path[0]
	if len(path) > 1 || st.push {
		return nil, in.throw("Error", "Cannot use string offset as an array", pos)
	}
	n, _, ok := st.offset()
	if st.wild == nil && !ok {
		return nil, in.throw("TypeError", "Cannot access offset of type string on string", pos)
	}
	v, err := change(null)
	switch {
	case err != nil:
		return nil, err
	case v == nil:
		return nil, in.throw("Error", "Cannot unset string offsets", pos)
	case v.kind() == kRef:
		return nil, in.throw("Error", "Cannot create references to/from string offsets", pos)
	}
	if u := in.unknownIn(v, 0); u != nil || st.wild != nil {
		return opaque(firstUnknown(u, st.wild)), nil
	}
	if n < 0 {
		n += int64(len(s))
	}
	if n < 0 {
		return s, nil // a warning
	}
	text, err := in.stringOf(v, pos)
	if err != nil {
		return nil, err
	}
	if text == "" {
		return nil, in.throw("Error", "Cannot assign an empty string to a string offset", pos)
	}
	if n > 1<<20 || in.alloc(len(s)+int(n), pos) != nil {
		return nil, in.refuse(Undecidable, pos, "evaluate: string offset %d is too large", n)
	}
	b := []byte(s)
	for int64(len(b)) <= n {
		b = append(b, ' ')
	}
	b[n] = text[0]
	return strVal(b), nil
}

// inString reports that a place is an offset of a string.
func (in *interp) inString(p *place) bool {
	n := len(p.path)
	if n == 0 || p.wild != nil {
		return false
	}
	v, _ := in.raw(p)
	holder, err := in.follow(v, p.path[:n-1], p.at)
	return err == nil && holder.kind() == kString
}

// inOffset reports that a place is an element that an object's method returned: what
// is counted up there is seen by nobody, unless it is a reference.
func (in *interp) inOffset(p *place) (bool, error) {
	n := len(p.path)
	if n == 0 || p.wild != nil || p.magic != nil {
		return false, nil
	}
	v, _ := in.raw(p)
	for _, s := range p.path {
		if o, ok := v.(*Object); ok {
			if m, _ := o.class.method("offsetget"); m != nil && (m.decl == nil || m.decl.refReturn) {
				return false, in.refuse(Undecidable, p.at, "evaluate: a reference to an element of an object is not modelled")
			}
			return true, nil
		}
		a, ok := v.(*Array)
		if !ok || s.wild != nil || s.push {
			return false, nil
		}
		v, _ = a.get(s.k)
		v = in.deref(v)
	}
	return false, nil
}

// inPlace finds the place of what is read, changed and written back.
func (in *interp) inPlace(x expr) (*place, error) {
	p, err := in.place(x)
	if err != nil || !in.inString(p) {
		return p, err
	}
	if s := p.path[len(p.path)-1]; s.wild == nil && !s.push {
		if _, _, ok := s.offset(); !ok {
			return nil, in.throw("TypeError", "Cannot access offset of type string on string", p.at)
		}
	}
	return nil, in.throw("Error", "Cannot use assign-op operators with string offsets", p.at)
}
