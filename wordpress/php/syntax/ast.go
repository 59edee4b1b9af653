// Package syntax reads the source of PHP 8.2 into a syntax tree: all of PHP that
// parses, whether the evaluator supports it or not.
package syntax

// The syntax tree. Names are resolved by the parser: the evaluator knows no
// namespaces. Every node knows its line and its bytes in the source, so that a
// message can show the expression that decides.
//
// Nodes are pointers. Names have no leading backslash and keep their case, but
// true, false, null, self, parent and static are in lower case; a fallback is the
// global name to try where the namespace has none. The name of a member is a
// *litExpr where it is written out, otherwise whatever gives it: A::$b has the
// literal "b", A::$$b the variable b, and the call A::$b() the variable b.
// Operators are as PHP writes them, with != for <>, && for and, || for or; an
// assignOp has its operator without the =. A block becomes its statements.

// A Pos is where a node stands: its line, and its bytes in the source.
type Pos struct{ Line, From, To int32 }

// Where returns the position itself.
func (a Pos) Where() Pos { return a }

func (a *Pos) place(at Pos) { *a = at }

// An Expr is an expression.
type Expr interface{ Where() Pos }

type (
	// LitExpr is a literal.
	LitExpr struct {
		Pos
		Value any // string, int64 or float64; of a native class, any value
	}
	// TemplateExpr is a string with variables: "…$x…".
	TemplateExpr struct {
		Pos
		Parts []Expr
	}
	// ConcatExpr joins strings: a . b . c.
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
	// NewExpr creates an object, of Decl for an anonymous class.
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
	// WordExpr is an operator that is a word, before one operand: include and its
	// relatives, empty, eval, exit (X may be nil), print, throw, clone, yield; and a
	// command in backticks, whose word is "shell".
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
	// MagicExpr is __FILE__, __DIR__ or one like them.
	MagicExpr struct {
		Pos
		Name string
	}
)

// An ArrayItem is one element of an array expression.
type ArrayItem struct {
	Key, Val    Expr // val nil: a hole in list()
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

// A TypeHint is a declared type, kept for the scalar coercion of arguments.
type TypeHint struct {
	Names        []string // lower case
	Nullable     bool
	Intersection bool // A&B somewhere in it
}

// A FuncDecl declares a function, method or closure.
type FuncDecl struct {
	Name      string // resolved
	File      *Source
	Params    []Param
	Body      []Stmt
	Arrow     Expr // body of fn
	Static    bool
	Generator bool
	RefReturn bool
	class     string // the declaring class
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

// A ConstItem is one name of a list, with its value.
type ConstItem struct {
	Pos
	Name string
	Val  Expr // nil: a variable without a value

	Access Access // of a class's
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
	tokens int  // a measure of the tree's size: some 100 bytes each
}

// An Access says who may use a member of a class.
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

// Accepts reports that the type names one of these.
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
