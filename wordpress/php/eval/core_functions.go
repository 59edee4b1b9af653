package eval

import (
	"maps"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// coreFuncs are the builtins that need the state of the evaluator.
var coreFuncs = map[string]Function{
	"define":                {Run: defineFunc, Min: 2, Max: 3, Lazy: true},
	"defined":               {Run: definedFunc, Min: 1, Max: 1},
	"constant":              {Run: constantFunc, Min: 1, Max: 1},
	"function_exists":       {Run: functionExists, Min: 1, Max: 1},
	"class_alias":           refusedFunction,
	"class_exists":          {Run: classExists, Min: 1, Max: 2},
	"interface_exists":      {Run: classExists, Min: 1, Max: 2},
	"method_exists":         {Run: methodExists, Min: 2, Max: 2},
	"get_class":             {Run: getClass, Max: 1},
	"get_object_vars":       {Run: getObjectVars, Min: 1, Max: 1},
	"extract":               {Run: extractFunc, Min: 1, Max: 3, Lazy: true},
	"spl_autoload_register": {Run: autoloadRegister, Max: 3, Lazy: true},
}

// refusedFunction ends the evaluation, because too much depends on its effect.
var refusedFunction = Function{Max: -1, Lazy: true, Run: func(c *Call) Value { panic(c.Unsupported(c.Name + "()")) }}

func defineFunc(c *Call) Value {
	if u := c.asUnknown(c.Arg(0)); u != nil {
		c.Poison(u)
		c.Steps(64)
		return Opaque(u)
	}
	name := c.Str(0)
	if strings.Contains(name, "::") {
		panic(c.Throw("ValueError", "define(): Argument #1 ($constant_name) cannot be a class constant"))
	}
	return c.Define(name, c.Arg(1))
}

func definedFunc(c *Call) Value {
	name := c.Str(0)
	if strings.Contains(name, "::") {
		panic(c.Unsupported("defined() for a class constant"))
	}
	in := c.interp
	if _, ok := in.lib.Constants[constName(name)]; ok {
		return Bool(true)
	}
	d, ok := in.st.Get(in.slot('c', constName(name))).(*definition)
	switch {
	case ok && d.maybe == nil:
		return Bool(true)
	case in.st.poison != nil:
		return Opaque(in.st.poison)
	case ok:
		return Opaque(d.maybe)
	}
	switch syntax.Lower(name) {
	case "true", "false", "null":
		return Bool(true)
	}
	return Bool(false)
}

func constantFunc(c *Call) Value {
	name := c.Str(0)
	c.Alloc(4 * len(name))
	if strings.Contains(name, "::") {
		panic(c.Unsupported("constant() for a class constant"))
	}
	return c.evalConst(&syntax.ConstExpr{Pos: c.pos, Name: name})
}

func functionExists(c *Call) Value {
	name := c.Str(0)
	low := syntax.Lower(name)
	if low != "" && low[0] == '\\' {
		low = low[1:]
	}
	in := c.interp
	d, ok := in.st.Get(in.slot('f', low)).(*definition)
	f, native := in.lib.Functions[low]
	switch {
	case ok && d.maybe == nil:
		return Bool(true)
	case native && f.Optional:
		return c.Unknown("depends on the functions of the server's PHP")
	case native && in.exists(&f):
		return Bool(true)
	case ok:
		return Opaque(d.maybe)
	case in.st.poison != nil:
		return Opaque(in.st.poison)
	case in.vendor() && !ofWordPress(low):
		return c.UnknownOf(Unsafe, "needs code of a vendor folder, which is not run")
	}
	return Bool(false)
}

// wordPressFunctions are functions of WordPress that configurations and autoloaded
// libraries look for, in addition to those that begin with wp_.
var wordPressFunctions = syntax.WordSet(`add_filter add_action apply_filters do_action has_filter has_action remove_filter remove_action did_action
	doing_action current_filter add_shortcode get_option update_option add_option delete_option is_admin is_multisite is_ssl site_url home_url
	admin_url plugins_url get_site_url get_home_url get_blog_option is_blog_installed register_theme_directory activate_plugin
	deactivate_plugins is_plugin_active get_bloginfo trailingslashit untrailingslashit`)

// ofWordPress reports whether a function belongs to WordPress. Such a function does not
// exist before WordPress starts: libraries look for it and do not define it.
func ofWordPress(name string) bool {
	return wordPressFunctions[name] || strings.HasPrefix(name, "wp_")
}

func classExists(c *Call) Value {
	name := c.Str(0)
	k, u := c.findClass(name)
	if u != nil {
		if c.lib.ClassNames[syntax.Lower(name)] && u.Class == Undecidable {
			return Bool(true)
		}
		return Opaque(u)
	}
	return Bool(k != nil)
}

func methodExists(c *Call) Value {
	var k *PHPClass
	var u *Unknown
	switch v := c.Arg(0).(type) {
	case *Object:
		k = v.Class
	case String:
		k, u = c.findClass(string(v))
	}
	switch {
	case u != nil:
		return Opaque(u)
	case k == nil:
		return Bool(false)
	}
	m, _ := k.Method(syntax.Lower(c.Str(1)))
	return Bool(m != nil)
}

func getClass(c *Call) Value {
	if k := c.frame.class; len(c.Args) == 0 && k != nil {
		return String(k.Name)
	}
	o, ok := c.Arg(0).(*Object)
	if !ok {
		panic(c.TypeError(0, "object"))
	}
	return String(o.Class.Name)
}

func getObjectVars(c *Call) Value {
	o, ok := c.Arg(0).(*Object)
	if !ok {
		panic(c.TypeError(0, "object"))
	}
	return c.visible(o, c.frame.class)
}

// autoloadSlot is the slot that is set if the program has an autoloader.
const autoloadSlot = "spl.autoload"

func autoloadRegister(c *Call) Value {
	c.Store(autoloadSlot, Bool(true))
	return Bool(true)
}

// CoreFunctions returns the functions that read the state of the evaluator, or change it.
func CoreFunctions() map[string]Function {
	all := maps.Clone(coreFuncs)
	maps.Copy(all, writeFuncs())
	return all
}

const extractPrefixAll = 3

// extractFunc assigns the elements of an array to the variables that its keys name. With
// any flag other than EXTR_PREFIX_ALL, or with unknown keys, every variable becomes
// unknown.
func extractFunc(c *Call) Value {
	a, ok := c.Arg(0).(*Array)
	if !ok && c.Arg(0).Kind() != KindUnknown {
		panic(c.TypeError(0, "array"))
	}
	prefix, known := c.Arg(2).(String)
	prefixed := len(c.Args) == 3 && known && c.Arg(1) == Value(Int(extractPrefixAll))
	if !ok || !a.certain() || len(c.Args) > 1 && !prefixed {
		u := c.UnknownIn(c.Arg(0))
		if u == nil {
			u = c.Refused()
		}
		c.Poison(u)
		c.Steps(64)
		return Opaque(u)
	}
	n := 0
	for _, e := range Pairs(a) {
		name := e.Key.Text()
		if prefixed {
			name = string(prefix) + "_" + name
		}
		if !e.Key.Str && !prefixed || name == "this" || name == "" || !syntax.IsIdentStart(name[0]) || syntax.IdentEnd(name, 0) != len(name) {
			continue
		}
		c.assign(c.varPlace(c.frame, name), Present(e.Value))
		n++
	}
	return Int(n)
}
