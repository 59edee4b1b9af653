package php

import (
	"context"
	"sync"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// A SyntaxError is what PHP would refuse to parse.
type SyntaxError = syntax.Error

// php82 is what PHP 8.2 offers. It is made once: it is the same for every evaluation.
var php82 = sync.OnceValue(func() *library {
	lib := standardLibrary()
	lib.Classes = append(modelClasses(), lib.Classes...)
	for name, f := range modelFunctions() {
		lib.Functions[name] = f
	}
	return lib
})

// Eval evaluates a file and what it includes. An error is a *SyntaxError, a *Refusal
// or the error of the context.
func Eval(ctx context.Context, opt Options) (*Result, error) { return evaluate(ctx, opt, php82()) }
