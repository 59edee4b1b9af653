package syntax

import "strings"

// A tokenKind is the kind of a token.
type tokenKind uint8

const (
	tEOF       tokenKind = iota
	tHTML                // text outside <?php ?>
	tOpenEcho            // <?=
	tCloseTag            // ?>, which ends a statement
	tIdent               // a name without backslash, keywords included
	tName                // a name with a backslash
	tVar                 // $name; text is the name
	tInt                 // integer literal
	tFloat               // floating point literal, or an integer that is too large
	tString              // a string without interpolation; text is its value
	tQuote               // the opening " of a string with interpolation
	tBacktick            // the opening ` of a command
	tHeredoc             // <<<LABEL; text is the label
	tNowdoc              // <<<'LABEL'; text is the label
	tCast                // (int) and the like; text is the type
	tAttribute           // #[
	tOp                  // an operator or punctuation mark, which is in text
)

// A token is a piece of source. Its line counts from 1.
type token struct {
	kind     tokenKind
	text     string
	lower    string // tIdent: text in lower case
	line     int
	pos, end int
}

// kindNames are the names of tokens whose text errors do not quote. An identifier may be a
// string without its quotes.
var kindNames = map[tokenKind]string{
	tEOF: "end of file", tHTML: "text outside <?php ?>", tIdent: "identifier", tName: "identifier", tInt: "number", tFloat: "number",
	tString: "string", tQuote: "string", tHeredoc: "string", tNowdoc: "string",
}

func (t token) describe() string {
	switch name := kindNames[t.kind]; {
	case t.kind == tVar:
		return `variable "$` + t.text + `"`
	case name == "" || reserved[t.lower]:
		return `"` + t.text + `"`
	default:
		return name
	}
}

// reserved are the words that cannot name a function, class or constant.
var reserved = WordSet(`__halt_compiler abstract and array as break callable case catch class clone
	const continue declare default do echo else elseif empty enddeclare endfor endforeach endif
	endswitch endwhile eval exit die extends final finally fn for foreach function global goto if
	implements include include_once instanceof insteadof interface isset list match namespace new or
	print private protected public readonly require require_once return static switch throw trait try
	unset use var while xor yield __class__ __trait__ __function__ __method__ __line__ __file__ __dir__
	__namespace__`)

// WordSet returns the set of the words in a text, which are separated by spaces.
func WordSet(words string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
}

// IsReserved reports whether a word, in lower case, cannot name a function, class or
// constant.
func IsReserved(word string) bool { return reserved[word] }
