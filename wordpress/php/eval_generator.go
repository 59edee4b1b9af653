package php

import (
	"reflect"
	"runtime"
)

// A yielder is a generator: a function that stands still at a yield. Its code runs on a
// goroutine of its own, never at the same time as the rest. It goes on only in the
// world in which it began: where worlds parted meanwhile, the evaluation ends.
type yielder struct {
	frame *frame
	to    *callee
	wake  chan bool     // go on, or end
	back  chan struct{} // it stands still

	started, running, done bool
	failed                 bool
	turns                  int
	path, waited           int // of the world it belongs to
	pending, trying        int
	base                   int // of who goes on with it

	key, val, sent, ret Value
	next                int64
	err                 error
	crash               any
}

const maxGenerators = 500

// newGenerator is what the call of a function with a yield in it gives.
func (in *interp) newGenerator(to *callee, args []Value, named *Array, by typing) (Value, error) {
	if len(in.generators) >= maxGenerators {
		return nil, in.refuse(Undecidable, by.pos, "evaluate: more than %d generators", maxGenerators)
	}
	if err := in.alloc(16<<10, by.pos); err != nil {
		return nil, err
	}
	f := in.newFrame()
	f.fn, f.class, f.static, f.this, f.args, f.caller = to.fn, to.class, to.static, to.this, args, in.frame
	if to.closure != nil {
		f.closure = to.closure.id
	}
	frame, src := in.frame, in.src
	in.frame, in.src = f, to.fn.file
	err := in.bind1(to, f, args, named, by)
	in.frame, in.src = frame, src
	if err != nil {
		return nil, err
	}
	f.caller = nil
	g := &yielder{
		frame: f, to: to, wake: make(chan bool), back: make(chan struct{}), path: in.path, waited: in.waited,
		key: null, val: null, sent: null, ret: null,
	}
	f.generator = g
	in.generators = append(in.generators, g)
	return &Object{class: in.natives["generator"], cell: in.newCell(newArray()).cell, gen: g}, nil
}

// resumeGenerator runs a generator up to its next yield or to its end.
func (in *interp) resumeGenerator(g *yielder, pos at) error {
	switch {
	case g.done:
		return nil
	case g.running:
		return in.throw("Error", "Cannot resume an already running generator", pos)
	case g.path != in.path || g.waited != in.waited, g.started && (g.pending != len(in.pending) || g.trying != len(in.trying)):
		return in.refuse(Undecidable, pos, "evaluate: a generator goes on where it depends on what is not known")
	case in.calls >= in.opt.Limits.Depth:
		return in.refuse(Undecidable, pos, "evaluate: calls are nested deeper than %d", in.opt.Limits.Depth)
	case !g.started && (g.to.fn.refReturn || hasNode(reflect.ValueOf(g.to.fn.body), 0, cleansUp)):
		return in.refuse(Undecidable, pos, "evaluate: a generator by reference, or with a finally, is not modelled")
	}
	if err := in.steps(8, pos); err != nil {
		return err
	}
	own := in.activation()
	g.turns++
	g.running, g.base, g.pending, g.trying = true, in.base, len(in.pending), len(in.trying)
	if !g.started {
		g.started = true
		go g.run(in)
	}
	g.wake <- true
	<-g.back
	g.running = false
	in.activate(own)
	if g.crash != nil {
		panic(g.crash)
	}
	err := g.err
	g.err = nil
	return err
}

// run is the generator's goroutine.
func (g *yielder) run(in *interp) {
	defer func() {
		g.crash = recover()
		g.done, g.key, g.val = true, null, null
		g.back <- struct{}{}
	}()
	if !<-g.wake {
		return
	}
	in.frame, in.src = g.frame, g.to.fn.file
	in.calls++
	base, _ := in.mark()
	v := null
	var err error
	if g.to.fn.arrow != nil {
		v, err = in.eval(g.to.fn.arrow)
	} else {
		err = in.exec(g.to.fn.body)
	}
	in.base = g.base
	g.ret, g.err = in.returned(g.frame, base, v, err)
	if g.failed = g.err != nil; g.failed {
		g.ret = null
	}
}

// yield hands a value to who goes on with the generator, and waits for it.
func (in *interp) yield(g *yielder, k, v Value, pos at) (Value, error) {
	if in.path != g.path || in.waited != g.waited {
		return nil, in.refuse(Undecidable, pos, "evaluate: a yield depends on what is not known")
	}
	own := in.activation()
	g.key, g.val, g.sent = k, share(v), null
	g.back <- struct{}{}
	if !<-g.wake {
		runtime.Goexit()
	}
	in.activate(own)
	return g.sent, nil
}

// part begins a world that parts from others.
func (in *interp) part() {
	in.serial++
	in.path = in.serial
}

// An activation is where the evaluator stands.
type activation struct {
	frame              *frame
	src                *source
	trying             []*tryStmt
	why                *Unknown
	base, depth, calls int
}

func (in *interp) activation() activation {
	return activation{in.frame, in.src, in.trying, in.why, in.base, in.depth, in.calls}
}

func (in *interp) activate(a activation) {
	in.frame, in.src, in.trying, in.why, in.base, in.depth, in.calls = a.frame, a.src, a.trying, a.why, a.base, a.depth, a.calls
}

// endGenerators ends the goroutines of those that stand still.
func (in *interp) endGenerators() {
	for _, g := range in.generators {
		if g.started && !g.done {
			g.wake <- false
			<-g.back
		}
	}
}

func (in *interp) evalYield(x *yieldExpr) (Value, error) {
	g := in.frame.generator
	if g == nil {
		return nil, in.refuse(Undecidable, x.at, "evaluate: a yield outside a generator")
	}
	k, v := null, null
	var err error
	if x.key != nil {
		if k, err = in.eval(x.key); err != nil {
			return nil, err
		}
	}
	if x.x != nil {
		if v, err = in.eval(x.x); err != nil {
			return nil, err
		}
	}
	if x.from {
		return in.yieldFrom(g, v, x.at)
	}
	if n, ok := k.(intVal); ok && int64(n) >= g.next && x.key != nil {
		g.next = int64(n) + 1
	}
	if x.key == nil {
		k = intVal(g.next)
		g.next++
	}
	return in.yield(g, k, v, x.at)
}

// yieldFrom hands on everything that another generator, or an array, has.
func (in *interp) yieldFrom(g *yielder, v Value, pos at) (Value, error) {
	if refers(v) {
		return nil, in.refuse(Undecidable, pos, "evaluate: yield from an array of references is not modelled")
	}
	o, ok := v.(*Object)
	if !ok || o.gen == nil {
		return null, in.walk(v, pos, wantKeys, func(k, v Value) error {
			_, err := in.yield(g, k, v, pos)
			return err
		})
	}
	for {
		if err := in.startGenerator(o.gen, pos); err != nil {
			return nil, err
		}
		if o.gen.done {
			return o.gen.ret, nil
		}
		sent, err := in.yield(g, o.gen.key, o.gen.val, pos)
		if err != nil {
			return nil, err
		}
		o.gen.sent = sent
		if err := in.resumeGenerator(o.gen, pos); err != nil {
			return nil, err
		}
	}
}

func (in *interp) startGenerator(g *yielder, pos at) error {
	if g.started {
		return nil
	}
	return in.resumeGenerator(g, pos)
}

// cleansUp is a try with a finally, which runs when the generator is thrown away too.
func cleansUp(v reflect.Value) bool {
	return v.Type() == reflect.TypeFor[*tryStmt]() && v.Elem().FieldByName("hasFinally").Bool()
}
