package php

// Statements.

type stmt interface{ where() at }

type (
	exprStmt struct {
		at
		x expr
	}
	echoStmt struct {
		at
		xs []expr
	}
	ifStmt struct {
		at
		cond      expr
		then, els []stmt
	}
	whileStmt struct {
		at
		cond expr
		body []stmt
	}
	doStmt struct {
		at
		body []stmt
		cond expr
	}
	forStmt struct {
		at
		init, cond, step []expr
		body             []stmt
	}
	foreachStmt struct {
		at
		subject, key, val expr
		ref               bool
		body              []stmt
	}
	switchStmt struct {
		at
		subject expr
		cases   []switchCase
	}
	breakStmt struct {
		at
		depth int
		cont  bool
	}
	returnStmt struct {
		at
		x expr
	}
	globalStmt struct {
		at
		vars []expr
	}
	staticStmt struct {
		at
		vars []constItem
	}
	unsetStmt struct {
		at
		vars []expr
	}
	tryStmt struct {
		at
		body       []stmt
		catches    []catchClause
		finally    []stmt
		hasFinally bool
	}
	funcStmt struct {
		at
		fn      *funcDecl
		hoisted bool
	}
	classStmt struct {
		at
		decl    *classDecl
		hoisted bool // stands at the top of the file
	}
	constStmt struct {
		at
		items []constItem
	}
	blockStmt struct {
		at
		body []stmt
	}
	gotoStmt struct {
		at
		label string
	}
	labelStmt struct {
		at
		label string
	}
	haltStmt struct{ at } // the data begin at to
)

type switchCase struct {
	cond expr // nil: default
	body []stmt
}

type catchClause struct {
	classes []string
	name    string
	body    []stmt
}
