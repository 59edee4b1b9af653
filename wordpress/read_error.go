package wordpress

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/wp-oneway/wp-oneway/wordpress/php"
)

// The ways out of a refusal.
const (
	hintWorld = "say what the site's PHP knows by --env, --env-file, --no-env or --http-host, or give the credentials by --db-defaults-file"
	hintHome  = "if the folder belongs to the site, name one around both by --home; else give the credentials by --db-defaults-file"
	hintFile  = "give the credentials by --db-defaults-file"
)

// refuse makes the error of a class.
func refuse(class Class, file, format string, args ...any) *ConfigError {
	e := &ConfigError{Class: class, File: file, Message: fmt.Sprintf(format, args...)}
	switch class {
	case Undecidable:
		e.Hint = hintWorld
	case Unsafe:
		e.Hint = hintHome
	case Unreadable, Syntax:
		e.Hint = hintFile
	case NoConfig, NotMySQL:
	}
	return e
}

// refusal makes a ConfigError of an error of an evaluation. It returns the
// error of a context as undecidable; who asked for the end looks there first.
func (r *reader) refusal(err error) *ConfigError {
	var ce *ConfigError
	if errors.As(err, &ce) {
		return ce
	}
	var syntax *php.SyntaxError
	if errors.As(err, &syntax) {
		e := refuse(Syntax, syntax.File, "syntax error: %s", syntax.Msg)
		e.Line = syntax.Line
		return e
	}
	var why *php.Refusal
	if errors.As(err, &why) {
		return fromRefusal(why)
	}
	return fileRefusal(r.site.Config.ConfigFile, err)
}

func fromRefusal(why *php.Refusal) *ConfigError {
	class := Undecidable
	switch why.Class {
	case php.Unsafe:
		class = Unsafe
	case php.Unreadable:
		class = Unreadable
	case php.Syntax:
		class = Syntax
	case php.Undecidable:
	}
	text := why.Message
	if why.Expr != "" {
		text += ": " + why.Expr
	}
	e := refuse(class, why.File, "%s", text)
	e.Line = why.Line
	return e
}

// fileRefusal makes the error of a file that cannot be read.
func fileRefusal(path string, err error) *ConfigError {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	if errors.Is(err, ErrOutside) {
		return refuse(Unsafe, path, "it %v", err)
	}
	if errors.Is(err, ErrIrregular) || errors.Is(err, errTooLarge) {
		return refuse(Unreadable, path, "it %v", err)
	}
	return refuse(Unreadable, path, "cannot be read: %v", err)
}
