package sqltext

import (
	"reflect"
	"testing"
)

func TestViewQuery(t *testing.T) {
	for statement, want := range map[string]string{
		"CREATE ALGORITHM=UNDEFINED DEFINER=`a`@`b` SQL SECURITY DEFINER VIEW `v` AS select 1 AS `x`":          "select 1 AS `x`",
		"CREATE VIEW `AS``v` (`as`,`b`) AS with `c` as (select 1) select 2":                                    "with `c` as (select 1) select 2",
		"CREATE VIEW `v` AS select 1 from `t` where `a` > 0 WITH CASCADED CHECK OPTION":                        "select 1 from `t` where `a` > 0",
		"CREATE VIEW `v` AS select 1 AS `OPTION`":                                                              "select 1 AS `OPTION`",
		"CREATE ALGORITHM=UNDEFINED MATERIALIZED /*(BY ENGINE=UNKNOWN)*/ DEFINER=`r`@`h` VIEW `v` AS select 1": "select 1",
		"CREATE VIEW": "", "": "",
	} {
		if got := ViewQuery(Tokens(statement)); got != want {
			t.Errorf("%s: got %q, want %q", statement, got, want)
		}
	}
}

func TestViewMentions(t *testing.T) {
	for in, want := range map[string]bool{
		"select `db`.`a` from (`t` `db` join `x`)": false, "select 1 from (`x` join `db`.`t`)": true, "select `db`.`t`.`a` from `x`": true,
		"select `db`.`f`(1)": true, "select `x`.`db`.`f`(1), 'db.t.x'": false,
	} {
		if got := ViewMentions(Tokens(in), SchemaName{Name: "db"}); got != want {
			t.Errorf("%s: %v", in, got)
		}
	}
}

func TestInvokerView(t *testing.T) {
	for create, want := range map[string]string{
		"CREATE ALGORITHM=UNDEFINED DEFINER=`a`@`b` SQL SECURITY DEFINER VIEW `v` (`x`) AS select 1 AS `DEFINER` WITH LOCAL CHECK OPTION": "CREATE ALGORITHM=UNDEFINED SQL SECURITY INVOKER VIEW `v` (`x`) AS select 1 AS `DEFINER`",
		"CREATE DEFINER=`a`@`b` SQL SECURITY INVOKER VIEW `AS` AS select 1":                                                               "CREATE SQL SECURITY INVOKER VIEW `AS` AS select 1",
		"CREATE SQL SECURITY DEFINER VIEW `VIEW` (`SECURITY`) AS select 1":                                                                "CREATE SQL SECURITY INVOKER VIEW `VIEW` (`SECURITY`) AS select 1",
		"CREATE VIEW `v`": "CREATE VIEW `v`",
	} {
		if got := InvokerView(create); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestViewDependencies(t *testing.T) {
	for query, want := range map[string]Dependencies{
		"select `f`(`t`.`a`),`p`.`g`(`h` (1)) from ((`a` join `b`) straight_join `c`) where `x`": {Tables: []string{"a", "b", "c"}, Functions: []string{"f"}, Packages: []string{"p"}},
		"select `d`.`t`.`a` from `other`.`t` left join `u` on(`t`.`a` = `u`.`a`)":                {Tables: []string{"u"}},
		"select 'from `x`' from t join `from` `v`":                                               {Tables: []string{"from"}},
		"select `a` AS `f`": {},
	} {
		if got := ViewDependencies(Tokens(query)); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, want %+v", query, got, want)
		}
	}
}

func TestIsReference(t *testing.T) {
	for before, want := range map[string]bool{
		"select 1 from ": true, "select 1 from (( ": true, "join ": true, "straight_join": true, "select nextval( ": true, "LASTVAL(": true, "setval(": true,
		"select ": false, "`from` ": false, "upper(": false, "(": false, "": false, "nextval": false, "from a, ": false,
	} {
		if got := IsReference(Tokens(before)); got != want {
			t.Errorf("after %q: %v", before, got)
		}
	}
}
