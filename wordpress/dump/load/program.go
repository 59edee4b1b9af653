package load

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// Values of Options.Definer. They say what happens with the accounts that views, triggers, routines
// and events name as their definers. These objects run with the privileges of their definers.
const (
	DefinerKeep    = "keep"    // the definers are not changed
	DefinerCurrent = "current" // the account that restores becomes the definer
)

// definers say which definers are accepted.
type definers struct {
	mode       string          // one of the constants; "" accepts only the account that restores
	user, host string          // the account that restores
	known      map[string]bool // accounts of the server, as user@host; nil if they cannot be listed
}

// adapt returns the statement, with its definer removed if the account that restores must become
// the definer. It returns an error if the definer is not accepted.
func (d definers) adapt(list []sqltext.Token) ([]sqltext.Token, error) {
	user, host := sqltext.Definer(list)
	if user == "" || user == d.user && strings.EqualFold(host, d.host) {
		return list, nil
	}
	name := sqltext.DisplayName(user + "@" + host)
	switch d.mode {
	case DefinerCurrent:
		return sqltext.WithoutDefiner(list), nil
	case DefinerKeep:
		if d.known != nil && !d.known[user+"@"+strings.ToLower(host)] {
			return nil, fmt.Errorf("its definer %s does not exist on this server; with --definer current, the account that restores becomes the definer", name)
		}
		return list, nil
	}
	return nil, fmt.Errorf("its definer is %s, and it would run with the rights of that account; with --definer current, the account that restores "+
		"becomes the definer, and with --definer keep, %s remains the definer", name, name)
}

// program reads the CREATE statement of a view, trigger, routine or event.
func (c *checker) program(text []byte) (statement, error) {
	d, err := c.describe(text)
	if err != nil {
		return statement{}, err
	}
	st := statement{action: createProgram, kind: d.Kind, name: d.Name, owner: d.Table, client: c.client}
	if d.Kind == "TABLE" || d.Kind == "SEQUENCE" {
		return st, refused(text)
	}
	label := strings.ToLower(d.Kind) + " " + sqltext.DisplayName(d.Name)
	list := sqltext.DialectOf(c.mode).Tokens(string(text))
	if d.Kind == "PACKAGE" {
		c.packages[strings.ToLower(d.Name)] = true
	}
	// In some character sets, a byte inside a character may look like a quote. The server does
	// not read it as a quote, but the tokens of the text would be wrong.
	readable := sqltext.DialectOf(c.mode).Tokens(sqltext.SingleBytes(string(text), c.client))
	if err := c.checkReach(readable, d.Kind); err != nil && !c.rules.trusted {
		return st, fmt.Errorf("%s: %w", label, err)
	}
	if list, err = c.rules.definers.adapt(list); err != nil {
		return st, fmt.Errorf("%s: %w", label, err)
	}
	if len(readable) == len(list) { // both texts have the same tokens
		if err := c.rules.collations.adapt(list); err != nil {
			return st, fmt.Errorf("%s: %w", label, err)
		}
	}
	st.text = bytes.Clone([]byte(sqltext.Join(list)))
	return st, nil
}

// beyond has the words that, together with the next word, access something outside of the database:
// files, accounts, other servers or the server itself. "" stands for any next word.
var beyond = map[string][]string{
	"INTO":    {"OUTFILE", "DUMPFILE"},
	"LOAD":    {"DATA", "XML", "INDEX"},
	"CREATE":  {"USER", "ROLE", "DATABASE", "SCHEMA", "SERVER", "TABLESPACE", "LOGFILE", "UNDO"},
	"ALTER":   {"USER", "ROLE", "DATABASE", "SCHEMA", "SERVER", "TABLESPACE", "INSTANCE", "LOGFILE", "UNDO"},
	"DROP":    {"USER", "ROLE", "DATABASE", "SCHEMA", "SERVER", "TABLESPACE", "LOGFILE", "UNDO"},
	"RENAME":  {"USER"},
	"SET":     {"PASSWORD", "GLOBAL", "PERSIST", "PERSIST_ONLY", "ROLE", "DEFAULT"},
	"DATA":    {"DIRECTORY"},
	"INDEX":   {"DIRECTORY"},
	"GRANT":   {""},
	"REVOKE":  {""},
	"SONAME":  {""},
	"INSTALL": {"PLUGIN", "SONAME", "COMPONENT"}, "UNINSTALL": {"PLUGIN", "SONAME", "COMPONENT"},
	"CHANGE": {"MASTER", "REPLICATION"}, "START": {"SLAVE", "REPLICA", "GROUP_REPLICATION"}, "STOP": {"SLAVE", "REPLICA", "GROUP_REPLICATION"},
	"RESET":  {"MASTER", "SLAVE", "REPLICA", "PERSIST", "BINARY", "QUERY"},
	"PURGE":  {"BINARY", "MASTER"},
	"FLUSH":  {"PRIVILEGES", "TABLES", "TABLE", "LOGS", "HOSTS", "STATUS", "USER_RESOURCES", "BINARY", "ENGINE", "ERROR", "LOCAL", "NO_WRITE_TO_BINLOG", "SSL"},
	"KILL":   {"QUERY", "CONNECTION", "HARD", "SOFT", "USER"},
	"BACKUP": {"STAGE", "LOCK"},
	"CLONE":  {"INSTANCE", "LOCAL"},
}

// beyondFunctions are functions that access files, other servers or the operating system.
const beyondFunctions = " LOAD_FILE SYS_EXEC SYS_EVAL SYS_GET SYS_SET LIB_MYSQLUDF_SYS_INFO HTTP_GET HTTP_POST "

