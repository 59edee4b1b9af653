package php

// roots/wp-config and oscarotero/env, which Bedrock's configuration is made of.
var rootsClasses = []nativeClass{
	{
		name: `Roots\WPConfig\Config`, vendor: true,
		static: map[string]function{
			"define": {fn: configDefine, min: 2, max: 2, lazy: true},
			"get":    {fn: configGet, min: 1, max: 2},
			"remove": {fn: configRemove, min: 1, max: 1},
			"apply":  {fn: configApply},
		},
	},
	{name: `Roots\WPConfig\Exceptions\ConstantAlreadyDefinedException`, parent: "RuntimeException", vendor: true},
	{name: `Roots\WPConfig\Exceptions\UndefinedConfigKeyException`, parent: "RuntimeException", vendor: true},
	{
		name: `Env\Env`, vendor: true,
		static: map[string]function{
			"get":     {fn: envGet, min: 1, max: 1},
			"convert": {fn: envConvert, min: 1, max: 2},
		},
		consts: map[string]Value{
			"CONVERT_BOOL": intVal(envBool), "CONVERT_NULL": intVal(envNull), "CONVERT_INT": intVal(envInt), "STRIP_QUOTES": intVal(envQuotes),
			"USE_ENV_ARRAY": intVal(envUseEnv), "USE_SERVER_ARRAY": intVal(envUseServer), "LOCAL_FIRST": intVal(envLocalFirst),
		},
		statics: map[string]Value{"options": intVal(envDefaults), "default": null},
	},
	{
		name: `Env`, vendor: true, // the first releases
		static: map[string]function{
			"init":    {fn: envInit},
			"get":     {fn: envGet, min: 1, max: 1},
			"convert": {fn: envConvert, min: 1, max: 2},
		},
		consts: map[string]Value{
			"CONVERT_BOOL": intVal(envBool), "CONVERT_NULL": intVal(envNull), "CONVERT_INT": intVal(envInt), "STRIP_QUOTES": intVal(envQuotes),
			"USE_ENV_ARRAY": intVal(envUseEnv),
		},
		statics: map[string]Value{"options": intVal(envDefaults), "default": null},
	},
}

var envFuncs = map[string]function{
	`env\env`: {fn: envGet, min: 1, max: 1},
	`env`:     {fn: envGet, min: 1, max: 1, vendor: true, after: envInitSlot},
}

const envInitSlot = "env.init"

