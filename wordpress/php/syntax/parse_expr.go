package syntax

// The precedence of operators, from PHP 8's table. A higher number binds more tightly.
const (
	bindThrow = iota + 1
	bindArrow
	bindInclude
	bindOr
	bindXor
	bindAnd
	bindPrint
	bindYield
	bindYieldFrom
	bindAssign
	bindTernary
	bindCoalesce
	bindBoolOr
	bindBoolAnd
	bindBitOr
	bindBitXor
	bindBitAnd
	bindEqual
	bindLess
	bindConcat
	bindShift
	bindAdd
	bindMul
	bindNot
	bindInstanceof
	bindUnary
	bindPow
	bindClone
)

type infixOp struct {
	op   string // the operator in the syntax tree
	bind int
}

var infixOps = map[string]infixOp{
	"?": {"?", bindTernary}, "??": {"??", bindCoalesce},
	"||": {"||", bindBoolOr}, "&&": {"&&", bindBoolAnd},
	"|": {"|", bindBitOr}, "^": {"^", bindBitXor}, "&": {"&", bindBitAnd},
	"==": {"==", bindEqual}, "!=": {"!=", bindEqual}, "<>": {"!=", bindEqual},
	"===": {"===", bindEqual}, "!==": {"!==", bindEqual}, "<=>": {"<=>", bindEqual},
	"<": {"<", bindLess}, "<=": {"<=", bindLess}, ">": {">", bindLess}, ">=": {">=", bindLess},
	".": {".", bindConcat}, "<<": {"<<", bindShift}, ">>": {">>", bindShift},
	"+": {"+", bindAdd}, "-": {"-", bindAdd},
	"*": {"*", bindMul}, "/": {"/", bindMul}, "%": {"%", bindMul}, "**": {"**", bindPow},
}

var infixWords = map[string]infixOp{
	"or": {"||", bindOr}, "xor": {"xor", bindXor}, "and": {"&&", bindAnd},
	"instanceof": {"instanceof", bindInstanceof},
}

// infix returns the current token as an operator between two operands.
func (p *parser) infix() (infixOp, bool) {
	switch p.tok.kind {
	case tOp:
		op, ok := infixOps[p.tok.text]
		return op, ok
	case tIdent:
		op, ok := infixWords[p.tok.low]
		return op, ok
	default:
		return infixOp{}, false
	}
}

// expr parses an expression.
func (p *parser) expr() Expr { return p.exprAbove(0) }

// exprAbove parses an expression whose outermost operator has at least the precedence
// bind. Assignments and prefix operators are allowed after any operator, because they
// take no left operand.
func (p *parser) exprAbove(bind int) Expr {
	height := p.enter()
	start := p.tok
	left := p.prefix()
	steps := 0
	var chain *ConcatExpr   // left, if it can take another part
	var choice *TernaryExpr // left, if it has no parentheses
	for {
		in, ok := p.infix()
		if !ok || in.bind < bind {
			break
		}
		line := p.tok.line
		if in.bind == bindConcat && chain != nil {
			p.advance()
			chain.Parts = append(chain.Parts, p.exprAbove(bindConcat+1))
			chain.To = int32(p.end)
			continue
		}
		steps++
		p.advance()
		chain, choice = p.infixTail(start, left, in, line, choice, &left)
		if next, ok := p.infix(); ok && next.bind == in.bind && (in.bind == bindEqual || in.bind == bindLess) {
			p.unexpected("") // these operators are not associative
		}
	}
	p.leave(height, steps)
	return left
}

// infixTail parses the part after an operator, and combines it with the left side.
func (p *parser) infixTail(start token, left Expr, in infixOp, line int, before *TernaryExpr, to *Expr) (chain *ConcatExpr, choice *TernaryExpr) {
	switch in.bind {
	case bindTernary:
		choice = p.ternary(start, left)
		if before != nil && (before.Then != nil || choice.Then != nil) {
			p.fail(line, "a ?: within a ?: needs parentheses")
		}
		*to = choice
	case bindConcat:
		right := p.exprAbove(bindConcat + 1)
		chain = &ConcatExpr{p.at(start), []Expr{left, right}}
		*to = chain
	case bindInstanceof:
		class := p.classReference()
		*to = &InstanceExpr{p.at(start), left, class}
	case bindCoalesce, bindPow:
		right := p.exprAbove(in.bind)
		*to = &BinaryExpr{p.at(start), in.op, left, right}
	default:
		right := p.exprAbove(in.bind + 1)
		*to = &BinaryExpr{p.at(start), in.op, left, right}
	}
	return chain, choice
}

func (p *parser) ternary(start token, cond Expr) *TernaryExpr {
	x := &TernaryExpr{Cond: cond}
	if !p.acceptOp(":") {
		x.Then = p.expr()
		p.expectOp(":")
	}
	x.Else = p.exprAbove(bindTernary + 1)
	x.Pos = p.at(start)
	return x
}

