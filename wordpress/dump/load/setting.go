package load

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/dumpfile"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// ownSettings are variables that a dump sets. They are ignored, because prepareSession has
// already set what a restore needs.
const ownSettings = " autocommit unique_checks foreign_key_checks sql_quote_show_create sql_notes check_constraint_checks max_statement_time " +
	"innodb_strict_mode explicit_defaults_for_timestamp character_set_collations character_set_results "

var (
	// Statements in the head and the tail of a dump that depend on the account's privileges.
	mayQuery = "SET @WP_ONEWAY_MAY=(SELECT COUNT(*) FROM information_schema.USER_PRIVILEGES WHERE PRIVILEGE_TYPE IN " +
		"('SESSION_VARIABLES_ADMIN','SYSTEM_VARIABLES_ADMIN','SUPER') AND REPLACE(GRANTEE,'''','')=REPLACE(CURRENT_USER(),'''',''))"
	ifMay = pattern(`^SET @WP_ONEWAY=IF\(@WP_ONEWAY_MAY,'SET [a-z_]+=(0|@OLD_[A-Z_]+)(, [a-z_]+=(0|@OLD_[A-Z_]+))?','DO 0'\)$`)

	modePattern = pattern(`^[A-Z0-9_,]*$`)
	zonePattern = pattern(`^[A-Za-z0-9_/+:-]{1,64}$`)
	timePattern = pattern(`^[0-9 :.-]{1,32}$`)
)

// pattern returns a function that compiles a regular expression when it is first called.
func pattern(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}

// set reads a SET statement. The text of the result contains only the assignments that affect later
// statements.
func (c *checker) set(text []byte, runs bool) (statement, error) {
	switch s := string(text); {
	case s == mayQuery, ifMay().MatchString(s), s == "SET SESSION TRANSACTION READ WRITE":
		return statement{}, nil
	}
	settings, err := dumpfile.ParseSet(text)
	if err != nil {
		return statement{}, fmt.Errorf("%w: %.60q", err, text)
	}
	var effective []string
	for _, s := range settings {
		assignment, err := c.assign(s, runs)
		if err != nil {
			return statement{}, fmt.Errorf("set %s: %w", s.Name, err)
		}
		if assignment != "" {
			effective = append(effective, assignment)
		}
	}
	if len(effective) == 0 {
		return statement{}, nil
	}
	return statement{action: setting, text: []byte("SET " + strings.Join(effective, ", "))}, nil
}

// assign reads one assignment, and returns the assignment to send; "" if none is needed.
func (c *checker) assign(s dumpfile.Setting, runs bool) (string, error) {
	value := sqltext.Join(s.Value)
	literal, isLiteral := s.Literal()
	restored := strings.HasPrefix(value, "@OLD_") && isWord(value[1:])
	switch {
	case strings.HasPrefix(s.Name, "@old_") && strings.HasPrefix(value, "@@") && isWord(strings.TrimPrefix(value[2:], "SESSION.")):
		return "", nil
	case s.Name == "@wp_oneway" && isLiteral:
		c.immediate = literal
		return "", nil
	case s.Name == "@wp_oneway_mode" && isLiteral && modePattern().Match(literal):
		if runs {
			c.savedMode = string(literal)
		}
		return "", nil
	case strings.Contains(ownSettings, " "+s.Name+" ") && (restored || isNumber(value) || value == "''"):
		return "", nil
	}
	return c.effective(s, value, restored, runs)
}

// effective reads an assignment to a variable that decides how statements are read or
// executed.
func (c *checker) effective(s dumpfile.Setting, value string, restored, runs bool) (string, error) {
	literal, isLiteral := s.Literal()
	text := string(literal)
	wrong := fmt.Errorf("a dump contains no such value: %.60q", value)
	switch s.Name {
	case "sql_mode":
		switch {
		case restored:
			return "", nil
		case value == "@wp_oneway_mode":
			text = c.savedMode
		case !isLiteral || !modePattern().Match(literal):
			return "", wrong
		}
		if runs {
			c.mode = text
		}
		return "sql_mode=" + sqltext.Literal(text), nil
	case "names", "character_set_client", "collation_connection":
		if restored {
			return "", nil
		}
		if len(s.Value) != 1 || sqltext.CheckPlain(value) != nil || s.Name == "names" && value != "utf8mb4" {
			return "", wrong
		}
		return c.charset(s.Name, value, runs)
	case "time_zone":
		if restored {
			return "", nil
		}
		if !isLiteral || !zonePattern().Match(literal) {
			return "", wrong
		}
		return "time_zone=" + sqltext.Literal(text), nil
	case "timestamp":
		if value == "DEFAULT" || isNumber(value) {
			return "timestamp=" + value, nil
		}
		call, ok := strings.CutPrefix(value, "UNIX_TIMESTAMP('")
		if moment, end := strings.CutSuffix(call, "')"); ok && end && timePattern().MatchString(moment) {
			return "timestamp=" + value, nil
		}
		return "", wrong
	case "system_versioning_insert_history":
		if value == "0" || value == "1" {
			return s.Name + "=" + value, nil
		}
		return "", wrong
	}
	return "", fmt.Errorf("a dump does not set this variable")
}

// charset reads an assignment of a character set or collation to a variable of the session.
func (c *checker) charset(name, value string, runs bool) (string, error) {
	if name == "collation_connection" {
		known, err := c.rules.collations.collation(value)
		if !runs {
			return "", nil
		}
		return name + "=" + known, err
	}
	if runs {
		c.client = value
	}
	if name == "names" {
		return "NAMES utf8mb4", nil
	}
	return name + "=" + value, nil
}

func isWord(s string) bool { return s != "" && sqltext.CheckPlain(s) == nil }

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789.") == "" }
