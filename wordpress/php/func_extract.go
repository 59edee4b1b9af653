package php

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

const extractPrefixAll = 3

// extractFunc assigns the elements of an array to variables of their names. Flags
// but EXTR_PREFIX_ALL, and keys that are not known, leave every variable unknown.
func extractFunc(c *call) (Value, error) {
	a, ok := c.arg(0).(*Array)
	if !ok && c.arg(0).kind() != kUnknown {
		return nil, c.typeError(0, "array")
	}
	prefix, known := c.arg(2).(strVal)
	prefixed := len(c.args) == 3 && known && c.arg(1) == Value(intVal(extractPrefixAll))
	if !ok || !a.certain() || len(c.args) > 1 && !prefixed {
		u := c.in.unknownIn(c.arg(0), 0)
		if u == nil {
			u = c.refused()
		}
		c.in.poison(u)
		return opaque(u), c.steps(64)
	}
	n := 0
	for _, e := range pairs(a) {
		name := e.k.text()
		if prefixed {
			name = string(prefix) + "_" + name
		}
		if !e.k.str && !prefixed || name == "this" || name == "" || !syntax.IsIdentStart(name[0]) || syntax.IdentEnd(name, 0) != len(name) {
			continue
		}
		if err := c.in.assign(c.in.varPlace(c.in.frame, name, c.pos), c.in.deref(e.v)); err != nil {
			return nil, err
		}
		n++
	}
	return intVal(n), nil
}
