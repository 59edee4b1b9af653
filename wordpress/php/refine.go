package php

// refine tells the present world what a condition says about it: an unknown that
// is one of a few values keeps those that agree, and a constant that is perhaps
// defined is or is not. It is an aid: doing nothing is always right.
func (in *interp) refine(cond expr, truth bool) error {
	switch x := cond.(type) {
	case *unaryExpr:
		if x.op == "!" {
			return in.refine(x.x, !truth)
		}
		if x.op == "@" {
			return in.refine(x.x, truth)
		}
	case *binaryExpr:
		return in.refineBinary(x, truth)
	case *varExpr, *constExpr:
		return in.refineTo(x, func(v Value) bool { return toBool(v) == truth })
	case *emptyExpr:
		return in.refineTo(x.x, func(v Value) bool { return toBool(v) != truth })
	case *issetExpr:
		if len(x.vars) == 1 {
			return in.refineTo(x.vars[0], func(v Value) bool { return (v.kind() != kNull && v.kind() != kAbsent) == truth })
		}
	case *callExpr:
		in.refineDefined(x, truth)
	}
	return nil
}

func (in *interp) refineBinary(x *binaryExpr, truth bool) error {
	switch x.op {
	case "&&", "||":
		if (x.op == "&&") == truth {
			if err := in.refine(x.l, truth); err != nil {
				return err
			}
			return in.refine(x.r, truth)
		}
	case "===", "!==", "==", "!=":
		equal := (x.op[0] == '=') == truth
		lit, ok := x.r.(*litExpr)
		subject := x.l
		if !ok {
			lit, ok = x.l.(*litExpr)
			subject = x.r
		}
		if !ok {
			return nil
		}
		strict := len(x.op) == 3
		if place, ok := subject.(*indexExpr); ok && equal {
			return in.refineElement(place, literalValue(lit), strict)
		}
		return in.refineTo(subject, func(v Value) bool {
			if v.kind() >= kArray {
				return true
			}
			if strict {
				return identical(v, literalValue(lit)) == equal
			}
			return looseEqual(v, literalValue(lit)) == equal
		})
	}
	return nil
}

// refineTo narrows what a variable or constant may be.
func (in *interp) refineTo(x expr, holds func(Value) bool) error {
	agrees := func(v Value) bool {
		if v.kind() == kAbsent {
			v = null
		}
		return holds(v)
	}
	switch x := x.(type) {
	case *varExpr:
		if x.dyn != nil || x.name == "this" || x.name == "GLOBALS" {
			return nil
		}
		p := in.varPlace(in.frame, x.name, x.at)
		v, slot := in.raw(p)
		if u, ok := v.(*Unknown); ok && u.alts != nil && !u.sticky {
			in.st.set(slot, narrow(u, agrees))
		}
	case *constExpr:
		slot := in.slot('c', x.name)
		d, ok := in.st.get(slot).(*definition)
		if !ok {
			return nil
		}
		if u, isUnknown := d.v.(*Unknown); isUnknown && u.alts != nil {
			c := *d
			c.v = narrow(u, agrees)
			in.st.set(slot, &c)
		}
	}
	return nil
}

// refineElement knows $_SERVER['NAME'] === 'literal', and the like: what is not
// known is the literal in this world. A loose comparison says as much of text that
// looks like no number, where only text can lie.
func (in *interp) refineElement(x *indexExpr, lit Value, strict bool) error {
	base, ok := x.base.(*varExpr)
	text, isText := lit.(strVal)
	if !ok || base.dyn != nil || !isText || x.idx == nil {
		return nil
	}
	if name, ok := x.idx.(*litExpr); !ok || literalValue(name).kind() != kString {
		return nil
	}
	if !strict && (base.name != "_SERVER" && base.name != "_ENV" || text == "" || leadsNumber(string(text))) {
		return nil
	}
	p, err := in.place(x)
	if err != nil {
		return err
	}
	v, err := in.load(p)
	if u, ok := v.(*Unknown); err != nil || !ok || u.sticky {
		return err
	}
	return in.assign(p, lit)
}

// refineDefined knows defined('NAME').
func (in *interp) refineDefined(x *callExpr, truth bool) {
	name, ok := x.fn.(*nameExpr)
	if !ok || lower(name.name) != "defined" && lower(name.fallback) != "defined" || len(x.args) != 1 {
		return
	}
	lit, ok := x.args[0].x.(*litExpr)
	if !ok || literalValue(lit).kind() != kString {
		return
	}
	slot := in.slot('c', constName(toString(literalValue(lit))))
	d, ok := in.st.get(slot).(*definition)
	if !ok || d.maybe == nil {
		return
	}
	if !truth {
		in.st.set(slot, nil)
		return
	}
	c := *d
	c.maybe = nil
	in.st.set(slot, &c)
}
