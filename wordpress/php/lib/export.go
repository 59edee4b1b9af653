package lib

import (
	"math"
	"strconv"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
)

// exportFuncs are functions that write a value as text.
var exportFuncs = map[string]eval.Function{
	"serialize":  {Run: serializeFunc, Min: 1, Max: 1},
	"var_export": {Run: varExport, Min: 1, Max: 2},
}

func serializeFunc(c *eval.Call) eval.Value {
	var b strings.Builder
	ok := serializeTo(c, &b, c.Arg(0), 0)
	if !ok {
		return c.RefusedFor("for an object, or for a number in exponent form")
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
		if size := math.Abs(float64(v)); size != 0 && !(size >= 1e-4 && size < 1e15) { // also for NAN
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

// varExport returns a value as PHP source, or prints it. It does not evaluate numbers and
// objects.
func varExport(c *eval.Call) eval.Value {
	if !c.Bool(1) {
		return eval.Null
	}
	text, ok := exported(c.Arg(0), "\n")
	if !ok {
		return c.Refused()
	}
	c.Alloc(4 * len(text))
	return eval.String(text)
}

func exported(v eval.Value, line string) (text string, ok bool) {
	switch v := v.(type) {
	case eval.NullType:
		return "NULL", true
	case eval.Bool:
		return strconv.FormatBool(bool(v)), true
	case eval.String:
		return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(string(v)) + "'", !strings.Contains(string(v), "\x00")
	case *eval.Array:
		text = strings.TrimPrefix(line, "\n") + "array ("
		for _, e := range eval.Pairs(v) {
			key := e.Key.Text()
			if e.Key.Str {
				key, ok = exported(eval.String(key), line)
			}
			x, known := exported(e.Value, line+"  ")
			if !known || e.Key.Str && !ok || len(line) > 32 || len(text) > 1<<16 {
				return "", false
			}
			if e.Value.Kind() == eval.KindArray {
				x = line + "  " + strings.TrimLeft(x, " ")
			}
			text += line + "  " + key + " => " + x + ","
		}
		return text + line + ")", true
	}
	return "", false
}
