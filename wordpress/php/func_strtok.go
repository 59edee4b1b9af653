package php

import "strings"

var scanFuncs = map[string]function{
	"strtok": {fn: strtok, min: 1, max: 2, lazy: true},
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
