package syntax

import "fmt"

const (
	maxNesting = 1000    // brackets, blocks and operators within each other
	maxHeight  = 5000    // of the syntax tree, long chains of operators included
	maxTokens  = 500_000 // of a file, and so of memory: a token takes some 100 bytes of tree
)

// A NestingError says that PHP may well accept a file, but this reader gives up
// on it: it is nested too deeply.
type NestingError struct {
	File string
	Line int
	Msg  string
}

// Error is one line: file:line: message.
func (e *NestingError) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Msg) }

// A parser turns one file into its syntax tree. It holds one token, never more:
// within a string the lexer must go where the parser leads it. Errors travel as
// a panic up to parse.
type parser struct {
	lex        lexer
	src        *Source
	tok        token // not yet consumed
	end        int   // of the token consumed last
	depth      int   // of recursion
	height     int   // of the highest tree made since the innermost enter
	nest       int   // control structures around the statement, within the function
	names      names
	fn         *funcScope
	class      *ClassDecl // around the code
	result     bool       // the type of a result is being parsed
	attributed int        // where the token behind an attribute begins
	item       int        // where the item of an array begins that may be a list()
}

// Parse reads a file's syntax tree. Its error is a *SyntaxError where PHP would
// refuse the file, and a *nestingError where the parser gives up.
func Parse(path, text string) (*Source, error) {
	src := &Source{Path: path, Text: text}
	err := failureOf(func() {
		p := &parser{lex: newLexer(path, text), src: src, fn: &funcScope{}}
		p.advance()
		src.Body = p.topStatements()
	})
	if err != nil {
		return nil, err
	}
	return src, nil
}

type parseFailure struct{ err error }

// fail ends the parsing with a syntax error.
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

// advance consumes the token.
func (p *parser) advance() {
	p.end = p.tok.end
	p.count()
	p.tok = p.lex.next()
	for p.tok.kind == tAttribute {
		p.attribute()
		p.attributed = p.tok.pos
	}
}

// count charges a token, or what takes as much.
func (p *parser) count() {
	if p.src.tokens++; p.src.tokens > maxTokens {
		p.giveUp(p.lex.line, "file has too many tokens")
	}
}

// peek returns the token after the one at hand, without consuming anything.
func (p *parser) peek() token {
	l := p.lex
	return l.next()
}

// enter begins a level of recursion; leave ends it, adding the steps of a chain
// that made the tree higher without recursion.
func (p *parser) enter() (height int) {
	if p.depth++; p.depth > maxNesting {
		p.giveUp(p.tok.line, "code is nested too deeply")
	}
	height, p.height = p.height, 0
	return height
}

func (p *parser) leave(height, steps int) {
	p.depth--
	p.height += steps + 1
	if p.height > maxHeight {
		p.giveUp(p.tok.line, "expression is too long")
	}
	p.height = max(p.height, height)
}

func (p *parser) at(start token) Pos {
	return Pos{Line: int32(start.line), From: int32(start.pos), To: int32(p.end)}
}

func (p *parser) isOp(op string) bool { return p.tok.kind == tOp && p.tok.text == op }

func (p *parser) isWord(word string) bool { return p.tok.kind == tIdent && p.tok.low == word }

// isWordOf tells whether the token is one of two or three words.
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

// isSemi tells whether a statement may end here; ?> ends one like a semicolon.
func (p *parser) isSemi() bool { return p.tok.kind == tCloseTag || p.isOp(";") }

// list parses items with commas between them.
func (p *parser) list(item func()) {
	for item(); p.acceptOp(","); item() {
	}
}

// someTo is listTo of one item or more.
func (p *parser) someTo(end string, item func()) {
	if p.isOp(end) {
		p.unexpected("")
	}
	p.listTo(end, item)
}

// listTo parses items with commas between them, or none, and the bracket that ends them.
func (p *parser) listTo(end string, item func()) {
	for !p.isOp(end) {
		item()
		if !p.acceptOp(",") {
			break
		}
	}
	p.expectOp(end)
}

func (p *parser) expectSemi() {
	if !p.isSemi() {
		p.unexpected(`";"`)
	}
	p.advance()
}

// ident consumes a name that is not reserved.
func (p *parser) ident() string {
	if p.tok.kind != tIdent || reserved[p.tok.low] {
		p.unexpected("identifier")
	}
	name := p.tok.text
	p.advance()
	return name
}

// memberText consumes a name that may be a reserved word, as members have.
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

// failureOf is the error that ended f, or nil.
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
