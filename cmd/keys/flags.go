package keys

import (
	"fmt"
	"slices"
	"time"

	"github.com/spf13/pflag"
)

// AddFlags adds the flags of the named keys to f. It panics if a name is not in the table,
// because that is a mistake in the program.
func (t Table) AddFlags(f *pflag.FlagSet, names ...string) {
	for _, name := range names {
		i := slices.IndexFunc(t, func(k Key) bool { return k.Name == name })
		if i < 0 {
			panic("no key " + name)
		}
		t[i].addFlag(f)
	}
}

func (k Key) addFlag(f *pflag.FlagSet) {
	name := k.FlagName()
	switch value := k.Value().(type) {
	case bool:
		f.BoolP(name, k.Short, value, k.Help)
	case int:
		f.IntP(name, k.Short, value, k.Help)
	case []string, []any:
		f.StringArrayP(name, k.Short, nil, k.Help+"; may be repeated")
	case string:
		if d, err := time.ParseDuration(value); k.Form == Duration && err == nil {
			f.DurationP(name, k.Short, d, k.Help)
			return
		}
		f.StringP(name, k.Short, value, k.Help)
	default:
		panic(fmt.Sprintf("key %s: a flag cannot have the value %v", k.Name, value))
	}
}
