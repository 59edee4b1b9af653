package syntax

// Statements.

// A Stmt is a statement.
type Stmt interface {
	Where() Pos
	setPos(at Pos)
}

type (
	// ExprStmt is an expression as a statement.
	ExprStmt struct {
		Pos
		X Expr
	}
	// EchoStmt is echo, or text outside <?php.
	EchoStmt struct {
		Pos
		Xs []Expr
	}
	// IfStmt is if, with its else branch.
	IfStmt struct {
		Pos
		Cond       Expr
		Then, Else []Stmt
	}
	// LoopStmt is while, do … while or for. All of Cond is evaluated; the last one
	// decides.
	LoopStmt struct {
		Pos
		Init, Cond, Step []Expr
		Body             []Stmt
		After            bool // do: the body comes before the condition
	}
	// ForeachStmt is a foreach loop. Key may be nil.
	ForeachStmt struct {
		Pos
		Subject, Key, Val Expr
		Ref               bool
		Body              []Stmt
	}
	// SwitchStmt is switch (Subject) { … }.
	SwitchStmt struct {
		Pos
		Subject Expr
		Cases   []switchCase
	}
	// BreakStmt is break, or continue if Cont is set.
	BreakStmt struct {
		Pos
		Depth int
		Cont  bool
	}
	// ReturnStmt is return. X may be nil.
	ReturnStmt struct {
		Pos
		X Expr
	}
	// GlobalStmt is global.
	GlobalStmt struct {
		Pos
		Vars []Expr
	}
	// StaticStmt declares static variables.
	StaticStmt struct {
		Pos
		Vars []ConstItem
	}
	// UnsetStmt is unset(Vars).
	UnsetStmt struct {
		Pos
		Vars []Expr
	}
	// TryStmt is try with its catch and finally blocks.
	TryStmt struct {
		Pos
		Body       []Stmt
		Catches    []catchClause
		Finally    []Stmt
		HasFinally bool
	}
	// FuncStmt declares a function.
	FuncStmt struct {
		Pos
		Fn      *FuncDecl
		Hoisted bool
	}
	// ClassStmt declares a class.
	ClassStmt struct {
		Pos
		Decl    *ClassDecl
		Hoisted bool // declared at the top level of the file
	}
	// ConstStmt declares constants.
	ConstStmt struct {
		Pos
		Items []ConstItem
	}
	// BlockStmt is { … }.
	BlockStmt struct {
		Pos
		Body []Stmt
	}
	gotoStmt struct{ Pos }
	// LabelStmt is the target of a goto.
	LabelStmt struct{ Pos }
	// HaltStmt is __halt_compiler(). The data begins at To.
	HaltStmt struct{ Pos }
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
