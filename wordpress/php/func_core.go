package php

import "strings"

// coreFuncs are the builtins that look into the evaluator.
var coreFuncs = map[string]function{
	"define":                {fn: defineFunc, min: 2, max: 3, lazy: true},
	"defined":               {fn: definedFunc, min: 1, max: 1},
	"constant":              {fn: constantFunc, min: 1, max: 1},
	"function_exists":       {fn: functionExists, min: 1, max: 1},
	"class_alias":           {fn: classAlias, min: 2, max: 3},
	"class_exists":          {fn: classExists, min: 1, max: 2},
	"interface_exists":      {fn: classExists, min: 1, max: 2},
	"method_exists":         {fn: methodExists, min: 2, max: 2},
	"property_exists":       {fn: propertyExists, min: 2, max: 2},
	"get_class":             {fn: getClass, max: 1},
	"get_object_vars":       {fn: getObjectVars, min: 1, max: 1},
	"is_callable":           {fn: isCallable, min: 1, max: 3, refs: 4, outOnly: true},
	"func_get_args":         {fn: funcGetArgs, max: 0},
	"func_num_args":         {fn: funcNumArgs, max: 0},
	"extract":               {fn: extractFunc, min: 1, max: 3, lazy: true},
	"spl_autoload_register": {fn: autoloadRegister, max: 3, lazy: true},
}

func defineFunc(c *call) (Value, error) {
	if u := c.in.asUnknown(c.arg(0)); u != nil {
		if u.alts == nil {
			c.in.poison(u)
			return maybe(u), c.steps(64)
		}
		return c.in.splitValue(u, len(u.alts), func(i int) (Value, error) {
			return c.define(toString(u.alts[i]), c.arg(1))
		})
	}
	name := c.str(0)
	if indexOf(name, "::") >= 0 {
		return nil, c.throw("ValueError", "define(): Argument #1 ($constant_name) cannot be a class constant")
	}
	return c.define(name, c.arg(1))
}

func definedFunc(c *call) (Value, error) {
	name := c.str(0)
	if i := indexOf(name, "::"); i > 0 {
		k, u := c.in.findClass(name[:i], c.pos)
		if u != nil {
			return maybe(u), nil
		}
		if k == nil {
			return boolVal(false), nil
		}
		_, owner := k.constant(name[i+2:])
		return boolVal(owner != nil), nil
	}
	in := c.in
	if _, ok := in.consts[constName(name)]; ok {
		return boolVal(true), nil
	}
	d, ok := in.st.get(in.slot('c', constName(name))).(*definition)
	switch {
	case ok && d.maybe == nil:
		return boolVal(true), nil
	case in.st.poison != nil:
		return maybe(in.st.poison), nil
	case ok:
		return maybe(d.maybe), nil
	}
	switch lower(name) {
	case "true", "false", "null":
		return boolVal(true), nil
	}
	return boolVal(false), nil
}

func constantFunc(c *call) (Value, error) {
	name := c.str(0)
	if err := c.alloc(4 * len(name)); err != nil {
		return nil, err
	}
	if i := indexOf(name, "::"); i > 0 {
		k, u, err := c.in.classNamed(name[:i], c.pos)
		if err != nil {
			return nil, err
		}
		if u != nil {
			return opaque(u), nil
		}
		return c.in.classConstant(k, name[i+2:], c.pos)
	}
	return c.in.evalConst(&constExpr{at: c.pos, name: name})
}

func functionExists(c *call) (Value, error) {
	name := c.str(0)
	low := lower(name)
	if low != "" && low[0] == '\\' {
		low = low[1:]
	}
	in := c.in
	d, ok := in.st.get(in.slot('f', low)).(*definition)
	f, native := in.funcs[low]
	switch {
	case ok && d.maybe == nil:
		return boolVal(true), nil
	case native && f.sapi, native && mayLack(low):
		return maybe(c.unknown("depends on the server's PHP")), nil
	case native && in.exists(&f):
		return boolVal(true), nil
	case ok:
		return maybe(d.maybe), nil
	case in.st.poison != nil:
		return maybe(in.st.poison), nil
	case in.vendor() && !ofWordPress(low):
		return maybe(c.unsafe("needs code of the vendor folder")), nil
	}
	return boolVal(false), nil
}

// wordPressFunctions are functions of WordPress' that configurations and what an
// autoloader loads ask for, besides those that begin with wp_.
var wordPressFunctions = wordSet(`add_filter add_action apply_filters do_action has_filter has_action remove_filter remove_action did_action
	doing_action current_filter add_shortcode get_option update_option add_option delete_option is_admin is_multisite is_ssl site_url home_url
	admin_url plugins_url get_site_url get_home_url get_blog_option is_blog_installed register_theme_directory activate_plugin
	deactivate_plugins is_plugin_active get_bloginfo trailingslashit untrailingslashit`)

// ofWordPress reports a function of WordPress', which does not exist before it
// starts: libraries ask for it and do not define it.
func ofWordPress(name string) bool {
	return wordPressFunctions[name] || strings.HasPrefix(name, "wp_")
}

