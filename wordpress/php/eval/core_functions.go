package eval

import (
	"maps"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// coreFuncs are the builtins that look into the evaluator.
var coreFuncs = map[string]Function{
	"define":                {Run: defineFunc, Min: 2, Max: 3, Lazy: true},
	"defined":               {Run: definedFunc, Min: 1, Max: 1},
	"constant":              {Run: constantFunc, Min: 1, Max: 1},
	"function_exists":       {Run: functionExists, Min: 1, Max: 1},
	"class_alias":           {Run: func(c *Call) (Value, error) { return nil, c.Unsupported("class_alias()") }, Max: -1, Lazy: true},
	"class_exists":          {Run: classExists, Min: 1, Max: 2},
	"interface_exists":      {Run: classExists, Min: 1, Max: 2},
	"method_exists":         {Run: methodExists, Min: 2, Max: 2},
	"get_class":             {Run: getClass, Max: 1},
	"get_object_vars":       {Run: getObjectVars, Min: 1, Max: 1},
	"extract":               {Run: extractFunc, Min: 1, Max: 3, Lazy: true},
	"spl_autoload_register": {Run: autoloadRegister, Max: 3, Lazy: true},
}

func defineFunc(c *Call) (Value, error) {
	if u := c.in.asUnknown(c.Arg(0)); u != nil {
		if u.Alts == nil {
			c.in.Poison(u)
			return Maybe(u), c.Steps(64)
		}
		return c.in.splitValue(u, len(u.Alts), func(i int) (Value, error) {
			return c.Define(ToString(u.Alts[i]), c.Arg(1))
		})
	}
	name := c.Str(0)
	if strings.Contains(name, "::") {
		return nil, c.Throw("ValueError", "define(): Argument #1 ($constant_name) cannot be a class constant")
	}
	return c.Define(name, c.Arg(1))
}

func definedFunc(c *Call) (Value, error) {
	name := c.Str(0)
	if i := strings.Index(name, "::"); i > 0 {
		k, u := c.in.findClass(name[:i], c.pos)
		if u != nil {
			return Maybe(u), nil
		}
		if k == nil {
			return Bool(false), nil
		}
		_, owner := k.Constant(name[i+2:])
		return Bool(owner != nil), nil
	}
	in := c.in
	if _, ok := in.lib.Constants[constName(name)]; ok {
		return Bool(true), nil
	}
	d, ok := in.st.Get(in.slot('c', constName(name))).(*definition)
	switch {
	case ok && d.maybe == nil:
		return Bool(true), nil
	case in.st.poison != nil:
		return Maybe(in.st.poison), nil
	case ok:
		return Maybe(d.maybe), nil
	}
	switch syntax.Lower(name) {
	case "true", "false", "null":
		return Bool(true), nil
	}
	return Bool(false), nil
}

func constantFunc(c *Call) (Value, error) {
	name := c.Str(0)
	if err := c.Alloc(4 * len(name)); err != nil {
		return nil, err
	}
	if i := strings.Index(name, "::"); i > 0 {
		k, u, err := c.in.classNamed(name[:i], c.pos)
		if err != nil {
			return nil, err
		}
		if u != nil {
			return Opaque(u), nil
		}
		return c.in.classConstant(k, name[i+2:], c.pos)
	}
	return c.in.evalConst(&syntax.ConstExpr{Pos: c.pos, Name: name})
}

func functionExists(c *Call) (Value, error) {
	name := c.Str(0)
	low := syntax.Lower(name)
	if low != "" && low[0] == '\\' {
		low = low[1:]
	}
	in := c.in
	d, ok := in.st.Get(in.slot('f', low)).(*definition)
	f, native := in.lib.Functions[low]
	switch {
	case ok && d.maybe == nil:
		return Bool(true), nil
	case native && f.Optional:
		return Maybe(c.Unknown("depends on the server's PHP")), nil
	case native && in.exists(&f):
		return Bool(true), nil
	case ok:
		return Maybe(d.maybe), nil
	case in.st.poison != nil:
		return Maybe(in.st.poison), nil
	case in.vendor() && !ofWordPress(low):
		return Maybe(c.unsafe("needs code of the vendor folder")), nil
	}
	return Bool(false), nil
}

// wordPressFunctions are functions of WordPress that configurations and autoloaded
// libraries look for, besides those that begin with wp_.
var wordPressFunctions = syntax.WordSet(`add_filter add_action apply_filters do_action has_filter has_action remove_filter remove_action did_action
	doing_action current_filter add_shortcode get_option update_option add_option delete_option is_admin is_multisite is_ssl site_url home_url
	admin_url plugins_url get_site_url get_home_url get_blog_option is_blog_installed register_theme_directory activate_plugin
	deactivate_plugins is_plugin_active get_bloginfo trailingslashit untrailingslashit`)

// ofWordPress reports a function of WordPress, which does not exist before WordPress
// starts: libraries look for it and do not define it.
func ofWordPress(name string) bool {
	return wordPressFunctions[name] || strings.HasPrefix(name, "wp_")
}

func classExists(c *Call) (Value, error) {
	name := c.Str(0)
	k, u := c.in.findClass(name, c.pos)
	if k == nil && u == nil && (len(c.Args) < 2 || c.Bool(1)) {
		if err := c.in.autoload(name); err != nil {
			return nil, err
		}
		k, u = c.in.findClass(name, c.pos)
	}
	if u != nil {
		if c.in.lib.ClassNames[syntax.Lower(name)] && u.Class == Undecidable {
			return Bool(true), nil
		}
		return Maybe(u), nil
	}
	return Bool(k != nil), nil
}

// classArg is the class of an object or of a name; nil if there is none.
func (c *Call) classArg(i int) (*PHPClass, *Unknown) {
	switch v := c.Arg(i).(type) {
	case *Object:
		return v.Class, nil
	case String:
		return c.in.findClass(string(v), c.pos)
	}
	return nil, nil
}

func methodExists(c *Call) (Value, error) {
	k, u := c.classArg(0)
	if u != nil {
		return Maybe(u), nil
	}
	name := c.Str(1)
	if k == nil {
		return Bool(false), nil
	}
	m, _ := k.Method(syntax.Lower(name))
	return Bool(m != nil), nil
}

func getClass(c *Call) (Value, error) {
	if k := c.in.frame.class; len(c.Args) == 0 && k != nil {
		return String(k.Name), nil
	}
	o, ok := c.Arg(0).(*Object)
	if !ok {
		return nil, c.TypeError(0, "object")
	}
	return String(o.Class.Name), nil
}

func getObjectVars(c *Call) (Value, error) {
	o, ok := c.Arg(0).(*Object)
	if !ok {
		return nil, c.TypeError(0, "object")
	}
	return c.in.visible(o, c.in.frame.class), nil
}

func autoloadRegister(c *Call) (Value, error) {
	list, _ := c.Load("spl.autoload").(*Array)
	if len(c.Args) == 0 {
		return Bool(true), nil
	}
	next := NewArray()
	if list != nil {
		next = list.Clone()
	}
	if c.Arg(0).Kind() == KindUnknown || next.Len() > 64 {
		return Bool(true), nil
	}
	next.Push(Share(c.Arg(0)))
	c.Store("spl.autoload", next)
	return Bool(true), c.Alloc(next.Size())
}

// CoreFunctions are the functions that look into the evaluator, or change what it
// reads.
func CoreFunctions() map[string]Function {
	all := maps.Clone(coreFuncs)
	maps.Copy(all, writeFuncs)
	return all
}
