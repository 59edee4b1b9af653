package lib

import (
	"math"
	"strconv"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
)

func serializeFunc(c *eval.Call) eval.Value {
	var b strings.Builder
	ok := serializeTo(c, &b, c.Arg(0), 0)
	if !ok {
		return c.RefusedFor("with an object, or a number that needs an exponent")
	}
	return eval.String(b.String())
}

func serializeTo(c *eval.Call, b *strings.Builder, v eval.Value, depth int) bool {
	if c.Alloc(32); depth > 200 {
		return false
	}
	switch v := v.(type) {
	case eval.NullType:
		b.WriteString("N;")
	case eval.Bool:
		b.WriteString("b:" + strconv.FormatInt(eval.ToInt(v), 10) + ";")
	case eval.Int:
		b.WriteString("i:" + eval.ToString(v) + ";")
	case eval.Float:
		if size := math.Abs(float64(v)); size != 0 && (size < 1e-4 || size >= 1e15) {
			return false
		}
		b.WriteString("d:" + strconv.FormatFloat(float64(v), 'f', -1, 64) + ";")
	case eval.String:
		c.Alloc(2 * len(v))
		b.WriteString("s:" + strconv.Itoa(len(v)) + `:"` + string(v) + `";`)
	case *eval.Array:
		b.WriteString("a:" + strconv.Itoa(v.Len()) + ":{")
		for _, e := range eval.Pairs(v) {
			for _, part := range []eval.Value{e.Key.Value(), e.Value} {
				if !serializeTo(c, b, part, depth+1) {
					return false
				}
			}
		}
		b.WriteString("}")
	default:
		return false
	}
	return true
}
