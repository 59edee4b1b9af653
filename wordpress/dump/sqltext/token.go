// Package sqltext works on SQL as text: it splits statements into tokens, quotes and
// escapes names and values, and rewrites the definitions that a server returns. It
// knows no connection.
package sqltext

import "strings"

// A Token is a piece of an SQL statement; all tokens together are the statement.
type Token struct {
	Kind TokenKind
	Text string // as written in the statement
	Name string // the unquoted name, if Kind is QuotedName
}

// A TokenKind says what a token is.
type TokenKind uint8

// The kinds of tokens.
const (
	Space      TokenKind = iota // white space and comments
	QuotedName                  // a name in backticks, or in double quotes under ANSI_QUOTES
	Word                        // a keyword, an unquoted name or a number
	String                      // a literal in quotes
	Other                       // anything else, one byte
	Unclosed                    // a name, literal or comment without its end
)

// A Dialect holds the parts of sql_mode that change how a statement is split.
type Dialect struct {
	ANSIQuotes  bool // double quotes enclose names
	NoBackslash bool // a backslash in a literal stands for itself
	Oracle      bool // routines are written as in PL/SQL
}

// DialectOf returns the dialect of a sql_mode. Some modes include ANSI_QUOTES.
func DialectOf(sqlMode string) (d Dialect) {
	for _, mode := range strings.Split(strings.ToUpper(sqlMode), ",") {
		switch mode {
		case "ANSI_QUOTES", "ANSI", "DB2", "MAXDB", "MSSQL", "POSTGRESQL":
			d.ANSIQuotes = true
		case "ORACLE":
			d.ANSIQuotes, d.Oracle = true, true
		case "NO_BACKSLASH_ESCAPES":
			d.NoBackslash = true
		}
	}
	return d
}

// Tokens splits a statement written under an empty sql_mode.
func Tokens(statement string) []Token { return Dialect{}.Tokens(statement) }

// Tokens splits a statement.
func (d Dialect) Tokens(statement string) []Token {
	var list []Token
	for s := statement; len(s) > 0; {
		kind, n := d.next(s)
		t := Token{Kind: kind, Text: s[:n]}
		if kind == QuotedName {
			quote := s[:1]
			t.Name = strings.ReplaceAll(s[1:n-1], quote+quote, quote)
		}
		list, s = append(list, t), s[n:]
	}
	return list
}

// IsToken reports whether a text in a character set is one token of the same kind as another
// text.
func (d Dialect) IsToken(text, charset, other string) bool {
	list, like := d.Tokens(SingleBytes(text, charset)), d.Tokens(other)
	return len(list) == 1 && len(like) == 1 && list[0].Kind == like[0].Kind
}

// next returns the kind and the length of the first token of s.
func (d Dialect) next(s string) (TokenKind, int) {
	switch c := s[0]; {
	case c == '`' || c == '"' && d.ANSIQuotes:
		return quoted(QuotedName, s, true)
	case c == '\'' || c == '"':
		return quoted(String, s, d.NoBackslash)
	case isSpaceByte(c):
		return Space, 1
	case c == '#', strings.HasPrefix(s, "--") && (len(s) == 2 || isSpaceByte(s[2])):
		if end := strings.IndexByte(s, '\n'); end >= 0 {
			return Space, end + 1
		}
		return Space, len(s)
	case strings.HasPrefix(s, "/*") && !strings.HasPrefix(s, "/*!") && !strings.HasPrefix(s, "/*M!"):
		if end := strings.Index(s[2:], "*/"); end >= 0 {
			return Space, end + 4
		}
		return Unclosed, len(s)
	case isWordByte(c):
		n := 1
		for n < len(s) && isWordByte(s[n]) {
			n++
		}
		return Word, n
	}
	return Other, 1
}

