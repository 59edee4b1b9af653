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

// mayAccess reports whether code of class scope (nil: no class) may use a member of owner
// with this access.
func mayAccess(scope, owner *PHPClass, a syntax.Access) bool {
	switch a {
	case syntax.Private:
		return scope == owner
	case syntax.Protected:
		return scope != nil && (scope.descends(owner) || owner.descends(scope))
	default:
		return true
	}
}

// checkAccess panics if the running code may not use a member of class owner. PHP would
// throw an error, or call __get, __set or __call.
func (in *interp) checkAccess(owner *PHPClass, a syntax.Access) {
	if owner == nil || mayAccess(in.frame.class, owner, a) {
		return
	}
	panic(in.Unsupported("a private or protected member outside its class"))
}

// property returns the declaration of a property, and the class that declares it.
func (c *PHPClass) property(name string) (*syntax.PropItem, *PHPClass) {
	for ; c != nil; c = c.parent {
		for i := range c.props {
			if c.props[i].Name == name {
				return &c.props[i], c
			}
		}
	}
	return nil, nil
}

func propKey(name string) Key { return Key{S: name, Str: true} }

// declaredProperty returns the declaration of an object's property, and the class that
// declares it. It is nil if no class declares the property. It panics if the running code
// may not use the property.
func (in *interp) declaredProperty(o *Object, name string) (*syntax.PropItem, *PHPClass) {
	p, owner := o.Class.property(name)
	if p == nil {
		return nil, nil
	}
	in.checkAccess(owner, p.Access)
	return p, owner
}

// visible returns the properties of an object that code of class scope may read: the ones
// that foreach and get_object_vars see.
func (in *interp) visible(o *Object, scope *PHPClass) *Array {
	props := in.Props(o)
	out := NewArray()
	out.Why = props.Why
	for k, v := range props.Each {
		if p, owner := o.Class.property(k.S); p == nil || mayAccess(scope, owner, p.Access) {
			out.Set(StrKey(k.S), v)
		}
	}
	return out
}

// shadowed reports whether a class declares a member that is private in one of its
// parents. An object would then have both members.
func (c *PHPClass) shadowed() bool {
	if c.parent == nil || c.decl == nil {
		return false
	}
	for _, p := range c.decl.Props {
		if old, _ := c.parent.property(p.Name); old != nil && old.Access == syntax.Private {
			return true
		}
	}
	for _, m := range c.decl.Methods {
		low := syntax.Lower(m.Name)
		if old, _ := c.parent.Method(low); old != nil && old.access == syntax.Private && low != "__construct" {
			return true
		}
	}
	return false
}

// accessibleMethod returns a method that the running code is permitted to call, and the
// class that has it; nil if there is none.
func (in *interp) accessibleMethod(c *PHPClass, low string) (*ClassMethod, *PHPClass) {
	m, owner := c.Method(low)
	if m == nil {
		return nil, nil
	}
	in.checkAccess(owner, m.access)
	return m, owner
}
