package eval

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

// descends reports whether c is or extends another class.
func (c *PHPClass) descends(other *PHPClass) bool {
	for ; c != nil; c = c.parent {
		if c == other {
			return true
		}
	}
	return false
}

// mayUse reports whether code of class scope (nil: none) may use a member.
func mayUse(scope, owner *PHPClass, a syntax.Access) bool {
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
func (c *PHPClass) property(name string) (*syntax.PropItem, *PHPClass) {
	for k := c; k != nil; k = k.parent {
		if p := k.ownProperty(name); p != nil && (k == c || p.Access != syntax.Private) {
			return p, k
		}
	}
	return nil, nil
}

func (c *PHPClass) ownProperty(name string) *syntax.PropItem {
	for i := range c.props {
		if c.props[i].Name == name {
			return &c.props[i]
		}
	}
	return nil
}

// propKey is where an object holds the property, as PHP names it in (array) $o.
func propKey(p *syntax.PropItem, owner *PHPClass) Key {
	switch p.Access {
	case syntax.Private:
		return Key{S: "\x00" + owner.Name + "\x00" + p.Name, Str: true}
	case syntax.Protected:
		return Key{S: "\x00*\x00" + p.Name, Str: true}
	}
	return Key{S: p.Name, Str: true}
}

// A member is a property of an object as the running code sees it.
type member struct {
	key    Key
	item   *syntax.PropItem // nil: not declared
	owner  *PHPClass
	hidden bool // it is there, but not for this code
}

// memberOf finds a property as code of the present class sees it.
func (in *interp) memberOf(o *Object, name string) member {
	if scope := in.frame.class; scope != nil && scope != o.Class && o.Class.descends(scope) {
		if p := scope.ownProperty(name); p != nil && p.Access == syntax.Private {
			return member{key: propKey(p, scope), item: p, owner: scope}
		}
	}
	p, owner := o.Class.property(name)
	if p == nil {
		return member{key: Key{S: name, Str: true}}
	}
	return member{key: propKey(p, owner), item: p, owner: owner, hidden: !mayUse(in.frame.class, owner, p.Access)}
}

// nativeKey is where a model finds a property, whoever may use it.
func nativeKey(o *Object, name string) Key {
	if p, owner := o.Class.property(name); p != nil {
		return propKey(p, owner)
	}
	return Key{S: name, Str: true}
}

// visible is an object's properties by their plain names, as the present code may
// read them: what foreach and get_object_vars see.
func (in *interp) visible(o *Object, scope *PHPClass) *Array {
	props := in.propsOf(o)
	out := NewArray()
	out.Why = props.Why
	props.Each(func(k Key, v Value) bool {
		name, class, hidden := splitKey(k.S)
		if hidden {
			p, owner := o.Class.property(name)
			if scope != nil && class == scope.Name && scope.ownProperty(name) != nil {
				p, owner = scope.ownProperty(name), scope
			}
			if p == nil || class != "*" && owner.Name != class || !mayUse(scope, owner, p.Access) {
				return true
			}
		}
		out.Set(StrKey(name), v)
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
func (in *interp) methodFor(c *PHPClass, low string) (m *ClassMethod, owner *PHPClass, hidden bool) {
	m, owner = c.Method(low)
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
