package lib

import (
	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
	"math"
)

var mathFuncs = map[string]eval.Function{
	"abs":       {Run: absFunc, Min: 1, Max: 1},
	"ceil":      {Run: rounded(math.Ceil), Min: 1, Max: 1},
	"floor":     {Run: rounded(math.Floor), Min: 1, Max: 1},
	"intdiv":    {Run: intdiv, Min: 2, Max: 2},
	"max":       {Run: extreme(1), Min: 1, Max: -1},
	"min":       {Run: extreme(-1), Min: 1, Max: -1},
	"array_sum": {Run: arraySum, Min: 1, Max: 1},
	"range":     {Run: rangeFunc, Min: 2, Max: 3},
}

// numberArg is argument i as an integer or a float.
func numberArg(c *eval.Call, i int) eval.Value { return eval.ToNumber(c.Arg(i)) }

func absFunc(c *eval.Call) (eval.Value, error) {
	n := numberArg(c, 0)
	if i, ok := n.(eval.Int); ok && i != math.MinInt64 {
		return max(i, -i), nil
	}
	return eval.Float(math.Abs(eval.ToFloat(n))), nil
}

func rounded(f func(float64) float64) func(c *eval.Call) (eval.Value, error) {
	return func(c *eval.Call) (eval.Value, error) {
		n := numberArg(c, 0)
		return eval.Float(f(eval.ToFloat(n))), nil
	}
}

func intdiv(c *eval.Call) (eval.Value, error) {
	a := c.Int(0, 0)
	b := c.Int(1, 0)
	switch {
	case b == 0:
		return nil, c.Throw("DivisionByZeroError", "Division by zero")
	case b == -1 && a == math.MinInt64:
		return nil, c.Throw("ArithmeticError", "Division of PHP_INT_MIN by -1 is not an integer")
	}
	return eval.Int(a / b), nil
}

// extreme is max (1) or min (-1).
func extreme(want int) func(c *eval.Call) (eval.Value, error) {
	return func(c *eval.Call) (eval.Value, error) {
		list := c.Args
		if len(list) == 1 {
			a, err := c.Array(0)
			if err != nil {
				return nil, err
			}
			if a.Len() == 0 {
				return nil, c.Throw("ValueError", c.Name+"(): Argument #1 ($value) must contain at least one element")
			}
			list = nil
			a.Each(func(_ eval.Key, v eval.Value) bool { list = append(list, eval.Present(v)); return true })
		}
		best := list[0]
		for _, v := range list[1:] {
			if n := eval.Compare(v, best); n == eval.Uncomparable || n == -eval.Uncomparable {
				return c.Unknown("compares what has no order"), nil
			} else if n == want {
				best = v
			}
		}
		return best, c.Steps(len(list))
	}
}

func arraySum(c *eval.Call) (eval.Value, error) {
	return fold(c, eval.Int(0), func(a, b int64) (int64, bool) {
		s := a + b
		return s, (s > a) == (b > 0)
	}, func(a, b float64) float64 { return a + b })
}

func fold(c *eval.Call, sum eval.Value, ints func(a, b int64) (int64, bool), floats func(a, b float64) float64) (eval.Value, error) {
	a, err := c.Array(0)
	if err != nil {
		return nil, err
	}
	a.Each(func(_ eval.Key, v eval.Value) bool {
		if v.Kind() == eval.KindArray || v.Kind() == eval.KindObject {
			return true
		}
		n := eval.ToNumber(v)
		if x, ok := sum.(eval.Int); ok && n.Kind() == eval.KindInt {
			if s, ok := ints(int64(x), eval.ToInt(n)); ok {
				sum = eval.Int(s)
				return true
			}
		}
		sum = eval.Float(floats(eval.ToFloat(sum), eval.ToFloat(n)))
		return true
	})
	return sum, c.Steps(a.Len())
}

func rangeFunc(c *eval.Call) (eval.Value, error) {
	from, to := c.Arg(0), c.Arg(1)
	x, okX := from.(eval.String)
	y, okY := to.(eval.String)
	letters := okX && okY && len(x) > 0 && len(y) > 0
	for _, s := range []eval.String{x, y} {
		if _, num := eval.IsNumeric(string(s)); num {
			letters = false
		}
	}
	step := 1.0
	whole := true
	if c.Has(2) {
		n := numberArg(c, 2)
		step = math.Abs(eval.ToFloat(n))
		whole = step == math.Trunc(step)
	}
	var lo, hi float64
	if letters {
		lo, hi = float64(x[0]), float64(y[0])
	} else {
		a, b := eval.ToNumber(from), eval.ToNumber(to)
		if a.Kind() == eval.KindFloat || b.Kind() == eval.KindFloat || !whole {
			return c.Unknown("range of fractions is not modelled"), nil
		}
		lo, hi = eval.ToFloat(a), eval.ToFloat(b)
	}
	if math.Abs(lo) > 1<<52 || math.Abs(hi) > 1<<52 || !whole {
		return c.Unknown("range of such numbers is not modelled"), nil
	}
	span := math.Abs(hi - lo)
	if step == 0 || lo != hi && step > span {
		return nil, c.Throw("ValueError", "range(): Argument #3 ($step) must not exceed the specified range")
	}
	if err := allocTimes(c, 112, int64(span/step)+1); err != nil {
		return nil, err
	}
	out := eval.ArrayFor(int64(span/step) + 1)
	for i := int64(0); i <= int64(span/step); i++ {
		v := int64(lo) + i*int64(step)
		if hi < lo {
			v = int64(lo) - i*int64(step)
		}
		if letters {
			out.Push(eval.String([]byte{byte(v)}))
		} else {
			out.Push(eval.Int(v))
		}
	}
	return out, nil
}
