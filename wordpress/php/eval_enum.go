package php

// addEnum gives an enum what PHP does: interfaces and static methods.
func (in *interp) addEnum(c *class, d *classDecl) {
	c.ifaces = append(c.ifaces, in.natives["unitenum"])
	static := func(name string, f function) {
		c.methods[lower(name)] = &method{name: name, builtin: &f, static: true}
	}
	static("cases", function{fn: enumCases, max: 0})
	if !d.backed {
		return
	}
	c.ifaces = append(c.ifaces, in.natives["backedenum"])
	takes := signature{{name: "value", typ: d.backing}}
	static("from", function{fn: enumFrom, min: 1, max: 1, takes: takes})
	static("tryFrom", function{fn: enumTryFrom, min: 1, max: 1, takes: takes})
}

func enumCases(c *call) (Value, error) {
	if err := c.alloc(128 + 96*len(c.class.decl.cases)); err != nil {
		return nil, err
	}
	list := newArray()
	for _, item := range c.class.decl.cases {
		v, err := c.in.enumCase(c.class, item, c.pos)
		if err != nil {
			return nil, err
		}
		list.push(v)
	}
	return list, nil
}

func enumTryFrom(c *call) (Value, error) {
	for _, item := range c.class.decl.cases {
		v, err := c.in.enumCase(c.class, item, c.pos)
		if err != nil {
			return nil, err
		}
		value, _ := c.props(v.(*Object)).get(key{s: "value", str: true})
		if u := c.unknownIn(value); u != nil {
			return opaque(u), nil
		}
		if identical(value, c.arg(0)) {
			return v, nil
		}
	}
	return null, nil
}

func enumFrom(c *call) (Value, error) {
	v, err := enumTryFrom(c)
	if err == nil && v.kind() == kNull {
		return nil, c.throw("ValueError", "a value is not a valid backing value for enum "+c.class.name)
	}
	return v, err
}