// prefix parses an operand and the operators before it.
func (p *parser) prefix() Expr {
	start := p.tok
	switch start.kind {
	case tCast:
		return p.cast()
	case tOp:
		bind := bindUnary
		switch start.text {
		case "!":
			bind = bindNot
		case "+", "-", "~", "@":
		case "++", "--":
			p.advance()
			x := p.variable()
			return &IncExpr{p.at(start), x, true, delta(start.text)}
		default:
			return p.assignment()
		}
		p.advance()
		x := p.exprAbove(bind)
		return &UnaryExpr{p.at(start), start.text, x}
	case tIdent:
		if x := p.wordPrefix(start.low); x != nil {
			return x
		}
	default:
	}
	return p.assignment()
}

func delta(op string) int {
	if op == "--" {
		return -1
	}
	return 1
}

func (p *parser) cast() Expr {
	start := p.tok
	switch Lower(p.tok.text) {
	case "unset":
		p.fail(start.line, "PHP 8 has no cast (unset)")
	case "real":
		p.fail(start.line, "PHP 8 has no cast (real); use (float)")
	}
	p.advance()
	x := p.exprAbove(bindUnary)
	return &CastExpr{p.at(start), start.text, x}
}

// wordPrefix parses an operator that is a word; it returns nil if there is none.
func (p *parser) wordPrefix(word string) Expr {
	start := p.tok
	bind, ok := wordPrefixes[word]
	switch {
	case word == "yield":
		return p.yield()
	case !ok:
		return nil
	}
	p.advance()
	x := p.exprAbove(bind)
	return &WordExpr{p.at(start), word, x}
}

// yield parses yield and yield from. Generators are not evaluated, so the tree does not
// contain the key.
func (p *parser) yield() Expr {
	start := p.tok
	p.advance()
	if p.fn.decl != nil {
		p.fn.decl.Generator = true
	}
	x := &WordExpr{Word: "yield"}
	switch {
	case p.acceptWord("from"):
		x.X = p.exprAbove(bindYieldFrom)
	case p.beginsExpr():
		x.X = p.exprAbove(bindYield + 1)
		if p.acceptOp("=>") {
			x.X = p.exprAbove(bindYield + 1)
		}
	}
	x.Pos = p.at(start)
	return x
}

// beginsExpr reports whether the token can begin an expression, as after yield.
func (p *parser) beginsExpr() bool {
	switch p.tok.kind {
	case tEOF, tHTML, tOpenEcho, tCloseTag:
		return false
	case tOp:
		switch p.tok.text {
		case "!", "+", "-", "~", "@", "++", "--", "(", "[", "$":
			return true
		}
		return false
	case tIdent:
		_, infix := infixWords[p.tok.low]
		return !infix && p.tok.low != "as"
	default:
		return true
	}
}

// assignOps are the assignment operators, with the operation that each applies first.
var assignOps = map[string]string{
	"=": "", "+=": "+", "-=": "-", "*=": "*", "/=": "/", ".=": ".", "%=": "%", "**=": "**",
	"&=": "&", "|=": "|", "^=": "^", "<<=": "<<", ">>=": ">>", "??=": "??",
}

// assignment parses an operand, and the assignment to it if there is one.
func (p *parser) assignment() Expr {
	start := p.tok
	inArray := p.item == start.pos
	x, flags := p.operand()
	if flags == isList && !p.isOp("=") && !inArray {
		p.unexpected(`"="`) // list() is allowed only in assignments
	}
	if p.tok.kind != tOp {
		return x
	}
	if list, ok := x.(*ArrayExpr); ok && flags&isList != 0 && p.isOp("=") {
		p.advance()
		val := p.exprAbove(bindAssign)
		return &AssignExpr{p.at(start), list, val, false}
	}
	if flags&isVar == 0 {
		return x
	}
	if p.isOp("++") || p.isOp("--") {
		op := p.tok.text
		p.advance()
		return &IncExpr{p.at(start), x, false, delta(op)}
	}
	op, ok := assignOps[p.tok.text]
	if !ok {
		return x
	}
	p.advance()
	if op == "" && p.isOp("&") {
		return p.assignRef(start, x)
	}
	val := p.exprAbove(bindAssign)
	if op == "" {
		return &AssignExpr{p.at(start), x, val, false}
	}
	return &AssignOpExpr{p.at(start), op, x, val}
}

func (p *parser) assignRef(start token, target Expr) Expr {
	p.advance()
	x := p.variable()
	return &AssignExpr{p.at(start), target, x, true}
}

// wordPrefixes are the operators that are words, with the precedence of their operand.
var wordPrefixes = map[string]int{
	"print": bindPrint, "throw": bindThrow, "clone": bindClone,
	"include": bindInclude + 1, "include_once": bindInclude + 1, "require": bindInclude + 1, "require_once": bindInclude + 1,
}
