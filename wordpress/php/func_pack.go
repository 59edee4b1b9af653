package php

import "encoding/hex"

var packFuncs = map[string]function{
	"pack": {fn: pack, min: 1, max: -1},
}

// pack makes bytes of hexadecimal digits. Other formats are not evaluated.
func pack(c *call) (Value, error) {
	digits, ok := c.arg(1).(strVal)
	if !ok || len(c.args) != 2 || c.str(0) != "H*" {
		return c.unknown("calls pack() with a format that is not evaluated"), nil
	}
	b, err := hex.DecodeString(string(digits))
	if err != nil {
		return c.unknown("calls pack() with digits that are not hexadecimal"), nil //nolint:nilerr // PHP warns
	}
	return strVal(b), c.alloc(len(b))
}
