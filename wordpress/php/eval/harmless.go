package eval

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

// Callbacks that PHP calls when it likes (an error handler, an output buffer's
// callback) are accepted if calling them changes nothing that the program sees.

// calledAnytime are functions that take such callbacks.
var calledAnytime = syntax.WordSet("set_error_handler ob_start register_tick_function")

// quietCalls are what a harmless function may call.
var quietCalls = syntax.WordSet(`error_log in_array strpos stripos str_contains str_starts_with error_reporting ini_get sprintf printf header
	strlen substr str_replace trim date time is_string is_array count implode basename dirname htmlspecialchars http_response_code`)

// harmless reports that a function of the program has no effect on the program: it
// writes to its own variables alone, throws nothing and ends nothing.
func (in *interp) harmless(v Value) bool {
	if v.Kind() == KindNull {
		return true
	}
	to, err := in.callable(v, syntax.Pos{})
	switch {
	case err != nil || to.unknown != nil:
		return false
	case to.builtin != nil:
		return true
	case to.closure != nil:
		for _, x := range to.closure.vals {
			if x.Kind() == KindRef {
				return false
			}
		}
	}
	for _, p := range to.fn.Params {
		if p.Ref {
			return false
		}
	}
	harmless := true
	syntax.FunctionChildren(to.fn, func(list ...syntax.Expr) {
		for _, n := range list {
			syntax.Walk(n, func(n syntax.Expr) bool {
				harmless = harmless && quietNode(n)
				return harmless
			})
		}
	})
	return harmless
}

// quietNode reports that a node, its children aside, has no effect outside.
func quietNode(n syntax.Expr) bool {
	switch n := n.(type) {
	case *syntax.LitExpr, *syntax.VarExpr, *syntax.IndexExpr, *syntax.TemplateExpr, *syntax.ConcatExpr, *syntax.ArrayExpr, *syntax.ConstExpr, *syntax.BinaryExpr, *syntax.UnaryExpr, *syntax.CastExpr,
		*syntax.TernaryExpr, *syntax.IssetExpr, *syntax.EmptyExpr, *syntax.PrintExpr, *syntax.MagicExpr, *syntax.NameExpr, *syntax.ExprStmt, *syntax.EchoStmt, *syntax.IfStmt, *syntax.ReturnStmt, *syntax.BlockStmt:
		return true
	case *syntax.AssignExpr:
		to, ok := n.Target.(*syntax.VarExpr)
		return ok && !n.Ref && to.Dyn == nil && !superglobals[to.Name]
	case *syntax.CallExpr:
		fn, ok := n.Fn.(*syntax.NameExpr)
		return ok && (quietCalls[syntax.Lower(fn.Name)] || quietCalls[syntax.Lower(fn.Fallback)])
	}
	return false
}
