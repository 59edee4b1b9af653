package lib

import (
	_ "embed"
	"maps"
	"strconv"
	"strings"

	// the embedded files list the names that PHP defines
	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// The names in the distribution of PHP 8.2 with all its extensions, generated with PHP.
// They distinguish a function that is not evaluated from one that does not exist.
var (
	//go:embed known/functions.txt
	knownFunctions string // name, and the positions of by-reference arguments: "n", or "n+" for n and all after it
	//go:embed known/constants.txt
	knownConstants string // name, and its value if that is the same on every server
	//go:embed known/classes.txt
	knownClasses string // names in lower case
)

// serverFunctions exist only with some of the server interfaces (SAPI) of PHP.
const serverFunctions = `apache_child_terminate apache_get_modules apache_get_version apache_getenv apache_lookup_uri apache_note
	apache_setenv virtual fastcgi_finish_request fpm_get_status litespeed_finish_request litespeed_request_headers litespeed_response_headers`

// optionalPrefixes are the prefixes of functions whose extensions many servers lack.
var optionalPrefixes = strings.Fields(`bc gmp_ ldap_ pg_ imap_ snmp tidy_ enchant_ zip_ odbc_ dba_ xmlrpc_ pcntl_ shm shmop_ sem_ msg_ intl
	collator_ numfmt_ datefmt_ normalizer_ grapheme_ locale_ msgfmt_ resourcebundle_ transliterator_ idn_ sodium_ ftp_ exif_ gettext
	readline pspell_ socket_ cal_ bz`)

// mayLack reports whether a function belongs to an extension that many servers lack.
func mayLack(name string) bool {
	for _, p := range optionalPrefixes {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

// addKnown adds the functions of PHP that are not evaluated.
func addKnown(all map[string]eval.Function) {
	for line := range strings.Lines(knownFunctions) {
		name, refs, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		f, ok := all[name]
		switch {
		case !ok || f.Run == nil:
			f = eval.NotModelled(eval.Undecidable, "")
		case !f.Unmodelled:
			continue
		}
		for _, r := range strings.Fields(refs) {
			digits, rest := strings.CutSuffix(r, "+")
			if n, err := strconv.Atoi(digits); err == nil {
				f.Refs |= 1 << n
				f.RestRefs = f.RestRefs || rest
			}
		}
		all[name] = f
	}
	for _, name := range strings.Fields(serverFunctions) {
		all[name] = eval.NotModelled(eval.Undecidable, "")
	}
	optional := syntax.WordSet(serverFunctions)
	for name, f := range all {
		f.Optional = optional[name] || mayLack(name)
		all[name] = f
	}
}

// addKnownConstants adds the constants that are not in the map yet.
func addKnownConstants(all map[string]eval.Value) {
	more := map[string]eval.Value{}
	for line := range strings.Lines(knownConstants) {
		name, text, given := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		var v eval.Value = &eval.Unknown{Reason: "depends on the server's PHP", Expr: name}
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			v = eval.Int(n)
		} else if f, err := strconv.ParseFloat(text, 64); err == nil {
			v = eval.Float(f)
		} else if s, quoted := strings.CutPrefix(text, `"`); quoted {
			v = eval.String(strings.TrimSuffix(s, `"`))
		} else if given {
			v = eval.Bool(text == "true")
		}
		more[name] = v
	}
	maps.Copy(more, all)
	maps.Copy(all, more)
}