// quoted returns the kind and the length of the quoted text at the beginning of s,
// quotes included. With noBackslash, a backslash stands for itself.
func quoted(kind TokenKind, s string, noBackslash bool) (TokenKind, int) {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && !noBackslash:
			i++
		case s[i] == s[0]:
			if i+1 < len(s) && s[i+1] == s[0] {
				i++
				continue
			}
			return kind, i + 1
		}
	}
	return Unclosed, len(s)
}

func isSpaceByte(c byte) bool { return strings.IndexByte(" \t\r\n\v\f", c) >= 0 }

func isWordByte(c byte) bool {
	return c == '_' || c == '$' || c >= 0x80 || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// Is reports whether a token is the given name, quoted or not.
func (t Token) Is(name string) bool {
	return t.Kind == QuotedName && t.Name == name || t.IsWord(name)
}

// IsWord reports whether a token is the given keyword.
func (t Token) IsWord(keyword string) bool {
	return t.Kind == Word && len(t.Text) == len(keyword) && strings.EqualFold(t.Text, keyword) // other letters may fold to those of ASCII
}

// Identifier returns the name that a token stands for, without quotes.
func (t Token) Identifier() string {
	if t.Kind == QuotedName {
		return t.Name
	}
	return t.Text
}

// Join returns the text of the tokens.
func Join(list []Token) string {
	var b strings.Builder
	for _, t := range list {
		b.WriteString(t.Text)
	}
	return b.String()
}

// SkipSpace returns the index of the first token from i on that is not a space; it may
// be len(list).
func SkipSpace(list []Token, i int) int {
	for i < len(list) && list[i].Kind == Space {
		i++
	}
	return i
}

// lastNonSpace returns the index of the last token that is not a space, or -1.
func lastNonSpace(list []Token) int {
	i := len(list) - 1
	for i >= 0 && list[i].Kind == Space {
		i--
	}
	return i
}

// afterDot reports whether the tokens end in a dot, so that the next one is the
// second part of a qualified name.
func afterDot(list []Token) bool {
	i := lastNonSpace(list)
	return i >= 0 && list[i].Text == "."
}

// GroupEnd returns the index after the parenthesis that closes the one at open.
func GroupEnd(list []Token, open int) int {
	depth := 0
	for i := open; i < len(list); i++ {
		switch list[i].Text {
		case "(":
			depth++
		case ")":
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(list)
}

// SingleBytes replaces the bytes of multibyte characters that may look like a quote, a
// backslash, a letter or a digit to a reader of single bytes. Other character sets have no
// such bytes.
func SingleBytes(text, charset string) string {
	lead, trail := between(0x81, 0xfe), between(0x40, 0x7e, 0x80, 0xfe)
	switch charset {
	case "gbk", "gb18030":
	case "big5":
		lead, trail = between(0xa1, 0xf9), between(0x40, 0x7e, 0xa1, 0xfe)
	case "sjis", "cp932":
		lead, trail = between(0x81, 0x9f, 0xe0, 0xfc), between(0x40, 0x7e, 0x80, 0xfc)
	case "euckr":
		trail = between('A', 'Z', 'a', 'z', 0x81, 0xfe)
	default:
		return text
	}
	digit := between('0', '9')
	out := []byte(text)
	for i := 0; i+1 < len(out); i++ {
		switch {
		case !lead(out[i]):
		case trail(out[i+1]):
			i++
			out[i] = 0x80
		case charset == "gb18030" && i+3 < len(out) && digit(out[i+1]) && lead(out[i+2]) && digit(out[i+3]):
			out[i+1], out[i+3] = 0x80, 0x80
			i += 3
		}
	}
	return string(out)
}

// between returns whether a byte is in one of some ranges, each given by its first and last.
func between(ranges ...byte) func(byte) bool {
	return func(c byte) bool {
		for i := 0; i < len(ranges); i += 2 {
			if c >= ranges[i] && c <= ranges[i+1] {
				return true
			}
		}
		return false
	}
}
