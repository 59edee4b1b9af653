package eval

import (
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// Features that no configuration in practice uses are not evaluated. Their syntax
// is parsed; using one is refused by its name.

// notEvaluated ends the reason of what depends on a feature that is not evaluated.
const notEvaluated = ", which is not evaluated; see --with-php"

// unsupported returns the refusal that ends the evaluation at a use of a feature.
// The feature has its article: "a generator".
func (in *interp) unsupported(pos syntax.Pos, feature string) error {
	return in.unsupportedValue(pos, feature).refusal()
}

// unsupportedValue is the unknown that a feature would have produced.
func (in *interp) unsupportedValue(pos syntax.Pos, feature string) *Unknown {
	return in.unknownAt(Undecidable, pos, "uses "+feature+notEvaluated).From(OriginFeature)
}

// unsupported names the feature that keeps the class from being used, or is "".
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

// unsupportedClass is unsupported of the class that the program declares under a name.
func (in *interp) unsupportedClass(name string) string {
	d, ok := in.st.Get(in.slot('k', syntax.Lower(strings.TrimPrefix(name, `\`)))).(*definition)
	if !ok || d.class == nil {
		return ""
	}
	return d.class.unsupported()
}

// nativeMethod names a method of one of PHP's own classes. A name that the program
// computes may be a secret: only known names are shown.
func nativeMethod(class, name string) string {
	switch syntax.Lower(name) {
	case "bind", "bindto", "call", "fromcallable":
		return class + "::" + name + "()"
	}
	return "a method of " + class
}
