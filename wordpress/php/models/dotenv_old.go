package models

import "github.com/wp-oneway/wp-oneway/wordpress/php/eval"

// dotenvConstruct is the constructor of Dotenv. Only phpdotenv 2 accepts a path and a
// name; the constructors of later releases have other parameters.
func dotenvConstruct(c *eval.Call) eval.Value {
	r := libraryRelease(c)
	if _, text := c.Arg(0).(eval.String); !text || r.Major != 0 && r.Major != 2 {
		if r.Major == 0 || c.Arg(0).Kind() == eval.KindObject {
			panic(c.Refuse(eval.Undecidable, otherDotenv))
		}
		panic(c.Throw("ArgumentCountError", "Too few arguments to function "+c.Name+"()"))
	}
	r.Major = 2
	repo := newRepository(c, "esp", true, r)
	made := newDotenv(c, repo, 0)
	o, ok := made.(*eval.Object)
	if !ok {
		return made
	}
	for _, e := range eval.Pairs(c.Props(o)) {
		c.SetProp(c.This, e.Key.Text(), e.Value)
	}
	return eval.Null
}

// dotenvCreateWith implements create. Its arguments are a repository, paths and names
// since phpdotenv 4, and paths and a name in phpdotenv 3.
func dotenvCreateWith(c *eval.Call) eval.Value {
	r := libraryRelease(c)
	repo, made := c.Arg(0).(*eval.Object)
	switch {
	case r.Major == 2:
		panic(noMethod(c))
	case r.Major == 3 || r.Major == 0 && !made:
		if made || c.Has(2) {
			return c.Unknown(otherDotenv)
		}
		r.Major = 3
		repo = newRepository(c, "eps", true, r)
		return newDotenv(c, repo, 0)
	case !made || len(c.Args) < 2:
		panic(c.TypeError(0, "Dotenv\\Repository\\RepositoryInterface"))
	}
	return newDotenv(c, repo, 1)
}

// loadedNames is the property with the names of the variables that were loaded.
const loadedNames = "loadedNames"

// rememberNames records the names of the loaded variables, including those that were
// already set.
func rememberNames(c *eval.Call, entries []DotenvEntry) {
	list := eval.NewArray()
	if old, ok := settingOf(c, c.This, loadedNames).(*eval.Array); ok {
		list = old.Clone()
	}
	for i := range entries {
		list.Push(eval.String(entries[i].Name))
	}
	c.Alloc(list.Size())
	c.SetProp(c.This, loadedNames, list)
}

// dotenvNames implements getEnvironmentVariableNames of phpdotenv 2 and 3.
func dotenvNames(c *eval.Call) eval.Value {
	if repositoryOf(c, c.This).release.Major > 3 {
		panic(noMethod(c))
	}
	if list, ok := settingOf(c, c.This, loadedNames).(*eval.Array); ok {
		return list
	}
	return eval.NewArray()
}

// dotenvOverload implements overload: it loads the file and overwrites existing
// variables.
func dotenvOverload(c *eval.Call) eval.Value {
	r := repositoryOf(c, c.This)
	if r.release.Major > 3 {
		panic(noMethod(c))
	}
	r.immutable = false
	return r.load(true)
}
