package syntax

// Walk calls visit for a node and, where visit returns true, for the nodes inside
// it, depth first and in the order of the source. Bodies of functions and classes
// that a node declares count as inside it.
func Walk(n Expr, visit func(Expr) bool) {
	if n == nil || !visit(n) {
		return
	}
	children(n, func(list ...Expr) {
		for _, child := range list {
			Walk(child, visit)
		}
	})
}

// children gives add the children of a node; some may be nil.
func children(n Expr, add func(...Expr)) {
	switch n := n.(type) {
	case *TemplateExpr:
		add(n.Parts...)
	case *ConcatExpr:
		add(n.Parts...)
	case *VarExpr:
		add(n.Dyn)
	case *ArrayExpr:
		for _, item := range n.Items {
			add(item.Key, item.Val)
		}
	case *IndexExpr:
		add(n.Base, n.Idx)
	case *PropExpr:
		add(n.Obj, n.Name)
	case *StaticPropExpr:
		add(n.Class, n.Name)
	case *ClassConstExpr:
		add(n.Class)
	case *CallExpr:
		add(n.Fn)
		argumentChildren(n.Args, add)
	case *NewExpr:
		add(n.Class)
		argumentChildren(n.Args, add)
		classChildren(n.Decl, add)
	case *MethodExpr:
		add(n.Obj, n.Name)
		argumentChildren(n.Args, add)
	case *StaticCallExpr:
		add(n.Class, n.Name)
		argumentChildren(n.Args, add)
	case *ClosureExpr:
		FunctionChildren(n.Fn, add)
	case *MatchExpr:
		add(n.Subject)
		for _, arm := range n.Arms {
			add(arm.Conds...)
			add(arm.Body)
		}
	case *AssignExpr:
		add(n.Target, n.Val)
	case *AssignOpExpr:
		add(n.Target, n.Val)
	case *BinaryExpr:
		add(n.L, n.R)
	case *TernaryExpr:
		add(n.Cond, n.Then, n.Else)
	case *IssetExpr:
		add(n.Vars...)
	case *InstanceExpr:
		add(n.X, n.Class)
	case *YieldExpr:
		add(n.key, n.x)
	default:
		operand(n, add)
		statementChildren(n, add)
	}
}

// operand is children of the expressions that have one operand.
func operand(n Expr, add func(...Expr)) {
	switch n := n.(type) {
	case *UnaryExpr:
		add(n.X)
	case *CastExpr:
		add(n.X)
	case *IncExpr:
		add(n.X)
	case *EmptyExpr:
		add(n.X)
	case *IncludeExpr:
		add(n.X)
	case *ExitExpr:
		add(n.X)
	case *EvalExpr:
		add(n.X)
	case *PrintExpr:
		add(n.X)
	case *ThrowExpr:
		add(n.X)
	case *CloneExpr:
		add(n.x)
	case *ShellExpr:
		add(n.X)
	}
}

// statementChildren is children of statements.
func statementChildren(n Stmt, add func(...Expr)) {
	body := func(list []Stmt) {
		for _, s := range list {
			add(s)
		}
	}
	switch n := n.(type) {
	case *ExprStmt:
		add(n.X)
	case *EchoStmt:
		add(n.Xs...)
	case *IfStmt:
		add(n.Cond)
		body(n.Then)
		body(n.Else)
	case *WhileStmt:
		add(n.Cond)
		body(n.Body)
	case *DoStmt:
		body(n.Body)
		add(n.Cond)
	case *ForStmt:
		add(n.Init...)
		add(n.Cond...)
		body(n.Body)
		add(n.Step...)
	case *ForeachStmt:
		add(n.Subject, n.Key, n.Val)
		body(n.Body)
	case *SwitchStmt:
		add(n.Subject)
		for _, c := range n.Cases {
			add(c.Cond)
			body(c.Body)
		}
	case *ReturnStmt:
		add(n.X)
	case *GlobalStmt:
		add(n.Vars...)
	case *StaticStmt:
		constantChildren(n.Vars, add)
	case *UnsetStmt:
		add(n.Vars...)
	case *TryStmt:
		body(n.Body)
		for _, c := range n.Catches {
			body(c.Body)
		}
		body(n.Finally)
	case *FuncStmt:
		FunctionChildren(n.Fn, add)
	case *ClassStmt:
		classChildren(n.Decl, add)
	case *ConstStmt:
		constantChildren(n.Items, add)
	case *BlockStmt:
		body(n.Body)
	}
}

func argumentChildren(args []Arg, add func(...Expr)) {
	for _, a := range args {
		add(a.X)
	}
}

func constantChildren(items []ConstItem, add func(...Expr)) {
	for _, item := range items {
		add(item.Val)
	}
}

// FunctionChildren adds the expressions of a function's parameters.
func FunctionChildren(fn *FuncDecl, add func(...Expr)) {
	for _, p := range fn.Params {
		add(p.Default)
	}
	for _, s := range fn.Body {
		add(s)
	}
	add(fn.Arrow)
}

func classChildren(d *ClassDecl, add func(...Expr)) {
	if d == nil {
		return
	}
	constantChildren(d.Consts, add)
	constantChildren(d.cases, add)
	for _, p := range d.Props {
		add(p.Default)
	}
	for _, m := range d.Methods {
		FunctionChildren(m, add)
	}
}
