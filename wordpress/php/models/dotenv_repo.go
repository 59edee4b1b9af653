package models

import (
	"strconv"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
)

// A dotenvRepo reads and writes variables.
type dotenvRepo struct {
	c         *eval.Call
	o         *eval.Object
	adapters  string
	immutable bool
	release   Release // of phpdotenv
}

// openRepository reads the settings that newRepository recorded in an object.
func openRepository(c *eval.Call, o *eval.Object) *dotenvRepo {
	number := func(name string) int { return int(eval.ToInt(settingOf(c, o, name))) }
	return &dotenvRepo{
		c: c, o: o, adapters: eval.ToString(settingOf(c, o, "adapters")), immutable: eval.ToBool(settingOf(c, o, "immutable")),
		release: Release{number("major"), number("minor")},
	}
}

// repositoryOf returns the repository of a Dotenv object.
func repositoryOf(c *eval.Call, dotenv *eval.Object) *dotenvRepo {
	o, ok := settingOf(c, dotenv, "repository").(*eval.Object)
	if !ok {
		panic(c.Refuse(eval.Undecidable, otherDotenv))
	}
	return openRepository(c, o)
}

// Get returns a variable from the first adapter that has it; null if none has.
func (r *dotenvRepo) Get(name string) eval.Value {
	for _, a := range r.adapters {
		v := r.fromAdapter(a, name)
		if v.Kind() != eval.KindNull {
			return v
		}
	}
	return eval.Null
}

func (r *dotenvRepo) fromAdapter(adapter rune, name string) eval.Value {
	v := eval.Null
	switch adapter {
	case 'e':
		v = globalKey(r.c, "_ENV", name)
	case 's':
		v = globalKey(r.c, "_SERVER", name)
	case 'p':
		v = r.c.Env(name)
	case 'a':
		v = elementOf(r.c, settingOf(r.c, r.o, "values"), name)
	}
	switch v := v.(type) {
	case eval.Bool:
		return eval.String(strconv.FormatBool(bool(v)))
	case eval.Int, eval.Float:
		return eval.String(eval.ToString(v))
	case *eval.Array, *eval.Object:
		return eval.Null
	}
	return v
}

// globalKey returns one key of a superglobal; null if it is unset.
func globalKey(c *eval.Call, name, k string) eval.Value { return elementOf(c, c.Global(name), k) }

func elementOf(c *eval.Call, v eval.Value, k string) eval.Value {
	switch v := v.(type) {
	case *eval.Unknown:
		return v
	case *eval.Array:
		return eval.Present(c.Element(v, eval.StrKey(k)))
	}
	return eval.Null
}

func (r *dotenvRepo) loaded(name string) bool {
	a, ok := settingOf(r.c, r.o, "loaded").(*eval.Array)
	if !ok {
		return false
	}
	v, found := a.Get(eval.StrKey(name))
	return found && v.Kind() == eval.KindBool
}

// define sets the variable of one entry, unless something other than phpdotenv has defined
// it.
func (r *dotenvRepo) define(e *DotenvEntry, vars *eval.Array) {
	outside := eval.Null
	if r.immutable && !r.loaded(e.Name) {
		outside = r.Get(e.Name)
	}
	if outside.Kind() != eval.KindNull && outside.Kind() != eval.KindUnknown {
		return
	}
	v := eval.Null
	if !e.NoValue {
		v = r.Value(e)
	}
	if u, ok := outside.(*eval.Unknown); ok {
		v = u
	} else if r.immutable && r.release.Major != 2 {
		r.remember(e.Name)
	}
	vars.Put(e.Name, v)
	r.Set(e.Name, v)
}

// Value returns an entry's value with ${NAME} replaced. It is unknown if one of those
// variables is.
func (r *dotenvRepo) Value(e *DotenvEntry) eval.Value {
	if e.Ambiguous {
		return r.c.Unknown("depends on the minor release of phpdotenv " + strconv.Itoa(r.release.Major) + ": write the value of " + e.Name + " in quotes, without backslashes")
	}
	var doubt *eval.Unknown
	text, ok := e.Resolve(func(name string) (string, bool) {
		switch v := r.Get(name).(type) {
		case *eval.Unknown:
			doubt = v
			return "", true
		case eval.String:
			r.c.Alloc(len(v))
			return string(v), true
		}
		return "", false
	})
	switch {
	case !ok:
		return r.c.Unknown("uses a variable within the name of a variable (${A${B}}) in an .env file, which is not evaluated").From(eval.OriginFeature)
	case doubt != nil:
		return doubt
	}
	return eval.String(text)
}

func (r *dotenvRepo) remember(name string) {
	a, _ := settingOf(r.c, r.o, "loaded").(*eval.Array)
	if a == nil {
		a = eval.NewArray()
	}
	r.c.Alloc(a.Size())
	a = a.Clone()
	a.Put(name, eval.Bool(true))
	r.c.SetProp(r.o, "loaded", a)
}

func (r *dotenvRepo) Set(name string, v eval.Value) {
	for _, a := range r.adapters {
		switch a {
		case 'e':
			r.c.SetGlobalKey("_ENV", name, v)
		case 's':
			r.c.SetGlobalKey("_SERVER", name, v)
		case 'p':
			r.c.Setenv(name, v)
		case 'a':
			values, _ := settingOf(r.c, r.o, "values").(*eval.Array)
			if values == nil {
				values = eval.NewArray()
			}
			r.c.Alloc(values.Size())
			values = values.Clone()
			values.Put(name, v)
			r.c.SetProp(r.o, "values", values)
		}
	}
}
