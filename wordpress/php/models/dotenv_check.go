package models

import "github.com/wp-oneway/wp-oneway/wordpress/php/eval"

// dotenvRequired throws unless every variable is set.
func dotenvRequired(c *eval.Call) eval.Value {
	v := newValidator(c)
	return checkVariables(c, v, variableNames(c), func(v eval.Value) bool { return v.Kind() != eval.KindNull }, "is missing")
}

func dotenvIfPresent(c *eval.Call) eval.Value {
	return newValidator(c)
}

// newValidator returns the object that checks variables.
func newValidator(c *eval.Call) *eval.Object {
	props := eval.NewArray()
	props.Put("repository", settingOf(c, c.This, "repository"))
	return c.Object(`Dotenv\Validator`, props)
}

// checkVariables returns o if ok holds for each variable, else it throws. An unknown
// value counts as valid: in worlds where it is not, the program ends, and those worlds do
// not count.
func checkVariables(c *eval.Call, o *eval.Object, names []string, ok func(eval.Value) bool, what string) eval.Value {
	repo, is := settingOf(c, o, "repository").(*eval.Object)
	if !is {
		panic(c.Refuse(eval.Undecidable, otherDotenv))
	}
	r := &dotenvRepo{c: c, o: repo, adapters: eval.ToString(settingOf(c, repo, "adapters"))}
	for _, name := range names {
		if v := r.Get(name); v.Kind() != eval.KindUnknown && !ok(v) {
			panic(c.Throw(`Dotenv\Exception\ValidationException`, "One or more environment variables failed assertions: "+name+" "+what+"."))
		}
	}
	return o
}

// dotenvAssert replaces a check of values. A value that fails the check ends the program,
// so every value counts as valid.
func dotenvAssert(c *eval.Call) eval.Value {
	c.MayThrow()
	return c.This
}
