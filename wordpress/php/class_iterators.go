package php

// generatorMethods are those of Generator.
var generatorMethods = map[string]function{
	"current": {fn: onGenerator(true, func(_ *call, g *yielder) (Value, error) { return g.val, nil }), max: 0},
	"key":     {fn: onGenerator(true, func(_ *call, g *yielder) (Value, error) { return g.key, nil }), max: 0},
	"valid":   {fn: onGenerator(true, func(_ *call, g *yielder) (Value, error) { return boolVal(!g.done), nil }), max: 0},
	"next": {fn: onGenerator(true, func(c *call, g *yielder) (Value, error) {
		g.sent = null
		return null, c.in.resumeGenerator(g, c.pos)
	}), max: 0},
	"rewind":    {fn: onGenerator(false, rewindGenerator), max: 0},
	"send":      {fn: onGenerator(true, sendGenerator), min: 1, max: 1, lazy: true},
	"getReturn": {fn: onGenerator(false, generatorReturn), max: 0},
	"throw": {fn: func(c *call) (Value, error) {
		return nil, c.in.refuse(Undecidable, c.pos, "evaluate: an exception thrown into a generator is not modelled")
	}, min: 1, max: 1, lazy: true},
}

func onGenerator(start bool, f func(c *call, g *yielder) (Value, error)) func(*call) (Value, error) {
	return func(c *call) (Value, error) {
		g := c.this.gen
		if start {
			if err := c.in.startGenerator(g, c.pos); err != nil {
				return nil, err
			}
		}
		return f(c, g)
	}
}

func rewindGenerator(c *call, g *yielder) (Value, error) {
	switch {
	case !g.started:
		return null, c.in.startGenerator(g, c.pos)
	case g.turns == 1 && !g.done:
		return null, nil
	}
	return nil, c.throw("Exception", "Cannot rewind a generator that was already run")
}

func sendGenerator(c *call, g *yielder) (Value, error) {
	if g.done {
		return null, nil
	}
	g.sent = c.arg(0)
	if err := c.in.resumeGenerator(g, c.pos); err != nil {
		return nil, err
	}
	return g.val, nil
}

func generatorReturn(c *call, g *yielder) (Value, error) {
	if !g.done || g.failed {
		return nil, c.throw("Exception", "Cannot get return value of a generator that hasn't returned")
	}
	return g.ret, nil
}
