package restoring

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"

	"github.com/wp-oneway/wp-oneway/cmd/console"
	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/replace"
)

// replaceOptions are the flags of restore that change the address of a site.
type replaceOptions struct {
	replace.Options
}

func (o *replaceOptions) flags(f *pflag.FlagSet) {
	f.Var((*pairs)(&o.Pairs), searchReplace[2:], "replace the text OLD with NEW in the database, also in serialized values: `OLD NEW`, or =OLD,NEW if neither has a comma; may be repeated")
	f.BoolVar(&o.IncludeGUID, "include-guid", false, "also replace in the column guid, which identifies posts to feed readers")
	f.StringArrayVar(&o.SkipTables, "skip-tables", nil, "do not replace in tables of this `name` or pattern with * and ?; may be repeated")
	f.StringArrayVar(&o.SkipColumns, "skip-columns", nil, "do not replace in columns of this `name` or pattern, such as post_content or wp_posts.guid; may be repeated")
}

// replacer returns the replacer that the flags ask for, or nil if nothing is to be replaced.
func (o *replaceOptions) replacer() (*replace.Replacer, error) {
	if len(o.Pairs) == 0 {
		if o.IncludeGUID || len(o.SkipTables) > 0 || len(o.SkipColumns) > 0 {
			return nil, exit.Usage(fmt.Errorf("--include-guid, --skip-tables and --skip-columns need %s OLD NEW", searchReplace))
		}
		return nil, nil
	}
	r, err := replace.New(o.Options)
	if err != nil {
		return nil, exit.Usage(fmt.Errorf("%s: %w", searchReplace, err))
	}
	return r, nil
}

// printReplaced prints what was replaced, by table and column.
func printReplaced(w io.Writer, r *replace.Replacer) error {
	if r == nil {
		return nil
	}
	t := console.Table{Gap: 2, Columns: []console.Column{{Limit: 40}, {Limit: 40}, {Width: 6}, {Width: 12}, {}}}
	t.Add("TABLE", "COLUMN", "VALUES", "REPLACEMENTS", "UNCHANGED")
	var b, reasons strings.Builder
	for _, c := range r.Report() {
		t.Add(c.Table, c.Column, fmt.Sprint(c.Values), fmt.Sprint(c.Replacements), fmt.Sprint(c.Unchanged))
		for _, u := range c.Examples {
			fmt.Fprintf(&reasons, "unchanged: %s.%s %s: %s\n", c.Table, c.Column, u.Row, u.Reason)
		}
	}
	if len(r.Report()) == 0 {
		b.WriteString("no value of the database contains the text to replace; compare it with the options siteurl and home\n")
	} else {
		t.Write(&b, console.ScreenOf(w))
	}
	if _, err := io.WriteString(w, b.String()+reasons.String()); err != nil {
		return fmt.Errorf("print the replacements: %w", err)
	}
	return nil
}

// searchReplace is the flag that takes two arguments.
const searchReplace = "--search-replace"

// pairSeparator separates the two arguments after JoinPairs has joined them.
const pairSeparator = "\x00"

// JoinPairs joins the two arguments of --search-replace into one, because a flag takes only one.
// If another flag follows the first argument, the second argument is missing.
func JoinPairs(args []string) []string {
	var joined []string
	for i := 0; i < len(args); i++ {
		if args[i] == "--" {
			return append(joined, args[i:]...)
		}
		if args[i] == searchReplace && i+2 < len(args) && !strings.HasPrefix(args[i+2], "--") {
			joined = append(joined, searchReplace+"="+args[i+1]+pairSeparator+args[i+2])
			i += 2
			continue
		}
		joined = append(joined, args[i])
	}
	return joined
}

// pairs is the value of the flag.
type pairs [][2]string

// String implements pflag.Value.
func (p *pairs) String() string {
	var texts []string
	for _, pair := range *p {
		texts = append(texts, pair[0]+" "+pair[1])
	}
	return strings.Join(texts, ", ")
}

// Type implements pflag.Value.
func (p *pairs) Type() string { return "OLD NEW" }

// Set implements pflag.Value.
func (p *pairs) Set(text string) error {
	old, with, ok := strings.Cut(text, pairSeparator)
	if !ok && strings.Count(text, ",") == 1 {
		old, with, ok = strings.Cut(text, ",")
	}
	if !ok {
		return fmt.Errorf("%[1]s needs two values: %[1]s OLD NEW, or %[1]s=OLD,NEW if neither has a comma", searchReplace)
	}
	*p = append(*p, [2]string{old, with})
	return nil
}
