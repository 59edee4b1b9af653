package php

import (
	"context"
	"sync"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
	"github.com/wp-oneway/wp-oneway/wordpress/php/lib"
	"github.com/wp-oneway/wp-oneway/wordpress/php/models"
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// The types of an evaluation. Package eval documents their fields and methods.
type (
	// An Answer is what is known of one constant or variable.
	Answer = eval.Answer
	// An Array is a PHP array.
	Array = eval.Array
	// FileErrors tells why a file could not be read.
	FileErrors = eval.FileErrors
	// Files opens the files of a site.
	Files = eval.Files
	// An Object is the handle of a PHP object.
	Object = eval.Object
	// Options are what is known of the site, and the limits.
	Options = eval.Options
	// A Refusal says why there is no answer.
	Refusal = eval.Refusal //nolint:errname // it stands for an answer, too
	// A Result is what an evaluation found.
	Result = eval.Result
)

// A SyntaxError is what PHP would refuse to parse.
type SyntaxError = syntax.Error

// What is known of a constant or variable, the classes of refusals and their origins.
const (
	Absent = eval.Absent
	Known  = eval.Known
	Open   = eval.Open

	Undecidable = eval.Undecidable
	Unsafe      = eval.Unsafe
	Unreadable  = eval.Unreadable
	Syntax      = eval.Syntax

	OriginEnvironment    = eval.OriginEnvironment
	OriginRequest        = eval.OriginRequest
	OriginHost           = eval.OriginHost
	OriginVariablesOrder = eval.OriginVariablesOrder
	OriginHome           = eval.OriginHome
	OriginStop           = eval.OriginStop
	OriginFeature        = eval.OriginFeature
	OriginVolatile       = eval.OriginVolatile
)

// php82 is what PHP 8.2 offers. It is made once: it is the same for every evaluation.
var php82 = sync.OnceValue(func() *eval.Library {
	std := lib.Standard()
	std.Classes = append(models.Classes(), std.Classes...)
	std.VendorMaps = models.VendorMaps()
	for name, f := range models.Functions() {
		std.Functions[name] = f
	}
	return std
})

// Eval evaluates a file and what it includes. An error is a *SyntaxError, a *Refusal
// or the error of the context.
func Eval(ctx context.Context, opt Options) (*Result, error) {
	return eval.Eval(ctx, opt, php82())
}
