package restoring

import (
	"reflect"
	"testing"

	"github.com/spf13/pflag"
)

// The two texts of a pair are two arguments, or one argument with a comma, because WP-CLI passes
// on only one.
func TestPairsOfTexts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args []string
		want pairs // nil: refused
	}{
		{[]string{"--search-replace", "a", "b"}, pairs{{"a", "b"}}},
		{[]string{"--search-replace=a,b"}, pairs{{"a", "b"}}},
		{[]string{"--search-replace", "a,b"}, pairs{{"a", "b"}}},
		{[]string{"--search-replace", "a,b", "--include-guid"}, pairs{{"a", "b"}}},
		{[]string{"--search-replace", "a,b", "c,d"}, pairs{{"a,b", "c,d"}}},
		{[]string{"--search-replace=a,b", "--search-replace", "c", "d"}, pairs{{"a", "b"}, {"c", "d"}}},
		{[]string{"--search-replace", "a", "-b"}, pairs{{"a", "-b"}}},
		{[]string{"--search-replace=a"}, nil},
		{[]string{"--search-replace=a,b,c"}, nil},
		{[]string{"--search-replace", "a", "--include-guid"}, nil},
	} {
		var o replaceOptions
		f := pflag.NewFlagSet("restore", pflag.ContinueOnError)
		o.flags(f)
		err := f.Parse(JoinPairs(c.args))
		if (err != nil) != (c.want == nil) || err == nil && !reflect.DeepEqual(pairs(o.Pairs), c.want) {
			t.Errorf("%q: %q, %v; want %q", c.args, o.Pairs, err, c.want)
		}
	}
}
