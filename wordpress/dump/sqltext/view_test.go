package sqltext

import (
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
