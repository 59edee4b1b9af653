package php

// TEMPORARY: what the built-ins call until they are adapted.

func (in *interp) settled(a *Array, _ at) (*Array, error)           { return a, nil }
func (in *interp) settledAs(a *Array, _ bool, _ at) (*Array, error) { return a, nil }
func (in *interp) lends(Value, int) bool                            { return false }
func (in *interp) smudge(t []target, u *Unknown) error              { return in.invalidateTargets(t, u) }
func (c *call) plain(v Value) (Value, error)                        { return v, nil }
func (c *call) plainly(a, b Value) (x, y Value, err error)          { return a, b, nil }
