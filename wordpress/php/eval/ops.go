package eval

import (
	"math"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

func (in *interp) evalUnary(x *syntax.UnaryExpr) Value {
	v := in.eval(x.X)
	switch x.Op {
	case "@":
		return v
	case "!":
		return in.not(v)
	}
	return in.Lift([]Value{v}, func(vals []Value) Value {
		switch x.Op {
		case "-":
			return in.arithmetic("*", vals[0], Int(-1))
		case "+":
			return in.arithmetic("*", vals[0], Int(1))
		}
		return in.complement(vals[0])
	})
}

func (in *interp) complement(v Value) Value {
	switch v := v.(type) {
	case Int:
		return ^v
	case Float:
		return Int(^floatToInt(float64(v)))
	case String:
		panic(in.Unsupported("an operator on the bits of a string"))
	}
	panic(in.Throw("TypeError", "Cannot perform bitwise not on "+TypeWord(v)))
}

func (in *interp) evalBinary(x *syntax.BinaryExpr) Value {
	switch x.Op {
	case "&&", "||":
		return in.evalLogic(x)
	case "??":
		return in.evalCoalesce(x.L, func() Value { return in.eval(x.R) })
	}
	l := in.eval(x.L)
	r := in.eval(x.R)
	return in.operate(x.Op, l, r)
}

// operate applies a binary operator to values.
func (in *interp) operate(op string, l, r Value) Value {
	switch op {
	case "==", "!=", "===", "!==", "<", "<=", ">", ">=", "<=>":
		return in.compareOp(op, l, r)
	case "xor":
		return in.Lift([]Value{l, r}, func(v []Value) Value {
			return Bool(ToBool(v[0]) != ToBool(v[1]))
		})
	case ".":
		return in.concat([]Value{in.ConvertString(l), in.ConvertString(r)})
	case "+":
		a, ok := l.(*Array)
		b, both := r.(*Array)
		if ok && both {
			return in.union(a, b)
		}
	}
	v := in.Lift([]Value{l, r}, func(v []Value) Value {
		return in.arithmetic(op, v[0], v[1])
	})
	if v.Kind() == KindUnknown {
		in.MayThrow()
	}
	return v
}

// ConvertString returns a value that can be converted to a string, which an object cannot.
func (in *interp) ConvertString(v Value) Value {
	o, ok := v.(*Object)
	if !ok {
		return v
	}
	panic(in.Throw("Error", "Object of class "+o.Class.Name+" could not be converted to string"))
}

// StringOf returns a known value as a string.
func (in *interp) StringOf(v Value) string {
	return ToString(in.ConvertString(v))
}

func (in *interp) union(a, b *Array) Value {
	in.Alloc(a.Size() + b.Size())
	if !a.certain() || !b.certain() {
		u := FirstUnknown(in.UnknownIn(a), in.UnknownIn(b))
		return Opaque(u)
	}
	c := a.Clone()
	c.Each(func(_ Key, v Value) bool { Share(v); return true })
	for k, v := range b.Each {
		if _, ok := c.Get(k); !ok {
			c.Set(k, Share(v))
		}
	}
	return c
}

func (in *interp) compareOp(op string, l, r Value) Value {
	if n, known := in.nullness(op, l, r); known {
		return n
	}
	return in.Lift([]Value{l, r}, func(v []Value) Value {
		return in.compareKnown(op, v[0], v[1])
	})
}

// nullness decides === and !== for two values of different types. Unknowns in an array do
// not change the result. The bool is false if it cannot decide.
func (in *interp) nullness(op string, l, r Value) (Value, bool) {
	if op != "===" && op != "!==" || l.Kind() == KindUnknown || r.Kind() == KindUnknown || l.Kind() == r.Kind() {
		return nil, false
	}
	return Bool(op == "!=="), true
}

func (in *interp) compareKnown(op string, a, b Value) Value {
	switch op {
	case "===":
		return Bool(Identical(a, b))
	case "!==":
		return Bool(!Identical(a, b))
	}
	if a.Kind() >= KindString && b.Kind() >= KindString && (HoldsObject(a, 0) || HoldsObject(b, 0)) {
		panic(in.Unsupported("a comparison of objects"))
	}
	c := Compare(a, b)
	switch op {
	case "==":
		return Bool(c == 0)
	case "!=":
		return Bool(c != 0)
	case "<":
		return Bool(c == -1)
	case "<=":
		return Bool(c == -1 || c == 0)
	case ">":
		return Bool(c == 1 || c == Uncomparable && Compare(b, a) == -1)
	case ">=":
		return Bool(c == 1 || c == 0)
	}
	if c == Uncomparable || c == -Uncomparable {
		c = 1
	}
	return Int(int64(c))
}

// HoldsObject reports whether a value is, or contains, an object.
func HoldsObject(v Value, depth int) bool {
	a, ok := v.(*Array)
	if !ok || depth > 64 {
		return v.Kind() == KindObject || depth > 64
	}
	for _, e := range a.Entries {
		if HoldsObject(e.Value, depth+1) {
			return true
		}
	}
	return false
}

func (in *interp) arithmetic(op string, l, r Value) Value {
	if l.Kind() >= KindArray || r.Kind() >= KindArray {
		panic(in.operandError(op, l, r))
	}
	if op == "&" || op == "|" || op == "^" {
		if l.Kind() == KindString && r.Kind() == KindString {
			panic(in.Unsupported("an operator on the bits of a string"))
		}
	}
	if !arithmeticString(l) || !arithmeticString(r) {
		panic(in.operandError(op, l, r))
	}
	a, b := ToNumber(l), ToNumber(r)
	switch op {
	case "+", "-", "*":
		return addMul(op, a, b)
	case "/":
		return in.divide(a, b)
	case "%":
		return in.modulo(ToInt(l), ToInt(r))
	case "**":
		return in.power(a, b)
	case "<<", ">>":
		panic(in.Unsupported("the operator " + op))
	}
	x, y := ToInt(l), ToInt(r)
	switch op {
	case "&":
		return Int(x & y)
	case "|":
		return Int(x | y)
	}
	return Int(x ^ y)
}

// arithmeticString reports whether PHP can calculate with a string: the string begins
// with a number. Other strings throw.
func arithmeticString(v Value) bool {
	s, ok := v.(String)
	return !ok || leadsNumber(string(s))
}

func (in *interp) operandError(op string, l, r Value) error {
	return in.Throw("TypeError", "Unsupported operand types: "+TypeWord(l)+" "+op+" "+TypeWord(r))
}

func addMul(op string, a, b Value) Value {
	x, ok := a.(Int)
	y, both := b.(Int)
	if !ok || !both {
		f, g := ToFloat(a), ToFloat(b)
		switch op {
		case "+":
			return Float(f + g)
		case "-":
			return Float(f - g)
		}
		return Float(f * g)
	}
	switch op {
	case "+":
		if s := x + y; (s > x) == (y > 0) {
			return s
		}
		return Float(float64(x) + float64(y))
	case "-":
		if s := x - y; (s < x) == (y > 0) {
			return s
		}
		return Float(float64(x) - float64(y))
	}
	if p, ok := multiply(int64(x), int64(y)); ok {
		return Int(p)
	}
	return Float(float64(x) * float64(y))
}

func multiply(x, y int64) (int64, bool) {
	if x == 0 || y == 0 {
		return 0, true
	}
	p := x * y
	return p, p/y == x && !(x == -1 && y == math.MinInt64) && !(y == -1 && x == math.MinInt64)
}

func (in *interp) divide(a, b Value) Value {
	if ToFloat(b) == 0 {
		panic(in.Throw("DivisionByZeroError", "Division by zero"))
	}
	x, ok := a.(Int)
	y, both := b.(Int)
	if ok && both && !(x == math.MinInt64 && y == -1) && x%y == 0 {
		return x / y
	}
	return Float(ToFloat(a) / ToFloat(b))
}

func (in *interp) modulo(x, y int64) Value {
	switch y {
	case 0:
		panic(in.Throw("DivisionByZeroError", "Modulo by zero"))
	case -1:
		return Int(0)
	}
	return Int(x % y)
}

// power evaluates a ** b for integers. It panics with a refusal if the result is not an
// integer.
func (in *interp) power(a, b Value) Value {
	x, ok := a.(Int)
	y, both := b.(Int)
	p := int64(1)
	if ok = ok && both && y >= 0 && y < 64; ok {
		for range y {
			if p, ok = multiply(p, int64(x)); !ok {
				break
			}
		}
	}
	if !ok {
		panic(in.Unsupported("a power that is not an integer"))
	}
	return Int(p)
}
