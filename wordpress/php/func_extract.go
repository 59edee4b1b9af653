package php

// extractFunc assigns the elements of an array to variables of their names. Flags,
// and keys that are not known, leave every variable unknown.
func extractFunc(c *call) (Value, error) {
	a, ok := c.arg(0).(*Array)
	if !ok && c.arg(0).kind() != kUnknown {
		return nil, c.typeError(0, "array")
	}
	if !ok || !a.certain() || len(c.args) > 1 {
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
		if !e.k.str || name == "this" || name == "" || !identStart(name[0]) || identEnd(name, 0) != len(name) {
			continue
		}
		if err := c.in.assign(c.in.varPlace(c.in.frame, name, c.pos), c.in.deref(e.v)); err != nil {
			return nil, err
		}
		n++
	}
	return intVal(n), nil
}
