package php

import (
	"errors"
	"strconv"
)

// What may follow an operand, and whether it may be written to.
type operandFlags uint8

const (
	isVar     operandFlags = 1 << iota // PHP's "variable": may stand left of =
	isList                             // […] or list(…): may be destructured into
	mayDeref                           // […], ->
	mayStatic                          // ::
	mayCall                            // (…)

	anyTail = mayDeref | mayStatic | mayCall
)

// variable parses what may be written to.
func (p *parser) variable() expr {
	start := p.tok
	x, flags := p.operand()
	if flags&isVar == 0 {
		p.fail(start.line, "unexpected %s, expecting variable", start.describe())
	}
	return x
}

// operand parses an expression without operators, with its tail.
func (p *parser) operand() (expr, operandFlags) {
	height := p.enter()
	start := p.tok
	x, flags := p.atom()
	x, flags, steps := p.tail(start, x, flags)
	p.leave(height, steps)
	return x, flags
}

// atom parses an operand without its tail.
func (p *parser) atom() (expr, operandFlags) {
	start := p.tok
	switch start.kind {
	case tVar:
		return p.simpleVariable(), isVar | anyTail
	case tInt, tFloat:
		return p.numberLiteral(), 0
	case tString:
		p.advance()
		return &litExpr{p.at(start), start.text}, anyTail
	case tQuote:
		return p.template('"'), anyTail
	case tBacktick:
		x := p.template('`')
		return &shellExpr{p.at(start), x}, 0
	case tHeredoc, tNowdoc:
		return p.heredoc(), 0
	case tIdent:
		return p.wordAtom()
	case tName:
		p.advance()
		return p.named(start)
	case tAttribute:
		p.attributes()
		return p.closureAfterAttributes()
	case tOp:
		switch start.text {
		case "$":
			return p.simpleVariable(), isVar | anyTail
		case "(":
			p.advance()
			x := p.expr()
			p.expectOp(")")
			return x, anyTail
		case "[":
			return p.arrayLiteral("]"), isList | anyTail
		}
	default:
	}
	p.unexpected("")
	return nil, 0
}

func (p *parser) numberLiteral() expr {
	t := p.tok
	p.advance()
	if t.kind == tInt {
		n, err := strconv.ParseInt(t.text, 10, 64)
		if err != nil {
			p.fail(t.line, "invalid numeric literal")
		}
		return &litExpr{p.at(t), n}
	}
	f, err := strconv.ParseFloat(t.text, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		p.fail(t.line, "invalid numeric literal")
	}
	return &litExpr{p.at(t), f}
}

// simpleVariable parses $a, $$a and ${expr}.
func (p *parser) simpleVariable() expr {
	start := p.tok
	if start.kind == tVar {
		p.advance()
		return &varExpr{at: p.at(start), name: start.text}
	}
	if !p.isOp("$") {
		p.unexpected("variable")
	}
	height := p.enter()
	defer p.leave(height, 0)
	p.advance()
	if !p.acceptOp("{") {
		inner := p.simpleVariable()
		return &varExpr{at: p.at(start), dyn: inner}
	}
	x := p.expr()
	p.expectOp("}")
	return &varExpr{at: p.at(start), dyn: x}
}

// wordAtom parses an operand that begins with a word.
func (p *parser) wordAtom() (expr, operandFlags) {
	start := p.tok
	switch start.low {
	case "array":
		p.advance()
		if !p.isOp("(") {
			p.unexpected(`"("`)
		}
		x := p.arrayLiteral(")")
		x.from = int32(start.pos)
		return x, anyTail
	case "list":
		return p.listLiteral(), isList
	case "isset":
		return p.isset(), 0
	case "empty", "eval":
		p.advance()
		x := p.condition()
		if start.low == "eval" {
			return &evalExpr{p.at(start), x}, 0
		}
		return &emptyExpr{p.at(start), x}, 0
	case "exit", "die":
		return p.exit(), 0
	case "new":
		return p.newObject(), 0
	case "match":
		return p.match(), 0
	case "fn", "function":
		return p.closure(), 0
	case "static":
		if t := p.peek(); t.kind == tIdent && (t.low == "fn" || t.low == "function") {
			return p.closure(), 0
		}
		p.advance()
		if !p.isOp("::") {
			p.unexpected("variable")
		}
		p.classScope("static", start.line)
		return &nameExpr{at: p.at(start), name: "static"}, mayStatic
	}
	if x := p.magic(); x != nil {
		return x, mayDeref
	}
	if reserved[start.low] && !(start.low == "readonly" && p.peek().text == "(") {
		p.unexpected("")
	}
	p.advance()
	return p.named(start)
}

