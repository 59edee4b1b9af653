package php

import "strings"

var scanFuncs = map[string]function{
	"strtok":     {fn: strtok, min: 1, max: 2, lazy: true},
	"var_export": {fn: varExport, min: 1, max: 2},
}

// strtokSlot holds what strtok has still to cut.
const strtokSlot = "strtok"

// strtok cuts the next part off a text, or off the one that it was given last.
func strtok(c *call) (Value, error) {
	if u := c.in.unknownIn(listOf(c.args...), 0); u != nil {
		c.store(strtokSlot, opaque(u))
		return opaque(u), nil
	}
	set, err := c.str(len(c.args) - 1)
	if err != nil {
		return nil, err
	}
	var text string
	if len(c.args) == 2 {
		if text, err = c.str(0); err != nil {
			return nil, err
		}
	} else {
		switch v := c.load(strtokSlot).(type) {
		case strVal:
			text = string(v)
		case *Unknown:
			return opaque(v), nil
		}
	}
	if err := c.alloc(len(text) + 64); err != nil {
		return nil, err
	}
	for text != "" && strings.IndexByte(set, text[0]) >= 0 {
		text = text[1:]
	}
	n := 0
	for n < len(text) && strings.IndexByte(set, text[n]) < 0 {
		n++
	}
	part, rest := text[:n], text[min(n+1, len(text)):]
	c.store(strtokSlot, strVal(rest))
	if part == "" {
		return boolVal(false), nil
	}
	return strVal(part), nil
}

// varExport writes a value that is no array and no object; printed, it is nothing.
func varExport(c *call) (Value, error) {
	if !c.bool(1) {
		return null, nil
	}
	switch v := c.arg(0).(type) {
	case nullVal:
		return strVal("NULL"), nil
	case boolVal:
		if v {
			return strVal("true"), nil
		}
		return strVal("false"), nil
	case intVal:
		return strVal(toString(v)), nil
	case strVal:
		if strings.IndexByte(string(v), 0) < 0 {
			if err := c.alloc(2*len(v) + 2); err != nil {
				return nil, err
			}
			return strVal("'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(string(v)) + "'"), nil
		}
	}
	return c.unknown("var_export() of this is not modelled"), nil
}
