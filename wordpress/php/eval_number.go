package php

import (
	"math"
	"math/big"
	"math/bits"
)

func (in *interp) arithmetic(op string, l, r Value, pos at) (Value, error) {
	if l.kind() >= kArray || r.kind() >= kArray {
		return nil, in.operandError(op, l, r, pos)
	}
	if op == "&" || op == "|" || op == "^" {
		if a, ok := l.(strVal); ok {
			if b, ok := r.(strVal); ok {
				return in.bitStrings(op, string(a), string(b), pos)
			}
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
		return in.power(a, b, pos), nil
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

func (in *interp) operandError(op string, l, r Value, pos at) error {
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

func (in *interp) divide(a, b Value, pos at) (Value, error) {
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

// power is a ** b where that is exact. What is rounded depends on the C library.
func (in *interp) power(a, b Value, pos at) Value {
	inexact := in.unknownAt(Undecidable, pos, "a power that is no integer is not modelled")
	x, y := toFloat(a), toFloat(b)
	if y != math.Trunc(y) || math.Abs(y) > 1024 || math.IsInf(x, 0) || math.IsNaN(x) || x == 0 && y < 0 {
		return inexact
	}
	exact := big.NewFloat(1).SetPrec(1 << 16)
	base := new(big.Float).SetPrec(1 << 16).SetFloat64(x)
	if n, ok := a.(intVal); ok {
		base.SetInt64(int64(n))
	}
	for range int(math.Abs(y)) {
		if exact.Mul(exact, base); exact.Acc() != big.Exact {
			return inexact
		}
	}
	if a.kind() == kInt && b.kind() == kInt && y >= 0 {
		if n, acc := exact.Int64(); acc == big.Exact {
			return intVal(n)
		}
	}
	if y < 0 {
		if exact.Quo(big.NewFloat(1), exact); exact.Acc() != big.Exact {
			return inexact
		}
	}
	if f, acc := exact.Float64(); acc == big.Exact && !math.IsInf(f, 0) && (f != 0 || x == 0) {
		return floatVal(f)
	}
	return inexact
}

func (in *interp) integerOp(op string, x, y int64, pos at) (Value, error) {
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

// bitStrings works on the bytes of two strings.
func (in *interp) bitStrings(op, a, b string, pos at) (Value, error) {
	if len(a) < len(b) {
		a, b = b, a
	}
	if err := in.alloc(len(a), pos); err != nil {
		return nil, err
	}
	out := []byte(a)
	if op != "|" {
		out = out[:len(b)]
	}
	for i := range len(b) {
		switch op {
		case "&":
			out[i] &= b[i]
		case "|":
			out[i] |= b[i]
		default:
			out[i] ^= b[i]
		}
	}
	return strVal(out), nil
}
