package dump_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/dump"
)

// The number of queries decides how long a dump of small tables takes. All tables of an
// InnoDB database are inspected together, and each is described by one query.
func TestFewQueriesPerTable(t *testing.T) {
	eachServer(t, func(t *testing.T, f *flavour) {
		questions := func() int {
			n, err := strconv.Atoi(strings.TrimPrefix(query(t, f.open(t, ""), "SHOW GLOBAL STATUS LIKE 'Questions'"), "Questions "))
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		const few, many = 12, 150
		databases := map[int]string{few: f.database(t, "few"), many: f.database(t, "many")}
		for n, db := range databases {
			var script strings.Builder
			for i := range n {
				fmt.Fprintf(&script, "CREATE TABLE wp_%d_options (id INT PRIMARY KEY, v TEXT); INSERT INTO wp_%[1]d_options VALUES (%[1]d, REPEAT('x', 9000));", i)
			}
			f.run(t, db, script.String())
		}
		aged(t, f)
		limits := map[int]int{few: 70, many: 9 * many / 2}
		if f.maria == nil { // it also shows each definition before the snapshot
			limits = map[int]int{few: 85, many: 11 * many / 2}
		}
		for n, most := range limits {
			before := questions()
			text, report := f.dump(t, databases[n], dump.Options{})
			if n := questions() - before; n > most {
				t.Errorf("%d questions, want at most %d", n, most)
			}
			if int(report.Rows) != n || strings.Count(text, "\nCREATE TABLE") != n || strings.Count(text, "\nINSERT INTO") != n {
				t.Errorf("%d rows, %d tables; want %d", report.Rows, strings.Count(text, "\nCREATE TABLE"), n)
			}
		}
	})
}
