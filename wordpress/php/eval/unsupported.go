package eval

import (
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
