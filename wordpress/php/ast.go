package php

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

type at struct{ line, from, to int32 }

func (a at) where() at { return a }

type expr interface{ where() at }

type (
	litExpr struct {
		at
		v Value
	}
	templateExpr struct {
		at
		parts []expr
	} // "…$x…"
	concatExpr struct {
		at
		parts []expr
	} // a . b . c
	varExpr struct {
		at
		name string
		dyn  expr
	}
	arrayExpr struct {
		at
		items       []arrayItem
		list, keyed bool
	}
	indexExpr struct {
		at
		base, idx expr
	} // idx nil: $a[]
	propExpr struct {
		at
		obj, name expr
		nullsafe  bool
	}
	sPropExpr struct {
		at
		class, name expr
	} // A::$b
	classConst struct {
		at
		class expr
		name  string
	} // A::B
	constExpr struct {
		at
		name, fallback string
	}
	nameExpr struct {
		at
		name, fallback string
	} // a class or function by name
	callExpr struct {
		at
		fn    expr
		args  []arg
		first bool
	} // first: f(...)
	newExpr struct {
		at
		class expr
		decl  *classDecl
		args  []arg
	}
	methodExpr struct {
		at
		obj, name       expr
		args            []arg
		nullsafe, first bool
	}
	sCallExpr struct {
		at
		class, name expr
		args        []arg
		first       bool
	}
	unaryExpr struct {
		at
		op string
		x  expr
	}
	castExpr struct {
		at
		typ string
		x   expr
	}
	incExpr struct {
		at
		x      expr
		prefix bool
		delta  int
	}
	binaryExpr struct {
		at
		op   string
		l, r expr
	}
	assignExpr struct {
		at
		target, val expr
		ref         bool
	}
	assignOp struct {
		at
		op          string
		target, val expr
	}
	ternaryExpr struct {
		at
		cond, then, els expr
	} // then nil: ?:
	matchExpr struct {
		at
		subject expr
		arms    []matchArm
	}
	issetExpr struct {
		at
		vars []expr
	}
	emptyExpr struct {
		at
		x expr
	}
	includeExpr struct {
		at
		kind string
		x    expr
	}
	exitExpr struct {
		at
		x expr
	}
	evalExpr struct {
		at
		x expr
	}
	printExpr struct {
		at
		x expr
	}
	throwExpr struct {
		at
		x expr
	}
	cloneExpr struct {
		at
		x expr
	}
	yieldExpr struct {
		at
		x, key expr
		from   bool // yield from
	}
	shellExpr struct {
		at
		x expr
	} // `command`
	instanceExpr struct {
		at
		x, class expr
	}
	closureExpr struct {
		at
		fn            *funcDecl
		uses          []closureUse
		arrow, static bool
	}
	magicExpr struct {
		at
		name string
	} // __FILE__, __DIR__
)

type arrayItem struct {
	key, val    expr // val nil: a hole in list()
	ref, spread bool
}

type arg struct {
	x      expr
	spread bool
	name   string
}

type matchArm struct {
	conds []expr // nil: default
	body  expr
}

type closureUse struct {
	name string
	ref  bool
}

type param struct {
	name     string
	def      expr
	ref      bool
	variadic bool
	promote  bool
	typ      *typeHint
}

// A typeHint is a declared type, kept for the scalar coercion of arguments.
type typeHint struct {
	names    []string // lower case
	nullable bool
	inter    bool // A&B somewhere in it
	plain    bool // nothing but A&B
}

type funcDecl struct {
	name      string // resolved
	file      *source
	params    []param
	body      []stmt
	arrow     expr // body of fn
	static    bool
	generator bool
	refReturn bool
	abstract  bool
	class     string // declaring class
	access    access
	line      int32
	result    *typeHint
}

type classDecl struct {
	name       string
	kind       string // class, interface, trait, enum
	parent     string
	interfaces []string
	abstract   bool
	readonly   bool
	backed     bool // an enum with values
	backing    *typeHint
	written    bool // of PHP, by its methods alone
	consts     []constItem
	props      []propItem
	methods    []*funcDecl
	traits     []string
	rules      []traitRule
	cases      []constItem
	file       *source
	line       int32
}

type constItem struct {
	at
	name string
	val  expr // nil: a variable or case without value

	access access // of a class's
}

type propItem struct {
	name   string
	def    expr
	static bool
	typed  bool

	promoted bool // by a parameter of the constructor
	access   access
	readonly bool
	typ      *typeHint
}

// A traitRule is one line of use T { … }.
type traitRule struct {
	trait, method string
	alias         string   // as alias, "" if only the visibility changes
	access        *access  // as private, nil if it stays
	insteadof     []string // not of these
}

// A source is one parsed file.
type source struct {
	path   string
	text   string
	body   []stmt
	strict bool // declare(strict_types=1)
	tokens int  // a measure of the tree's size: some 100 bytes each
}
