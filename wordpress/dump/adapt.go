package dump

import (
	"fmt"
	"strconv"
	"strings"
)

// The servers that Options.For may name.
const (
	forMySQL57 = "mysql57"
	forMySQL8  = "mysql8"
	forMariaDB = "mariadb"
)

func checkFor(target string) error {
	switch target {
	case "", forMySQL57, forMySQL8, forMariaDB:
		return nil
	}
	return fmt.Errorf("for %q: must be %s, %s or %s", target, forMySQL57, forMySQL8, forMariaDB)
}

// foreign tells whether the dump is for another flavour, or an older version, than
// the source; only then is anything changed.
func (d *Dump) foreign() bool {
	switch d.opts.For {
	case forMariaDB:
		return !d.server.maria
	case forMySQL8:
		return d.server.maria
	case forMySQL57:
		return d.server.maria || d.server.number >= 80000
	}
	return false
}

// adaptCharset is the name of a character set on the target.
func (d *Dump) adaptCharset(name string) string {
	if d.foreign() && d.opts.For == forMySQL57 && name == "utf8mb3" {
		return "utf8"
	}
	return name
}

// adaptCollation is the target's collation that comes closest.
func (d *Dump) adaptCollation(name string) string {
	if !d.foreign() {
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
		case d.opts.For == forMySQL8 && charset == "utf8mb4" && strings.HasSuffix(rest, "_as_cs"):
			return "utf8mb4_0900_as_cs"
		case d.opts.For == forMySQL8 && charset == "utf8mb4" && strings.HasSuffix(rest, "_as_ci"):
			return "utf8mb4_0900_as_ci"
		case d.opts.For == forMySQL8 && charset == "utf8mb4":
			return "utf8mb4_0900_ai_ci"
		case sensitive:
			return d.adaptCharset(charset) + "_bin"
		}
		return d.adaptCharset(charset) + "_unicode_520_ci"
	case strings.Contains(rest, "nopad_"): // of MariaDB 10.2
		rest = strings.Replace(rest, "nopad_", "", 1)
	}
	if rest == "" {
		return name
	}
	return d.adaptCharset(charset) + "_" + rest
}

// adaptMode leaves out of a sql_mode what the target does not know.
func (d *Dump) adaptMode(mode string) string {
	if !d.foreign() {
		return mode
	}
	var kept []string
	for _, m := range strings.Split(mode, ",") {
		switch m {
		case "NO_AUTO_CREATE_USER":
			if d.opts.For == forMySQL8 {
				continue
			}
		case "TIME_TRUNCATE_FRACTIONAL":
			continue
		case "ORACLE", "MSSQL", "DB2", "POSTGRESQL", "MAXDB", "MYSQL323", "MYSQL40", "NO_KEY_OPTIONS", "NO_TABLE_OPTIONS", "NO_FIELD_OPTIONS",
			"SIMULTANEOUS_ASSIGNMENT", "IGNORE_BAD_TABLE_OPTIONS", "EMPTY_STRING_IS_NULL", "TIME_ROUND_FRACTIONAL":
			if d.opts.For != forMariaDB {
				continue
			}
		}
		kept = append(kept, m)
	}
	return strings.Join(kept, ",")
}

// adaptTable makes a CREATE TABLE statement fit for the target.
func (d *Dump) adaptTable(o *object, create string) string {
	if !d.foreign() {
		return create
	}
	list := d.adaptNames((dialect{}).tokens(create))
	if d.opts.For == forMariaDB {
		list = d.dropFunctionalKeys(o, list)
	} else {
		list = wrapDefaults(list)
	}
	return join(list)
}

