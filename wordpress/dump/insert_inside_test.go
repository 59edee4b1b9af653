package dump

import (
	"testing"
)

func FuzzRow(f *testing.F) {
	f.Add([]byte("\x01a\xfb\xfc\x02\x00bc"))
	f.Add([]byte("\xfe\xff\xff\xff\xff\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, row []byte) {
		out := newText(func(b []byte) ([]byte, error) { return b[:0], nil })
		w := newInserts(out, "t", []column{newColumn("a", "int", ""), newColumn("b", "varchar", "latin1"), newColumn("c", "blob", "")}, 1<<20)
		if w.row(row) == nil {
			if err := w.end(); err != nil || w.rows != 1 {
				t.Errorf("%d rows, %v", w.rows, err)
			}
		}
	})
}
