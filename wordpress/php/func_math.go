package php

import (
	"math"
)

var mathFuncs = map[string]function{
	"abs":       {fn: absFunc, min: 1, max: 1},
	"ceil":      {fn: rounded(math.Ceil), min: 1, max: 1},
	"floor":     {fn: rounded(math.Floor), min: 1, max: 1},
	"intdiv":    {fn: intdiv, min: 2, max: 2},
	"max":       {fn: extreme(1), min: 1, max: -1},
	"min":       {fn: extreme(-1), min: 1, max: -1},
	"array_sum": {fn: arraySum, min: 1, max: 1},
	"range":     {fn: rangeFunc, min: 2, max: 3},
}

// numberArg is argument i as an integer or a float.
func numberArg(c *call, i int) Value { return toNumber(c.arg(i)) }

func absFunc(c *call) (Value, error) {
	n := numberArg(c, 0)
	if i, ok := n.(intVal); ok && i != math.MinInt64 {
		return max(i, -i), nil
	}
	return floatVal(math.Abs(toFloat(n))), nil
}

func rounded(f func(float64) float64) func(c *call) (Value, error) {
	return func(c *call) (Value, error) {
		n := numberArg(c, 0)
		return floatVal(f(toFloat(n))), nil
	}
}

func intdiv(c *call) (Value, error) {
	a := c.int(0, 0)
	b := c.int(1, 0)
	switch {
	case b == 0:
		return nil, c.throw("DivisionByZeroError", "Division by zero")
	case b == -1 && a == math.MinInt64:
		return nil, c.throw("ArithmeticError", "Division of PHP_INT_MIN by -1 is not an integer")
	}
	return intVal(a / b), nil
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
			a.each(func(_ key, v Value) bool { list = append(list, present(v)); return true })
		}
		best := list[0]
		for _, v := range list[1:] {
			if n := compare(v, best); n == uncomparable || n == -uncomparable {
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
		n := numberArg(c, 2)
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
	if err := allocTimes(c, 112, int64(span/step)+1); err != nil {
		return nil, err
	}
	out := arrayFor(int64(span/step) + 1)
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
