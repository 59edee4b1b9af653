package sqltext

import "strings"

// ViewQuery returns the query of a CREATE VIEW statement that the server wrote,
// without its CHECK OPTION; "" if there is none.
func ViewQuery(list []Token) string {
	at := 0
	for at < len(list) && !list[at].Is("VIEW") {
		at++
	}
	at = SkipSpace(list, SkipSpace(list, at+1)+1) // after the name
	for at < len(list) && !list[at].IsWord("AS") {
		at++ // the names of columns
	}
	end := len(list)
	for _, word := range []string{"OPTION", "CHECK", "", "WITH"} { // "" is LOCAL or CASCADED
		if end == 0 || word != "" && !list[end-1].Is(word) {
			end = len(list)
			break
		}
		for end--; end > 0 && list[end-1].Kind == Space; {
			end--
		}
	}
	if at+1 >= end {
		return ""
	}
	return strings.TrimSpace(Join(list[at+1 : end]))
}

// InvokerView rewrites a CREATE VIEW statement for a view that runs with the rights of
// its user: without definer and CHECK OPTION, and with SQL SECURITY INVOKER.
func InvokerView(create string) string {
	list := Tokens(create)
	query := ViewQuery(list)
	if query == "" {
		return create
	}
	var head strings.Builder
	var view, security bool
	for _, t := range WithoutDefiner(list) {
		switch {
		case t.Kind != Word:
		case t.Is("VIEW"):
			view = true
		case t.Is("SECURITY"):
			security = true
		case security && t.Is("DEFINER"):
			t.Text, security = "INVOKER", false
		case view && t.Is("AS"):
			return head.String() + "AS " + query
		}
		head.WriteString(t.Text)
	}
	return create
}

// IsReference reports whether the tokens before a name in a view's query make it a
// table, view or sequence, and not a column.
func IsReference(before []Token) bool {
	if isSource(before) {
		return true
	}
	at := lastNonSpace(before)
	if at < 1 || before[at].Text != "(" {
		return false
	}
	call := strings.ToLower(before[at-1].Text)
	return call == "nextval" || call == "lastval" || call == "setval"
}

// isSource reports whether the tokens end in FROM or JOIN, maybe with parentheses
// after it, so that the next token is a table or view.
func isSource(before []Token) bool {
	for i := len(before) - 1; i >= 0; i-- {
		switch t := before[i]; {
		case t.Kind == Space || t.Text == "(":
		default:
			return t.Kind == Word && (t.Is("FROM") || t.Is("JOIN") || t.Is("STRAIGHT_JOIN"))
		}
	}
	return false
}

// ViewMentions reports whether a view's definition names an object of the database by
// its qualified name. A column of a table whose alias is the database's name is none.
func ViewMentions(list []Token, database SchemaName) bool {
	for i, t := range list {
		if !database.Matches(t) || afterDot(list[:i]) {
			continue
		}
		dot := SkipSpace(list, i+1)
		second := SkipSpace(list, dot+1)
		third := SkipSpace(list, second+1)
		if dot < len(list) && list[dot].Text == "." && (isSource(list[:i]) || third < len(list) && (list[third].Text == "." || list[third].Text == "(")) {
			return true
		}
	}
	return false
}

// Dependencies are the objects that a view's query uses.
type Dependencies struct {
	Tables    []string // and views
	Functions []string
	Packages  []string // or databases, whose functions are called
}

// ViewDependencies reads the dependencies from a query that the server wrote: a source
// follows FROM or JOIN, maybe after parentheses, and a function is directly followed
// by its parenthesis.
func ViewDependencies(list []Token) (d Dependencies) {
	text := func(i int) string {
		if i < len(list) {
			return list[i].Text
		}
		return ""
	}
	for i, t := range list {
		if t.Kind != QuotedName || afterDot(list[:i]) {
			continue
		}
		switch {
		case text(i+1) == "(":
			d.Functions = append(d.Functions, t.Name)
		case text(i+1) == "." && text(i+3) == "(":
			d.Packages = append(d.Packages, t.Name)
		case text(i+1) == ".": // a column's table, or another database
		case isSource(list[:i]):
			d.Tables = append(d.Tables, t.Name)
		}
	}
	return d
}
