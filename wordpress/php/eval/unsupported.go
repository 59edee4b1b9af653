package eval

import (
	"slices"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// Features that configurations do not use in practice are not evaluated. The parser
// accepts them. A use of one is refused with the name of the feature.

// notEvaluated is the end of each reason that names a feature which is not evaluated.
const notEvaluated = ", which is not evaluated; see --with-php"

// Unsupported returns the refusal that ends the evaluation at a use of a feature. The
// feature includes its article: "a generator".
func (in *interp) Unsupported(feature string) error {
	return in.unsupportedValue(feature).refusal()
}

// unsupportedValue returns the unknown result of a feature that is not evaluated.
func (in *interp) unsupportedValue(feature string) *Unknown {
	return in.UnknownOf(Undecidable, "uses "+feature+notEvaluated).From(OriginFeature)
}

// unsupported returns the feature that prevents a use of the class; "" if there is none.
func (c *PHPClass) unsupported() string {
	switch d := c.decl; {
	case d == nil:
		return ""
	case d.Kind == "enum":
		return "an enum"
	case d.Kind == "trait" || len(d.Traits) > 0:
		return "a trait"
	case c.shadowed():
		return "a class that declares a private member of its parent again"
	}
	return ""
}

// unsupportedClass returns the feature that prevents a use of the class with this name;
// "" if there is none.
func (in *interp) unsupportedClass(name string) string {
	d, ok := in.st.Get(in.slot('k', syntax.Lower(strings.TrimPrefix(name, `\`)))).(*definition)
	if !ok || d.class == nil {
		return ""
	}
	return d.class.unsupported()
}

// nativeMethod returns the name of a method of one of PHP's own classes, for a message. A
// name that the program computes may be a secret, so only known names are shown.
func nativeMethod(class, name string) string {
	switch syntax.Lower(name) {
	case "bind", "bindto", "call", "fromcallable":
		return class + "::" + name + "()"
	}
	return "a method of " + class
}

// Functions and classes of PHP that exist and are not evaluated.

// calledAnytime are functions that register a callback which PHP may call at any time.
var calledAnytime = syntax.WordSet(`set_error_handler ob_start register_tick_function header_register_callback session_set_save_handler assert_options
	stream_wrapper_register stream_filter_register stream_context_set_params libxml_set_external_entity_loader pcntl_signal curl_setopt curl_setopt_array
	xml_set_object xml_set_element_handler xml_set_character_data_handler xml_set_default_handler xml_set_processing_instruction_handler`)

// laterCalls are functions that store a callback and do not call it at once.
var laterCalls = syntax.WordSet(`register_shutdown_function set_exception_handler spl_autoload_register`)

// NotModelled returns a function whose result and by-reference arguments become unknown.
// why is the reason; "" means that the function is not evaluated.
func NotModelled(class Class, why string) Function {
	return Function{Max: -1, Lazy: true, Unmodelled: true, Run: func(c *Call) Value {
		u := c.Unknown(why).From(OriginVolatile)
		if u.Class = class; why == "" {
			u = c.Refused()
		}
		switch {
		case calledAnytime[c.Name]:
			if slices.ContainsFunc(c.Args, c.givesCode) {
				panic(c.Unsupported(c.Name + "() with a function of the program"))
			}
		case !laterCalls[c.Name] && (c.mayCall(c.Args, 0) || c.nameClass(c.Args) || c.Name == "unserialize" && len(c.methods) > 0):
			c.Poison(u) // a callback runs an unknown number of times, with unknown arguments
			c.Steps(64)
			return u
		}
		if f := c.lib.Functions[c.Name]; !f.NeverFails {
			c.MayThrow()
		}
		c.invalidateTargets(c.targets, u)
		return u
	}}
}

// givesCode reports whether a value is, or an array contains, a callback, an object or the
// name of a class of the program.
func (in *interp) givesCode(v Value) bool {
	if a, ok := v.(*Array); ok && slices.ContainsFunc(a.Entries, func(e Entry) bool { return in.givesCode(e.Value) }) {
		return true
	}
	return v.Kind() == KindObject || in.mayCall([]Value{v}, 0) || in.nameClass([]Value{v})
}

// bindingMethods are methods of PHP's classes for databases that take a variable by reference and
// change it in a later call.
var bindingMethods = syntax.WordSet("bind_param bind_result bindparam bindcolumn")

// isUnmodelledClass reports whether an expression is the name of a class of PHP that is not
// evaluated, and that the program does not declare.
func (in *interp) isUnmodelledClass(x syntax.Expr) bool {
	n, ok := x.(*syntax.NameExpr)
	if !ok || in.st.poison != nil {
		return false
	}
	low := syntax.Lower(strings.TrimPrefix(n.Name, `\`))
	_, declared := in.st.Get(in.slot('k', low)).(*definition)
	return in.lib.ClassNames[low] && !declared
}

// callUnmodelled evaluates the arguments of a method of PHP that is not evaluated, whose result
// is u. The method may change an object, call a function of the program, or make an object of a
// class of the program. If an argument permits that, everything may have changed.
func (in *interp) callUnmodelled(u *Unknown, args []syntax.Arg) []Value {
	vals := in.evalArgs(args)
	if slices.ContainsFunc(vals, func(v Value) bool { return HoldsObject(v, 0) }) || in.mayCall(vals, 0) || in.nameClass(vals) {
		in.Poison(u)
	}
	in.MayThrow()
	return vals
}

// nameClass reports whether one of the arguments is the name of a class of the program.
func (in *interp) nameClass(vals []Value) bool {
	return slices.ContainsFunc(vals, func(v Value) bool {
		name, ok := v.(String)
		if !ok {
			return false
		}
		_, declared := in.st.Get(in.slot('k', syntax.Lower(strings.TrimPrefix(string(name), `\`)))).(*definition)
		return declared
	})
}
