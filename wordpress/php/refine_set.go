package php

// refineSet tells the present world that what an expression reads, which is u, is set.
func (in *interp) refineSet(x expr, u *Unknown, set func(Value) bool) error {
	v := narrow(u, set)
	if v == Value(u) || u.sticky || !harmlessPlace(x) {
		return nil
	}
	if _, simple := x.(*varExpr); simple {
		return in.refineTo(x, set)
	}
	p, err := in.place(x)
	if err != nil || p.wild != nil || p.magic != nil || p.slot == 0 || p.fixed {
		return err
	}
	return in.assign(p, v)
}

// harmlessPlace reports a variable, or an element or property of one by a literal name:
// finding it once more does nothing.
func harmlessPlace(x expr) bool {
	switch x := x.(type) {
	case *varExpr:
		return x.dyn == nil && x.name != "GLOBALS"
	case *indexExpr:
		_, lit := x.idx.(*litExpr)
		return lit && harmlessPlace(x.base)
	case *propExpr:
		_, lit := x.name.(*litExpr)
		return lit && harmlessPlace(x.obj)
	case *sPropExpr:
		_, lit := x.name.(*litExpr)
		_, named := x.class.(*nameExpr)
		return lit && named
	}
	return false
}
