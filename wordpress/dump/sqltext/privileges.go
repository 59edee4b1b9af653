package sqltext

import "strings"

// Privileges are an account's privileges on a whole database, by name.
type Privileges map[string]bool

// ParseGrants returns the privileges that the lines of SHOW GRANTS give on a database.
func ParseGrants(lines []string, database string) Privileges {
	p := Privileges{}
	for _, line := range lines {
		p.apply(line, database)
	}
	return p
}

// Any reports whether the account has at least one of the privileges.
func (p Privileges) Any(names ...string) bool {
	for _, name := range names {
		if p[name] || p["ALL PRIVILEGES"] || p["ALL"] {
			return true
		}
	}
	return false
}

// apply reads one line of SHOW GRANTS and sets or clears the privileges that it grants
// or revokes on the whole database.
func (p Privileges) apply(line, database string) {
	var words []Token
	for _, t := range Tokens(line) {
		if t.Kind != Space {
			words = append(words, t)
		}
	}
	if len(words) == 0 || !words[0].Is("GRANT") && !words[0].Is("REVOKE") {
		return
	}
	var privileges []string
	var current []string
	depth, on := 0, -1
	for i, t := range words[1:] {
		switch {
		case t.Text == "(":
			depth++
			current = nil // of single columns only
		case t.Text == ")":
			depth--
		case depth > 0:
		case t.Text == ",":
			privileges = append(privileges, strings.Join(current, " "))
			current = nil
		case t.IsWord("ON"):
			on = i + 2
		default:
			current = append(current, strings.ToUpper(t.Text))
		}
		if on > 0 {
			break
		}
	}
	privileges = append(privileges, strings.Join(current, " "))
	if on < 0 || on+2 >= len(words) || words[on+1].Text != "." || words[on+2].Text != "*" {
		return // a role, or a single table
	}
	if words[on].Text != "*" && !matchesDatabase(words[on].Identifier(), database) {
		return
	}
	for _, name := range privileges {
		if name != "" {
			p[name] = words[0].Is("GRANT")
		}
	}
}

// matchesDatabase reports whether the pattern of a grant matches a database's name: %
// and _ are wildcards unless a backslash precedes them.
func matchesDatabase(pattern, name string) bool {
	p, n := 0, 0
	star, mark := -1, 0
	for n < len(name) {
		char, literal, next := patternChar(pattern, p)
		switch {
		case p < len(pattern) && !literal && char == '%':
			star, mark, p = p, n, next
		case p < len(pattern) && (!literal && char == '_' || char == name[n]):
			p = next
			n++
		case star >= 0:
			mark++
			p, n = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "%") == ""
}

// patternChar returns the character of a pattern at i, whether it matches only
// itself, and the index after it.
func patternChar(pattern string, i int) (char byte, literal bool, next int) {
	switch {
	case i >= len(pattern):
		return 0, true, i
	case pattern[i] == '\\' && i+1 < len(pattern):
		return pattern[i+1], true, i + 2
	}
	return pattern[i], pattern[i] != '%' && pattern[i] != '_', i + 1
}

// OutsideGrant returns a right that the lines of SHOW GRANTS give outside of a database, ""
// if there is none. What a role gives is not known, so a role is such a right.
func OutsideGrant(lines []string, database string) string {
	for _, line := range lines {
		var words []Token
		for _, t := range Tokens(line) {
			if t.Kind != Space {
				words = append(words, t)
			}
		}
		on, depth := -1, 0
		for i, t := range words {
			switch {
			case t.Text == "(":
				depth++
			case t.Text == ")":
				depth--
			case depth == 0 && t.IsWord("ON") && on < 0:
				on = i + 1
			}
		}
		switch {
		case len(words) > 0 && words[0].IsWord("REVOKE"): // takes rights away
		case len(words) > 1 && words[0].IsWord("SET"): // the default role; the role has a line of its own
		case on < 0 || on+2 >= len(words):
			return "a role"
		case len(words) > 3 && words[1].IsWord("USAGE") && words[on].Text == "*" && !strings.Contains(strings.ToUpper(line), "GRANT OPTION"):
		default:
			if isWordAt(words, on, "PROCEDURE", "FUNCTION", "TABLE", "PACKAGE") && words[on+1].Text != "." {
				on++
				if isWordAt(words, on, "BODY") {
					on++
				}
			}
			// An underscore that stands for any character is the usual mistake of hosting panels.
			name := strings.NewReplacer(`\_`, "_", `\%`, "%").Replace(words[on].Identifier())
			if name != database || strings.Contains(words[on].Identifier(), "%") && !strings.Contains(words[on].Identifier(), `\%`) {
				privileges, _, _ := strings.Cut(line, " TO ")
				return DisplayName(privileges)
			}
		}
	}
	return ""
}
