package lib

import (
	"slices"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// environmentFuncs are functions of environment variables and of the PHP that runs.
var environmentFuncs = map[string]eval.Function{
	"getenv":           {Run: getenvFunc, Max: 2},
	"putenv":           {Run: putenvFunc, Min: 1, Max: 1, Lazy: true},
	"php_sapi_name":    {Run: sapiName},
	"phpversion":       {Run: phpversion, Max: 1},
	"version_compare":  {Run: versionCompare, Min: 2, Max: 3},
	"extension_loaded": {Run: extensionLoaded, Min: 1, Max: 1},
	"sys_get_temp_dir": eval.NotModelled(eval.Undecidable, "depends on the server"),
}

func sapiName(c *eval.Call) eval.Value {
	v, _ := c.Constant("PHP_SAPI")
	return v
}

func getenvFunc(c *eval.Call) eval.Value {
	if !c.Has(0) {
		if all, ok := c.Load(eval.EnvSlot).(*eval.Array); ok && c.EnvKnown() {
			return all
		}
		return c.Unknown("depends on the environment").From(eval.OriginEnvironment)
	}
	name := c.Str(0)
	v := c.Env(name)
	if v.Kind() == eval.KindNull && eval.OfRequest(name) {
		return c.Unknown("depends on the request").From(eval.OriginRequest) // FastCGI passes it as an environment variable
	}
	if v.Kind() == eval.KindNull {
		return eval.Bool(false)
	}
	return v
}

func putenvFunc(c *eval.Call) eval.Value {
	if u := c.UnknownIn(c.Arg(0)); u != nil {
		changed := *eval.Opaque(u)
		changed.Reason = "calls putenv() with text that is not known: " + u.Reason
		c.Store("env", &changed)
		return eval.Opaque(u)
	}
	s := c.Str(0)
	name, val, set := strings.Cut(s, "=")
	if name == "" {
		panic(c.Throw("ValueError", "putenv(): Argument #1 ($assignment) must have a valid syntax"))
	}
	c.Alloc(len(s) + 64)
	if set {
		c.Setenv(name, eval.String(val))
	} else {
		c.Setenv(name, eval.Null)
	}
	return eval.Bool(true)
}

func extensionLoaded(c *eval.Call) eval.Value {
	s := c.Str(0)
	switch syntax.Lower(s) {
	case "core", "standard", "pcre", "date", "hash", "json", "spl", "random", "reflection", "mysqli", "mysqlnd", "ctype", "mbstring":
		return eval.Bool(true)
	case "newrelic", "apcu", "apc", "xdebug", "imagick", "redis", "memcached", "memcache", "igbinary", "suhosin", "wincache", "ioncube loader", "xcache":
		return eval.Bool(false)
	}
	return c.Unknown("depends on PHP's extensions")
}

func phpversion(c *eval.Call) eval.Value {
	if c.Has(0) {
		return c.Unknown("depends on PHP's extensions")
	}
	v, _ := c.Constant("PHP_VERSION")
	return v
}

// versionCompare compares versions that consist of numbers and dots. Versions with words
// (RC1, beta) are not evaluated.
func versionCompare(c *eval.Call) eval.Value {
	s := twoStrings(c)
	x, y := versionNumbers(s[0]), versionNumbers(s[1])
	if x == nil || y == nil {
		return c.RefusedFor("for a version with words, such as 8.2.0RC1")
	}
	n := slices.Compare(x, y) // if one is a prefix of the other, the longer one is later
	if !c.Has(2) {
		return eval.Int(n)
	}
	switch c.Str(2) {
	case "<", "lt":
		return eval.Bool(n < 0)
	case "<=", "le":
		return eval.Bool(n <= 0)
	case ">", "gt":
		return eval.Bool(n > 0)
	case ">=", "ge":
		return eval.Bool(n >= 0)
	case "==", "eq":
		return eval.Bool(n == 0)
	case "!=", "<>", "ne":
		return eval.Bool(n != 0)
	}
	panic(c.Throw("ValueError", "version_compare(): Argument #3 ($operator) must be a valid comparison operator"))
}

// versionNumbers returns the numbers of a version; nil if it does not consist of numbers of
// at most nine digits, separated by dots.
func versionNumbers(s string) (numbers []int) {
	for part := range strings.SplitSeq(s, ".") {
		n, end := decimalAt(part, 0)
		if end == 0 || end != len(part) || end > 9 {
			return nil
		}
		numbers = append(numbers, n)
	}
	return numbers
}
