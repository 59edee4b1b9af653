package eval

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

// refineSet tells the present world that what an expression reads, which is u, is set.
func (in *interp) refineSet(x syntax.Expr, u *Unknown, set func(Value) bool) {
	v := narrow(u, set)
	if v == Value(u) || !harmlessPlace(x) {
		return
	}
	if _, simple := x.(*syntax.VarExpr); simple {
		in.refineTo(x, set)
		return
	}
	p := in.place(x)
	if p.wild == nil && p.slot != 0 {
		in.assign(p, v)
	}
}

// harmlessPlace reports a variable, or an element or property of one by a literal name:
// finding it once more does nothing.
func harmlessPlace(x syntax.Expr) bool {
	switch x := x.(type) {
	case *syntax.VarExpr:
		return x.Dyn == nil && x.Name != "GLOBALS"
	case *syntax.IndexExpr:
		_, lit := x.Idx.(*syntax.LitExpr)
		return lit && harmlessPlace(x.Base)
	case *syntax.PropExpr:
		_, lit := x.Name.(*syntax.LitExpr)
		return lit && harmlessPlace(x.Obj)
	case *syntax.StaticPropExpr:
		_, lit := x.Name.(*syntax.LitExpr)
		_, named := x.Class.(*syntax.NameExpr)
		return lit && named
	}
	return false
}
