package dumpfile

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// An Insert is an INSERT statement of a dump.
type Insert struct {
	Table   string
	Columns []string // nil if the statement lists none, such as one for a sequence
	Rows    int      // where the rows begin in the statement
	NameEnd int      // where the table's quoted name ends in the statement
}

// A ValueKind says how a value is written.
type ValueKind uint8

// The kinds of values.
const (
	Null       ValueKind = iota
	Number               // without quotes
	String               // in single quotes, with escapes; may follow an introducer such as _binary
	Hex                  // 0x…; may follow an introducer and a space
	Expression           // calls of functions, for types inside MySQL's JSON
)

const insertWords = "INSERT INTO "

// errInsert is the error for an INSERT statement that does not have the form used in dumps.
var errInsert = errors.New("the INSERT statement is not one that a dump contains")

// ParseInsert reads the head of an INSERT statement, up to its rows.
func ParseInsert(statement []byte) (Insert, error) {
	rest, ok := bytes.CutPrefix(statement, []byte(insertWords))
	if !ok {
		return Insert{}, errInsert
	}
	var in Insert
	if in.Table, rest, ok = cutName(rest); !ok {
		return Insert{}, errInsert
	}
	in.NameEnd = len(statement) - len(rest)
	if list, found := bytes.CutPrefix(rest, []byte(" (")); found {
		in.Columns = []string{}
		for rest = list; !bytes.HasPrefix(rest, []byte(")")); {
			if len(in.Columns) > 0 {
				if rest, ok = bytes.CutPrefix(rest, []byte(",")); !ok {
					return Insert{}, errInsert
				}
			}
			var name string
			if name, rest, ok = cutName(rest); !ok {
				return Insert{}, errInsert
			}
			in.Columns = append(in.Columns, name)
		}
		rest = rest[1:]
	}
	if rest, ok = bytes.CutPrefix(rest, []byte(" VALUES")); !ok || len(rest) == 0 || rest[0] != ' ' && rest[0] != '\n' {
		return Insert{}, errInsert
	}
	in.Rows = len(statement) - len(rest) + 1
	return in, nil
}

// Values calls each for every value of the rows. The value is statement[from:to], and column is
// the index of its column. Values returns the number of rows, and an error if the rows contain
// anything except values. each may be nil.
func (in Insert) Values(statement []byte, each func(column int, kind ValueKind, from, to int) error) (rows int64, err error) {
	at := in.Rows
	for {
		if at >= len(statement) || statement[at] != '(' {
			return rows, valueError(statement, at)
		}
		at++
		column := 0
		for at < len(statement) && statement[at] != ')' {
			if column > 0 {
				if statement[at] != ',' {
					return rows, valueError(statement, at)
				}
				at++
			}
			kind, end := value(statement, at)
			if end < 0 {
				return rows, valueError(statement, at)
			}
			if each != nil {
				if err := each(column, kind, at, end); err != nil {
					return rows, err
				}
			}
			at = end
			column++
		}
		if in.Columns != nil && column != len(in.Columns) {
			return rows, fmt.Errorf("a row has %d values for %d columns", column, len(in.Columns))
		}
		rows++
		if at++; at == len(statement) {
			return rows, nil
		}
		if at > len(statement) || statement[at] != ',' {
			return rows, valueError(statement, min(at, len(statement)))
		}
		if at++; at < len(statement) && statement[at] == '\n' {
			at++
		}
	}
}

func valueError(statement []byte, at int) error {
	return fmt.Errorf("the INSERT statement contains something else than values: %.40q", statement[at:])
}

// value returns the kind of the value at an index, and the index after it; -1 if there is no
// value.
func value(s []byte, at int) (ValueKind, int) {
	if at >= len(s) {
		return 0, -1
	}
	switch c := s[at]; {
	case c == '\'':
		return String, quotedEnd(s, at)
	case c == '0' && at+1 < len(s) && s[at+1] == 'x':
		return Hex, hexEnd(s, at+2)
	case isNumberByte(c):
		end := at + 1
		for end < len(s) && isNumberByte(s[end]) {
			end++
		}
		return Number, end
	case c == 'N' && bytes.HasPrefix(s[at:], []byte("NULL")):
		return Null, at + len("NULL")
	case c == '_':
		end := at + 1
		for end < len(s) && (s[end] >= 'a' && s[end] <= 'z' || s[end] >= '0' && s[end] <= '9' || s[end] == '_') {
			end++
		}
		switch rest := s[end:]; {
		case len(rest) > 0 && rest[0] == '\'':
			return String, quotedEnd(s, end)
		case bytes.HasPrefix(rest, []byte(" 0x")):
			return Hex, hexEnd(s, end+3)
		}
		return 0, -1
	}
	end := expressionEnd(s, at)
	if end == at {
		return 0, -1
	}
	return Expression, end
}

