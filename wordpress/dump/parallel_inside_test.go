package dump

import (
	"math"
	"math/big"
	"strings"
	"testing"
)

func TestDivide(t *testing.T) {
	for _, c := range []struct {
		low, high string
		unsigned  bool
		n         int
	}{
		{"1", "1000", false, 7},
		{"-9223372036854775808", "9223372036854775807", false, 5},
		{"0", "18446744073709551615", true, 3},
		{"5", "5", false, 4},
		{"-3", "3", false, 100},
		{"0", "0", true, 0},
		{"9223372036854775806", "9223372036854775807", false, 2},
	} {
		list, err := divide("c", c.low, c.high, c.unsigned, c.n)
		if err != nil {
			t.Fatal(err)
		}
		next := new(big.Int).SetInt64(math.MinInt64)
		for i, r := range list {
			if i > 0 {
				from, ok := strings.CutPrefix(r, "c >= "+next.String())
				if r = strings.TrimPrefix(from, " AND "); !ok {
					t.Errorf("%+v: gap before %q of %q", c, r, list)
				}
			}
			if i == len(list)-1 {
				if r != "" {
					t.Errorf("%+v: the last range has an end: %q", c, list)
				}
				break
			}
			if _, ok := next.SetString(strings.TrimPrefix(r, "c < "), 10); !ok {
				t.Errorf("%+v: %q", c, list)
			}
		}
		if len(list) > c.n+1 || c.n > 1 && c.low != c.high && len(list) < 2 {
			t.Errorf("%+v: %d ranges", c, len(list))
		}
	}
	if _, err := divide("c", "x", "1", false, 2); err == nil {
		t.Error("no error for a bound that is not a number")
	}
}
