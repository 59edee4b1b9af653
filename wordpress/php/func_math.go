package php

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

var mathFuncs = map[string]function{
	"abs":           {fn: absFunc, min: 1, max: 1},
	"ceil":          {fn: rounded(math.Ceil), min: 1, max: 1},
	"floor":         {fn: rounded(math.Floor), min: 1, max: 1},
	"sqrt":          {fn: rounded(math.Sqrt), min: 1, max: 1},
	"round":         {fn: roundFunc, min: 1, max: 3},
	"pow":           {fn: powFunc, min: 2, max: 2},
	"intdiv":        {fn: intdiv, min: 2, max: 2},
	"fmod":          {fn: fmodFunc, min: 2, max: 2},
	"max":           {fn: extreme(1), min: 1, max: -1, keeps: -1},
	"min":           {fn: extreme(-1), min: 1, max: -1, keeps: -1},
	"array_sum":     {fn: arraySum, min: 1, max: 1},
	"array_product": {fn: arrayProduct, min: 1, max: 1},
	"range":         {fn: rangeFunc, min: 2, max: 3},
	"pi":            {fn: func(*call) (Value, error) { return floatVal(math.Pi), nil }},
	"is_nan":        floatTest(math.IsNaN),
	"is_finite":     floatTest(func(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }),
	"is_infinite":   floatTest(func(f float64) bool { return math.IsInf(f, 0) }),
	"dechex":        {fn: toBase(16), min: 1, max: 1},
	"decbin":        {fn: toBase(2), min: 1, max: 1},
	"decoct":        {fn: toBase(8), min: 1, max: 1},
	"hexdec":        {fn: fromBase(16), min: 1, max: 1},
	"bindec":        {fn: fromBase(2), min: 1, max: 1},
	"octdec":        {fn: fromBase(8), min: 1, max: 1},
	"base_convert":  {fn: baseConvert, min: 3, max: 3},
}

// number returns argument i as an integer or a float.
func (c *call) number(i int) (Value, error) {
	switch v := c.arg(i).(type) {
	case *Array, *Object:
		return nil, c.typeError(i, "int|float")
	case strVal:
		if _, all := isNumeric(string(v)); !all {
			return nil, c.typeError(i, "int|float")
		}
	}
	return toNumber(c.arg(i)), nil
}

func absFunc(c *call) (Value, error) {
	n, err := c.number(0)
	if err != nil {
		return nil, err
	}
	if i, ok := n.(intVal); ok && i != math.MinInt64 {
		return max(i, -i), nil
	}
	return floatVal(math.Abs(toFloat(n))), nil
}

func rounded(f func(float64) float64) func(c *call) (Value, error) {
	return func(c *call) (Value, error) {
		n, err := c.number(0)
		if err != nil {
			return nil, err
		}
		return floatVal(f(toFloat(n))), nil
	}
}

func roundFunc(c *call) (Value, error) {
	n, err := c.number(0)
	if err != nil {
		return nil, err
	}
	places, err := c.int(1, 0)
	if err != nil {
		return nil, err
	}
	if len(c.args) > 2 && c.arg(2) != Value(intVal(1)) {
		return c.unknown("round with a mode is not modelled"), nil
	}
	if n.kind() == kInt && places >= 0 {
		return floatVal(toFloat(n)), nil
	}
	return floatVal(roundTo(toFloat(n), int(max(-400, min(places, 400))))), nil
}

