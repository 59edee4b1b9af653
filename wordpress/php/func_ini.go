package php

import "strings"

func parseINIFile(c *call) (Value, error) {
	text, v, err := c.contents()
	if err != nil || v != nil {
		return v, err
	}
	return c.parseINI(text)
}

func parseINIString(c *call) (Value, error) {
	text, err := c.str(0)
	if err != nil {
		return nil, err
	}
	text, _, _ = strings.Cut(text, "\x00")
	return c.parseINI(text)
}

// parseINI reads an INI file as PHP does: names, sections, values that are words,
// quoted, constants, ${variables} or |&^~!() of numbers. What PHP does not
// understand is false.
func (c *call) parseINI(text string) (Value, error) {
	mode, err := c.int(2, 0)
	if err != nil {
		return nil, err
	}
	if mode != 0 && mode != 1 && mode != 2 {
		return nil, c.throw("ValueError", c.name+"(): Argument #3 ($scanner_mode) must be one of INI_SCANNER_NORMAL, INI_SCANNER_RAW, or INI_SCANNER_TYPED")
	}
	if err := c.alloc(128*(strings.Count(text, "\n")+strings.Count(text, "\r")+strings.Count(text, "[")+1) + 4*len(text)); err != nil {
		return nil, err
	}
	if err := c.steps(len(text) / 8); err != nil {
		return nil, err
	}
	if strings.IndexByte(text, 0) >= 0 {
		return c.unknown("such an INI file is not modelled"), nil
	}
	p := &iniParser{call: c, lex: iniLexer{s: text, raw: mode == 1}, typed: mode == 2, sections: c.bool(1), out: newArray()}
	p.at = p.out
	for {
		if more := p.statement(); p.strange != nil {
			return p.strange, nil
		} else if p.wrong {
			return boolVal(false), nil
		} else if !more {
			return p.out, nil
		}
	}
}

// An iniParser makes an array of the lexer's words.
type iniParser struct {
	call     *call
	lex      iniLexer
	typed    bool
	sections bool
	out, at  *Array

	peeked  *iniToken
	naming  bool // it is names that are read, not values
	depth   int
	wrong   bool     // PHP would not understand it
	strange *Unknown // nobody knows what PHP makes of it
}

func (p *iniParser) peek() iniToken {
	if p.peeked == nil {
		t := p.lex.next()
		p.peeked = &t
	}
	return *p.peeked
}

func (p *iniParser) next() iniToken {
	t := p.peek()
	p.peeked = nil
	return t
}

func (p *iniParser) expect(kind rune) {
	if p.next().kind != kind {
		p.wrong = true
	}
}

func (p *iniParser) odd(why string) { p.strange = firstUnknown(p.strange, p.call.unknown(why)) }

// statement reads one; false at the end.
func (p *iniParser) statement() bool {
	switch t := p.next(); t.kind {
	case iniEnd:
		return false
	case iniLine:
	case iniOpen:
		name := p.name(false)
		if p.expect(']'); p.sections && !p.wrong {
			p.at = newArray()
			p.out.put(name, p.at)
		}
	case iniName:
		if p.peek().kind == '=' {
			p.next()
			if v := p.value(); !p.wrong {
				p.at.put(t.text, v)
			}
		}
	case iniKey:
		k := p.name(true)
		p.expect(']')
		p.expect('=')
		if v := p.value(); !p.wrong {
			p.element(t.text, k, v)
		}
	default:
		p.wrong = true
	}
	return !p.wrong
}

// element is name[k] = v, or name[] = v.
func (p *iniParser) element(name, k string, v Value) {
	if name != "" && strings.IndexByte("+ .", name[0]) >= 0 {
		p.odd("such a name in an INI file is not modelled")
	}
	list := newArray()
	if old, ok := p.at.get(strKey(name)); ok {
		if a, isArray := old.(*Array); isArray {
			list = a
		}
	}
	if k == "" {
		list.push(v)
	} else {
		list.put(k, v)
	}
	p.at.put(name, list)
}

// name is that of a section or an element; it must be known.
func (p *iniParser) name(constants bool) string {
	p.naming = true
	v := p.list(constants)
	if p.naming = false; v == nil {
		return ""
	}
	if u := p.call.unknownIn(v); u != nil {
		p.strange = firstUnknown(p.strange, opaque(u))
		return ""
	}
	return toString(v)
}

func (p *iniParser) value() Value {
	switch t := p.peek(); t.kind {
	case iniLine:
		p.next()
		return strVal("")
	case iniTrue, iniFalse, iniNull:
		p.next()
		switch {
		case p.typed && t.kind == iniNull:
			return null
		case p.typed:
			return boolVal(t.kind == iniTrue)
		case t.kind == iniTrue:
			return strVal("1")
		}
		return strVal("")
	}
	return p.expr(false)
}

