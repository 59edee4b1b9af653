package sqltext

import (
	"slices"
	"testing"
)

// isObjectOf returns an isObject for a view in a database with the given objects.
func isObjectOf(objects ...string) func(string, []Token) bool {
	return func(name string, before []Token) bool { return slices.Contains(objects, name) && IsReference(before) }
}

func TestUnqualifyView(t *testing.T) {
	for in, want := range map[string]string{
		"select `db`.`t`.`a` AS `a` from `db`.`t`":                                     "select `t`.`a` AS `a` from `t`",
		"select `db` . `t`.`a` from `db`.`t` join `other`.`t`":                         "select `t`.`a` from `t` join `other`.`t`",
		"select `db`.`a` from `t` `db`":                                                "select `db`.`a` from `t` `db`",
		"select '`db`.`t`', \"`db`.`t`\" from `t` /* `db`.`t` */":                      "select '`db`.`t`', \"`db`.`t`\" from `t` /* `db`.`t` */",
		"select `x`.`db`.`t` from `x`.`db`":                                            "select `x`.`db`.`t` from `x`.`db`",
		"select nextval(`db`.`s`) from (`db`.`t` join (`db`.`v`))":                     "select nextval(`s`) from (`t` join (`v`))",
		"select `db`.`t` AS `t` from (`x` `db` join `y`) where `db`.`v` in (`db`.`s`)": "select `db`.`t` AS `t` from (`x` `db` join `y`) where `db`.`v` in (`db`.`s`)",
	} {
		if got := Join(Unqualify(Tokens(in), SchemaName{Name: "db"}, "", isObjectOf("t", "v", "s"))); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", in, got, want)
		}
	}
}

func TestUnqualifyTrigger(t *testing.T) {
	trigger := "CREATE DEFINER=`db`@`h` TRIGGER db.tr BEFORE INSERT ON /* on */ `db` . t FOR EACH ROW INSERT INTO db.t VALUES (1)"
	want := "CREATE DEFINER=`db`@`h` TRIGGER tr BEFORE INSERT ON /* on */ t FOR EACH ROW INSERT INTO db.t VALUES (1)"
	list := Unqualify(Tokens(trigger), SchemaName{Name: "db"}, "EACH", AnyName)
	if got := Join(list); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if !Mentions(list, SchemaName{Name: "db"}) {
		t.Error("the qualified name in the body is not found")
	}
	if Mentions(Tokens("select 'db.t', x.db, `db`, a.db.c from t"), SchemaName{Name: "db"}) {
		t.Error("a qualified name is found where there is none")
	}
}

func TestWithoutDefiner(t *testing.T) {
	for in, want := range map[string]string{
		"CREATE DEFINER=`a`@`b` PROCEDURE `p`() SELECT 1":                  "CREATE PROCEDURE `p`() SELECT 1",
		"CREATE ALGORITHM=MERGE DEFINER=`a` SQL SECURITY DEFINER VIEW `v`": "CREATE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW `v`",
		"CREATE DEFINER = a @ b TRIGGER t":                                 "CREATE TRIGGER t",
		"CREATE SQL SECURITY DEFINER VIEW `v` AS select 1":                 "CREATE SQL SECURITY DEFINER VIEW `v` AS select 1",
		"CREATE DEFINER=a@b":                                               "CREATE ",
		"CREATE DEFINER=;VIEW v":                                           "CREATE DEFINER=;VIEW v",
		"CREATE VIEW v AS select `DEFINER`=1":                              "CREATE VIEW v AS select `DEFINER`=1",
		"CREATE TRIGGER t BEFORE INSERT ON x":                              "CREATE TRIGGER t BEFORE INSERT ON x",
		"CREATE PROCEDURE `p`(definer INT) SELECT definer=1":               "CREATE PROCEDURE `p`(definer INT) SELECT definer=1",
	} {
		if got := Join(WithoutDefiner(Tokens(in))); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", in, got, want)
		}
	}
}
