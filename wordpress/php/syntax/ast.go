// Package syntax parses the source of PHP 8.2 into a syntax tree. It accepts everything
// that PHP parses, including features that the evaluator does not support.
package syntax

// The syntax tree. The parser resolves names, so the evaluator does not handle
// namespaces. Every node knows its line and its bytes in the source, so that a message
// can quote the expression that decides.
//
// Nodes are pointers. Names have no leading backslash and keep their case, but true,
// false, null, self, parent and static are in lower case. A Fallback is the global name
// to use if the namespace does not define the name. The name of a member is a *LitExpr if
// the source has it literally, else the expression that computes it: A::$b has the
// literal "b", A::$$b the variable b, and the call A::$b() the variable b. Operators are
// written as in PHP, with != for <>, && for and, || for or; an AssignOpExpr has its
// operator without the =. A block is replaced by its statements.

// A Pos is the position of a node: its line, from 1, and its first byte and end in the
// source.
type Pos struct{ Line, From, To int32 }

// Where returns the position itself.
func (a Pos) Where() Pos { return a }

func (a *Pos) setPos(at Pos) { *a = at }

// An Expr is an expression.
type Expr interface{ Where() Pos }

type (
	// LitExpr is a literal.
	LitExpr struct {
		Pos
		Value any // string, int64 or float64; any value for a native class
	}
	// ConcatExpr joins strings: a . b . c, or the parts of "…$x…".
	ConcatExpr struct {
		Pos
		Parts []Expr
	}
	// VarExpr is a variable: $Name, or ${Dyn}.
	VarExpr struct {
		Pos
		Name string
		Dyn  Expr
	}
	// ArrayExpr is an array or the pattern of a list assignment.
	ArrayExpr struct {
		Pos
		Items []ArrayItem
	}
	// IndexExpr is an element: Base[Idx]. Idx is nil in $a[].
	IndexExpr struct {
		Pos
		Base, Idx Expr
	}
	// PropExpr is a property: Obj->Name.
	PropExpr struct {
		Pos
		Obj, Name Expr
		Nullsafe  bool
	}
	// StaticPropExpr is a static property: A::$b.
	StaticPropExpr struct {
		Pos
		Class, Name Expr
	}
	// ClassConstExpr is a constant of a class: A::B.
	ClassConstExpr struct {
		Pos
		Class Expr
		Name  string
	}
	// ConstExpr is a constant.
	ConstExpr struct {
		Pos
		Name, Fallback string
	}
	// NameExpr is a class or function by name.
	NameExpr struct {
		Pos
		Name, Fallback string
	}
	// CallExpr calls a function. First is set for f(...), which makes a closure.
	CallExpr struct {
		Pos
		Fn    Expr
		Args  []Arg
		First bool
	}
	// NewExpr creates an object. Decl is set for an anonymous class.
	NewExpr struct {
		Pos
		Class Expr
		Decl  *ClassDecl
		Args  []Arg
	}
	// MethodExpr calls a method: Obj->Name(Args).
	MethodExpr struct {
		Pos
		Obj, Name       Expr
		Args            []Arg
		Nullsafe, First bool
	}
	// StaticCallExpr calls a static method: A::b(Args).
	StaticCallExpr struct {
		Pos
		Class, Name Expr
		Args        []Arg
		First       bool
	}
	// UnaryExpr is an operator before one operand.
	UnaryExpr struct {
		Pos
		Op string
		X  Expr
	}
	// CastExpr converts a value: (int) X.
	CastExpr struct {
		Pos
		Type string
		X    Expr
	}
	// IncExpr is ++ or --.
	IncExpr struct {
		Pos
		X      Expr
		Prefix bool
		Delta  int
	}
	// BinaryExpr is an operator between two operands.
	BinaryExpr struct {
		Pos
		Op   string
		L, R Expr
	}
	// AssignExpr is Target = Val, or Target = &Val if Ref is set.
	AssignExpr struct {
		Pos
		Target, Val Expr
		Ref         bool
	}
	// AssignOpExpr is a combined assignment, such as Target .= Val.
	AssignOpExpr struct {
		Pos
		Op          string
		Target, Val Expr
	}
	// TernaryExpr is Cond ? Then : Else. Then is nil in Cond ?: Else.
	TernaryExpr struct {
		Pos
		Cond, Then, Else Expr
	}
	// MatchExpr is match (Subject) { … }.
	MatchExpr struct {
		Pos
		Subject Expr
		Arms    []matchArm
	}
	// IssetExpr is isset(Vars).
	IssetExpr struct {
		Pos
		Vars []Expr
	}
	// WordExpr is an operator that is a word, before one operand: include and the like,
	// empty, eval, exit (X may be nil), print, throw, clone, yield. A command in
	// backticks has the word "shell". A chain with ?-> may have the word "?->".
	WordExpr struct {
		Pos
		Word string
		X    Expr
	}
	// InstanceExpr is X instanceof Class.
	InstanceExpr struct {
		Pos
		X, Class Expr
	}
	// ClosureExpr is an anonymous or arrow function.
	ClosureExpr struct {
		Pos
		Fn            *FuncDecl
		Uses          []closureUse
		Arrow, Static bool
	}
	// MagicExpr is a magic constant such as __FILE__ or __DIR__.
	MagicExpr struct {
		Pos
		Name string
	}
)