// digits is the value of a text that is all number.
func (p *iniParser) digits(s string) Value {
	if p.typed && !p.naming {
		n, _ := isNumeric(s)
		switch decimal := strings.IndexByte(s, '.') >= 0; {
		case decimal && len(s) > 18:
			return p.call.unknown("depends on a number that is too long")
		case decimal || n.kind() == kInt:
			return n
		}
	}
	return strVal(s)
}

// expr is words and operators on their numbers; tight: without | & ^ behind.
func (p *iniParser) expr(tight bool) Value {
	if p.depth++; p.depth > 200 {
		p.odd("such an INI file is not modelled")
	}
	defer func() { p.depth-- }()
	if p.wrong || p.strange != nil {
		return null
	}
	var v Value
	switch t := p.peek(); t.kind {
	case '~':
		p.next()
		v = p.number(^p.operand(p.expr(true)))
	case '!':
		p.next()
		n := int32(0)
		if p.operand(p.expr(true)) == 0 {
			n = 1
		}
		v = p.number(n)
	case '(':
		p.next()
		v = p.expr(false)
		p.expect(')')
	default:
		if v = p.list(true); v == nil {
			p.wrong = true
			return null
		}
	}
	for !tight && !p.wrong && p.strange == nil {
		op := p.peek().kind
		if op != '|' && op != '&' && op != '^' {
			break
		}
		p.next()
		a, b := p.operand(v), p.operand(p.expr(true))
		v = p.number(map[rune]int32{'|': a | b, '&': a & b, '^': a ^ b}[op])
	}
	return v
}

func (p *iniParser) number(n int32) Value {
	return strVal(toString(intVal(n)))
}

// operand is the number that a text begins with, as C reads it.
func (p *iniParser) operand(v Value) int32 {
	if u, ok := v.(*Unknown); ok {
		p.strange = firstUnknown(p.strange, opaque(u))
		return 0
	}
	s := strings.TrimLeft(toString(v), " \t\n\v\f\r")
	end := 0
	for end < len(s) && (digit(s[end]) || end == 0 && (s[0] == '-' || s[0] == '+')) {
		end++
	}
	n, _ := numericPrefix(s[:end])
	i, ok := n.(intVal)
	if !ok || i != intVal(int32(i)) {
		p.odd("such a number in an INI file is not modelled")
	}
	return int32(i)
}

// list is words, quoted text and variables in a row, joined: nil if there is none.
// Constants stand for their values, but not in the name of a section.
func (p *iniParser) list(constants bool) Value {
	var parts []Value
	for {
		switch t := p.peek(); t.kind {
		case iniConstant:
			parts = append(parts, p.constant(t.text, constants))
		case iniNumber:
			parts = append(parts, p.digits(t.text))
		case iniText:
			parts = append(parts, strVal(t.text))
		case iniDollar:
			p.next()
			parts = append(parts, p.variable())
			continue
		case '"':
			p.next()
			parts = append(parts, strVal(""))
			for p.peek().kind == iniText || p.peek().kind == iniDollar {
				if t := p.next(); t.kind == iniDollar {
					parts = append(parts, p.variable())
				} else {
					parts = append(parts, strVal(t.text))
				}
			}
			p.expect('"')
			continue
		default:
			return p.joined(parts)
		}
		p.next()
	}
}

func (p *iniParser) constant(name string, stands bool) Value {
	v, ok := p.call.constant(name)
	switch {
	case !ok || !stands:
		return strVal(name)
	case v.kind() == kUnknown:
		return v
	case v.kind() == kArray || v.kind() == kObject:
		return p.call.unknown("depends on a constant that is no text")
	}
	return strVal(toString(v))
}

func (p *iniParser) joined(parts []Value) Value {
	if len(parts) == 0 {
		return nil
	}
	if n := parts[0].kind(); len(parts) == 1 && (n == kInt || n == kFloat) {
		return parts[0]
	}
	var b strings.Builder
	for _, v := range parts {
		if u := p.call.unknownIn(v); u != nil {
			return opaque(u)
		}
		b.WriteString(toString(v))
	}
	return strVal(b.String())
}

// variable is ${name}: a setting of php.ini, or what the environment has. What is
// written in small letters may be a setting; later releases know ${name:-default}.
func (p *iniParser) variable() Value {
	t := p.next()
	if t.kind != iniName {
		p.wrong = true
		return null
	}
	p.expect('}')
	if t.text != strings.ToUpper(t.text) {
		return p.call.unknown("depends on php.ini")
	}
	if strings.Contains(t.text, ":-") {
		return p.call.unknown("depends on the version of PHP")
	}
	v := p.call.env(t.text)
	if v.kind() == kNull && ofRequest(t.text) {
		return p.call.unknown("depends on the request").from(OriginRequest)
	}
	if v.kind() == kNull {
		return strVal("")
	}
	return v
}
