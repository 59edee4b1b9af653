package sqltext

import (
	"fmt"
	"strconv"
	"strings"
)

// The servers that definitions can be adapted for.
const (
	MySQL57 = "mysql57"
	MySQL8  = "mysql8"
	MariaDB = "mariadb"
)

// CheckTarget returns an error unless target is one of the servers, or "".
func CheckTarget(target string) error {
	switch target {
	case "", MySQL57, MySQL8, MariaDB:
		return nil
	}
	return fmt.Errorf("for %q: must be %s, %s or %s", target, MySQL57, MySQL8, MariaDB)
}

// An Adapter rewrites definitions for another server than the source: MySQL57,
// MySQL8 or MariaDB. The adapter "" changes nothing.
type Adapter string

// Charset returns the name of a character set on the target.
func (a Adapter) Charset(name string) string {
	if a == MySQL57 && name == "utf8mb3" {
		return "utf8"
	}
	return name
}

// Collation returns the target's collation that is closest to name.
func (a Adapter) Collation(name string) string {
	if a == "" {
		return name
	}
	charset, rest, _ := strings.Cut(name, "_")
	sensitive := strings.HasSuffix(rest, "_cs") || strings.HasSuffix(rest, "bin")
	switch {
	case strings.Contains(name, "_0900_"): // of MySQL 8
		if sensitive {
			return charset + "_bin"
		}
		return charset + "_unicode_520_ci"
	case strings.HasPrefix(rest, "uca1400_") || name == "utf8mb4_0900_bin": // of MariaDB 10.10
		switch {
		case a == MySQL8 && charset == "utf8mb4" && strings.HasSuffix(rest, "_as_cs"):
			return "utf8mb4_0900_as_cs"
		case a == MySQL8 && charset == "utf8mb4" && strings.HasSuffix(rest, "_as_ci"):
			return "utf8mb4_0900_as_ci"
		case a == MySQL8 && charset == "utf8mb4":
			return "utf8mb4_0900_ai_ci"
		case sensitive:
			return a.Charset(charset) + "_bin"
		}
		return a.Charset(charset) + "_unicode_520_ci"
	case strings.Contains(rest, "nopad_"): // of MariaDB 10.2
		rest = strings.Replace(rest, "nopad_", "", 1)
	}
	if rest == "" {
		return name
	}
	return a.Charset(charset) + "_" + rest
}

// Mode removes the modes from a sql_mode that the target does not know.
func (a Adapter) Mode(sqlMode string) string {
	if a == "" {
		return sqlMode
	}
	var kept []string
	for _, m := range strings.Split(sqlMode, ",") {
		switch m {
		case "NO_AUTO_CREATE_USER":
			if a == MySQL8 {
				continue
			}
		case "TIME_TRUNCATE_FRACTIONAL":
			continue
		case "ORACLE", "MSSQL", "DB2", "POSTGRESQL", "MAXDB", "MYSQL323", "MYSQL40", "NO_KEY_OPTIONS", "NO_TABLE_OPTIONS", "NO_FIELD_OPTIONS",
			"SIMULTANEOUS_ASSIGNMENT", "IGNORE_BAD_TABLE_OPTIONS", "EMPTY_STRING_IS_NULL", "TIME_ROUND_FRACTIONAL":
			if a != MariaDB {
				continue
			}
		}
		kept = append(kept, m)
	}
	return strings.Join(kept, ",")
}

// Table rewrites a CREATE TABLE statement for the target. It returns the definitions
// of the keys that it had to remove.
func (a Adapter) Table(create string) (adapted string, removedKeys []string) {
	if a == "" {
		return create, nil
	}
	list := a.options(Tokens(create))
	if a == MariaDB {
		list, removedKeys = withoutFunctionalKeys(list)
	} else {
		list = wrapDefaults(list)
	}
	return Join(list), removedKeys
}

