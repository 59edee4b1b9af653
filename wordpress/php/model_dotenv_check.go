package php

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

// dotenvRequired throws unless every variable is set.
func dotenvRequired(c *call) (Value, error) {
	v, err := newValidator(c)
	if err != nil {
		return nil, err
	}
	return checkVariables(c, v, variableNames(c), func(v Value) bool { return v.kind() != kNull }, "is missing")
}

func dotenvIfPresent(c *call) (Value, error) {
	v, err := newValidator(c)
	if err != nil {
		return nil, err
	}
	return v, nil
}

// newValidator makes the object that checks the variables that argument 0 names.
func newValidator(c *call) (*Object, error) {
	props := newArray()
	props.put("repository", settingOf(c, c.this, "repository"))
	props.put("names", listOfStrings(variableNames(c)))
	return c.object(`Dotenv\Validator`, props)
}

// checkVariables returns o if ok holds of each variable, else throws. What is not known is
// taken to hold: a world in which it does not ends here, and counts for nothing.
func checkVariables(c *call, o *Object, names []string, ok func(Value) bool, what string) (Value, error) {
	repo, is := settingOf(c, o, "repository").(*Object)
	if !is {
		return nil, c.refuse(Undecidable, "such a repository is not modelled")
	}
	r := &dotenvRepo{c: c, o: repo, adapters: toString(settingOf(c, repo, "adapters"))}
	for _, name := range names {
		if v := r.get(name); v.kind() != kUnknown && !ok(v) {
			return nil, c.throw(`Dotenv\Exception\ValidationException`, "One or more environment variables failed assertions: "+name+" "+what+".")
		}
	}
	return o, nil
}

// dotenvAssert is an assertion on the text of variables that are set.
func dotenvAssert(holds func(string) bool) function {
	return function{fn: func(c *call) (Value, error) {
		var names []string
		for _, e := range pairs(listed(settingOf(c, c.this, "names"))) {
			names = append(names, toString(e.v))
		}
		return checkVariables(c, c.this, names, func(v Value) bool {
			return v.kind() == kNull || holds(toString(v))
		}, "does not hold what it must")
	}}
}

func dotenvBoolean(s string) bool {
	switch syntax.Lower(phpTrim(s)) {
	case "1", "true", "on", "yes", "0", "false", "off", "no":
		return true
	}
	return false
}

func dotenvAllowed(c *call) (Value, error) {
	allowed, err := c.array(0)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, e := range pairs(allowed) {
		list = append(list, toString(e.v))
	}
	f := dotenvAssert(func(s string) bool {
		for _, a := range list {
			if a == s {
				return true
			}
		}
		return false
	})
	return f.fn(c)
}
