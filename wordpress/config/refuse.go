package config

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/php"
	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
)

// Hints for resolving a refusal.
const (
	hintFile    = "give the credentials with --db-defaults-file"
	hintFolder  = "give the site's own folder; wp-oneway sites FOLDER searches below a folder"
	hintRights  = "run wp-oneway as the owner of the site or as root, or " + hintFile
	hintSyntax  = "correct the file, or " + hintFile
	hintRunPHP  = "let the site's own PHP run it with --with-php, or " + hintFile
	hintWorld   = "describe the site's PHP with --env, --env-file, --no-env or --url, or " + hintFile
	hintEnv     = "describe the environment of the site's PHP with --env NAME=VALUE, --env-file or --no-env, or " + hintFile
	hintOrder   = "set --variables-order to its value (php -i | grep variables_order), or " + hintFile
	hintURL     = "give the site's address with --url https://HOST/, or " + hintFile
	hintWithout = "with --db-defaults-file, the site is backed up without this folder"
	hintHome    = "if this path belongs to the site, set --home to a folder that contains both; otherwise " + hintFile
)

// refuse returns an error of a class, with the hint for that class.
func refuse(class wordpress.Class, file, format string, args ...any) *wordpress.ConfigError {
	e := &wordpress.ConfigError{Class: class, File: file, Message: fmt.Sprintf(format, args...)}
	switch class {
	case wordpress.Undecidable:
		e.Hint = hintWorld
	case wordpress.Unsafe:
		e.Hint = hintHome
	case wordpress.Unreadable:
		e.Hint = hintFile
	case wordpress.Syntax:
		e.Hint = hintSyntax
	case wordpress.NoConfig:
		e.Hint = hintFolder
	case wordpress.NotMySQL:
	}
	return e
}

// refusal converts an error of an evaluation into a ConfigError. Callers must check for
// a canceled context themselves.
func (r *reader) refusal(err error) *wordpress.ConfigError {
	var ce *wordpress.ConfigError
	if errors.As(err, &ce) {
		return ce
	}
	var syntax *php.SyntaxError
	if errors.As(err, &syntax) {
		e := refuse(wordpress.Syntax, syntax.File, "syntax error: %s", syntax.Msg)
		e.Line = syntax.Line
		return e
	}
	var why *php.Refusal
	if errors.As(err, &why) {
		return fromRefusal(why)
	}
	return fileRefusal(r.site.Config.ConfigFile, err)
}

func fromRefusal(why *php.Refusal) *wordpress.ConfigError {
	class := wordpress.Undecidable
	text := brief(why.Message)
	switch why.Class {
	case php.Unsafe:
		class = wordpress.Unsafe
	case php.Unreadable:
		class = wordpress.Unreadable
	case php.Syntax:
		class = wordpress.Syntax
		text = "syntax error: " + strings.TrimPrefix(text, "syntax error: ")
	case php.Undecidable:
	}
	if why.Expr != "" {
		text += ": " + why.Expr
	}
	file, line := evaluatedBy(why.File, why.Line)
	if file != why.File {
		text = "in code that eval runs: " + text
	}
	e := refuse(class, file, "%s", text)
	e.Line = line
	e.Hint = hintFor(class, why)
	return e
}

// maxMessage limits the length of a refusal's text in bytes, so that the hint after it
// stays visible.
const maxMessage = 500

// brief shortens a text to maxMessage. The tenant controls its length.
func brief(text string) string {
	if len(text) <= maxMessage {
		return text
	}
	return strings.ToValidUTF8(text[:maxMessage], "") + "…"
}

// hintFor returns the hint for the cause of a refusal.
func hintFor(class wordpress.Class, why *php.Refusal) string {
	switch {
	case why.Origin == php.OriginHome:
		return hintHome
	case class == wordpress.Syntax:
		return hintSyntax
	case class != wordpress.Undecidable && class != wordpress.Unsafe:
		return hintFile
	case why.Origin == php.OriginEnvironment:
		return hintEnv
	case why.Origin == php.OriginVariablesOrder:
		return hintOrder
	case why.Origin == php.OriginHost:
		return hintURL
	case why.Origin == php.OriginStop:
		return hintWorld // another environment might take another branch
	case why.Origin == php.OriginFeature, // its message names --with-php
		why.Origin == php.OriginVolatile, why.Origin == php.OriginRequest: // PHP would not know either
		return hintFile
	}
	return hintRunPHP
}

// evaluatedBy returns the file and the line of the eval call, if file is PHP's name for
// evaluated code: "file(line) : eval()'d code".
func evaluatedBy(file string, line int) (string, int) {
	outer, _, ok := strings.Cut(file, ") : eval()'d code")
	i := strings.LastIndexByte(outer, '(')
	if !ok || i < 0 {
		return file, line
	}
	n, err := strconv.Atoi(outer[i+1:])
	if err != nil {
		return file, line
	}
	return outer[:i], n
}

// fileRefusal returns the refusal of a file that cannot be read.
func fileRefusal(path string, err error) *wordpress.ConfigError {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	if errors.Is(err, safefs.ErrOutside) {
		return refuse(wordpress.Unsafe, path, "it %v", err)
	}
	if errors.Is(err, safefs.ErrIrregular) || errors.Is(err, errTooLarge) {
		return refuse(wordpress.Unreadable, path, "it %v", err)
	}
	e := refuse(wordpress.Unreadable, path, "cannot be read: %v", err)
	if errors.Is(err, fs.ErrPermission) {
		e.Hint = hintRights
	}
	return e
}
