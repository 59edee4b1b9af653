package php

// A dotenvRepo reads and writes variables.
type dotenvRepo struct {
	c         *call
	o         *Object
	adapters  string
	immutable bool
	release   int // phpdotenv's
}

// get reads a variable from the first adapter that has it: null if none has.
func (r *dotenvRepo) get(name string) Value {
	for _, a := range r.adapters {
		v := r.from(a, name)
		if v.kind() != kNull {
			return v
		}
	}
	return null
}

func (r *dotenvRepo) from(adapter rune, name string) Value {
	v := null
	switch adapter {
	case 'e':
		v = globalKey(r.c, "_ENV", name)
	case 's':
		v = globalKey(r.c, "_SERVER", name)
	case 'p':
		v = r.c.env(name)
	case 'a':
		v = elementOf(r.c, settingOf(r.c, r.o, "values"), name)
	}
	switch v := v.(type) {
	case boolVal:
		if v {
			return strVal("true")
		}
		return strVal("false")
	case intVal, floatVal:
		return strVal(toString(v))
	case *Array, *Object:
		return null
	}
	return v
}

// globalKey reads one key of a superglobal, null if it is unset.
func globalKey(c *call, name, k string) Value { return elementOf(c, c.global(name), k) }

func elementOf(c *call, v Value, k string) Value {
	switch v := v.(type) {
	case *Unknown:
		return v
	case *Array:
		e, err := c.element(v, strKey(k))
		if err != nil {
			return c.unknown("depends on " + k)
		}
		if e = present(e); e.kind() == kAbsent {
			return null
		}
		return e
	}
	return null
}

func (r *dotenvRepo) loaded(name string) bool {
	a, ok := settingOf(r.c, r.o, "loaded").(*Array)
	if !ok {
		return false
	}
	v, found := a.get(strKey(name))
	return found && v.kind() == kBool
}

// enter writes one entry, unless the variable is defined from outside.
func (r *dotenvRepo) enter(e *dotenvEntry, vars *Array) error {
	outside := null
	if r.immutable && !r.loaded(e.name) {
		outside = r.get(e.name)
	}
	if outside.kind() != kNull && outside.kind() != kUnknown {
		return nil
	}
	v := null
	if !e.none {
		v = r.value(e)
	}
	if u, ok := outside.(*Unknown); ok {
		v = u
	} else if r.immutable && r.release != 2 {
		if err := r.remember(e.name); err != nil {
			return err
		}
	}
	vars.put(e.name, v)
	return r.set(e.name, v)
}

// value resolves an entry's value; it is unknown if a variable in it is.
func (r *dotenvRepo) value(e *dotenvEntry) Value {
	if e.doubt {
		return r.c.unknown("is read differently by releases of phpdotenv " + itoa(r.release) + " (" + e.name + ")")
	}
	var doubt *Unknown
	resolve := e.resolve
	if e.everywhere {
		resolve = e.resolveEverywhere
	}
	text := resolve(func(name string) (string, bool) {
		switch v := r.get(name).(type) {
		case *Unknown:
			doubt = v
			return "", true
		case strVal:
			return string(v), r.c.alloc(len(v)) == nil
		}
		return "", false
	})
	if doubt != nil {
		return doubt
	}
	return strVal(text)
}

func (r *dotenvRepo) remember(name string) error {
	a, _ := settingOf(r.c, r.o, "loaded").(*Array)
	if a == nil {
		a = newArray()
	}
	if err := r.c.alloc(a.size()); err != nil {
		return err
	}
	a = a.clone()
	a.put(name, boolVal(true))
	return r.c.setProp(r.o, "loaded", a)
}

func (r *dotenvRepo) set(name string, v Value) error {
	for _, a := range r.adapters {
		var err error
		switch a {
		case 'e':
			err = r.c.setGlobalKey("_ENV", name, v)
		case 's':
			err = r.c.setGlobalKey("_SERVER", name, v)
		case 'p':
			r.c.setenv(name, v)
		case 'a':
			values, _ := settingOf(r.c, r.o, "values").(*Array)
			if values == nil {
				values = newArray()
			}
			if err = r.c.alloc(values.size()); err == nil {
				values = values.clone()
				values.put(name, v)
				err = r.c.setProp(r.o, "values", values)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}
