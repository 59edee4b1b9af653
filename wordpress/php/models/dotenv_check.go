package models

import (
	"sort"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
)

// dotenvRequired throws unless every variable is set. An unknown value counts as set: in
// worlds where it is not, the program ends, and those worlds do not count.
func dotenvRequired(c *eval.Call) eval.Value {
	r := repositoryOf(c, c.This)
	var names []string
	for _, e := range eval.Pairs(toList(c.Arg(0))) {
		names = append(names, eval.ToString(e.Value))
	}
	sort.Strings(names)
	for _, name := range names {
		if r.Get(name).Kind() == eval.KindNull {
			panic(c.Throw(`Dotenv\Exception\ValidationException`, "One or more environment variables failed assertions: "+name+" is missing."))
		}
	}
	return newValidator(c)
}

// newValidator returns the object that checks variables.
func newValidator(c *eval.Call) eval.Value { return c.Object(`Dotenv\Validator`, eval.NewArray()) }

// dotenvAssert replaces a check of values. A value that fails the check ends the program,
// so every value counts as valid.
func dotenvAssert(c *eval.Call) eval.Value {
	c.MayThrow()
	return c.This
}