func isNumberByte(c byte) bool {
	return c >= '0' && c <= '9' || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E'
}

// quotedEnd returns the index after the string that begins at an index; -1 if it does not end.
func quotedEnd(s []byte, at int) int {
	for at++; ; {
		quote := bytes.IndexByte(s[at:], '\'')
		if quote < 0 {
			return -1
		}
		end := at + quote
		escape := bytes.IndexByte(s[at:end], '\\')
		for escape >= 0 && at+escape < end {
			if at += escape + 2; at > end { // the quote is escaped
				break
			}
			escape = bytes.IndexByte(s[at:end], '\\')
		}
		if at > end {
			continue
		}
		if end+1 < len(s) && s[end+1] == '\'' {
			at = end + 2
			continue
		}
		return end + 1
	}
}

func hexEnd(s []byte, at int) int {
	begin := at
	for at < len(s) && (s[at] >= '0' && s[at] <= '9' || s[at] >= 'A' && s[at] <= 'F' || s[at] >= 'a' && s[at] <= 'f') {
		at++
	}
	if at == begin {
		return -1
	}
	return at
}

// expressionWords are the words in the expressions that a dump contains for JSON.
const expressionWords = " CAST JSON_OBJECT JSON_ARRAY JSON_EXTRACT JSON_TABLE COALESCE UNHEX CONV AS JSON UNSIGNED DECIMAL DATE TIME DATETIME " +
	"TIMESTAMP SELECT FROM COLUMNS PATH ERROR ON BLOB BINARY BIT LONGTEXT v k x "

// expressionEnd returns the index after the expression at an index; -1 if it is not one that a
// dump contains.
func expressionEnd(s []byte, at int) int {
	const longest = 64 // maximum length of a word in bytes
	depth, word := 0, ""
	for at < len(s) {
		switch c := s[at]; {
		case c == '\'':
			if at = quotedEnd(s, at); at < 0 {
				return -1
			}
			continue
		case c == '(':
			depth++
		case c == ')':
			if depth == 0 {
				return at
			}
			depth--
		case c == ',' && depth == 0:
			return at
		case c == ',' || c == ' ':
		case isNumberByte(c) && c != 'e' && c != 'E':
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			end := at + 1
			for end < len(s) && end-at <= longest && (s[end] == '_' || s[end]|0x20 >= 'a' && s[end]|0x20 <= 'z') {
				end++
			}
			next := string(s[at:end])
			if !strings.Contains(expressionWords, " "+next+" ") || word == "FROM" && next != "JSON_TABLE" {
				return -1
			}
			word, at = next, end
			continue
		default:
			return -1
		}
		at++
	}
	return at
}

// Text returns the bytes that a literal of the kind String or Hex stands for, and its introducer
// with the underscore; "" if it has none. It appends the bytes to buffer[:0].
func Text(literal, buffer []byte) (introducer string, text []byte, err error) {
	if at := bytes.IndexAny(literal, "' "); at > 0 && literal[0] == '_' {
		introducer, literal = string(literal[:at]), bytes.TrimLeft(literal[at:], " ")
	}
	if digits, ok := bytes.CutPrefix(literal, []byte("0x")); ok {
		text, err = hex.AppendDecode(buffer[:0], digits)
		if err != nil {
			return introducer, nil, fmt.Errorf("read a literal: %w", err)
		}
		return introducer, text, nil
	}
	if len(literal) < 2 || quotedEnd(literal, 0) != len(literal) {
		return introducer, nil, errors.New("read a literal: it is not a string")
	}
	return introducer, sqltext.AppendUnescaped(buffer[:0], literal[1:len(literal)-1]), nil
}

// cutName reads a name in backquotes at the beginning of a text. ok is false if there is none.
func cutName(text []byte) (name string, rest []byte, ok bool) {
	rest, ok = bytes.CutPrefix(text, []byte("`"))
	for i := 0; ok && i < len(rest); i++ {
		if rest[i] != '`' {
			continue
		}
		if i+1 < len(rest) && rest[i+1] == '`' {
			i++
			continue
		}
		return strings.ReplaceAll(string(rest[:i]), "``", "`"), rest[i+1:], true
	}
	return "", nil, false
}
