package compat

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// ParseEnvrc returns the variables that a settings file sets. It never executes the file. The
// file may contain comments and assignments (NAME=VALUE or export NAME=VALUE). Values may be
// quoted and may use earlier variables. lookup returns the value of a variable that the file does
// not set. Errors name the file and the line, and never show text of the file.
func ParseEnvrc(file string, text []byte, lookup func(name string) string) (map[string]string, error) {
	parsed, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(bytes.NewReader(text), "")
	if err != nil {
		return nil, shellLine(file, errorLine(err))
	}
	e := evaluator{set: map[string]string{}, lookup: lookup}
	for _, stmt := range parsed.Stmts {
		line := stmt.Pos().Line()
		assigns, ok := assignments(stmt)
		for _, as := range assigns {
			if ok = ok && as.Name != nil && !as.Append && as.Index == nil && as.Array == nil; !ok {
				break
			}
			line = as.Pos().Line()
			if as.Naked {
				continue // export NAME
			}
			var value string
			if value, ok = e.word(as.Value); !ok {
				break
			}
			e.set[as.Name.Value] = value
		}
		if !ok {
			return nil, shellLine(file, line)
		}
	}
	return e.set, nil
}

// shellLine returns the error about a line that is not just an assignment.
func shellLine(file string, line uint) error {
	return fmt.Errorf("%s:%d: a line that only a shell could evaluate; the file is read, not executed: write export NAME='VALUE', and put anything else into another file", file, line)
}

func errorLine(err error) uint {
	if e := (syntax.ParseError{}); errors.As(err, &e) {
		return e.Pos.Line()
	}
	if e := (syntax.LangError{}); errors.As(err, &e) {
		return e.Pos.Line()
	}
	return 0
}

// assignments returns the assignments of a statement. ok is false if the statement does anything
// else.
func assignments(stmt *syntax.Stmt) (assigns []*syntax.Assign, ok bool) {
	if stmt.Negated || stmt.Background || stmt.Coprocess || stmt.Disown || len(stmt.Redirs) > 0 {
		return nil, false
	}
	switch cmd := stmt.Cmd.(type) {
	case *syntax.CallExpr:
		return cmd.Assigns, len(cmd.Args) == 0
	case *syntax.DeclClause:
		return cmd.Args, cmd.Variant.Value == "export"
	}
	return nil, false
}

// An evaluator evaluates words as a shell does in assignments: without word splitting and without
// patterns. A false result means that only a shell can evaluate the text.
type evaluator struct {
	set    map[string]string
	lookup func(string) string
}

func (e *evaluator) variable(name string) string {
	if value, ok := e.set[name]; ok {
		return value
	}
	return e.lookup(name)
}

func (e *evaluator) word(w *syntax.Word) (string, bool) {
	if w == nil {
		return "", true
	}
	var out strings.Builder
	for i, part := range w.Parts {
		text, ok := "", false
		switch p := part.(type) {
		case *syntax.Lit:
			text, ok = e.unquoted(p.Value, i == 0, i == len(w.Parts)-1)
		case *syntax.SglQuoted:
			text, ok = p.Value, !p.Dollar
		case *syntax.DblQuoted:
			text, ok = e.doubleQuoted(p)
		case *syntax.ParamExp:
			text, ok = e.parameter(p)
		}
		if !ok {
			return "", false
		}
		out.WriteString(text)
	}
	return out.String(), true
}

// unquoted evaluates text outside quotes. A backslash quotes the next character, and ~ at the
// beginning of the word is the home folder.
func (e *evaluator) unquoted(text string, first, last bool) (string, bool) {
	if strings.Contains(text, ":~") {
		return "", false
	}
	if first && strings.HasPrefix(text, "~") {
		if text != "~" && !strings.HasPrefix(text, "~/") || text == "~" && !last {
			return "", false
		}
		rest, ok := e.unquoted(text[1:], false, last)
		return e.variable("HOME") + rest, ok
	}
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) {
			i++
			if text[i] == '\n' {
				continue
			}
		}
		out.WriteByte(text[i])
	}
	return out.String(), true
}

// doubleQuoted evaluates text in double quotes. There, a backslash quotes only $, `, ", \ and the
// end of a line.
func (e *evaluator) doubleQuoted(q *syntax.DblQuoted) (string, bool) {
	var out strings.Builder
	for _, part := range q.Parts {
		switch p := part.(type) {
		case *syntax.Lit:
			out.WriteString(regexp.MustCompile("(?s)\\\\([$`\"\\\\\n])").ReplaceAllStringFunc(p.Value, func(s string) string {
				return strings.TrimPrefix(s[1:], "\n")
			}))
		case *syntax.ParamExp:
			value, ok := e.parameter(p)
			if !ok {
				return "", false
			}
			out.WriteString(value)
		default:
			return "", false
		}
	}
	return out.String(), !q.Dollar
}

// parameter evaluates $NAME and ${NAME}.
func (e *evaluator) parameter(p *syntax.ParamExp) (string, bool) {
	plain := !p.Excl && !p.Length && !p.Width && !p.IsSet && p.Index == nil && p.Slice == nil && p.Repl == nil && p.Names == 0 && p.Exp == nil
	if !plain || p.Param == nil || !syntax.ValidName(p.Param.Value) {
		return "", false
	}
	return e.variable(p.Param.Value), true
}
