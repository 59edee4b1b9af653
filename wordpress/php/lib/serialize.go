package lib

import (
	"strconv"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
)

func serializeFunc(c *eval.Call) (eval.Value, error) {
	var b strings.Builder
	ok, err := serializeTo(c, &b, c.Arg(0), 0)
	if err != nil {
		return nil, err
	}
	if !ok {
		return c.RefusedFor("with an object"), nil
	}
	return eval.String(b.String()), nil
}

func serializeTo(c *eval.Call, b *strings.Builder, v eval.Value, depth int) (bool, error) {
	if err := c.Alloc(32); err != nil || depth > 200 {
		return false, err
	}
	switch v := v.(type) {
	case eval.NullType:
		b.WriteString("N;")
	case eval.Bool:
		b.WriteString("b:" + strconv.FormatInt(eval.ToInt(v), 10) + ";")
	case eval.Int:
		b.WriteString("i:" + eval.ToString(v) + ";")
	case eval.Float:
		b.WriteString("d:" + eval.FloatString(float64(v), -1) + ";")
	case eval.String:
		if err := c.Alloc(2 * len(v)); err != nil {
			return false, err
		}
		b.WriteString("s:" + strconv.Itoa(len(v)) + `:"` + string(v) + `";`)
	case *eval.Array:
		b.WriteString("a:" + strconv.Itoa(v.Len()) + ":{")
		for _, e := range eval.Pairs(v) {
			for _, part := range []eval.Value{e.Key.Value(), e.Value} {
				if ok, err := serializeTo(c, b, part, depth+1); !ok || err != nil {
					return ok, err
				}
			}
		}
		b.WriteString("}")
	default:
		return false, nil
	}
	return true, nil
}
