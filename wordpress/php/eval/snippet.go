package eval

import (
	"regexp"
	"strings"
	"sync"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// maxSnippet is how many bytes of an expression a refusal quotes.
const maxSnippet = 76

// elided replaces a part of the source that may be a secret.
const elided = "…"

// namesArgument are functions whose first argument is the name of something.
var namesArgument = syntax.WordSet("getenv env getenv_docker defined define function_exists class_exists extension_loaded ini_get")

// namedKeys are variables whose keys are names.
var namedKeys = syntax.WordSet("$_SERVER $_ENV $_GET $_POST $_COOKIE $_REQUEST $GLOBALS")

// Snippet returns a part of the source for a refusal. It keeps the names of functions,
// variables and constants. It leaves out the text of literals and of other words, which
// may be secrets.
func (in *interp) Snippet(a syntax.Pos) string {
	s := in.Src
	if s == nil || a.From < 0 || int(a.To) > len(s.Text) || a.From >= a.To {
		return ""
	}
	q := &quoter{text: s.Text[a.From:a.To], isConstant: in.isConstant}
	for q.i < len(q.text) && q.out.Len() <= maxSnippet {
		q.next()
	}
	out := q.out.String()
	if q.i < len(q.text) && !strings.HasSuffix(out, elided) {
		out += elided
	}
	return out
}

// isConstant reports whether a word is the name of a constant of PHP or of the program.
func (in *interp) isConstant(name string) bool {
	if _, ok := in.lib.Constants[name]; ok {
		return true
	}
	id, ok := in.slots[slotName{'c', name}]
	return ok && in.st.Get(id) != nil
}

// A quoter copies source without its literals.
type quoter struct {
	text       string
	i          int
	out        strings.Builder
	last       string // the last word or symbol that was copied
	before     string // the one before it
	isConstant func(name string) bool
}

func (q *quoter) Put(s string) {
	q.out.WriteString(s)
	q.before, q.last = q.last, s
}

// blank copies white space and comments as one space.
func (q *quoter) blank(end int) {
	q.i = end
	if out := q.out.String(); out != "" && !strings.HasSuffix(out, " ") {
		q.out.WriteByte(' ')
	}
}

// next copies one token.
func (q *quoter) next() {
	rest := q.text[q.i:]
	switch c := rest[0]; {
	case c <= ' ' || c == 0x7F:
		q.blank(q.i + 1)
	case strings.HasPrefix(rest, "/*"):
		q.blank(q.i + closingAt(rest, 2, "*/"))
	case strings.HasPrefix(rest, "//"), c == '#' && !strings.HasPrefix(rest, "#["):
		q.blank(q.i + closingAt(rest, 1, "\n"))
	case strings.HasPrefix(rest, "<<<"), strings.HasPrefix(rest, "?>"):
		q.i = len(q.text) // a heredoc, or text outside PHP
		q.Put(elided)
	case c == '\'' || c == '"' || c == '`':
		q.literal(c)
	case syntax.IsDigit(c) || c == '.' && len(rest) > 1 && syntax.IsDigit(rest[1]):
		q.number()
	case c == '$' && len(rest) > 1 && syntax.IsIdentStart(rest[1]):
		end := syntax.IdentEnd(rest, 1)
		q.Put(rest[:end])
		q.i += end
	case syntax.IsIdentStart(c) || c == '\\':
		q.word()
	default:
		q.Put(rest[:1])
		q.i++
	}
}

// closingAt returns the position after the next mark; the end of the text if there is
// none.
func closingAt(s string, from int, mark string) int {
	if i := strings.Index(s[from:], mark); i >= 0 {
		return from + i + len(mark)
	}
	return len(s)
}

// literal copies the quotes of a string, and its text if that is a name.
func (q *quoter) literal(quote byte) {
	j := q.i + 1
	for j < len(q.text) && q.text[j] != quote {
		if q.text[j] == '\\' {
			j++
		}
		j++
	}
	text := q.text[min(q.i+1, len(q.text)):min(j, len(q.text))]
	if !q.names() || syntax.IdentEnd(text, 0) != len(text) || text == "" || !syntax.IsIdentStart(text[0]) {
		text = elided
	}
	q.i = min(j+1, len(q.text))
	q.Put(string(quote) + text + string(quote))
}

// names reports whether the next string is the name of a variable or the like.
func (q *quoter) names() bool {
	return q.last == "(" && namesArgument[syntax.Lower(q.before)] || q.last == "[" && namedKeys[q.before]
}

func (q *quoter) number() {
	for q.i < len(q.text) && (syntax.IsDigit(q.text[q.i]) || syntax.IsLetter(q.text[q.i]) || q.text[q.i] == '.' || q.text[q.i] == '_') {
		q.i++
	}
	q.Put(elided)
}

// word copies the name of a function, class, member or constant, or a keyword of PHP. It
// elides any other word, which may be a string without its quotes.
func (q *quoter) word() {
	end := q.i
	for end < len(q.text) && (q.text[end] == '\\' || syntax.IdentEnd(q.text, end) > end) {
		end = max(end+1, syntax.IdentEnd(q.text, end))
	}
	word := q.text[q.i:end]
	after := strings.TrimLeft(q.text[end:], " \t\r\n")
	member := q.last == ">" && q.before == "-" || q.last == ":" && q.before == ":" || q.last == "new" || q.last == "function" || q.last == "instanceof"
	named := strings.HasPrefix(after, "(") || strings.HasPrefix(after, "::")
	if !member && !named && !syntax.IsReserved(syntax.Lower(word)) && !q.isConstant(strings.TrimPrefix(word, `\`)) {
		word = elided
	}
	q.i = end
	q.Put(word)
}

// The parts of an exception's message that quote the program: a name, which may contain
// any text up to the end, and texts in quotes or brackets, which may contain quotes.
var (
	nameInMessage = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?s)\b(function|method|property|constant|case|instantiate|parameter|[Cc]lass) .*`)
	})
	quotedInMessage = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?s)".*"?|'.*'?|\[.*\]?|\S*::\S*|\S+\(\)|-?\b[0-9]\S*`)
	})
)

// plainMessage returns the message of an exception without these quoted parts.
func plainMessage(message string) string {
	message = nameInMessage().ReplaceAllString(message[:min(len(message), 4*maxSnippet)], "$1 "+elided)
	return quotedInMessage().ReplaceAllString(message, elided)
}
