package lib

import (
	"encoding/hex"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
)

var packFuncs = map[string]eval.Function{
	"pack": {Run: pack, Min: 1, Max: -1},
}

// pack converts hexadecimal digits to bytes. It does not evaluate other formats.
func pack(c *eval.Call) eval.Value {
	digits, ok := c.Arg(1).(eval.String)
	if !ok || len(c.Args) != 2 || c.Str(0) != "H*" {
		return c.RefusedFor("with a format")
	}
	b, err := hex.DecodeString(string(digits))
	if err != nil {
		return c.RefusedFor("with digits that are not hexadecimal")
	}
	c.Alloc(len(b))
	return eval.String(b)
}
