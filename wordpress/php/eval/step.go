package eval

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

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
