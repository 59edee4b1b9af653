package php

import (
	"math"
	"strconv"
	"strings"
)

// exportFuncs write a value as PHP source.
var exportFuncs = map[string]function{
	"var_export": {fn: varExport, min: 1, max: 2},
}

// varExport is var_export($v, true); without true it prints.
func varExport(c *call) (Value, error) {
	if !c.bool(1) {
		return null, nil
	}
	var b strings.Builder
	ok, err := exported(c, &b, c.arg(0), 0)
	if err != nil {
		return nil, err
	}
	if !ok {
		return c.unknown("var_export of such a value is not modelled"), nil
	}
	return strVal(b.String()), nil
}

func exported(c *call, b *strings.Builder, v Value, depth int) (ok bool, err error) {
	if err := c.alloc(64); err != nil {
		return false, err
	}
	switch v := v.(type) {
	case nullVal:
		b.WriteString("NULL")
	case boolVal:
		b.WriteString(strconv.FormatBool(bool(v)))
	case intVal:
		if v == math.MinInt64 {
			return false, nil
		}
		b.WriteString(toString(v))
	case floatVal:
		s := floatString(float64(v), -1)
		if !strings.ContainsAny(s, ".EN") {
			s += ".0"
		}
		b.WriteString(s)
	case strVal:
		if err := c.alloc(4 * len(v)); err != nil {
			return false, err
		}
		b.WriteString("'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\x00", `' . "\0" . '`).Replace(string(v)) + "'")
	case *Array:
		return exportedArray(c, b, v, depth)
	default:
		return false, nil
	}
	return true, nil
}

func exportedArray(c *call, b *strings.Builder, a *Array, depth int) (ok bool, err error) {
	if depth > 64 {
		return false, nil
	}
	indent := strings.Repeat("  ", depth)
	if depth > 0 {
		b.WriteString("\n" + indent)
	}
	b.WriteString("array (\n")
	for _, e := range pairs(a) {
		b.WriteString(indent + "  ")
		if ok, err := exported(c, b, e.k.value(), depth+1); !ok || err != nil {
			return ok, err
		}
		b.WriteString(" => ")
		if ok, err := exported(c, b, e.v, depth+1); !ok || err != nil {
			return ok, err
		}
		b.WriteString(",\n")
	}
	b.WriteString(indent + ")")
	return true, nil
}
