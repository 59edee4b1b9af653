package php

// walk calls visit for a node and, where visit returns true, for the nodes inside
// it, depth first and in the order of the source. Bodies of functions and classes
// that a node declares count as inside it.
func walk(n expr, visit func(expr) bool) {
	if n == nil || !visit(n) {
		return
	}
	children(n, func(list ...expr) {
		for _, child := range list {
			walk(child, visit)
		}
	})
}

// children gives add the children of a node; some may be nil.
func children(n expr, add func(...expr)) {
	switch n := n.(type) {
	case *templateExpr:
		add(n.parts...)
	case *concatExpr:
		add(n.parts...)
	case *varExpr:
		add(n.dyn)
	case *arrayExpr:
		for _, item := range n.items {
			add(item.key, item.val)
		}
	case *indexExpr:
		add(n.base, n.idx)
	case *propExpr:
		add(n.obj, n.name)
	case *sPropExpr:
		add(n.class, n.name)
	case *classConst:
		add(n.class)
	case *callExpr:
		add(n.fn)
		argumentChildren(n.args, add)
	case *newExpr:
		add(n.class)
		argumentChildren(n.args, add)
		classChildren(n.decl, add)
	case *methodExpr:
		add(n.obj, n.name)
		argumentChildren(n.args, add)
	case *sCallExpr:
		add(n.class, n.name)
		argumentChildren(n.args, add)
	case *closureExpr:
		functionChildren(n.fn, add)
	case *matchExpr:
		add(n.subject)
		for _, arm := range n.arms {
			add(arm.conds...)
			add(arm.body)
		}
	case *assignExpr:
		add(n.target, n.val)
	case *assignOp:
		add(n.target, n.val)
	case *binaryExpr:
		add(n.l, n.r)
	case *ternaryExpr:
		add(n.cond, n.then, n.els)
	case *issetExpr:
		add(n.vars...)
	case *instanceExpr:
		add(n.x, n.class)
	case *yieldExpr:
		add(n.key, n.x)
	default:
		operand(n, add)
		statementChildren(n, add)
	}
}

// operand is children of the expressions that have one operand.
func operand(n expr, add func(...expr)) {
	switch n := n.(type) {
	case *unaryExpr:
		add(n.x)
	case *castExpr:
		add(n.x)
	case *incExpr:
		add(n.x)
	case *emptyExpr:
		add(n.x)
	case *includeExpr:
		add(n.x)
	case *exitExpr:
		add(n.x)
	case *evalExpr:
		add(n.x)
	case *printExpr:
		add(n.x)
	case *throwExpr:
		add(n.x)
	case *cloneExpr:
		add(n.x)
	case *shellExpr:
		add(n.x)
	}
}

// statementChildren is children of statements.
func statementChildren(n stmt, add func(...expr)) {
	body := func(list []stmt) {
		for _, s := range list {
			add(s)
		}
	}
	switch n := n.(type) {
	case *exprStmt:
		add(n.x)
	case *echoStmt:
		add(n.xs...)
	case *ifStmt:
		add(n.cond)
		body(n.then)
		body(n.els)
	case *whileStmt:
		add(n.cond)
		body(n.body)
	case *doStmt:
		body(n.body)
		add(n.cond)
	case *forStmt:
		add(n.init...)
		add(n.cond...)
		body(n.body)
		add(n.step...)
	case *foreachStmt:
		add(n.subject, n.key, n.val)
		body(n.body)
	case *switchStmt:
		add(n.subject)
		for _, c := range n.cases {
			add(c.cond)
			body(c.body)
		}
	case *returnStmt:
		add(n.x)
	case *globalStmt:
		add(n.vars...)
	case *staticStmt:
		constantChildren(n.vars, add)
	case *unsetStmt:
		add(n.vars...)
	case *tryStmt:
		body(n.body)
		for _, c := range n.catches {
			body(c.body)
		}
		body(n.finally)
	case *funcStmt:
		functionChildren(n.fn, add)
	case *classStmt:
		classChildren(n.decl, add)
	case *constStmt:
		constantChildren(n.items, add)
	case *blockStmt:
		body(n.body)
	}
}

func argumentChildren(args []arg, add func(...expr)) {
	for _, a := range args {
		add(a.x)
	}
}

func constantChildren(items []constItem, add func(...expr)) {
	for _, item := range items {
		add(item.val)
	}
}

func functionChildren(fn *funcDecl, add func(...expr)) {
	for _, p := range fn.params {
		add(p.def)
	}
	for _, s := range fn.body {
		add(s)
	}
	add(fn.arrow)
}

func classChildren(d *classDecl, add func(...expr)) {
	if d == nil {
		return
	}
	constantChildren(d.consts, add)
	constantChildren(d.cases, add)
	for _, p := range d.props {
		add(p.def)
	}
	for _, m := range d.methods {
		functionChildren(m, add)
	}
}
