package eval

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

// castArray is (array) $v.
func (in *interp) castArray(v Value, pos syntax.Pos) Value {
	switch v := v.(type) {
	case *Array:
		return v
	case NullType:
		return NewArray()
	case *Object:
		if v.fn != nil || in.visible(v, nil).Len() != in.propsOf(v).Len() {
			panic(in.unsupported(pos, "a cast of an object with private or protected properties to an array"))
		}
		return Share(in.visible(v, nil))
	case *Unknown:
		return Opaque(v)
	}
	return ListOf(v)
}
