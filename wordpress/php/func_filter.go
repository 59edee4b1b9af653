package php

import (
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
func filterVar(c *call) (Value, error) {
	filter := c.int(1, filterDefault)
	if c.arg(0).kind() == kArray || c.arg(0).kind() == kObject || c.arg(2).kind() == kArray {
		return c.unknown("such a filter is not modelled"), nil
	}
	flags := c.int(2, 0)
	if flags&^filterNullFail != 0 {
		return c.unknown("these flags of a filter are not modelled"), nil
	}
	s := c.str(0)
	var fail Value = boolVal(false)
	if flags&filterNullFail != 0 {
		fail = null
	}
	trimmed := strings.Trim(s, " \t\n\r\v\x00")
	switch filter {
	case filterDefault:
		return strVal(s), nil
	case filterBool:
		switch syntax.Lower(trimmed) {
		case "1", "true", "on", "yes":
			return boolVal(true), nil
		case "0", "false", "off", "no", "":
			return boolVal(false), nil
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
			return intVal(n), nil
		}
		return fail, nil
	case filterIP:
		if ip, err := netip.ParseAddr(trimmed); err == nil && ip.Is4() {
			return strVal(trimmed), nil
		}
		if !strings.Contains(trimmed, ":") {
			return fail, nil
		}
	}
	return c.unknown("such a filter is not modelled"), nil
}
