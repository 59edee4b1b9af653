package eval

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

func (in *interp) evalCast(x *syntax.CastExpr) Value {
	v := in.eval(x.X)
	switch x.Type {
	case "array":
		return in.castArray(v, x.Pos)
	case "object":
		return in.castObject(v, x.Pos)
	case "string":
		v = in.ConvertString(v, x.Pos)
	case "bool":
		return in.truthOf(v)
	}
	return in.Lift([]Value{v}, x.Pos, func(vals []Value) Value {
		return castScalar(vals[0], x.Type)
	})
}

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

func castScalar(v Value, typ string) Value {
	switch typ {
	case "int":
		return Int(ToInt(v))
	case "float":
		return Float(ToFloat(v))
	}
	return String(ToString(v))
}

func (in *interp) castObject(v Value, pos syntax.Pos) Value {
	props := NewArray()
	switch v := v.(type) {
	case *Object:
		return v
	case *Array:
		if !v.certain() {
			return Opaque(in.UnknownIn(v, 0))
		}
		in.Alloc(v.Size(), pos)
		for k, v := range v.Each {
			props.Set(Key{S: k.Text(), Str: true}, Share(v))
		}
		return in.newObject("stdClass", props, pos)
	case *Unknown:
		return Opaque(v)
	case NullType:
	default:
		props.Put("scalar", v)
	}
	return in.newObject("stdClass", props, pos)
}
