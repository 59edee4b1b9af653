package syntax

// Statements.

type Stmt interface{ Where() Pos }

type (
	ExprStmt struct {
		Pos
		X Expr
	}
	EchoStmt struct {
		Pos
		Xs []Expr
	}
	IfStmt struct {
		Pos
		Cond       Expr
		Then, Else []Stmt
	}
	WhileStmt struct {
		Pos
		Cond Expr
		Body []Stmt
	}
	DoStmt struct {
		Pos
		Body []Stmt
		Cond Expr
	}
	ForStmt struct {
		Pos
		Init, Cond, Step []Expr
		Body             []Stmt
	}
	ForeachStmt struct {
		Pos
		Subject, Key, Val Expr
		Ref               bool
		Body              []Stmt
	}
	SwitchStmt struct {
		Pos
		Subject Expr
		Cases   []switchCase
	}
	BreakStmt struct {
		Pos
		Depth int
		Cont  bool
	}
	ReturnStmt struct {
		Pos
		X Expr
	}
	GlobalStmt struct {
		Pos
		Vars []Expr
	}
	StaticStmt struct {
		Pos
		Vars []ConstItem
	}
	UnsetStmt struct {
		Pos
		Vars []Expr
	}
	TryStmt struct {
		Pos
		Body       []Stmt
		Catches    []catchClause
		Finally    []Stmt
		HasFinally bool
	}
	FuncStmt struct {
		Pos
		Fn      *FuncDecl
		Hoisted bool
	}
	ClassStmt struct {
		Pos
		Decl    *ClassDecl
		Hoisted bool // stands at the top of the file
	}
	ConstStmt struct {
		Pos
		Items []ConstItem
	}
	BlockStmt struct {
		Pos
		Body []Stmt
	}
	gotoStmt struct {
		Pos
		label string
	}
	LabelStmt struct {
		Pos
		label string
	}
	HaltStmt struct{ Pos } // the data begin at to
)

type switchCase struct {
	Cond Expr // nil: default
	Body []Stmt
}

type catchClause struct {
	Classes []string
	Name    string
	Body    []Stmt
}