// roundTo rounds half away from zero, as PHP 8.2 does with its pre-rounding to 15
// significant digits.
func roundTo(f float64, places int) float64 {
	if math.IsNaN(f) || math.IsInf(f, 0) || f == 0 {
		return f
	}
	magnitude := int(math.Floor(math.Log10(math.Abs(f))))
	scale := func(x float64, p int) float64 {
		if p >= 0 {
			return x * math.Pow10(p)
		}
		return x / math.Pow10(-p)
	}
	use := 14 - magnitude
	var t float64
	if use > places && use-15 < places {
		t = math.Round(scale(f, use))
		if use-places > 0 {
			t /= math.Pow10(use - places)
		}
	} else {
		t = scale(f, places)
		if math.Abs(t) >= 1e15 {
			return f
		}
	}
	if places > 22 || places < -22 {
		s, err := strconv.ParseFloat(strconv.FormatFloat(math.Round(t), 'f', 0, 64)+"e"+strconv.Itoa(-places), 64)
		if err != nil {
			return f
		}
		return s
	}
	return scale(math.Round(t), -places)
}

func powFunc(c *call) (Value, error) {
	a, err := c.number(0)
	if err != nil {
		return nil, err
	}
	b, err := c.number(1)
	if err != nil {
		return nil, err
	}
	return c.in.power(a, b, c.pos)
}

func intdiv(c *call) (Value, error) {
	a, err := c.int(0, 0)
	if err != nil {
		return nil, err
	}
	b, err := c.int(1, 0)
	if err != nil {
		return nil, err
	}
	switch {
	case b == 0:
		return nil, c.throw("DivisionByZeroError", "Division by zero")
	case b == -1 && a == math.MinInt64:
		return nil, c.throw("ArithmeticError", "Division of PHP_INT_MIN by -1 is not an integer")
	}
	return intVal(a / b), nil
}

func fmodFunc(c *call) (Value, error) {
	a, err := c.float(0, 0)
	if err != nil {
		return nil, err
	}
	b, err := c.float(1, 0)
	return floatVal(math.Mod(a, b)), err
}

// extreme is max (1) or min (-1).
func extreme(want int) func(c *call) (Value, error) {
	return func(c *call) (Value, error) {
		list := c.args
		if len(list) == 1 {
			a, err := c.array(0)
			if err != nil {
				return nil, err
			}
			if a.len() == 0 {
				return nil, c.throw("ValueError", c.name+"(): Argument #1 ($value) must contain at least one element")
			}
			list = nil
			a.each(func(_ key, v Value) bool { list = append(list, c.in.deref(v)); return true })
		}
		best := list[0]
		for _, v := range list[1:] {
			x, y, err := c.plainly(v, best)
			if err != nil {
				return nil, err
			}
			if n := compare(x, y); n == uncomparable || n == -uncomparable {
				return c.unknown("compares what has no order"), nil
			} else if n == want {
				best = v
			}
		}
		return best, c.steps(len(list))
	}
}

func arraySum(c *call) (Value, error) {
	return fold(c, intVal(0), func(a, b int64) (int64, bool) {
		s := a + b
		return s, (s > a) == (b > 0)
	}, func(a, b float64) float64 { return a + b })
}

func arrayProduct(c *call) (Value, error) {
	return fold(c, intVal(1), func(a, b int64) (int64, bool) {
		z := new(big.Int).Mul(big.NewInt(a), big.NewInt(b))
		return z.Int64(), z.IsInt64()
	}, func(a, b float64) float64 { return a * b })
}

func fold(c *call, sum Value, ints func(a, b int64) (int64, bool), floats func(a, b float64) float64) (Value, error) {
	a, err := c.array(0)
	if err != nil {
		return nil, err
	}
	a.each(func(_ key, v Value) bool {
		if v.kind() == kArray || v.kind() == kObject {
			return true
		}
		n := toNumber(v)
		if x, ok := sum.(intVal); ok && n.kind() == kInt {
			if s, ok := ints(int64(x), toInt(n)); ok {
				sum = intVal(s)
				return true
			}
		}
		sum = floatVal(floats(toFloat(sum), toFloat(n)))
		return true
	})
	return sum, c.steps(a.len())
}

