package keys

import (
	"strings"

	"github.com/agext/levenshtein"
)

// Nearest returns the name that a misspelled name most likely means, or "" if none is similar. It
// also finds a key that is written outside its map, such as bandwidth instead of
// limits.bandwidth.
func Nearest(name string, names []string) string {
	name = strings.ToLower(strings.ReplaceAll(name, "-", "_"))
	best, found := 2+len(name)/4, ""
	for _, candidate := range names {
		lower := strings.ToLower(strings.ReplaceAll(candidate, "-", "_"))
		last := lower[strings.LastIndex(lower, ".")+1:]
		d := levenshtein.Distance(name, lower, nil)
		if strings.Contains(candidate, ".") {
			d = min(d, levenshtein.Distance(name[strings.LastIndex(name, ".")+1:], last, nil)+1) // prefer a key of the same map
		}
		if d < best {
			best, found = d, candidate
		}
	}
	return found
}

// suggest returns advice: which name is probably meant, or where all names are listed.
func suggest(name, list string) string {
	if name == "" {
		return "; see " + list
	}
	return "; do you mean " + name + "?"
}
