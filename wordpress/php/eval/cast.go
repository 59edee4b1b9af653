package eval

import "github.com/wp-oneway/wp-oneway/wordpress/php/syntax"

func (in *interp) evalCast(x *syntax.CastExpr) Value {
	v := in.eval(x.X)
	switch x.Type {
	case "array":
		return in.castArray(v)
	case "object":
		return in.castObject(v)
	case "string":
		v = in.ConvertString(v)
	case "bool":
		return in.truthOf(v)
	}
	return in.Lift([]Value{v}, func(vals []Value) Value {
		return castScalar(vals[0], x.Type)
	})
}

// castArray is (array) $v.
func (in *interp) castArray(v Value) Value {
	switch v := v.(type) {
	case *Array:
		return v
	case NullType:
		return NewArray()
	case *Object:
		if v.fn != nil || in.visible(v, nil).Len() != in.Props(v).Len() {
			panic(in.Unsupported("a cast of an object with private or protected properties to an array"))
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

func (in *interp) castObject(v Value) Value {
	props := NewArray()
	switch v := v.(type) {
	case *Object:
		return v
	case *Array:
		if !v.certain() {
			return Opaque(in.UnknownIn(v))
		}
		in.Alloc(v.Size())
		for k, v := range v.Each {
			props.Set(Key{S: k.Text(), Str: true}, Share(v))
		}
		return in.Object("stdClass", props)
	case *Unknown:
		return Opaque(v)
	case NullType:
	default:
		props.Put("scalar", v)
	}
	return in.Object("stdClass", props)
}
