package eval

import (
	"math"
)

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
