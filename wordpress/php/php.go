package php

import (
	"context"
	"sync"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
	"github.com/wp-oneway/wp-oneway/wordpress/php/lib"
	"github.com/wp-oneway/wp-oneway/wordpress/php/models"
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// The types that callers of Eval use. Package eval documents their fields and methods.
type (
	// An Answer is what is known about one constant or variable.
	Answer = eval.Answer
	// An Array is a PHP array.
	Array = eval.Array
	// FileErrors classifies the errors of Files.
	FileErrors = eval.FileErrors
	// Files opens the files of a site.
	Files = eval.Files
	// An Object identifies a PHP object.
	Object = eval.Object
	// Options describe the site, its environment and the limits.
	Options = eval.Options
	// A Refusal says why a value is not known, or why the evaluation ended.
	Refusal = eval.Refusal //nolint:errname // also used as an answer
	// A Result is the outcome of an evaluation.
	Result = eval.Result
)

// A SyntaxError is an error in a file that PHP cannot parse.
type SyntaxError = syntax.Error

// The states of a constant or variable, the classes of refusals and their origins.
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

// php82 returns the functions, constants and classes of PHP 8.2. It builds them once,
// because every evaluation uses the same.
var php82 = sync.OnceValue(func() *eval.Library {
	std := lib.Standard()
	std.Classes = append(models.Classes(), std.Classes...)
	std.VendorMaps = models.VendorMaps()
	for name, f := range models.Functions() {
		std.Functions[name] = f
	}
	return std
})

// Eval evaluates a file and the files that it includes. An error is a *SyntaxError, a
// *Refusal or the error of the context.
func Eval(ctx context.Context, opt Options) (*Result, error) {
	return eval.Eval(ctx, opt, php82())
}
