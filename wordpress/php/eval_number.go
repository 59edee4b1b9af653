package php

import (
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
	"math"
	"math/bits"
)

func (in *interp) arithmetic(op string, l, r Value, pos syntax.Pos) (Value, error) {
	if l.kind() >= kArray || r.kind() >= kArray {
		return nil, in.operandError(op, l, r, pos)
	}
	if op == "&" || op == "|" || op == "^" {
		if l.kind() == kString && r.kind() == kString {
			return nil, in.unsupported(pos, "an operator on the bits of a string")
		}
	}
	if !arithmeticString(l) || !arithmeticString(r) {
		return nil, in.operandError(op, l, r, pos)
	}
	a, b := toNumber(l), toNumber(r)
	switch op {
	case "+", "-", "*":
		return addMul(op, a, b), nil
	case "/":
		return in.divide(a, b, pos)
	case "%", "<<", ">>":
		return in.integerOp(op, toInt(l), toInt(r), pos)
	case "**":
		return in.power(a, b, pos)
	}
	x, y := toInt(l), toInt(r)
	switch op {
	case "&":
		return intVal(x & y), nil
	case "|":
		return intVal(x | y), nil
	}
	return intVal(x ^ y), nil
}

// arithmeticString reports whether a string can be calculated with: it leads with
// a number. Others throw.
func arithmeticString(v Value) bool {
	s, ok := v.(strVal)
	return !ok || leadsNumber(string(s))
}

func (in *interp) operandError(op string, l, r Value, pos syntax.Pos) error {
	return in.throw("TypeError", "Unsupported operand types: "+typeWord(l)+" "+op+" "+typeWord(r), pos)
}

func addMul(op string, a, b Value) Value {
	x, ok := a.(intVal)
	y, both := b.(intVal)
	if !ok || !both {
		f, g := toFloat(a), toFloat(b)
		switch op {
		case "+":
			return floatVal(f + g)
		case "-":
			return floatVal(f - g)
		}
		return floatVal(f * g)
	}
	switch op {
	case "+":
		if s := x + y; (s > x) == (y > 0) {
			return s
		}
		return floatVal(float64(x) + float64(y))
	case "-":
		if s := x - y; (s < x) == (y > 0) {
			return s
		}
		return floatVal(float64(x) - float64(y))
	}
	if p, ok := multiply(int64(x), int64(y)); ok {
		return intVal(p)
	}
	return floatVal(float64(x) * float64(y))
}

func multiply(x, y int64) (int64, bool) {
	neg := (x < 0) != (y < 0)
	hi, lo := bits.Mul64(magnitude(x), magnitude(y))
	switch {
	case hi != 0 || lo > 1<<63 || lo == 1<<63 && !neg:
		return 0, false
	case neg:
		return -int64(lo), true
	}
	return int64(lo), true
}

func magnitude(x int64) uint64 {
	if x < 0 {
		return -uint64(x)
	}
	return uint64(x)
}

func (in *interp) divide(a, b Value, pos syntax.Pos) (Value, error) {
	if toFloat(b) == 0 {
		return nil, in.throw("DivisionByZeroError", "Division by zero", pos)
	}
	x, ok := a.(intVal)
	y, both := b.(intVal)
	if ok && both && !(x == math.MinInt64 && y == -1) && x%y == 0 {
		return x / y, nil
	}
	return floatVal(toFloat(a) / toFloat(b)), nil
}

// power is a ** b of integers that give an integer.
func (in *interp) power(a, b Value, pos syntax.Pos) (Value, error) {
	x, ok := a.(intVal)
	y, both := b.(intVal)
	p := int64(1)
	if ok = ok && both && y >= 0 && y < 64; ok {
		for range y {
			if p, ok = multiply(p, int64(x)); !ok {
				break
			}
		}
	}
	if !ok {
		return nil, in.unsupported(pos, "a power that is not an integer")
	}
	return intVal(p), nil
}

func (in *interp) integerOp(op string, x, y int64, pos syntax.Pos) (Value, error) {
	if op == "%" {
		switch y {
		case 0:
			return nil, in.throw("DivisionByZeroError", "Modulo by zero", pos)
		case -1:
			return intVal(0), nil
		}
		return intVal(x % y), nil
	}
	switch {
	case y < 0:
		return nil, in.throw("ArithmeticError", "Bit shift by negative number", pos)
	case op == "<<" && y > 63:
		return intVal(0), nil
	case op == "<<":
		return intVal(x << y), nil
	}
	return intVal(x >> min(y, 63)), nil
}