// checkReach returns an error if the statements of a program use something outside of the
// database. The real protection is that the account has no privileges there. This check only
// reports the problem before anything is restored.
func (c *checker) checkReach(list []sqltext.Token, kind string) error {
	var words []sqltext.Token
	for _, t := range list {
		if t.Kind != sqltext.Space {
			words = append(words, t)
		}
	}
	for i, t := range words {
		if t.Kind != sqltext.Word || i > 0 && (words[i-1].Text == "." || words[i-1].Text == "@" && !(i > 1 && words[i-2].Text == "@")) {
			continue
		}
		word, next := strings.ToUpper(t.Text), sqltext.Token{}
		if i+1 < len(words) {
			next = words[i+1]
		}
		for _, second := range beyond[word] {
			if second == "" || next.IsWord(second) {
				return fmt.Errorf("it contains %s", strings.TrimSpace(word+" "+second))
			}
		}
		switch {
		case next.Text == "(" && strings.Contains(beyondFunctions, " "+word+" "):
			return fmt.Errorf("it calls %s", word)
		case i > 1 && words[i-1].Text == "@" && words[i-2].Text == "@" && (word == "GLOBAL" || word == "PERSIST" || word == "PERSIST_ONLY") && assigns(words, i):
			return fmt.Errorf("it sets a variable of the whole server")
		case (word == "ENGINE" || word == "CONNECTION") && next.Text == "=" && i+2 < len(words) && (word == "CONNECTION" || !isEngine(words[i+2].Text)):
			return fmt.Errorf("it creates a table elsewhere: %s=%.40s", word, words[i+2].Text)
		case !c.rules.confined && (word == "PREPARE" && kind != "VIEW" || word == "EXECUTE" && next.IsWord("IMMEDIATE")):
			return errors.New("it executes text as a statement, which cannot be checked; restore with an account that has rights on this database only")
		}
	}
	return c.checkNames(words)
}

// assigns reports whether a statement assigns a value to the variable @@GLOBAL.name. Its word
// GLOBAL is at index i.
func assigns(words []sqltext.Token, i int) bool {
	for at := i + 1; at < len(words) && at < i+5; at++ {
		if words[at].Text == "=" {
			before := words[i-3]
			return before.IsWord("SET") || before.Text == ","
		}
	}
	return false
}

// A clause is the state at one depth of parentheses: tables is true within a list of tables.
type clause struct{ tables bool }

// checkNames returns an error if the words name a table, view, function or procedure of another
// database.
func (c *checker) checkNames(words []sqltext.Token) error {
	stack := []clause{{}}
	expect := false // the next name belongs to a table, view, routine or event
	for i, t := range words {
		top := &stack[len(stack)-1]
		switch {
		case t.Text == "(":
			stack = append(stack, clause{tables: expect && top.tables})
			continue
		case t.Text == ")":
			if len(stack) > 1 {
				stack = stack[:len(stack)-1]
			}
			expect = false
			continue
		case t.Text == "," && top.tables:
			expect = true
			continue
		case t.Text == ";":
			top.tables, expect = false, false
			continue
		case t.Kind != sqltext.Word && t.Kind != sqltext.QuotedName:
			expect = false
			continue
		}
		qualified := i+2 < len(words) && words[i+1].Text == "." && isName(words[i+2]) && (i == 0 || words[i-1].Text != "." && words[i-1].Text != "@")
		if qualified && !c.rules.database.Matches(t) && !t.IsWord("NEW") && !t.IsWord("OLD") && !strings.EqualFold(t.Identifier(), "information_schema") {
			after := ""
			if i+3 < len(words) {
				after = words[i+3].Text
			}
			switch {
			case expect, after == "." && !(i > 0 && words[i-1].Text == "@"):
				return fmt.Errorf("it names %s.%s, which is outside of the database", sqltext.DisplayName(t.Identifier()), sqltext.DisplayName(words[i+2].Identifier()))
			case after == "(" && !c.packages[strings.ToLower(t.Identifier())]:
				return fmt.Errorf("it calls %s.%s, which is outside of the database", sqltext.DisplayName(t.Identifier()), sqltext.DisplayName(words[i+2].Identifier()))
			}
		}
		expect = top.next(t, expect)
	}
	return nil
}

func isName(t sqltext.Token) bool { return t.Kind == sqltext.Word || t.Kind == sqltext.QuotedName }

// next reports whether the name of a table, view, routine or event follows the word t. expected is
// the result for the word before.
func (c *clause) next(t sqltext.Token, expected bool) bool {
	if t.Kind == sqltext.QuotedName {
		return false
	}
	switch strings.ToUpper(t.Text) {
	case "FROM", "JOIN", "STRAIGHT_JOIN", "UPDATE", "DELETE", "TABLES":
		c.tables = true
		return true
	case "INTO", "TABLE", "CALL", "REFERENCES", "TRUNCATE", "DESCRIBE", "DESC", "EXPLAIN", "VIEW", "TRIGGER", "EVENT", "SEQUENCE", "LIKE", "REPLACE", "INSERT", "USE":
		c.tables = false
		return true
	case "PROCEDURE", "FUNCTION":
		return true
	case "IGNORE", "LOW_PRIORITY", "QUICK", "DELAYED", "HIGH_PRIORITY", "IF", "NOT", "EXISTS", "LATERAL":
		return expected
	case "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "UNION", "SET", "VALUES", "SELECT", "WINDOW", "FOR", "PARTITION":
		c.tables = false
	}
	return false
}
