package php

// dotenvConstruct is the constructor, which configurations call with a path and a
// name in phpdotenv 2 only: later ones take other things.
func dotenvConstruct(c *call) (Value, error) {
	r, err := libraryRelease(c, phpdotenv)
	if err != nil {
		return nil, err
	}
	if _, text := c.arg(0).(strVal); !text || r.major != 0 && r.major != 2 {
		if r.major == 0 || c.arg(0).kind() == kObject {
			return nil, c.refuse(Undecidable, "such a Dotenv is not modelled")
		}
		return nil, c.throw("ArgumentCountError", "Too few arguments to function "+c.name+"()")
	}
	r.major = 2
	repo, err := newRepository(c, "esp", true, r)
	if err != nil {
		return nil, err
	}
	made, err := newDotenv(c, repo, 0)
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
	r, err := libraryRelease(c, phpdotenv)
	if err != nil {
		return nil, err
	}
	repo, made := c.arg(0).(*Object)
	switch {
	case r.major == 2:
		return nil, noMethod(c)
	case r.major == 3 || r.major == 0 && !made:
		if made || c.has(2) {
			return c.unknown("such a repository is not modelled"), nil
		}
		r.major = 3
		if repo, err = newRepository(c, "eps", true, r); err != nil {
			return nil, err
		}
		return newDotenv(c, repo, 0)
	case !made || len(c.args) < 2:
		return nil, c.typeError(0, "Dotenv\\Repository\\RepositoryInterface")
	}
	return newDotenv(c, repo, 1)
}

// dotenvOverload is load, and overwrites what is there.
func dotenvOverload(c *call) (Value, error) {
	repo, ok := settingOf(c, c.this, "repository").(*Object)
	if !ok {
		return nil, c.refuse(Undecidable, "such a repository is not modelled")
	}
	r := releaseOf(c, repo)
	if r.major > 3 {
		return nil, noMethod(c)
	}
	mutable, err := newRepository(c, toString(settingOf(c, repo, "adapters")), false, r)
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
	return dotenvLoad(true)(&d)
}
