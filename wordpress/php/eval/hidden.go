package eval

import (
	"slices"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// Methods that PHP calls without a call in the source are not evaluated. If an object had
// one, any use of an unknown value could be a call. A class with such a method may be
// declared, but an object of it is refused. Unknown code may make one; so if such a class
// is declared, the evaluation ends at unknown code.

// hiddenMethods are the names of these methods. The methods that only clone, serialize
// and unserialize call are not among them.
var hiddenMethods = strings.Fields(`__get __set __isset __unset __toString __invoke __destruct __debugInfo`)

// foreignClass is the feature of a class with such an ancestor.
const foreignClass = "a class with a parent or an interface that the program does not declare"

// inherit takes over what an ancestor says about hidden methods; nil is an ancestor that
// is not known.
func (c *PHPClass) inherit(from *PHPClass) {
	if from == nil || from.native != nil && from.ID != "stdclass" {
		c.foreign = true
		return
	}
	c.foreign = c.foreign || from.foreign
	if from.hidden != "" {
		c.hidden = from.hidden
	}
}

// addHidden finds the hidden methods of a class. An ancestor that is not a class of the
// program may call any method of the class.
func (c *PHPClass) addHidden() {
	for _, name := range hiddenMethods {
		if c.methods[syntax.Lower(name)] != nil && c.hidden == "" {
			c.hidden = "a class with " + name
		}
	}
	own := slices.ContainsFunc(c.decl.Methods, func(m *syntax.FuncDecl) bool { return syntax.Lower(m.Name) != "__construct" })
	if c.foreign && own && c.hidden == "" {
		c.hidden = foreignClass
	}
}