// named makes a name a function's, a class's or a constant's by what follows.
func (p *parser) named(t token) (expr, operandFlags) {
	switch {
	case p.isOp("("):
		name, fallback := p.names.funcOf(t.text)
		return &nameExpr{p.at(t), name, fallback}, mayCall
	case p.isOp("::"):
		p.classScope(t.low, t.line)
		return &nameExpr{at: p.at(t), name: p.names.classOf(t.text)}, mayStatic
	}
	name, fallback := p.names.constOf(t.text)
	return &constExpr{p.at(t), name, fallback}, mayDeref
}

// magic parses a magic constant; those that the file alone decides become
// literals.
func (p *parser) magic() expr {
	t := p.tok
	text := ""
	switch t.low {
	case "__file__", "__dir__":
		p.advance()
		return &magicExpr{p.at(t), upper(t.low)}
	case "__line__":
		p.advance()
		return &litExpr{p.at(t), int64(t.line)}
	case "__namespace__":
		text = p.names.space
	case "__function__", "__method__":
		method := t.low == "__method__" && p.class != nil && p.class.name == "" && !p.fn.closure
		text = p.functionName(t.low == "__method__")
		if method && p.fn.decl != nil { // of a class without name
			p.advance()
			a := p.at(t)
			return &concatExpr{a, []expr{&magicExpr{a, "__CLASS__"}, &litExpr{a, "::" + text}}}
		}
	case "__class__":
		if p.fn.closure || p.class != nil && (p.class.kind == "trait" || p.class.name == "") {
			p.advance()
			return &magicExpr{p.at(t), "__CLASS__"}
		}
		if p.class != nil {
			text = p.class.name
		}
	case "__trait__":
		if p.class != nil && p.class.kind == "trait" {
			text = p.class.name
		}
	default:
		return nil
	}
	p.advance()
	return &litExpr{p.at(t), text}
}

func upper(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'a' <= c && c <= 'z' {
			b[i] = c - 'a' + 'A'
		}
	}
	return string(b)
}

func (p *parser) functionName(method bool) string {
	switch decl := p.fn.decl; {
	case p.fn.closure:
		return p.names.full("{closure}")
	case decl == nil:
		return ""
	case method && p.class != nil && decl.class != "":
		return decl.class + "::" + decl.name
	default:
		return decl.name
	}
}

func (p *parser) isset() expr {
	start := p.tok
	p.advance()
	p.expectOp("(")
	x := &issetExpr{}
	for {
		v := p.expr()
		p.issettable(v)
		x.vars = append(x.vars, v)
		if !p.acceptOp(",") || p.isOp(")") {
			break
		}
	}
	p.expectOp(")")
	x.at = p.at(start)
	return x
}

func (p *parser) exit() expr {
	start := p.tok
	p.advance()
	x := &exitExpr{}
	if p.acceptOp("(") {
		if !p.isOp(")") {
			x.x = p.expr()
		}
		p.expectOp(")")
	}
	x.at = p.at(start)
	return x
}

func (p *parser) match() expr {
	start := p.tok
	p.advance()
	x := &matchExpr{subject: p.condition()}
	p.expectOp("{")
	defaults := 0
	for !p.isOp("}") {
		var arm matchArm
		if p.isWord("default") {
			if defaults++; defaults > 1 {
				p.fail(p.tok.line, "match expressions may only contain one default arm")
			}
			p.advance()
			p.acceptOp(",")
		} else {
			for {
				arm.conds = append(arm.conds, p.expr())
				if !p.acceptOp(",") || p.isOp("=>") {
					break
				}
			}
		}
		p.expectOp("=>")
		arm.body = p.expr()
		x.arms = append(x.arms, arm)
		if !p.acceptOp(",") {
			break
		}
	}
	p.expectOp("}")
	x.at = p.at(start)
	return x
}
