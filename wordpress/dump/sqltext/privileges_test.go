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

// A restore uses only accounts whose rights end at the database.
func TestOutsideGrant(t *testing.T) {
	const usage = "GRANT USAGE ON *.* TO `a`@`b`"
	for _, c := range []struct {
		lines []string
		want  string
	}{
		{[]string{usage, "GRANT ALL PRIVILEGES ON `my_db`.* TO `a`@`b` WITH GRANT OPTION"}, ""},
		{[]string{usage, "GRANT SELECT, INSERT (`a`, `on`) ON `my\\_db`.`t` TO `a`@`b`"}, ""},
		{[]string{"grant usage on *.* to `a`@`b` identified by password '*X'", "GRANT EXECUTE ON PROCEDURE `my_db`.`p` TO `a`@`b`"}, ""},
		{[]string{"GRANT EXECUTE ON PACKAGE BODY `my_db`.`p` TO `a`@`b`", "GRANT EXECUTE ON FUNCTION `my_db`.`f` TO `a`@`b`"}, ""},
		{[]string{"GRANT SELECT ON *.* TO `a`@`b`"}, "GRANT SELECT ON *.*"},
		{[]string{"grant usage on *.* to `a`@`b` with grant option"}, "grant usage on *.* to `a`@`b` with grant option"},
		{[]string{"GRANT USAGE ON *.* TO `a`@`b` WITH GRANT OPTION"}, "\"GRANT USAGE ON *.*\""},
		{[]string{"GRANT USAGE ON `other`.* TO `a`@`b`"}, "GRANT USAGE ON `other`.*"},
		{[]string{usage, "GRANT SELECT ON `other`.* TO `a`@`b`"}, "GRANT SELECT ON `other`.*"},
		{[]string{"GRANT SELECT (`ON`) ON `other`.`t` TO `a`@`b`"}, "GRANT SELECT (`ON`) ON `other`.`t`"},
		{[]string{"GRANT SELECT (on) ON other.t TO `a`@`b`"}, "GRANT SELECT (on) ON other.t"},
		{[]string{"GRANT EXECUTE ON PROCEDURE `other`.`p` TO `a`@`b`"}, "GRANT EXECUTE ON PROCEDURE `other`.`p`"},
		{[]string{"GRANT EXECUTE ON PACKAGE BODY `other`.`p` TO `a`@`b`"}, "GRANT EXECUTE ON PACKAGE BODY `other`.`p`"},
		{[]string{"GRANT SELECT ON `my%db`.* TO `a`@`b`"}, "GRANT SELECT ON `my%db`.*"},
		{[]string{"GRANT `admin` TO `a`@`b`"}, "a role"},
		{[]string{"GRANT `admin`@`%` TO `a`@`b`", usage}, "a role"},
		{[]string{"SET DEFAULT ROLE `admin` FOR `a`@`b`"}, ""},
		{[]string{"GRANT PROXY ON ''@'%' TO 'root'@'localhost'"}, "GRANT PROXY ON ''@'%'"},
		{[]string{"REVOKE SELECT ON `other`.* FROM `a`@`b`"}, ""},
		{[]string{""}, "a role"},
		{nil, ""},
	} {
		got := OutsideGrant(c.lines, "my_db")
		if strings.Trim(got, `"`) != strings.Trim(c.want, `"`) {
			t.Errorf("%q: got %s, want %s", c.lines, got, c.want)
		}
	}
	if got := OutsideGrant([]string{"GRANT SELECT ON `a\\%b`.* TO `a`@`b`"}, "a%b"); got != "" {
		t.Errorf("a database with a percent sign: %s", got)
	}
	if got := OutsideGrant([]string{"GRANT SELECT ON `a%b`.* TO `a`@`b`"}, "a%b"); got == "" {
		t.Error("a wildcard is not outside of the database")
	}
	if got := OutsideGrant([]string{"GRANT SELECT ON function.* TO `a`@`b`"}, "function"); got != "" {
		t.Errorf("a database named function: %s", got)
	}
}

func TestAnyPrivilege(t *testing.T) {
	for name, want := range map[string]bool{"SELECT": true, "ALL PRIVILEGES": true, "ALL": true, "TRIGGER": false} {
		if got := (Privileges{name: true}).Any("INSERT", "SELECT"); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
