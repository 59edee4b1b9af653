package syntax

import "fmt"

const (
	maxNesting = 1000    // nested brackets, blocks and operators
	maxHeight  = 5000    // levels of the syntax tree, which a long chain of operators increases
	maxTokens  = 500_000 // per file; limits memory, since the tree needs about 100 bytes per token
)

// A NestingError means that the parser gives up on a file which PHP may accept: the file
// is nested too deeply.
type NestingError struct {
	File string
	Line int
	Msg  string
}

// Error returns one line: file:line: message.
func (e *NestingError) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Msg) }

// A parser parses one file. It reads at most one token ahead, because within a string the
// parser decides where the lexer continues. Errors are panics up to Parse.
type parser struct {
	lex        lexer
	src        *Source
	tok        token // not yet consumed
	end        int   // end of the last consumed token
	depth      int   // depth of recursion
	height     int   // height of the highest tree since the innermost enter
	nest       int   // number of control structures around the statement, within the function
	names      names
	statements map[string]func(*parser) Stmt // by keyword
	fn         *funcScope
	class      *ClassDecl // the class around the code
	result     bool       // the type of a result is being parsed
	attributed int        // position of the token after an attribute
	item       int        // position of an array item that may be a list()
}

// Parse returns a file's syntax tree. The error is an *Error if PHP would refuse the
// file, and a *NestingError if the parser gives up.
func Parse(path, text string) (*Source, error) {
	src := &Source{Path: path, Text: text}
	err := failureOf(func() {
		p := &parser{lex: newLexer(path, text), src: src, fn: &funcScope{}, statements: statementParsers()}
		p.advance()
		src.Body = p.topStatements()
	})
	if err != nil {
		return nil, err
	}
	return src, nil
}

type parseFailure struct{ err error }

// fail panics with a syntax error, which ends the parsing.
func (p *parser) fail(line int, format string, args ...any) {
	panic(parseFailure{p.lex.errorf(line, format, args...)})
}

func (p *parser) unexpected(want string) {
	if want != "" {
		want = ", expecting " + want
	}
	p.fail(p.tok.line, "unexpected %s%s", p.tok.describe(), want)
}

func (p *parser) giveUp(line int, msg string) {
	panic(parseFailure{&NestingError{File: p.lex.file, Line: line, Msg: msg}})
}

// advance consumes the current token.
func (p *parser) advance() {
	p.end = p.tok.end
	p.count()
	p.tok = p.lex.next()
	for p.tok.kind == tAttribute {
		p.attribute()
		p.attributed = p.tok.pos
	}
}

// count counts a token, or a node that needs as much memory.
func (p *parser) count() {
	if p.src.tokens++; p.src.tokens > maxTokens {
		p.giveUp(p.lex.line, fmt.Sprintf("the file has more than %d tokens", maxTokens))
	}
}

// peek returns the token after the current one, without consuming a token.
func (p *parser) peek() token {
	l := p.lex
	return l.next()
}

// enter begins a level of recursion; leave ends it. steps is the number of levels that a
// chain added to the tree without recursion.
func (p *parser) enter() (height int) {
	if p.depth++; p.depth > maxNesting {
		p.giveUp(p.tok.line, fmt.Sprintf("the code is nested deeper than %d levels", maxNesting))
	}
	height, p.height = p.height, 0
	return height
}

func (p *parser) leave(height, steps int) {
	p.depth--
	p.height += steps + 1
	if p.height > maxHeight {
		p.giveUp(p.tok.line, fmt.Sprintf("an expression has more than %d operators or levels", maxHeight))
	}
	p.height = max(p.height, height)
}

func (p *parser) at(start token) Pos {
	return Pos{Line: int32(start.line), From: int32(start.pos), To: int32(p.end)}
}

func (p *parser) isOp(op string) bool { return p.tok.kind == tOp && p.tok.text == op }

func (p *parser) isWord(word string) bool { return p.tok.kind == tIdent && p.tok.lower == word }

// isWordOf reports whether the token is one of the words.
func (p *parser) isWordOf(words ...string) bool {
	for _, word := range words {
		if p.isWord(word) {
			return true
		}
	}
	return false
}

func (p *parser) acceptOp(op string) bool {
	if p.isOp(op) {
		p.advance()
		return true
	}
	return false
}

func (p *parser) acceptWord(word string) bool {
	if p.isWord(word) {
		p.advance()
		return true
	}
	return false
}

func (p *parser) expectOp(op string) {
	if !p.acceptOp(op) {
		p.unexpected(`"` + op + `"`)
	}
}

func (p *parser) expectWord(word string) {
	if !p.acceptWord(word) {
		p.unexpected(`"` + word + `"`)
	}
}

// atStatementEnd reports whether a statement may end here. ?> ends a statement like a semicolon.
func (p *parser) atStatementEnd() bool { return p.tok.kind == tCloseTag || p.isOp(";") }

// list parses items that are separated by commas.
func (p *parser) list(item func()) {
	for item(); p.acceptOp(","); item() {
	}
}

// nonEmptyListTo is like listTo, for one item or more.
func (p *parser) nonEmptyListTo(end string, item func()) {
	if p.isOp(end) {
		p.unexpected("")
	}
	p.listTo(end, item)
}

// listTo parses any number of items that are separated by commas, and the closing
// bracket.
func (p *parser) listTo(end string, item func()) {
	for !p.isOp(end) {
		item()
		if !p.acceptOp(",") {
			break
		}
	}
	p.expectOp(end)
}

func (p *parser) expectStatementEnd() {
	if !p.atStatementEnd() {
		p.unexpected(`";"`)
	}
	p.advance()
}

// ident consumes a name that is not reserved.
func (p *parser) ident() string {
	if p.tok.kind != tIdent || reserved[p.tok.lower] {
		p.unexpected("identifier")
	}
	name := p.tok.text
	p.advance()
	return name
}

// member consumes the name of a member, which may be a reserved word.
func (p *parser) member() string {
	if p.tok.kind != tIdent {
		p.unexpected("identifier")
	}
	name := p.tok.text
	p.advance()
	return name
}

// varName consumes a plain variable.
func (p *parser) varName() string {
	if p.tok.kind != tVar {
		p.unexpected("variable")
	}
	name := p.tok.text
	p.advance()
	return name
}

// failureOf runs f and returns the error that ended it, or nil.
func failureOf(f func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			failure, ok := r.(parseFailure)
			if !ok {
				panic(r)
			}
			err = failure.err
		}
	}()
	f()
	return nil
}