// options maps character sets, collations and engines, and removes options that the
// target does not know.
func (a Adapter) options(list []Token) []Token {
	var out []Token
	for i := 0; i < len(list); i++ {
		t := list[i]
		next := func() int { // the token after the word and an equals sign
			n := SkipSpace(list, i+1)
			if n < len(list) && list[n].Text == "=" {
				n = SkipSpace(list, n+1)
			}
			return n
		}
		if t.Kind == Word {
			n := next()
			exists := n < len(list)
			switch word := strings.ToUpper(t.Text); {
			case exists && a != MariaDB && (word == "WITH" || word == "WITHOUT") && list[n].Is("SYSTEM"):
				i = SkipSpace(list, n+1) // VERSIONING
				continue
			case exists && word == "COLLATE":
				list[n].Text = a.Collation(list[n].Text)
			case exists && (word == "CHARSET" || word == "SET"):
				list[n].Text = a.Charset(list[n].Text)
			case exists && word == "ENGINE" && list[n].Is("Aria") && a != MariaDB:
				list[n].Text = "InnoDB"
			case exists && a != MariaDB && (word == "PAGE_CHECKSUM" || word == "TRANSACTIONAL") && list[n].Text != "," && n > SkipSpace(list, i+1):
				i = n
				continue
			}
		}
		out = append(out, t)
	}
	return out
}

// withoutFunctionalKeys removes keys on expressions, which MariaDB does not have.
func withoutFunctionalKeys(list []Token) (out []Token, removed []string) {
	last := 0
	for _, r := range elements(list) {
		for i := r[0]; i+1 < r[1]; i++ {
			if first := list[SkipSpace(list, r[0])]; first.Kind == QuotedName || list[i].Text != "(" || list[i+1].Text != "(" || first.Is("CONSTRAINT") || first.Is("CHECK") {
				continue
			}
			removed = append(removed, OneLine(strings.TrimSpace(Join(list[r[0]:r[1]]))))
			out = append(out, list[last:r[0]-1]...) // with the comma before it
			last = r[1]
			break
		}
	}
	return append(out, list[last:]...), removed
}

// wrapDefaults puts defaults into parentheses where MySQL requires them: expressions,
// and literals of TEXT and BLOB columns.
func wrapDefaults(list []Token) []Token {
	var out []Token
	last := 0
	for _, r := range elements(list) {
		name := SkipSpace(list, r[0])
		if list[name].Kind != QuotedName {
			continue
		}
		kind := strings.ToLower(list[SkipSpace(list, name+1)].Text)
		long := strings.HasSuffix(kind, "text") || strings.HasSuffix(kind, "blob") || kind == "geometry" || kind == "json"
		for i := name; i < r[1]; i++ {
			if !list[i].IsWord("DEFAULT") {
				continue
			}
			from := SkipSpace(list, i+1)
			to := defaultEnd(list, from, r[1])
			if from == to || !needsParentheses(list[from:to], long) {
				break
			}
			out = append(append(out, list[last:from]...), Token{Kind: Other, Text: "("})
			out = append(append(out, list[from:to]...), Token{Kind: Other, Text: ")"})
			last = to
			break
		}
	}
	return append(out, list[last:]...)
}

// defaultEnd returns the index where a default ends: before the next attribute of the
// column.
func defaultEnd(list []Token, from, to int) int {
	depth := 0
	for i := from; i < to; i++ {
		switch t := list[i]; {
		case t.Text == "(":
			depth++
		case t.Text == ")":
			depth--
		case depth == 0 && i > from && t.Kind == Word && (t.Is("ON") || t.Is("COMMENT") || t.Is("CHECK") || t.Is("INVISIBLE")):
			for list[i-1].Kind == Space {
				i--
			}
			return i
		}
	}
	return to
}

func needsParentheses(value []Token, long bool) bool {
	first := value[0]
	_, err := strconv.ParseFloat(strings.TrimSpace(Join(value)), 64)
	switch {
	case err == nil:
		return false
	case first.Text == "(" || first.Is("NULL") || first.Is("current_timestamp"):
		return false
	case first.Kind == String:
		return long || len(value) > 1
	case first.Kind == Word && len(value) > 1:
		return !(len(value) == 2 && value[1].Kind == String) // b'1', x'00', _utf8mb4'x'
	}
	return first.Kind == QuotedName || len(value) > 3
}
