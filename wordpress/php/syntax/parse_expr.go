package syntax

// The precedence of operators, from PHP 8's table. A higher number binds more tightly.
const (
	precThrow = iota + 1
	precArrow
	precInclude
	precOr
	precXor
	precAnd
	precPrint
	precYield
	precYieldFrom
	precAssign
	precTernary
	precCoalesce
	precBoolOr
	precBoolAnd
	precBitOr
	precBitXor
	precBitAnd
	precEqual
	precLess
	precConcat
	precShift
	precAdd
	precMul
	precNot
	precInstanceof
	precUnary
	precPow
	precClone
)

type infixOp struct {
	op   string // the operator in the syntax tree
	prec int
}

var infixOps = map[string]infixOp{
	"?": {"?", precTernary}, "??": {"??", precCoalesce},
	"||": {"||", precBoolOr}, "&&": {"&&", precBoolAnd},
	"|": {"|", precBitOr}, "^": {"^", precBitXor}, "&": {"&", precBitAnd},
	"==": {"==", precEqual}, "!=": {"!=", precEqual}, "<>": {"!=", precEqual},
	"===": {"===", precEqual}, "!==": {"!==", precEqual}, "<=>": {"<=>", precEqual},
	"<": {"<", precLess}, "<=": {"<=", precLess}, ">": {">", precLess}, ">=": {">=", precLess},
	".": {".", precConcat}, "<<": {"<<", precShift}, ">>": {">>", precShift},
	"+": {"+", precAdd}, "-": {"-", precAdd},
	"*": {"*", precMul}, "/": {"/", precMul}, "%": {"%", precMul}, "**": {"**", precPow},
}

var infixWords = map[string]infixOp{
	"or": {"||", precOr}, "xor": {"xor", precXor}, "and": {"&&", precAnd},
	"instanceof": {"instanceof", precInstanceof},
}

// infix returns the current token as an operator between two operands.
func (p *parser) infix() (infixOp, bool) {
	switch p.tok.kind {
	case tOp:
		op, ok := infixOps[p.tok.text]
		return op, ok
	case tIdent:
		op, ok := infixWords[p.tok.lower]
		return op, ok
	default:
		return infixOp{}, false
	}
}

// expr parses an expression.
func (p *parser) expr() Expr { return p.exprOfPrec(0) }

// exprOfPrec parses an expression whose outermost operator has at least the precedence
// prec. Assignments and prefix operators are allowed after any operator, because they
// take no left operand.
func (p *parser) exprOfPrec(prec int) Expr {
	height := p.enter()
	start := p.tok
	left := p.prefix()
	steps := 0
	var chain *ConcatExpr   // left, if it can take another part
	var choice *TernaryExpr // left, if it has no parentheses
	for {
		in, ok := p.infix()
		if !ok || in.prec < prec {
			break
		}
		line := p.tok.line
		if in.prec == precConcat && chain != nil {
			p.advance()
			chain.Parts = append(chain.Parts, p.exprOfPrec(precConcat+1))
			chain.To = int32(p.end)
			continue
		}
		steps++
		p.advance()
		chain, choice = p.binary(start, left, in, line, choice, &left)
		if next, ok := p.infix(); ok && next.prec == in.prec && (in.prec == precEqual || in.prec == precLess) {
			p.unexpected("") // these operators are not associative
		}
	}
	p.leave(height, steps)
	return left
}

// binary parses the part after an operator, and combines it with the left side.
func (p *parser) binary(start token, left Expr, in infixOp, line int, before *TernaryExpr, to *Expr) (chain *ConcatExpr, choice *TernaryExpr) {
	switch in.prec {
	case precTernary:
		choice = p.ternary(start, left)
		if before != nil && (before.Then != nil || choice.Then != nil) {
			p.fail(line, "a ?: within a ?: needs parentheses")
		}
		*to = choice
	case precConcat:
		right := p.exprOfPrec(precConcat + 1)
		chain = &ConcatExpr{p.at(start), []Expr{left, right}}
		*to = chain
	case precInstanceof:
		class := p.classReference()
		*to = &InstanceExpr{p.at(start), left, class}
	case precCoalesce, precPow:
		right := p.exprOfPrec(in.prec)
		*to = &BinaryExpr{p.at(start), in.op, left, right}
	default:
		right := p.exprOfPrec(in.prec + 1)
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
	x.Else = p.exprOfPrec(precTernary + 1)
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
		prec := precUnary
		switch start.text {
		case "!":
			prec = precNot
		case "+", "-", "~", "@":
		case "++", "--":
			p.advance()
			x := p.variable()
			return &IncExpr{p.at(start), x, true, delta(start.text)}
		default:
			return p.assignment()
		}
		p.advance()
		x := p.exprOfPrec(prec)
		return &UnaryExpr{p.at(start), start.text, x}
	case tIdent:
		if x := p.wordPrefix(start.lower); x != nil {
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
	x := p.exprOfPrec(precUnary)
	return &CastExpr{p.at(start), start.text, x}
}

// wordPrefix parses an operator that is a word; it returns nil if there is none.
func (p *parser) wordPrefix(word string) Expr {
	start := p.tok
	prec, ok := wordPrefixes[word]
	switch {
	case word == "yield":
		return p.yield()
	case !ok:
		return nil
	}
	p.advance()
	x := p.exprOfPrec(prec)
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
		x.X = p.exprOfPrec(precYieldFrom)
	case p.beginsExpr():
		x.X = p.exprOfPrec(precYield + 1)
		if p.acceptOp("=>") {
			x.X = p.exprOfPrec(precYield + 1)
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
		_, infix := infixWords[p.tok.lower]
		return !infix && p.tok.lower != "as"
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
		val := p.exprOfPrec(precAssign)
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
	val := p.exprOfPrec(precAssign)
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
	"print": precPrint, "throw": precThrow, "clone": precClone,
	"include": precInclude + 1, "include_once": precInclude + 1, "require": precInclude + 1, "require_once": precInclude + 1,
}
