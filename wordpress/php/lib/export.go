package lib

import (
	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
	"math"
	"strconv"
	"strings"
)

// exportFuncs write a value as PHP source.
var exportFuncs = map[string]eval.Function{
	"var_export": {Run: varExport, Min: 1, Max: 2},
}

// varExport is var_export($v, true); without true it prints.
func varExport(c *eval.Call) (eval.Value, error) {
	if !c.Bool(1) {
		return eval.Null, nil
	}
	var b strings.Builder
	ok, err := exported(c, &b, c.Arg(0), 0)
	if err != nil {
		return nil, err
	}
	if !ok {
		return c.Unknown("var_export of such a value is not modelled"), nil
	}
	return eval.String(b.String()), nil
}

func exported(c *eval.Call, b *strings.Builder, v eval.Value, depth int) (ok bool, err error) {
	if err := c.Alloc(64); err != nil {
		return false, err
	}
	switch v := v.(type) {
	case eval.NullType:
		b.WriteString("NULL")
	case eval.Bool:
		b.WriteString(strconv.FormatBool(bool(v)))
	case eval.Int:
		if v == math.MinInt64 {
			return false, nil
		}
		b.WriteString(eval.ToString(v))
	case eval.Float:
		s := eval.FloatString(float64(v), -1)
		if !strings.ContainsAny(s, ".EN") {
			s += ".0"
		}
		b.WriteString(s)
	case eval.String:
		if err := c.Alloc(4 * len(v)); err != nil {
			return false, err
		}
		b.WriteString("'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\x00", `' . "\0" . '`).Replace(string(v)) + "'")
	case *eval.Array:
		return exportedArray(c, b, v, depth)
	default:
		return false, nil
	}
	return true, nil
}

func exportedArray(c *eval.Call, b *strings.Builder, a *eval.Array, depth int) (ok bool, err error) {
	if depth > 64 {
		return false, nil
	}
	indent := strings.Repeat("  ", depth)
	if depth > 0 {
		b.WriteString("\n" + indent)
	}
	b.WriteString("array (\n")
	for _, e := range eval.Pairs(a) {
		b.WriteString(indent + "  ")
		if ok, err := exported(c, b, e.Key.Value(), depth+1); !ok || err != nil {
			return ok, err
		}
		b.WriteString(" => ")
		if ok, err := exported(c, b, e.Value, depth+1); !ok || err != nil {
			return ok, err
		}
		b.WriteString(",\n")
	}
	b.WriteString(indent + ")")
	return true, nil
}
