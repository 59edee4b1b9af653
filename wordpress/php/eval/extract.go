package eval

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

const extractPrefixAll = 3

// extractFunc assigns the elements of an array to the variables that its keys name. With
// any flag other than EXTR_PREFIX_ALL, or with unknown keys, every variable becomes
// unknown.
func extractFunc(c *Call) Value {
	a, ok := c.Arg(0).(*Array)
	if !ok && c.Arg(0).Kind() != KindUnknown {
		panic(c.TypeError(0, "array"))
	}
	prefix, known := c.Arg(2).(String)
	prefixed := len(c.Args) == 3 && known && c.Arg(1) == Value(Int(extractPrefixAll))
	if !ok || !a.certain() || len(c.Args) > 1 && !prefixed {
		u := c.UnknownIn(c.Arg(0))
		if u == nil {
			u = c.Refused()
		}
		c.Poison(u)
		c.Steps(64)
		return Opaque(u)
	}
	n := 0
	for _, e := range Pairs(a) {
		name := e.Key.Text()
		if prefixed {
			name = string(prefix) + "_" + name
		}
		if !e.Key.Str && !prefixed || name == "this" || name == "" || !syntax.IsIdentStart(name[0]) || syntax.IdentEnd(name, 0) != len(name) {
			continue
		}
		c.assign(c.varPlace(c.frame, name), Present(e.Value))
		n++
	}
	return Int(n)
}
