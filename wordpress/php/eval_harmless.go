package php

// Callbacks that PHP calls when it likes (an error handler, an output buffer's
// callback) are accepted if calling them changes nothing that the program sees.

// calledAnytime are functions that take such callbacks.
var calledAnytime = wordSet("set_error_handler ob_start register_tick_function")

// quietCalls are what a harmless function may call.
var quietCalls = wordSet(`error_log in_array strpos stripos str_contains str_starts_with error_reporting ini_get sprintf printf header
	strlen substr str_replace trim date time is_string is_array count implode basename dirname htmlspecialchars http_response_code`)

// harmless reports that a function of the program has no effect on the program: it
// writes to its own variables alone, throws nothing and ends nothing.
func (in *interp) harmless(v Value) bool {
	if v.kind() == kNull {
		return true
	}
	to, err := in.callable(v, at{})
	switch {
	case err != nil || to.unknown != nil:
		return false
	case to.builtin != nil:
		return true
	case to.closure != nil:
		for _, x := range to.closure.vals {
			if x.kind() == kRef {
				return false
			}
		}
	}
	for _, p := range to.fn.params {
		if p.ref {
			return false
		}
	}
	harmless := true
	functionChildren(to.fn, func(list ...expr) {
		for _, n := range list {
			walk(n, func(n expr) bool {
				harmless = harmless && quietNode(n)
				return harmless
			})
		}
	})
	return harmless
}

// quietNode reports that a node, its children aside, has no effect outside.
func quietNode(n expr) bool {
	switch n := n.(type) {
	case *litExpr, *varExpr, *indexExpr, *templateExpr, *concatExpr, *arrayExpr, *constExpr, *binaryExpr, *unaryExpr, *castExpr,
		*ternaryExpr, *issetExpr, *emptyExpr, *printExpr, *magicExpr, *nameExpr, *exprStmt, *echoStmt, *ifStmt, *returnStmt, *blockStmt:
		return true
	case *assignExpr:
		to, ok := n.target.(*varExpr)
		return ok && !n.ref && to.dyn == nil && !superglobals[to.name]
	case *callExpr:
		fn, ok := n.fn.(*nameExpr)
		return ok && (quietCalls[lower(fn.name)] || quietCalls[lower(fn.fallback)])
	}
	return false
}