// adaptNames maps character sets, collations and engines, and leaves out options
// that the target does not know.
func (d *Dump) adaptNames(list []token) []token {
	var out []token
	for i := 0; i < len(list); i++ {
		t := list[i]
		next := func() int { // what follows the word, past an equals sign
			n := skipSpace(list, i+1)
			if n < len(list) && list[n].text == "=" {
				n = skipSpace(list, n+1)
			}
			return n
		}
		if t.kind == tokenWord {
			n := next()
			known := n < len(list)
			switch word := strings.ToUpper(t.text); {
			case known && d.opts.For != forMariaDB && (word == "WITH" || word == "WITHOUT") && list[n].is("SYSTEM"):
				i = skipSpace(list, n+1) // VERSIONING
				continue
			case known && word == "COLLATE":
				list[n].text = d.adaptCollation(list[n].text)
			case known && (word == "CHARSET" || word == "SET"):
				list[n].text = d.adaptCharset(list[n].text)
			case known && word == "ENGINE" && list[n].is("Aria") && d.opts.For != forMariaDB:
				list[n].text = "InnoDB"
			case known && d.opts.For != forMariaDB && (word == "PAGE_CHECKSUM" || word == "TRANSACTIONAL") && list[n].text != "," && n > skipSpace(list, i+1):
				i = n
				continue
			}
		}
		out = append(out, t)
	}
	return out
}

// dropFunctionalKeys leaves out keys on expressions, which MariaDB does not have.
func (d *Dump) dropFunctionalKeys(o *object, list []token) []token {
	out, last := []token(nil), 0
	for _, r := range definitions(list) {
		for i := r[0]; i+1 < r[1]; i++ {
			if first := list[skipSpace(list, r[0])]; first.kind == tokenName || list[i].text != "(" || list[i+1].text != "(" || first.is("CONSTRAINT") || first.is("CHECK") {
				continue
			}
			d.warn(o.String(), "left out, since MariaDB has no keys on expressions: "+oneLine(strings.TrimSpace(join(list[r[0]:r[1]]))))
			out = append(out, list[last:r[0]-1]...) // with the comma before it
			last = r[1]
			break
		}
	}
	return append(out, list[last:]...)
}

// wrapDefaults puts defaults in parentheses where MySQL wants them: expressions, and
// literals of texts and blobs.
func wrapDefaults(list []token) []token {
	var out []token
	last := 0
	for _, r := range definitions(list) {
		name := skipSpace(list, r[0])
		if list[name].kind != tokenName {
			continue
		}
		kind := strings.ToLower(list[skipSpace(list, name+1)].text)
		long := strings.HasSuffix(kind, "text") || strings.HasSuffix(kind, "blob") || kind == "geometry" || kind == "json"
		for i := name; i < r[1]; i++ {
			if list[i].kind != tokenWord || !strings.EqualFold(list[i].text, "DEFAULT") {
				continue
			}
			from := skipSpace(list, i+1)
			to := expressionEnd(list, from, r[1])
			if from == to || !needsWrap(list[from:to], long) {
				break
			}
			out = append(append(out, list[last:from]...), token{kind: tokenOther, text: "("})
			out = append(append(out, list[from:to]...), token{kind: tokenOther, text: ")"})
			last = to
			break
		}
	}
	return append(out, list[last:]...)
}

// expressionEnd is where a default ends: before the next attribute of the column.
func expressionEnd(list []token, from, to int) int {
	depth := 0
	for i := from; i < to; i++ {
		switch t := list[i]; {
		case t.text == "(":
			depth++
		case t.text == ")":
			depth--
		case depth == 0 && i > from && (t.is("ON") || t.is("COMMENT") || t.is("CHECK") || t.is("INVISIBLE")) && t.kind == tokenWord:
			for list[i-1].kind == tokenSpace {
				i--
			}
			return i
		}
	}
	return to
}

func needsWrap(value []token, long bool) bool {
	first := value[0]
	_, err := strconv.ParseFloat(strings.TrimSpace(join(value)), 64)
	switch {
	case err == nil:
		return false
	case first.text == "(" || first.is("NULL") || first.is("current_timestamp"):
		return false
	case first.kind == tokenString:
		return long || len(value) > 1
	case first.kind == tokenWord && len(value) > 1:
		return !(len(value) == 2 && value[1].kind == tokenString) // b'1', x'00', _utf8mb4'x'
	}
	return first.kind == tokenName || len(value) > 3
}
