package sqltext

import (
	"strings"
	"testing"
)

func TestParseGrants(t *testing.T) {
	for _, c := range []struct {
		grants string
		have   string
	}{
		{"GRANT USAGE ON *.* TO `a`@`b`", "USAGE"},
		{"GRANT ALL PRIVILEGES ON *.* TO `a`@`b` WITH GRANT OPTION", "ALL PRIVILEGES"},
		{"GRANT SELECT, LOCK TABLES ON `my\\_db`.* TO `a`@`b`", "SELECT LOCK TABLES"},
		{"GRANT SELECT ON `my%`.* TO `a`@`b`", "SELECT"},
		{"GRANT SELECT ON `my\\_dc`.* TO `a`@`b`", ""},
		{"GRANT SELECT ON `my_db`.`t` TO `a`@`b`", ""},
		{"GRANT SELECT (`a`, `b`), INSERT ON `my_db`.* TO `a`@`b`", "INSERT"},
		{"GRANT `role` TO `a`@`b`", ""},
		{"GRANT PROXY ON ''@'%' TO 'root'@'localhost'", ""},
		{"GRANT EXECUTE ON PROCEDURE `my_db`.`p` TO `a`@`b`", ""},
		{"GRANT SELECT ON *.* TO `a`@`b`\nREVOKE SELECT ON `my_db`.* FROM `a`@`b`", ""},
		{"", ""},
	} {
		have := ParseGrants(strings.Split(c.grants, "\n"), "my_db")
		for _, p := range []string{"SELECT", "INSERT", "LOCK TABLES", "USAGE", "ALL PRIVILEGES", "EXECUTE"} {
			if want := strings.Contains(c.have, p); have[p] != want {
				t.Errorf("%s: %s is %v", c.grants, p, have[p])
			}
		}
	}
}

func FuzzGrants(f *testing.F) {
	for _, s := range []string{
		"GRANT SELECT (a, b), INSERT ON `d\\_b`.* TO `u`@`h` WITH GRANT OPTION", "GRANT ALL PRIVILEGES ON *.* TO u", "REVOKE SELECT ON `d%`.* FROM u", "GRANT `r` TO `u`", "GRANT", "GRANT ON", "GRANT A ON x.",
	} {
		f.Add(s, "db")
	}
	f.Fuzz(func(t *testing.T, line, database string) {
		r := Privileges{}
		r.apply(line, database)
		for p, has := range r {
			if has && !strings.HasPrefix(strings.ToUpper(strings.TrimLeft(line, " \t\r\n\v\f/*#-")), "GRANT") && !strings.Contains(strings.ToUpper(line), "GRANT") {
				t.Errorf("%q grants %q", line, p)
			}
		}
	})
}

// A matcher that took exponential time for many wildcards would never end here.
func TestGrantsWithManyWildcards(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{{"ünï", "ünï", true}, {"ÜN%", "ünï", false}, {"ä", "ö", false}, {`a\_B\%`, "a_B%", true}, {"Shop", "shop", false}, {`a\_b`, "axb", false}, {"a_b", "axb", true}, {`x\`, `x\`, true}, {"", "", true}, {"", "a", false}, {"%", "", true}, {`\%`, "", false}} {
		if got := matchesDatabase(c.pattern, c.name); got != c.want {
			t.Errorf("%s matches %s: %v", c.name, c.pattern, got)
		}
	}
	for pattern, want := range map[string]bool{strings.Repeat("%a", 100) + "b": false, strings.Repeat("%", 200): true, strings.Repeat("%_", 101): false, strings.Repeat("%_", 100): true} {
		if got := matchesDatabase(pattern, strings.Repeat("a", 100)); got != want {
			t.Errorf("%s: %v", pattern, got)
		}
	}
}
