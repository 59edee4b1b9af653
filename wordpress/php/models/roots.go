// Package models replaces the libraries that configurations use: phpdotenv,
// roots/wp-config and oscarotero/env. The code of the libraries is not read.
package models

import (
	"slices"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// rootsClasses are the classes of roots/wp-config and oscarotero/env, which Bedrock uses.
var rootsClasses = []eval.NativeClass{
	{
		Name: `Roots\WPConfig\Config`, Vendor: true,
		Static: map[string]eval.Function{
			"define": {Run: configDefine, Min: 2, Max: 2, Lazy: true},
			"get":    {Run: configGet, Min: 1, Max: 2},
			"remove": {Run: configRemove, Min: 1, Max: 1},
			"apply":  {Run: configApply},
		},
	},
	{Name: `Roots\WPConfig\Exceptions\ConstantAlreadyDefinedException`, Parent: "RuntimeException", Vendor: true},
	{Name: `Roots\WPConfig\Exceptions\UndefinedConfigKeyException`, Parent: "RuntimeException", Vendor: true},
	{
		Name: `Env\Env`, Vendor: true,
		Static: map[string]eval.Function{
			"get":     {Run: envGet, Min: 1, Max: 1},
			"convert": {Run: refused},
		},
		Consts: map[string]eval.Value{
			"CONVERT_BOOL": eval.Int(envBool), "CONVERT_NULL": eval.Int(envNull), "CONVERT_INT": eval.Int(envInt), "STRIP_QUOTES": eval.Int(envQuotes),
			"USE_ENV_ARRAY": eval.Int(envUseEnv), "USE_SERVER_ARRAY": eval.Int(envUseServer), "LOCAL_FIRST": eval.Int(envLocalFirst),
		},
		Statics: map[string]eval.Value{"options": eval.Int(envDefaults), "default": eval.Null},
	},
	{
		Name: `Env`, Vendor: true, // the class of the first releases
		Static: map[string]eval.Function{
			"init":    {Run: envInit},
			"get":     {Run: envGet, Min: 1, Max: 1},
			"convert": {Run: refused},
		},
		Consts: map[string]eval.Value{
			"CONVERT_BOOL": eval.Int(envBool), "CONVERT_NULL": eval.Int(envNull), "CONVERT_INT": eval.Int(envInt), "STRIP_QUOTES": eval.Int(envQuotes),
			"USE_ENV_ARRAY": eval.Int(envUseEnv),
		},
		Statics: map[string]eval.Value{"options": eval.Int(envDefaults), "default": eval.Null},
	},
}

var envFuncs = map[string]eval.Function{
	`env\env`: {Run: envGet, Min: 1, Max: 1},
	`env`:     {Run: envGet, Min: 1, Max: 1, Vendor: true, After: envInitSlot},
}

const envInitSlot = "env.init"

// envInit declares the global function env().
func envInit(c *eval.Call) eval.Value {
	c.Store(envInitSlot, eval.Bool(true))
	return eval.Null
}

const (
	envBool       = 1
	envNull       = 2
	envInt        = 4
	envQuotes     = 8
	envUseEnv     = 16
	envLocalFirst = 32
	envUseServer  = 64
	envDefaults   = envBool | envNull | envInt | envQuotes
)

const configSlot = "roots.config"

// configMap returns the values that Config holds, by name.
func configMap(c *eval.Call) (*eval.Array, *eval.Unknown) {
	switch v := c.Load(configSlot).(type) {
	case *eval.Array:
		return v, nil
	case *eval.Unknown:
		return nil, v
	}
	return eval.NewArray(), nil
}

// withConfig stores a changed copy of configMap.
func withConfig(c *eval.Call, change func(a *eval.Array)) {
	a, u := configMap(c)
	if u != nil {
		panic(c.RefuseUnknown(u, eval.Undecidable, "the settings in Config cannot be known: %s", u.Reason))
	}
	c.Alloc(a.Size() + 128)
	a = a.Clone()
	change(a)
	c.Store(configSlot, a)
}

func configDefine(c *eval.Call) eval.Value {
	if u := c.UnknownIn(c.Arg(0)); u != nil {
		panic(c.RefuseUnknown(u, eval.Undecidable, "calls Config::define() with a name that is not known: %s", u.Reason))
	}
	name := c.Text(0)
	if v, ok := c.Constant(name); ok && v.Kind() != eval.KindUnknown {
		panic(c.Throw(`Roots\WPConfig\Exceptions\ConstantAlreadyDefinedException`, "Aborted trying to redefine constant '"+name+"'."))
	}
	withConfig(c, func(a *eval.Array) { a.Put(name, c.Arg(1)) })
	return eval.Null
}

func configGet(c *eval.Call) eval.Value {
	name := c.Text(0)
	a, u := configMap(c)
	if u != nil {
		return eval.Opaque(u)
	}
	v, ok := a.Get(eval.StrKey(name))
	if missing := !ok || v.Kind() == eval.KindAbsent; missing && c.Has(1) && eval.ToBool(c.Arg(1)) {
		return c.Arg(1) // older releases have no default, and throw
	} else if missing {
		panic(c.Throw(`Roots\WPConfig\Exceptions\UndefinedConfigKeyException`, "'"+name+"' has not been defined."))
	}
	return elementOf(c, a, name)
}

func configRemove(c *eval.Call) eval.Value {
	name := c.Text(0)
	withConfig(c, func(a *eval.Array) { a.Remove(eval.StrKey(name)) })
	return eval.Null
}

// configApply defines the constants that are not defined yet. It throws if a constant
// already has another value.
func configApply(c *eval.Call) eval.Value {
	a, u := configMap(c)
	if u != nil {
		panic(c.RefuseUnknown(u, eval.Undecidable, "the settings in Config cannot be known: %s", u.Reason))
	}
	c.Steps(4 * a.Len())
	for _, e := range eval.Pairs(a) {
		old, ok := c.Constant(e.Key.Text())
		if ok && old.Kind() != eval.KindUnknown && e.Value.Kind() != eval.KindUnknown && !eval.Identical(old, e.Value) {
			panic(c.Throw(`Roots\WPConfig\Exceptions\ConstantAlreadyDefinedException`, "Aborted trying to redefine constant '"+e.Key.Text()+"'."))
		}
	}
	for _, e := range eval.Pairs(a) {
		defineWhereSet(c, e.Key.Text(), e.Value)
	}
	return eval.Null
}

// defineWhereSet defines a constant in the worlds where Config holds it.
func defineWhereSet(c *eval.Call, name string, v eval.Value) {
	u, ok := v.(*eval.Unknown)
	switch {
	case v.Kind() == eval.KindAbsent:
	case !ok:
		c.Define(name, v)
	default:
		c.SplitValue(u, func(first bool) eval.Value {
			if first {
				return eval.Null
			}
			return c.Define(name, eval.Opaque(u))
		})
	}
}

// envOption reads one of Env's static properties.
func envOption(c *eval.Call, name string) eval.Value {
	class := `env\env`
	if c.Name == "env" || c.Class != nil && c.Class.ID == "env" {
		class = "env"
	}
	return c.StaticProp(class, name)
}

func envGet(c *eval.Call) eval.Value {
	name := c.Text(0)
	opt := envOption(c, "options")
	if u, ok := opt.(*eval.Unknown); ok {
		return eval.Opaque(u)
	}
	var v eval.Value
	switch flags := eval.ToInt(opt); {
	case flags&envUseEnv != 0:
		v = globalKey(c, "_ENV", name)
	case flags&envUseServer != 0:
		v = globalKey(c, "_SERVER", name)
	default:
		v = c.Env(name)
	}
	switch v.Kind() {
	case eval.KindNull:
		return envOption(c, "default")
	case eval.KindUnknown:
		return v
	default:
		return convertedByFlags(c, v, eval.ToInt(opt))
	}
}

// convertedByFlags converts words, numbers and quoted text, as the flags of Env say.
func convertedByFlags(c *eval.Call, v eval.Value, flags int64) eval.Value {
	s := c.StringOf(v)
	word := syntax.Lower(s)
	switch {
	case word == "true" && flags&envBool != 0:
		return eval.Bool(true)
	case word == "false" && flags&envBool != 0:
		return eval.Bool(false)
	case word == "null" && flags&envNull != 0:
		return eval.Null
	case word == "true" || word == "false" || word == "null":
		return eval.String(s)
	case flags&envInt != 0 && s != "" && strings.Trim(s, "0123456789") == "":
		return eval.Int(eval.ToInt(eval.String(s))) // as in the library, leading zeros are lost, also in a password
	case flags&envQuotes != 0 && len(s) > 1 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0]:
		return eval.String(s[1 : len(s)-1])
	}
	return eval.String(s)
}

// Functions returns the functions of the modelled libraries.
func Functions() map[string]eval.Function { return envFuncs }

// VendorMaps returns the slots of Call.Store in which the modelled libraries keep maps.
func VendorMaps() []string { return []string{configSlot} }

// Classes returns the classes of the modelled libraries.
func Classes() []eval.NativeClass { return slices.Concat(dotenvClasses, rootsClasses) }