// An ArrayItem is one element of an array expression.
type ArrayItem struct {
	Key, Val    Expr // Val nil: an empty element in list()
	Ref, Spread bool
}

// An Arg is one argument of a call.
type Arg struct {
	X      Expr
	Spread bool
	Name   string
}

type matchArm struct {
	Conds []Expr // nil: default
	Body  Expr
}

type closureUse struct {
	Name string
	Ref  bool
}

// A Param is one parameter of a function.
type Param struct {
	Name     string
	Default  Expr
	Ref      bool
	Variadic bool
	Promote  bool
	Type     *TypeHint
}

// A TypeHint is a declared type. It is kept because PHP converts scalar arguments to it.
type TypeHint struct {
	Names        []string // lower case
	Nullable     bool
	Intersection bool // contains A&B
}

// A FuncDecl declares a function, method or closure.
type FuncDecl struct {
	Name      string // resolved
	File      *Source
	Params    []Param
	Body      []Stmt
	Arrow     Expr // the body of an arrow function
	Static    bool
	Generator bool
	RefReturn bool
	Access    Access
	Line      int32
	Result    *TypeHint
}

// A ClassDecl declares a class, interface, trait or enum.
type ClassDecl struct {
	Name       string
	Kind       string // class, interface, trait, enum
	Parent     string
	Interfaces []string
	Abstract   bool
	Readonly   bool
	Consts     []ConstItem
	Props      []PropItem
	Methods    []*FuncDecl
	Traits     []string
	File       *Source
}

// A ConstItem is one name and its value in a list of constants or variables.
type ConstItem struct {
	Pos
	Name string
	Val  Expr // nil: a variable without a value

	Access Access // of a class constant
}

// A PropItem is one property of a class.
type PropItem struct {
	Name    string
	Default Expr
	Static  bool

	Access   Access
	Readonly bool
	Type     *TypeHint // nil: not declared
}

// A Source is one parsed file.
type Source struct {
	Path   string
	Text   string
	Body   []Stmt
	Strict bool // declare(strict_types=1)
	tokens int  // a measure of the tree's size: about 100 bytes each
}

// An Access says which code may use a member of a class.
type Access uint8

// The accesses.
const (
	Public Access = iota
	Protected
	Private
)

func accessOf(mods map[string]bool) Access {
	switch {
	case mods["private"]:
		return Private
	case mods["protected"]:
		return Protected
	}
	return Public
}

// Accepts reports whether the type includes one of these names.
func (t *TypeHint) Accepts(names ...string) bool {
	for _, n := range names {
		for _, m := range t.Names {
			if m == n {
				return true
			}
		}
	}
	return false
}
