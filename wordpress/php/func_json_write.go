package php

import (
	"math"
	"strconv"
	"strings"
)

const (
	jsonHexTag       = 1
	jsonHexAmp       = 2
	jsonHexApos      = 4
	jsonHexQuot      = 8
	jsonForceObject  = 16
	jsonNumeric      = 32
	jsonSlashes      = 64
	jsonPretty       = 128
	jsonUnicode      = 256
	jsonZeroFraction = 1024
)

func jsonEncode(c *call) (Value, error) {
	flags, err := c.int(1, 0)
	if err != nil {
		return nil, err
	}
	const modelled = jsonSlashes | jsonUnicode | jsonPretty | jsonThrow | jsonForceObject | jsonZeroFraction
	if flags&^modelled != 0 {
		return c.unknown("these flags of json_encode are not modelled"), nil
	}
	w := &jsonWriter{c: c, flags: flags}
	ok, err := w.value(c.arg(0), 0)
	switch {
	case err != nil:
		return nil, err
	case w.strange:
		return c.unknown("json_encode of such data is not modelled"), nil
	case !ok && flags&jsonThrow != 0:
		return nil, c.throw("JsonException", "Malformed UTF-8 characters, possibly incorrectly encoded")
	case !ok:
		c.store(jsonErrorSlot, intVal(5))
		return boolVal(false), nil
	}
	if flags&jsonThrow == 0 {
		c.store(jsonErrorSlot, intVal(0))
	}
	return strVal(w.b.String()), nil
}

type jsonWriter struct {
	c       *call
	flags   int64
	b       strings.Builder
	strange bool
	asked   map[*Object]bool // whose jsonSerialize runs
}

func (w *jsonWriter) value(v Value, depth int) (bool, error) {
	if err := w.c.alloc(32 + 2*depth); err != nil {
		return false, err
	}
	if depth > 500 {
		w.strange = true
		return false, nil
	}
	switch v := v.(type) {
	case nullVal:
		w.b.WriteString("null")
	case boolVal:
		w.b.WriteString(strconv.FormatBool(bool(v)))
	case intVal:
		w.b.WriteString(toString(v))
	case floatVal:
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return false, nil
		}
		s := lower(floatString(float64(v), -1))
		if w.flags&jsonZeroFraction != 0 && !strings.ContainsAny(s, ".e") {
			s += ".0"
		}
		w.b.WriteString(s)
	case strVal:
		return w.str(string(v))
	case *Array:
		return w.array(v, depth, false)
	default:
		if o, ok := v.(*Object); ok && o.class.isA("jsonserializable") && !o.class.isA("unitenum") {
			return w.serializable(o, depth)
		}
		if o, ok := v.(*Object); ok && o.fn == nil && !o.class.isA("jsonserializable") && !o.class.isA("unitenum") && !o.class.isA("traversable") {
			return w.array(w.c.in.visible(o, nil), depth, true)
		}
		w.strange = true
	}
	return true, nil
}

// serializable writes what an object says of itself.
func (w *jsonWriter) serializable(o *Object, depth int) (bool, error) {
	m, class := o.class.method("jsonserialize")
	if m == nil || w.asked[o] {
		w.strange = true
		return false, nil
	}
	if w.asked == nil {
		w.asked = map[*Object]bool{}
	}
	w.asked[o] = true
	v, err := w.c.in.callMethod(o, class, m, nil, w.c.pos)
	if err != nil {
		return false, err
	}
	defer delete(w.asked, o)
	if v, err = w.c.plain(v); err != nil {
		return false, err
	}
	if v == Value(o) {
		return w.array(w.c.in.visible(o, nil), depth, true)
	}
	if w.c.unknownIn(v) != nil {
		w.strange = true
		return false, nil
	}
	if err := w.c.in.enter(w.c.pos); err != nil {
		return false, err
	}
	defer w.c.in.leave()
	return w.value(v, depth)
}

func (w *jsonWriter) array(a *Array, depth int, object bool) (bool, error) {
	list := pairs(a)
	for i, e := range list {
		object = object || e.k.str || e.k.n != int64(i)
	}
	object = object || w.flags&jsonForceObject != 0
	open, end := "[", "]"
	if object {
		open, end = "{", "}"
	}
	w.b.WriteString(open)
	for i, e := range list {
		if i > 0 {
			w.b.WriteByte(',')
		}
		w.line(depth + 1)
		if object {
			if ok, err := w.str(e.k.text()); !ok || err != nil {
				return ok, err
			}
			w.b.WriteByte(':')
			if w.flags&jsonPretty != 0 {
				w.b.WriteByte(' ')
			}
		}
		if ok, err := w.value(e.v, depth+1); !ok || err != nil {
			return ok, err
		}
	}
	if len(list) > 0 {
		w.line(depth)
	}
	w.b.WriteString(end)
	return true, nil
}

func (w *jsonWriter) line(depth int) {
	if w.flags&jsonPretty != 0 {
		w.b.WriteString("\n" + strings.Repeat("    ", depth))
	}
}

func (w *jsonWriter) str(s string) (bool, error) {
	if !validUTF8(s) {
		return false, nil
	}
	if err := w.c.alloc(6 * len(s)); err != nil {
		return false, err
	}
	w.b.WriteByte('"')
	for _, r := range s {
		if at := strings.IndexRune("\"\\\b\f\n\r\t", r); at >= 0 {
			w.b.WriteString([]string{`\"`, `\\`, `\b`, `\f`, `\n`, `\r`, `\t`}[at])
			continue
		}
		switch {
		case r == '/' && w.flags&jsonSlashes == 0:
			w.b.WriteString(`\/`)
		case r < ' ', r > 0x7E && w.flags&jsonUnicode == 0 && r != 0x7F, r == 0x2028 || r == 0x2029:
			w.unicode(r)
		default:
			w.b.WriteRune(r)
		}
	}
	w.b.WriteByte('"')
	return true, nil
}

func (w *jsonWriter) unicode(r rune) {
	if r > 0xFFFF {
		r -= 0x10000
		w.unicode(0xD800 + r>>10)
		r = 0xDC00 + r&0x3FF
	}
	w.b.WriteString(`\u` + strconv.FormatUint(uint64(r)|0x10000, 16)[1:])
}
