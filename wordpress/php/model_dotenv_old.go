package php

// dotenvConstruct is the constructor, which configurations call with a path and a
// name in phpdotenv 2 only: later ones take other things.
func dotenvConstruct(c *call) (Value, error) {
	r, err := c.library(phpdotenv)
	if err != nil {
		return nil, err
	}
	if _, text := c.arg(0).(strVal); !text || r.major != 0 && r.major != 2 {
		if r.major == 0 || c.arg(0).kind() == kObject {
			return nil, c.in.refuse(Undecidable, c.pos, "such a Dotenv is not modelled")
		}
		return nil, c.throw("ArgumentCountError", "Too few arguments to function "+c.name+"()")
	}
	r.major = 2
	repo, err := c.repository("esp", true, r)
	if err != nil {
		return nil, err
	}
	made, err := c.dotenv(repo, 0)
	o, ok := made.(*Object)
	if err != nil || !ok {
		return made, err
	}
	for _, e := range pairs(c.props(o)) {
		if err := c.setProp(c.this, e.k.text(), e.v); err != nil {
			return nil, err
		}
	}
	return null, nil
}

// dotenvCreateWith is create: of a repository, paths and names since phpdotenv 4, of
// paths and a name in 3.
func dotenvCreateWith(c *call) (Value, error) {
	r, err := c.library(phpdotenv)
	if err != nil {
		return nil, err
	}
	repo, made := c.arg(0).(*Object)
	switch {
	case r.major == 2:
		return nil, c.noMethod()
	case r.major == 3 || r.major == 0 && !made:
		if made || c.has(2) {
			return c.unknown("such a repository is not modelled"), nil
		}
		r.major = 3
		if repo, err = c.repository("eps", true, r); err != nil {
			return nil, err
		}
		return c.dotenv(repo, 0)
	case !made || len(c.args) < 2:
		return nil, c.typeError(0, "Dotenv\\Repository\\RepositoryInterface")
	}
	return c.dotenv(repo, 1)
}

// rememberNames keeps the names of what was loaded, also of what was set before.
func (c *call) rememberNames(entries []dotenvEntry) error {
	list := newArray()
	if old, ok := c.setting(c.this, "loadedNames").(*Array); ok {
		list = old.clone()
	}
	for i := range entries {
		list.push(strVal(entries[i].name))
	}
	if err := c.alloc(list.size()); err != nil {
		return err
	}
	return c.setProp(c.this, "loadedNames", list)
}

// dotenvNames is getEnvironmentVariableNames of phpdotenv 2 and 3.
func dotenvNames(c *call) (Value, error) {
	repo, ok := c.setting(c.this, "repository").(*Object)
	if !ok {
		return nil, c.in.refuse(Undecidable, c.pos, "evaluate: such a repository is not evaluated")
	}
	if c.releaseOf(repo).major > 3 {
		return nil, c.noMethod()
	}
	if list, ok := c.setting(c.this, "loadedNames").(*Array); ok {
		return list, nil
	}
	return newArray(), nil
}

// dotenvOverload is load, and overwrites what is there.
func dotenvOverload(c *call) (Value, error) {
	repo, ok := c.setting(c.this, "repository").(*Object)
	if !ok {
		return nil, c.in.refuse(Undecidable, c.pos, "such a repository is not modelled")
	}
	r := c.releaseOf(repo)
	if r.major > 3 {
		return nil, c.noMethod()
	}
	mutable, err := c.repository(toString(c.setting(repo, "adapters")), false, r)
	if err != nil {
		return nil, err
	}
	props := newArray()
	for _, e := range pairs(c.props(c.this)) {
		props.put(e.k.text(), e.v)
	}
	props.put("repository", mutable)
	d := *c
	if d.this, err = c.object(`Dotenv\Dotenv`, props); err != nil {
		return nil, err
	}
	v, err := dotenvLoad(true)(&d)
	if err != nil {
		return nil, err
	}
	if names, ok := c.setting(d.this, "loadedNames").(*Array); ok {
		err = c.setProp(c.this, "loadedNames", names)
	}
	return v, err
}