// classAlias gives a class another name.
func classAlias(c *call) (Value, error) {
	k, u := c.classArg(0)
	alias := c.str(1)
	name, isName := c.arg(0).(strVal)
	if k == nil && u == nil && isName && (len(c.args) < 3 || c.bool(2)) {
		if err := c.in.autoload(string(name)); err != nil {
			return nil, err
		}
		k, u = c.classArg(0)
	}
	slot := c.in.slot('k', lower(strings.TrimPrefix(alias, `\\`)))
	switch d, taken := c.in.st.get(slot).(*definition); {
	case u != nil || taken && d.maybe != nil || k != nil && k.decl == nil:
		u := c.unknown("depends on class_alias() of such a class")
		c.in.poison(u)
		return u, nil
	case k == nil || taken:
		return boolVal(false), nil // a warning
	}
	c.in.st.set(slot, &definition{class: k})
	return boolVal(true), c.alloc(64)
}

func classExists(c *call) (Value, error) {
	name := c.str(0)
	k, u := c.in.findClass(name, c.pos)
	if k == nil && u == nil && (len(c.args) < 2 || c.bool(1)) {
		if err := c.in.autoload(name); err != nil {
			return nil, err
		}
		k, u = c.in.findClass(name, c.pos)
	}
	if u != nil {
		if allClasses()[lower(name)] && u.Class == Undecidable {
			return boolVal(true), nil
		}
		return maybe(u), nil
	}
	return boolVal(k != nil), nil
}

// classArg is the class of an object or of a name; nil if there is none.
func (c *call) classArg(i int) (*class, *Unknown) {
	switch v := c.arg(i).(type) {
	case *Object:
		return v.class, nil
	case strVal:
		return c.in.findClass(string(v), c.pos)
	}
	return nil, nil
}

func methodExists(c *call) (Value, error) {
	k, u := c.classArg(0)
	if u != nil {
		return maybe(u), nil
	}
	name := c.str(1)
	if k == nil {
		return boolVal(false), nil
	}
	m, _ := k.method(lower(name))
	return boolVal(m != nil), nil
}

func propertyExists(c *call) (Value, error) {
	k, u := c.classArg(0)
	if u != nil {
		return maybe(u), nil
	}
	name := c.str(1)
	if k == nil {
		return boolVal(false), nil
	}
	if o, ok := c.arg(0).(*Object); ok {
		if _, ok := c.props(o).get(nativeKey(o, name)); ok {
			return boolVal(true), nil
		}
	}
	for ; k != nil; k = k.parent {
		if _, ok := k.statics[name]; ok {
			return boolVal(true), nil
		}
		if p := k.ownProperty(name); p != nil {
			return boolVal(true), nil
		}
	}
	return boolVal(false), nil
}

func getClass(c *call) (Value, error) {
	if k := c.in.frame.class; len(c.args) == 0 && k != nil {
		return strVal(k.name), nil
	}
	o, ok := c.arg(0).(*Object)
	if !ok {
		return nil, c.typeError(0, "object")
	}
	return strVal(o.class.name), nil
}

func getObjectVars(c *call) (Value, error) {
	o, ok := c.arg(0).(*Object)
	if !ok {
		return nil, c.typeError(0, "object")
	}
	return c.in.settledAs(c.in.visible(o, c.in.frame.class), true, c.pos)
}

func isCallable(c *call) (Value, error) {
	if len(c.args) > 1 {
		return c.unknown("the name of a callable is not modelled"), c.setRef(2, c.unknown("the name of a callable is not modelled"))
	}
	to, err := c.in.callable(c.arg(0), c.pos)
	if _, ok := err.(*thrown); ok {
		return boolVal(false), nil
	}
	if err != nil {
		return nil, err
	}
	if to.unknown != nil {
		return maybe(to.unknown), nil
	}
	return boolVal(true), nil
}

func funcGetArgs(c *call) (Value, error) {
	if err := c.alloc(128 + 96*len(c.in.frame.args)); err != nil {
		return nil, err
	}
	out := newArray()
	for _, v := range c.in.frame.args {
		out.push(share(c.in.deref(v)))
	}
	return out, nil
}

func funcNumArgs(c *call) (Value, error) { return intVal(int64(len(c.in.frame.args))), nil }

// load2 reads a variable of the present frame; nil if it is not set.
func (in *interp) load2(name string, pos at) (Value, error) {
	v, _ := in.raw(in.varPlace(in.frame, name, pos))
	if v == nil || v.kind() == kAbsent {
		return nil, nil
	}
	return v, nil
}

func autoloadRegister(c *call) (Value, error) {
	list, _ := c.load("spl.autoload").(*Array)
	if len(c.args) == 0 {
		return boolVal(true), nil
	}
	next := newArray()
	if list != nil {
		next = list.clone()
	}
	if c.arg(0).kind() == kUnknown || next.len() > 64 {
		return boolVal(true), nil
	}
	next.push(share(c.arg(0)))
	c.store("spl.autoload", next)
	return boolVal(true), c.alloc(next.size())
}
