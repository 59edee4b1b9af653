package target

import (
	"slices"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// Options of tables, without those that only one kind of server has.
var (
	commonOptions = words(`ENGINE AUTO_INCREMENT CHARSET COLLATE COMMENT ROW_FORMAT KEY_BLOCK_SIZE CHECKSUM DELAY_KEY_WRITE STATS_PERSISTENT
		STATS_AUTO_RECALC STATS_SAMPLE_PAGES MIN_ROWS MAX_ROWS AVG_ROW_LENGTH PACK_KEYS INSERT_METHOD UNION DIRECTORY CONNECTION PASSWORD`)
	optionsOfMySQL   = words("COMPRESSION ENCRYPTION AUTOEXTEND_SIZE ENGINE_ATTRIBUTE SECONDARY_ENGINE SECONDARY_ENGINE_ATTRIBUTE")
	optionsOfMariaDB = words("PAGE_COMPRESSED PAGE_COMPRESSION_LEVEL ENCRYPTED ENCRYPTION_KEY_ID PAGE_CHECKSUM TRANSACTIONAL SEQUENCE IETF_QUOTES")
)

// options adapts what follows the columns and keys: options, system versioning, partitions.
// It reads the engine.
func (tb *table) options(list []sqltext.Token) []sqltext.Token {
	tb.engine = "InnoDB"
	partition := partitionStart(list)
	head, rest := list[:partition], list[partition:]
	if at := find(head, 1, "ENGINE"); at < len(head) && optionValue(head, at) > 0 {
		tb.engine = head[optionValue(head, at)].Text
	}
	source := tb.engine
	if !tb.MariaDB && (strings.EqualFold(source, "Aria") || len(rest) > 0 && tb.mySQL(80000) && !strings.EqualFold(source, "InnoDB")) {
		tb.engine = "InnoDB" // the only engine of MySQL 8 with partitions
		if !strings.EqualFold(source, "Aria") {
			tb.note("its engine is InnoDB, since " + tb.String() + " has no partitions of " + sqltext.OneLine(source))
		}
	}
	if !tb.MariaDB {
		head = tb.withoutSystemVersioning(head)
	}
	out := []sqltext.Token{head[0]}
	for i := 1; i < len(head); {
		end := tb.option(head, i, source)
		if end < 0 { // left out
			i = -end
			for len(out) > 1 && out[len(out)-1].Kind == sqltext.Space {
				out = out[:len(out)-1]
			}
			continue
		}
		out = append(out, head[i:end]...)
		i = end
	}
	return tb.expression(append(tb.withEngine(out, source), tb.withEngine(tb.partitions(rest), source)...))
}

// option returns the index after the option at i, or that index negated if the option is
// left out.
func (tb *table) option(list []sqltext.Token, i int, source string) int {
	if isVersionComment(list, i) {
		return tb.commentedOption(list, i)
	}
	value := optionValue(list, i)
	if value < 0 {
		return i + 1
	}
	end := value + 1
	if list[value].Text == "(" {
		end = sqltext.GroupEnd(list, value)
	}
	name := strings.ToUpper(list[i].Identifier())
	text := sqltext.Join(list[i:end])
	switch {
	case name == "ROW_FORMAT" && !tb.MariaDB && (strings.EqualFold(source, "Aria") || list[value].IsWord("PAGE") || list[value].IsWord("FIXED") && tb.engine == "InnoDB"):
		tb.leftOut(text, "has no such format of rows")
	case slices.Contains(commonOptions, name),
		tb.MariaDB && slices.Contains(optionsOfMariaDB, name),
		!tb.MariaDB && slices.Contains(optionsOfMySQL, name) && tb.mySQL(80000):
		return end
	case name == "PAGE_CHECKSUM" || name == "TRANSACTIONAL": // of Aria alone
	default:
		tb.leftOut(text, "has no such option")
	}
	return -end
}

// commentedOption returns the index after an option in a comment that only some servers
// execute, negated if it is left out: some numbers of versions mean other options on the
// target, and MySQL does not know the comments of MariaDB.
func (tb *table) commentedOption(list []sqltext.Token, i int) int {
	_, end, ok := versionComment(list, min(i+3, len(list)-1))
	if !ok {
		return i + 1
	}
	if tb.MariaDB && contains(list[i:end], "TABLESPACE") {
		tb.leftOut(sqltext.Join(list[i:end]), "has no such tablespaces")
		return -end
	}
	return end
}

// optionValue returns the index of the value of the option whose name is at i, or -1 if
// there is no option.
func optionValue(list []sqltext.Token, i int) int {
	if list[i].Kind != sqltext.Word && list[i].Kind != sqltext.QuotedName {
		return -1
	}
	equals := after(list, i)
	value := after(list, equals)
	if equals >= len(list) || list[equals].Text != "=" || value >= len(list) {
		return -1
	}
	return value
}

// withEngine replaces the engine of the source, if it is another one on the target.
func (tb *table) withEngine(list []sqltext.Token, source string) []sqltext.Token {
	for i := range list {
		if list[i].IsWord("ENGINE") && source != tb.engine {
			if value := optionValue(list, i); value > 0 {
				list[value].Text = tb.engine
			}
		}
	}
	return list
}

// partitionStart returns the index where the partitions begin: the space or comment
// before PARTITION BY.
func partitionStart(list []sqltext.Token) int {
	at := find(list, 1, "PARTITION")
	if at == len(list) {
		return at
	}
	if from, _, ok := versionComment(list, at); ok {
		at = from
	}
	for at > 1 && list[at-1].Kind == sqltext.Space {
		at--
	}
	return at
}

// partitions adapts the partitions.
func (tb *table) partitions(list []sqltext.Token) []sqltext.Token {
	if find(list, 0, "SYSTEM_TIME") == len(list) {
		return list
	}
	if !tb.MariaDB {
		tb.leftOut(strings.TrimSpace(sqltext.Join(list)), "has no partitions by system time")
		return nil
	}
	if auto := find(list, 0, "AUTO"); auto < len(list) && !tb.mariaDB(100901) {
		tb.leftOut("AUTO of "+strings.TrimSpace(sqltext.Join(list)), "adds no partitions itself")
		return cut(list, auto, auto+1)
	}
	return list
}
