package php

// What extract does with names.
const (
	extractOverwrite = 0
	extractSkip      = 1 // variables that are set stay
	extractPrefixAll = 3
	extractIfExists  = 6 // of variables that are set only
)

func extractFunc(c *call) (Value, error) {
	a, ok := c.arg(0).(*Array)
	if !ok || !a.certain() {
		u := c.in.unknownIn(c.arg(0), 0)
		if u == nil {
			return nil, c.typeError(0, "array")
		}
		c.in.poison(u)
		return opaque(u), c.steps(64)
	}
	flags, _ := c.arg(1).(intVal)
	if u := c.in.unknownIn(listOf(c.args[1:]...), 0); u != nil || flags < 0 || flags > extractIfExists || flags == 2 || flags == 4 || flags == 5 {
		u := c.unknown("depends on the flags of extract()")
		c.in.poison(u)
		return u, c.steps(64)
	}
	n := int64(0)
	var err error
	a.each(func(k key, v Value) bool {
		name := k.text()
		if flags == extractPrefixAll {
			name = toString(c.arg(2)) + "_" + name
		}
		if !k.str && flags != extractPrefixAll || name == "this" || name == "" || !identStart(name[0]) || identEnd(name, 0) != len(name) {
			return true
		}
		var taken bool
		if taken, err = c.extractTo(name, int(flags), c.in.deref(v)); taken {
			n++
		}
		return err == nil
	})
	return intVal(n), err
}

// extractTo assigns one variable. One that may be set or not keeps or takes its
// value in part of the worlds.
func (c *call) extractTo(name string, flags int, v Value) (bool, error) {
	place := c.in.varPlace(c.in.frame, name, c.pos)
	if flags == extractSkip || flags == extractIfExists {
		old, err := c.in.load2(name, c.pos)
		if u, ok := old.(*Unknown); err != nil || ok {
			if err == nil {
				err = c.in.assign(place, opaque(u))
			}
			return true, err
		}
		if set := old != nil; set != (flags == extractIfExists) {
			return false, nil
		}
	}
	return true, c.in.assign(place, v)
}
