package lib

import (
	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
	"net/netip"
	"strings"
)

const (
	filterInt      = 257
	filterBool     = 258
	filterIP       = 275
	filterDefault  = 516
	filterNullFail = 0x8000000
)

// filterVar has the filters that configurations use.
func filterVar(c *eval.Call) (eval.Value, error) {
	filter := c.Int(1, filterDefault)
	if c.Arg(0).Kind() == eval.KindArray || c.Arg(0).Kind() == eval.KindObject || c.Arg(2).Kind() == eval.KindArray {
		return c.Unknown("such a filter is not modelled"), nil
	}
	flags := c.Int(2, 0)
	if flags&^filterNullFail != 0 {
		return c.Unknown("these flags of a filter are not modelled"), nil
	}
	s := c.Str(0)
	var fail eval.Value = eval.Bool(false)
	if flags&filterNullFail != 0 {
		fail = eval.Null
	}
	trimmed := strings.Trim(s, " \t\n\r\v\x00")
	switch filter {
	case filterDefault:
		return eval.String(s), nil
	case filterBool:
		switch syntax.Lower(trimmed) {
		case "1", "true", "on", "yes":
			return eval.Bool(true), nil
		case "0", "false", "off", "no", "":
			return eval.Bool(false), nil
		}
		return fail, nil
	case filterInt:
		digits := trimmed
		if strings.HasPrefix(digits, "+") {
			digits = digits[1:]
			if strings.HasPrefix(digits, "-") {
				return fail, nil
			}
		}
		if digits == "-0" {
			digits = "0"
		}
		if n, ok := syntax.DecimalInt(digits); ok {
			return eval.Int(n), nil
		}
		return fail, nil
	case filterIP:
		if ip, err := netip.ParseAddr(trimmed); err == nil && ip.Is4() {
			return eval.String(trimmed), nil
		}
		if !strings.Contains(trimmed, ":") {
			return fail, nil
		}
	}
	return c.Unknown("such a filter is not modelled"), nil
}