// envInit declares the global env().
func envInit(c *call) (Value, error) {
	c.in.st.set(c.in.slot('m', envInitSlot), boolVal(true))
	return null, nil
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

// configMap is what was defined so far; it is a key's absence that matters, so
// that nothing that is null may lie in it: values lie in lists of one.
func (c *call) configMap() (*Array, *Unknown) {
	switch v := c.load(configSlot).(type) {
	case *Array:
		return v, nil
	case *Unknown:
		return nil, v
	}
	return newArray(), nil
}

// withConfig stores a changed copy of the map.
func (c *call) withConfig(change func(a *Array)) error {
	a, u := c.configMap()
	if u != nil {
		return c.in.refuseUnknown(u, Undecidable, c.pos, "what Config holds cannot be known: %s", u.Reason)
	}
	if err := c.alloc(a.size() + 128); err != nil {
		return err
	}
	a = a.clone()
	change(a)
	c.store(configSlot, a)
	return nil
}

func configDefine(c *call) (Value, error) {
	if u := c.unknownIn(c.arg(0)); u != nil {
		return nil, c.in.refuseUnknown(u, Undecidable, c.pos, "Config::define of an unknown name: %s", u.Reason)
	}
	name, err := c.str(0)
	if err != nil {
		return nil, err
	}
	if v, ok := c.constant(name); ok && v.kind() != kUnknown {
		return nil, c.throw(`Roots\WPConfig\Exceptions\ConstantAlreadyDefinedException`, "Aborted trying to redefine constant '"+name+"'.")
	}
	return null, c.withConfig(func(a *Array) { a.put(name, c.arg(1)) })
}

func configGet(c *call) (Value, error) {
	name, err := c.str(0)
	if err != nil {
		return nil, err
	}
	a, u := c.configMap()
	if u != nil {
		return opaque(u), nil
	}
	v, ok := a.get(strKey(name))
	if missing := !ok || v.kind() == kAbsent; missing && c.has(1) && toBool(c.arg(1)) {
		return c.arg(1), nil // older releases, which know no default, throw
	} else if missing {
		return nil, c.throw(`Roots\WPConfig\Exceptions\UndefinedConfigKeyException`, "'"+name+"' has not been defined.")
	}
	return c.elementOf(a, name), nil
}

func configRemove(c *call) (Value, error) {
	name, err := c.str(0)
	if err != nil {
		return nil, err
	}
	return null, c.withConfig(func(a *Array) { a.remove(strKey(name)) })
}

// configApply defines what is not defined; a constant that has another value
// stops it.
func configApply(c *call) (Value, error) {
	a, u := c.configMap()
	if u != nil {
		return nil, c.in.refuseUnknown(u, Undecidable, c.pos, "what Config holds cannot be known: %s", u.Reason)
	}
	if err := c.steps(4 * a.len()); err != nil {
		return nil, err
	}
	for _, e := range pairs(a) {
		old, ok := c.constant(e.k.text())
		if ok && old.kind() != kUnknown && e.v.kind() != kUnknown && !identical(old, e.v) {
			return nil, c.throw(`Roots\WPConfig\Exceptions\ConstantAlreadyDefinedException`, "Aborted trying to redefine constant '"+e.k.text()+"'.")
		}
	}
	for _, e := range pairs(a) {
		if e.v.kind() == kAbsent {
			continue
		}
		if _, err := c.define(e.k.text(), c.in.deref(e.v)); err != nil {
			return nil, err
		}
	}
	return null, nil
}

// envOption reads one of Env's static properties.
func (c *call) envOption(name string) Value {
	class := `env\env`
	if c.name == "env" || c.class != nil && c.class.id == "env" {
		class = "env"
	}
	return c.in.nativeStatic(class, name)
}

func envGet(c *call) (Value, error) {
	name, err := c.str(0)
	if err != nil {
		return nil, err
	}
	opt := c.envOption("options")
	if u, ok := opt.(*Unknown); ok {
		return opaque(u), nil
	}
	var v Value
	switch flags := toInt(opt); {
	case flags&envUseEnv != 0:
		v = c.globalKey("_ENV", name)
	case flags&envUseServer != 0:
		v = c.globalKey("_SERVER", name)
	default:
		v = c.env(name)
	}
	switch v.kind() {
	case kNull:
		return c.envOption("default"), nil
	case kUnknown:
		return v, nil
	}
	return c.converted(v, toInt(opt))
}

func envConvert(c *call) (Value, error) {
	opt := c.arg(1)
	if !c.has(1) {
		opt = c.envOption("options")
	}
	if u, ok := opt.(*Unknown); ok {
		return opaque(u), nil
	}
	return c.converted(c.arg(0), toInt(opt))
}

// converted makes values of words, numbers and quoted text.
func (c *call) converted(v Value, flags int64) (Value, error) {
	s, err := c.in.stringOf(v, c.pos)
	if err != nil {
		return nil, err
	}
	word := lower(s)
	switch {
	case word == "true" && flags&envBool != 0:
		return boolVal(true), nil
	case word == "false" && flags&envBool != 0:
		return boolVal(false), nil
	case word == "null" && flags&envNull != 0:
		return null, nil
	case word == "true" || word == "false" || word == "null":
		return strVal(s), nil
	case flags&envInt != 0 && s != "" && leadingDigits(s) == len(s):
		return intVal(toInt(strVal(s))), nil // a password's leading zeros are lost
	case flags&envQuotes != 0 && len(s) > 1 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0]:
		return strVal(s[1 : len(s)-1]), nil
	}
	return strVal(s), nil
}

func leadingDigits(s string) int {
	n := 0
	for n < len(s) && digit(s[n]) {
		n++
	}
	return n
}

// nativeStatic reads a static property of a model's class.
func (in *interp) nativeStatic(class, name string) Value {
	if v := in.st.get(in.slot('s', class+"::$"+name)); v != nil {
		return in.deref(v)
	}
	return in.natives[class].native.statics[name]
}
