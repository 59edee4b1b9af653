package lib

import "github.com/wp-oneway/wp-oneway/wordpress/php/eval"

func inArray(c *eval.Call) (eval.Value, error) {
	v, err := arraySearch(c)
	if err != nil {
		return nil, err
	}
	if u, ok := v.(*eval.Unknown); ok {
		return eval.Maybe(u), nil
	}
	return eval.Bool(v != eval.Value(eval.Bool(false))), nil
}

func arraySearch(c *eval.Call) (eval.Value, error) {
	a, err := c.Array(1)
	if err != nil {
		return nil, err
	}
	var found eval.Value = eval.Bool(false)
	strict, needle := c.Bool(2), c.Arg(0)
	if !strict && eval.HoldsObject(needle, 0) {
		return searchObject(c, a, needle)
	}
	var fail error
	a.Each(func(k eval.Key, v eval.Value) bool {
		x, y := v, needle
		if !strict {
			if x, fail = likeString(c, v, needle); fail == nil {
				y, fail = likeString(c, needle, v)
			}
		}
		if fail != nil || x.Kind() == eval.KindUnknown || y.Kind() == eval.KindUnknown {
			fail = eval.ErrorsFirst(fail, c.Refuse(eval.Undecidable, "evaluate: the string of an object is not known"))
			return false
		}
		if equalBy(strict, x, y) {
			found = k.Value()
			return false
		}
		return true
	})
	return found, eval.ErrorsFirst(fail, c.Steps(a.Len()))
}

// searchObject looks for what is, or holds, objects.
func searchObject(c *eval.Call, a *eval.Array, needle eval.Value) (eval.Value, error) {
	for _, e := range eval.Pairs(a) {
		v, err := c.Equal(e.Value, needle)
		if err != nil {
			return nil, err
		}
		if u, ok := v.(*eval.Unknown); ok {
			return c.Unknown(u.Reason).From(u.Origin), nil
		}
		if eval.ToBool(v) {
			return e.Key.Value(), nil
		}
	}
	return eval.Bool(false), c.Steps(a.Len())
}

// likeString is an object as the string that it is compared with another as.
func likeString(c *eval.Call, v, other eval.Value) (eval.Value, error) {
	if o, ok := v.(*eval.Object); ok && other.Kind() == eval.KindString && o.Class.Stringable() {
		return c.ConvertString(o)
	}
	return v, nil
}
