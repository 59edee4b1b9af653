package eval

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

// A step is one key in the path of a place: a known key, the next free one, or an
// unknown.
type step struct {
	k    Key
	push bool
	null bool // the key was null, which counts as 0 in a string
	wild *Unknown
}

// indexPlace appends the key of an element to a place.
func (in *interp) indexPlace(p *place, x *syntax.IndexExpr) *place {
	st := step{push: x.Idx == nil}
	if x.Idx != nil {
		v := in.eval(x.Idx)
		k, ok := ToKey(v)
		if u := in.UnknownIn(v, 0); u != nil {
			st.wild = u
		} else if !ok {
			panic(in.Throw("TypeError", "Illegal offset type", x.Pos))
		}
		st.k, st.null = k, v.Kind() == KindNull
	}
	c := *p
	c.path = append(p.path[:len(p.path):len(p.path)], st)
	c.at = x.Pos
	return &c
}