func rangeFunc(c *call) (Value, error) {
	from, to := c.arg(0), c.arg(1)
	x, okX := from.(strVal)
	y, okY := to.(strVal)
	letters := okX && okY && len(x) > 0 && len(y) > 0
	for _, s := range []strVal{x, y} {
		if _, num := isNumeric(string(s)); num {
			letters = false
		}
	}
	step := 1.0
	whole := true
	if c.has(2) {
		n, err := c.number(2)
		if err != nil {
			return nil, err
		}
		step = math.Abs(toFloat(n))
		whole = step == math.Trunc(step)
	}
	var lo, hi float64
	if letters {
		lo, hi = float64(x[0]), float64(y[0])
	} else {
		a, b := toNumber(from), toNumber(to)
		if a.kind() == kFloat || b.kind() == kFloat || !whole {
			return c.unknown("range of fractions is not modelled"), nil
		}
		lo, hi = toFloat(a), toFloat(b)
	}
	if math.Abs(lo) > 1<<52 || math.Abs(hi) > 1<<52 || !whole {
		return c.unknown("range of such numbers is not modelled"), nil
	}
	span := math.Abs(hi - lo)
	if step == 0 || lo != hi && step > span {
		return nil, c.throw("ValueError", "range(): Argument #3 ($step) must not exceed the specified range")
	}
	if err := c.allocTimes(112, int64(span/step)+1); err != nil {
		return nil, err
	}
	out := newArray()
	for i := int64(0); i <= int64(span/step); i++ {
		v := int64(lo) + i*int64(step)
		if hi < lo {
			v = int64(lo) - i*int64(step)
		}
		if letters {
			out.push(strVal([]byte{byte(v)}))
		} else {
			out.push(intVal(v))
		}
	}
	return out, nil
}

func floatTest(f func(float64) bool) function {
	return function{min: 1, max: 1, fn: func(c *call) (Value, error) {
		n, err := c.float(0, 0)
		return boolVal(f(n)), err
	}}
}

func toBase(base int) func(c *call) (Value, error) {
	return func(c *call) (Value, error) {
		n, err := c.int(0, 0)
		return strVal(strconv.FormatUint(uint64(n), base)), err
	}
}

// digitsOf keeps the digits of a base, as PHP skips what is none.
func digitsOf(s string, base int) string {
	s = lower(s)
	if len(s) > 1 && s[0] == '0' && (base == 16 && s[1] == 'x' || base == 8 && s[1] == 'o' || base == 2 && s[1] == 'b') {
		s = s[2:]
	}
	return strings.Map(func(r rune) rune {
		n := strings.IndexRune("0123456789abcdefghijklmnopqrstuvwxyz", r)
		if n < 0 || n >= base {
			return -1
		}
		return r
	}, s)
}

func fromBase(base int) func(c *call) (Value, error) {
	return func(c *call) (Value, error) {
		s, err := c.str(0)
		if err != nil {
			return nil, err
		}
		if err := c.alloc(4 * len(s)); err != nil {
			return nil, err
		}
		z, ok := new(big.Int).SetString(digitsOf(head(s, 4096), base), base)
		switch {
		case len(s) > 4096:
			return c.unknown("a number of that length is not modelled"), nil
		case !ok:
			return intVal(0), nil
		case z.IsInt64():
			return intVal(z.Int64()), nil
		}
		f, _ := new(big.Float).SetInt(z).Float64()
		return floatVal(f), nil
	}
}

func baseConvert(c *call) (Value, error) {
	s, err := c.str(0)
	if err != nil {
		return nil, err
	}
	from, err := c.int(1, 10)
	if err != nil {
		return nil, err
	}
	to, err := c.int(2, 10)
	if err != nil {
		return nil, err
	}
	if from < 2 || from > 36 || to < 2 || to > 36 {
		return nil, c.throw("ValueError", "base_convert(): the base must be between 2 and 36 (inclusive)")
	}
	z, ok := new(big.Int).SetString(digitsOf(head(s, 64), int(from)), int(from))
	if !ok {
		return strVal("0"), nil
	}
	if !z.IsInt64() {
		return c.unknown("a number of that size is not modelled"), nil
	}
	return strVal(z.Text(int(to))), nil
}
