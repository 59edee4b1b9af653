package php

import (
	"strconv"
	"strings"
)

func serializeFunc(c *call) (Value, error) {
	var b strings.Builder
	ok, err := serializeTo(c, &b, c.arg(0), 0)
	if err != nil {
		return nil, err
	}
	if !ok {
		return c.unknown("calls serialize() with an object, which is not evaluated"), nil
	}
	return strVal(b.String()), nil
}

func serializeTo(c *call, b *strings.Builder, v Value, depth int) (bool, error) {
	if err := c.alloc(32); err != nil || depth > 200 {
		return false, err
	}
	switch v := v.(type) {
	case nullVal:
		b.WriteString("N;")
	case boolVal:
		b.WriteString("b:" + strconv.FormatInt(toInt(v), 10) + ";")
	case intVal:
		b.WriteString("i:" + toString(v) + ";")
	case floatVal:
		b.WriteString("d:" + floatString(float64(v), -1) + ";")
	case strVal:
		if err := c.alloc(2 * len(v)); err != nil {
			return false, err
		}
		b.WriteString("s:" + strconv.Itoa(len(v)) + `:"` + string(v) + `";`)
	case *Array:
		b.WriteString("a:" + strconv.Itoa(v.len()) + ":{")
		for _, e := range pairs(v) {
			for _, part := range []Value{e.k.value(), e.v} {
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
