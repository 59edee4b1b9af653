package dump

import (
	"context"
	"fmt"
	"strings"
)

// rights are the account's privileges that hold in the whole database.
type rights map[string]bool

// any tells whether the account has one of the privileges.
func (r rights) any(privileges ...string) bool {
	for _, p := range privileges {
		if r[p] || r["ALL PRIVILEGES"] || r["ALL"] {
			return true
		}
	}
	return false
}

// readRights finds out what the account cannot even see, since servers show it as
// nothing at all, without an error, and notes it.
func (d *Dump) readRights(ctx context.Context) error {
	grants, err := d.grants(ctx)
	if err != nil {
		return d.missing("privileges", "they cannot be read, so what the account cannot see is not known: "+err.Error())
	}
	have := rights{}
	for _, g := range grants {
		have.add(g, d.db.Name)
	}
	if !have.any("SELECT") {
		if err := d.missing("tables", "the account may read single tables only, and cannot see whether there are others"); err != nil {
			return err
		}
	}
	if !have.any("TRIGGER") {
		if err := d.missing("triggers", "the account has no TRIGGER privilege on the database, and cannot see whether there are any"); err != nil {
			return err
		}
	}
	if !d.opts.whole() {
		return nil
	}
	if !have.any("EVENT") {
		if err := d.missing("events", "the account has no EVENT privilege on the database, and cannot see whether there are any"); err != nil {
			return err
		}
	}
	if !have.any("EXECUTE", "CREATE ROUTINE", "ALTER ROUTINE", "SHOW_ROUTINE", "SHOW CREATE ROUTINE") {
		return d.missing("routines", "the account has no privilege on routines, and cannot see whether there are any")
	}
	return nil
}

// grants is what SHOW GRANTS says, the roles in effect included.
func (d *Dump) grants(ctx context.Context) ([]string, error) {
	if !d.server.maria && d.server.number >= 80000 {
		role, err := d.main.strings(ctx, "SELECT CURRENT_ROLE()")
		if err == nil && len(role) == 1 && role[0] != "" && role[0] != "NONE" {
			return d.main.strings(ctx, "SHOW GRANTS FOR CURRENT_USER() USING "+role[0])
		}
	}
	list, err := d.main.strings(ctx, "SHOW GRANTS")
	if err == nil && len(list) == 0 {
		err = fmt.Errorf("SHOW GRANTS says nothing")
	}
	return list, err
}

// add reads one line of SHOW GRANTS and adds, or takes away again, what it says
// about the whole of a database.
func (r rights) add(line, database string) {
	list := (dialect{}).tokens(line)
	var words []token
	for _, t := range list {
		if t.kind != tokenSpace {
			words = append(words, t)
		}
	}
	if len(words) == 0 || !words[0].is("GRANT") && !words[0].is("REVOKE") {
		return
	}
	var privileges []string
	var current []string
	depth, on := 0, -1
	for i, t := range words[1:] {
		switch {
		case t.text == "(":
			depth++
			current = nil // of single columns only
		case t.text == ")":
			depth--
		case depth > 0:
		case t.text == ",":
			privileges = append(privileges, strings.Join(current, " "))
			current = nil
		case t.is("ON") && t.kind == tokenWord:
			on = i + 2
		default:
			current = append(current, strings.ToUpper(t.text))
		}
		if on > 0 {
			break
		}
	}
	privileges = append(privileges, strings.Join(current, " "))
	if on < 0 || on+2 >= len(words) || words[on+1].text != "." || words[on+2].text != "*" {
		return // a role, or a single table
	}
	if words[on].text != "*" && !likeName(words[on].plain(), database) {
		return
	}
	for _, p := range privileges {
		if p != "" {
			r[p] = words[0].is("GRANT")
		}
	}
}

// likeName matches a database against the name in a grant, in which % and _ are
// wild unless they have a backslash before them.
func likeName(pattern, name string) bool {
	p, n := 0, 0
	star, mark := -1, 0
	for n < len(name) {
		char, plain, next := likeChar(pattern, p)
		switch {
		case p < len(pattern) && !plain && char == '%':
			star, mark, p = p, n, next
		case p < len(pattern) && (!plain && char == '_' || char == name[n]):
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

// likeChar is the character of a pattern at i, whether it stands for itself, and
// where the next one is.
func likeChar(pattern string, i int) (char byte, plain bool, next int) {
	switch {
	case i >= len(pattern):
		return 0, true, i
	case pattern[i] == '\\' && i+1 < len(pattern):
		return pattern[i+1], true, i + 2
	}
	return pattern[i], pattern[i] != '%' && pattern[i] != '_', i + 1
}
