package sqltext

import (
	"strings"
	"testing"
)

func FuzzTokens(f *testing.F) {
	f.Add("CREATE DEFINER=`a``b`@`%` VIEW `v` AS select 'it''s \\' ' -- x\n/* y */ /*!50001 z */ # w\n", false, false)
	f.Add(`CREATE DEFINER="a" PROCEDURE p() SELECT "b" || '\'`, true, true)
	f.Fuzz(func(t *testing.T, s string, ansi, plain bool) {
		d := Dialect{ANSIQuotes: ansi, NoBackslash: plain}
		list := d.Tokens(s)
		if got := Join(list); got != s {
			t.Errorf("%q came back as %q", s, got)
		}
		_ = Join(WithoutDefiner(list))
		_ = Join(Unqualify(list, SchemaName{Name: "db"}, "EACH", AnyName))
		Privileges{}.apply(s, "db")
	})
}

// Statements are written by tenants and may hold anything.
func FuzzStatements(f *testing.F) {
	for _, s := range []string{
		"CREATE ALGORITHM=UNDEFINED DEFINER=`a`@`b` SQL SECURITY DEFINER VIEW `v` (`x`) AS select `db`.`t`.`x`,`f`(1),`p`.`f`() from (`db`.`t` join `u`) WITH LOCAL CHECK OPTION",
		"CREATE DEFINER=a@b TRIGGER db.t BEFORE INSERT ON db . t FOR EACH ROW SET NEW.a = OLD . `b`, @x = 'NEW.c' -- NEW.d",
		"CREATE FUNCTION `f`() RETURNS int LANGUAGE JAVASCRIPT USING (`db`.`l`, `db`.`m` AS `n`) AS $$ x $$", "SELECT\ndelimiter -- x\nFROM t",
		"CREATE TABLE `t` (`a` int DEFAULT (1+1), `b` text DEFAULT 'x', KEY `k` ((upper(`a`)))) ENGINE=Aria AUTO_INCREMENT=7",
		"CREATE TABLE `t` (`a` varchar(9) COLLATE utf8mb4_bin NOT NULL,`b` bigint(20) unsigned GENERATED ALWAYS AS ROW START, PRIMARY KEY (`a`)) COLLATE=utf8mb4_bin",
		"CREATE FUNCTION `f`(a int) RETURNS enum('\\\\')\n    COMMENT '\\\\n'\nRETURN '\\\\'", "FUNCTION f (", "FUNCTION f() RETURNS SET(", "FUNCTION f()\n    USING (", "EVENT e COMMENT '\\",
		"(`0`DEFAULT)", "(`a` DEFAULT ,`b`)", "(`a` COLLATE)", "(`a` COLLATE,`b`)COLLATE=,", "(\n`a`", "(`a` )", "'", "`", "/*", "WITH", "VIEW", "(", "DEFAULT",
	} {
		f.Add(s, "db")
	}
	f.Fuzz(func(t *testing.T, s, database string) {
		schema := SchemaName{database, true}
		list := Tokens(s)
		if got := Join(list); got != s {
			t.Fatalf("%q: the tokens make %q", s, got)
		}
		if q := ViewQuery(list); !strings.Contains(s, q) {
			t.Errorf("%q: the query %q is not in it", s, q)
		}
		for _, name := range append(ViewDependencies(list).Tables, TriggerColumns(list)...) {
			if len(name) > len(s) {
				t.Errorf("%q: the name %q is not in it", s, name)
			}
		}
		for _, shorter := range [][]Token{Unqualify(list, schema, "", isObjectOf("t", "v")), WithoutDefiner(list), UnqualifyLibraries(list, schema)} {
			if len(Join(shorter)) > len(s) {
				t.Errorf("%q: it has grown to %q", s, Join(shorter))
			}
		}
		for _, what := range []string{"FUNCTION", "PACKAGE BODY", "EVENT"} {
			if got := Join(UnescapeHead(Dialect{NoBackslash: true}.Tokens(s), what)); len(got) > len(s) {
				t.Errorf("%q: as %s it has grown to %q", s, what, got)
			}
		}
		if got := ForClient(s, Dialect{}); strings.ReplaceAll(got, "\n", "") != strings.ReplaceAll(s, "\n", "") {
			t.Errorf("%q: more than line ends have changed in %q", s, got)
		}
		for _, line := range strings.Split(strings.TrimSuffix(Comment(s), "\n"), "\n") {
			if s != "" && line != "" && !strings.HasPrefix(line, "-- ") {
				t.Errorf("%q: %q is no comment", s, line)
			}
		}
		_, _ = ViewMentions(list, schema), Mentions(list, schema)
		_, _ = WithoutAutoIncrement(s), InvokerView(s)
		_, _, _ = HasPrimaryKey(s), VersionedByTransaction(s), HasCommentedOptions(s)
		if got := WithoutInheritedCollations(s); len(got) > len(s) {
			t.Errorf("%q: it has grown to %q", s, got)
		}
		for _, name := range Identifiers(s) {
			if from := ColumnDefinition(list, name); from >= 0 && SkipSpace(list, from) >= len(list) {
				t.Errorf("%q: column %q has no type", s, name)
			} else if from >= 0 {
				if at := ColumnDefault(list[from:]); at >= 0 && list[from+at].Kind != String {
					t.Errorf("%q: the default of column %q is %q", s, name, list[from+at].Text)
				}
			}
		}
	})
}
