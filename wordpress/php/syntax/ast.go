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

type Pos struct{ Line, From, To int32 }

func (a Pos) Where() Pos { return a }

type Expr interface{ Where() Pos }

type (
	LitExpr struct {
		Pos
		Value any // string, int64 or float64; of a native class, any value
	}
	TemplateExpr struct {
		Pos
		Parts []Expr
	} // "…$x…"
	ConcatExpr struct {
		Pos
		Parts []Expr
	} // a . b . c
	VarExpr struct {
		Pos
		Name string
		Dyn  Expr
	}
	ArrayExpr struct {
		Pos
		Items       []ArrayItem
		list, keyed bool
	}
	IndexExpr struct {
		Pos
		Base, Idx Expr
	} // idx nil: $a[]
	PropExpr struct {
		Pos
		Obj, Name Expr
		Nullsafe  bool
	}
	StaticPropExpr struct {
		Pos
		Class, Name Expr
	} // A::$b
	ClassConstExpr struct {
		Pos
		Class Expr
		Name  string
	} // A::B
	ConstExpr struct {
		Pos
		Name, Fallback string
	}
	NameExpr struct {
		Pos
		Name, Fallback string
	} // a class or function by name
	CallExpr struct {
		Pos
		Fn    Expr
		Args  []Arg
		First bool
	} // first: f(...)
	NewExpr struct {
		Pos
		Class Expr
		Decl  *ClassDecl
		Args  []Arg
	}
	MethodExpr struct {
		Pos
		Obj, Name       Expr
		Args            []Arg
		Nullsafe, First bool
	}
	StaticCallExpr struct {
		Pos
		Class, Name Expr
		Args        []Arg
		First       bool
	}
	UnaryExpr struct {
		Pos
		Op string
		X  Expr
	}
	CastExpr struct {
		Pos
		Type string
		X    Expr
	}
	IncExpr struct {
		Pos
		X      Expr
		Prefix bool
		Delta  int
	}
	BinaryExpr struct {
		Pos
		Op   string
		L, R Expr
	}
	AssignExpr struct {
		Pos
		Target, Val Expr
		Ref         bool
	}
	AssignOpExpr struct {
		Pos
		Op          string
		Target, Val Expr
	}
	TernaryExpr struct {
		Pos
		Cond, Then, Else Expr
	} // then nil: ?:
	MatchExpr struct {
		Pos
		Subject Expr
		Arms    []matchArm
	}
	IssetExpr struct {
		Pos
		Vars []Expr
	}
	EmptyExpr struct {
		Pos
		X Expr
	}
	IncludeExpr struct {
		Pos
		Kind string
		X    Expr
	}
	ExitExpr struct {
		Pos
		X Expr
	}
	EvalExpr struct {
		Pos
		X Expr
	}
	PrintExpr struct {
		Pos
		X Expr
	}
	ThrowExpr struct {
		Pos
		X Expr
	}
	CloneExpr struct {
		Pos
		x Expr
	}
	YieldExpr struct {
		Pos
		x, key Expr
		from   bool // yield from
	}
	ShellExpr struct {
		Pos
		X Expr
	} // `command`
	InstanceExpr struct {
		Pos
		X, Class Expr
	}
	ClosureExpr struct {
		Pos
		Fn            *FuncDecl
		Uses          []closureUse
		Arrow, Static bool
	}
	MagicExpr struct {
		Pos
		Name string
	} // __FILE__, __DIR__
)

type ArrayItem struct {
	Key, Val    Expr // val nil: a hole in list()
	Ref, Spread bool
}

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
	plain        bool // nothing but A&B
}

type FuncDecl struct {
	Name      string // resolved
	File      *Source
	Params    []Param
	Body      []Stmt
	Arrow     Expr // body of fn
	Static    bool
	Generator bool
	RefReturn bool
	abstract  bool
	class     string // declaring class
	Access    Access
	Line      int32
	Result    *TypeHint
}

type ClassDecl struct {
	Name       string
	Kind       string // class, interface, trait, enum
	Parent     string
	Interfaces []string
	Abstract   bool
	Readonly   bool
	backed     bool // an enum with values
	backing    *TypeHint
	written    bool // of PHP, by its methods alone
	Consts     []ConstItem
	Props      []PropItem
	Methods    []*FuncDecl
	Traits     []string
	rules      []traitRule
	cases      []ConstItem
	File       *Source
	line       int32
}

type ConstItem struct {
	Pos
	Name string
	Val  Expr // nil: a variable or case without value

	Access Access // of a class's
}

type PropItem struct {
	Name    string
	Default Expr
	Static  bool
	Typed   bool

	promoted bool // by a parameter of the constructor
	Access   Access
	Readonly bool
	Type     *TypeHint
}

// A traitRule is one line of use T { … }.
type traitRule struct {
	trait, method string
	alias         string   // as alias, "" if only the visibility changes
	access        *Access  // as private, nil if it stays
	insteadof     []string // not of these
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
