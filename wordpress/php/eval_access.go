package php

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

// descends reports whether c is or extends another class.
func (c *class) descends(other *class) bool {
	for ; c != nil; c = c.parent {
		if c == other {
			return true
		}
	}
	return false
}

// mayUse reports whether code of class scope (nil: none) may use a member.
func mayUse(scope, owner *class, a syntax.Access) bool {
	switch a {
	case syntax.Private:
		return scope == owner
	case syntax.Protected:
		return scope != nil && (scope.descends(owner) || owner.descends(scope))
	}
	return true
}

// property finds the declaration of a property that an object of the class has:
// private ones of its parents are theirs alone.
func (c *class) property(name string) (*syntax.PropItem, *class) {
	for k := c; k != nil; k = k.parent {
		if p := k.ownProperty(name); p != nil && (k == c || p.Access != syntax.Private) {
			return p, k
		}
	}
	return nil, nil
}

func (c *class) ownProperty(name string) *syntax.PropItem {
	for i := range c.props {
		if c.props[i].Name == name {
			return &c.props[i]
		}
	}
	return nil
}

// propKey is where an object holds the property, as PHP names it in (array) $o.
func propKey(p *syntax.PropItem, owner *class) key {
	switch p.Access {
	case syntax.Private:
		return key{s: "\x00" + owner.name + "\x00" + p.Name, str: true}
	case syntax.Protected:
		return key{s: "\x00*\x00" + p.Name, str: true}
	}
	return key{s: p.Name, str: true}
}

// A member is a property of an object as the running code sees it.
type member struct {
	key    key
	item   *syntax.PropItem // nil: not declared
	owner  *class
	hidden bool // it is there, but not for this code
}

// memberOf finds a property as code of the present class sees it.
func (in *interp) memberOf(o *Object, name string) member {
	if scope := in.frame.class; scope != nil && scope != o.class && o.class.descends(scope) {
		if p := scope.ownProperty(name); p != nil && p.Access == syntax.Private {
			return member{key: propKey(p, scope), item: p, owner: scope}
		}
	}
	p, owner := o.class.property(name)
	if p == nil {
		return member{key: key{s: name, str: true}}
	}
	return member{key: propKey(p, owner), item: p, owner: owner, hidden: !mayUse(in.frame.class, owner, p.Access)}
}

// nativeKey is where a model finds a property, whoever may use it.
func nativeKey(o *Object, name string) key {
	if p, owner := o.class.property(name); p != nil {
		return propKey(p, owner)
	}
	return key{s: name, str: true}
}

// visible is an object's properties by their plain names, as the present code may
// read them: what foreach and get_object_vars see.
func (in *interp) visible(o *Object, scope *class) *Array {
	props := in.propsOf(o)
	out := newArray()
	out.why = props.why
	props.each(func(k key, v Value) bool {
		name, class, hidden := splitKey(k.s)
		if hidden {
			p, owner := o.class.property(name)
			if scope != nil && class == scope.name && scope.ownProperty(name) != nil {
				p, owner = scope.ownProperty(name), scope
			}
			if p == nil || class != "*" && owner.name != class || !mayUse(scope, owner, p.Access) {
				return true
			}
		}
		out.set(strKey(name), v)
		return true
	})
	return out
}

// splitKey takes a property's key apart.
func splitKey(s string) (name, class string, hidden bool) {
	if s == "" || s[0] != 0 {
		return s, "", false
	}
	i := indexOf(s[1:], "\x00")
	if i < 0 {
		return s, "", false
	}
	return s[i+2:], s[1 : i+1], true
}

// methodFor finds a method as the present code sees it; hidden is set if there is
// one that it may not call.
func (in *interp) methodFor(c *class, low string) (m *method, owner *class, hidden bool) {
	m, owner = c.method(low)
	scope := in.frame.class
	if scope != nil && scope != owner && c.descends(scope) {
		if own := scope.methods[low]; own != nil && own.access == syntax.Private {
			return own, scope, false
		}
	}
	if m != nil && !mayUse(scope, owner, m.access) {
		return nil, nil, true
	}
	return m, owner, false
}

// guard notes that a magic method runs for a property, which it then sees itself.
func (in *interp) guard(o *Object, magic, name string) (release func(), ok bool) {
	g := guarded{o, magic, name}
	if in.guards[g] {
		return nil, false
	}
	in.guards[g] = true
	return func() { delete(in.guards, g) }, true
}

type guarded struct {
	o           *Object
	magic, name string
}
