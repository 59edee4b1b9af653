package php

// A step is one key of the path: known, the next free one, or unknown.
type step struct {
	k    key
	push bool
	null bool // the key was null, which counts as 0 in a string
	wild *Unknown
	raw  Value // the key as it is written, for an object; nil: as k says
}

// given is what an object's methods are given for the step.
func (s step) given() Value {
	switch {
	case s.wild != nil:
		return opaque(s.wild)
	case s.push:
		return null
	case s.raw != nil:
		return s.raw
	}
	return s.k.value()
}

// indexPlace appends a key. An object in the way is left to its own methods.
func (in *interp) indexPlace(p *place, x *indexExpr) (*place, error) {
	st := step{push: x.idx == nil}
	if x.idx != nil {
		v, err := in.eval(x.idx)
		if err != nil {
			return nil, err
		}
		k, ok := toKey(v)
		if u := in.unknownIn(v, 0); u != nil {
			st.wild = u
		} else if !ok && !in.takesAnyKey(p) {
			return nil, in.throw("TypeError", "Illegal offset type", x.at)
		}
		st.k, st.null, st.raw = k, v.kind() == kNull, v
	}
	c := *p
	c.path = append(p.path[:len(p.path):len(p.path)], st)
	c.at = x.at
	return &c, nil
}

// takesAnyKey reports that an object with methods for its elements lies in a place.
func (in *interp) takesAnyKey(p *place) bool {
	if p.wild != nil || p.magic != nil {
		return false
	}
	v, _ := in.raw(p)
	holder, err := in.follow(v, p.path, p.at)
	o, ok := holder.(*Object)
	return err == nil && ok && o.class.isA("arrayaccess")
}
