// Package target adapts definitions, as text, to the server that a dump is for. What that
// server does not have is replaced, or left out with a note.
package target

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Target is the server that a dump is for.
type Target struct {
	MariaDB bool
	Number  int  // 101100 for 10.11.0: the oldest version that must be able to restore the dump
	Same    bool // the source's own kind and version: nothing is adapted
	source  bool // the source is MariaDB
}

// releases are the servers that can be named.
var releases = map[string]Target{
	"mysql57":     {Number: 50700},
	"mysql8":      {Number: 80023},
	"mysql9":      {Number: 90700},
	"mariadb105":  {MariaDB: true, Number: 100500},
	"mariadb106":  {MariaDB: true, Number: 100602},
	"mariadb1011": {MariaDB: true, Number: 101100},
	"mariadb114":  {MariaDB: true, Number: 110400},
	"mariadb118":  {MariaDB: true, Number: 110800},
	"mariadb":     {MariaDB: true, Number: 101100},
}

// Names returns the names that For accepts, sorted.
func Names() []string { return slices.Sorted(maps.Keys(releases)) }

// For returns the target of a name, for a dump of a server of the given kind and version;
// name "" is that server itself.
func For(name string, sourceIsMariaDB bool, sourceNumber int) (Target, error) {
	if name == "" {
		return Target{MariaDB: sourceIsMariaDB, Number: sourceNumber, Same: true, source: sourceIsMariaDB}, nil
	}
	t, ok := releases[name]
	if !ok {
		return Target{}, fmt.Errorf("for %q: must be one of %s", name, strings.Join(Names(), ", "))
	}
	t.source = sourceIsMariaDB
	t.Same = t.MariaDB == sourceIsMariaDB && t.Number/100 == sourceNumber/100
	return t, nil
}

// String returns the kind and version, such as MariaDB 10.11.
func (t Target) String() string {
	name := "MySQL"
	if t.MariaDB {
		name = "MariaDB"
	}
	return fmt.Sprintf("%s %d.%d", name, t.Number/10000, t.Number/100%100)
}

// mariaDB reports whether the target is MariaDB of at least that version.
func (t Target) mariaDB(number int) bool { return t.MariaDB && t.Number >= number }

// mySQL reports whether the target is MySQL of at least that version.
func (t Target) mySQL(number int) bool { return !t.MariaDB && t.Number >= number }

// HasSequences reports whether the target has sequences.
func (t Target) HasSequences() bool { return t.MariaDB }

// HasPackages reports whether the target has packages.
func (t Target) HasPackages() bool { return t.MariaDB }

// HasLibraries reports whether the target has libraries of JavaScript.
func (t Target) HasLibraries() bool { return t.mySQL(90200) }

// HasHistory reports whether the target accepts the history of system-versioned rows.
func (t Target) HasHistory() bool { return t.mariaDB(101100) }

// HasExecuteImmediate reports whether the target executes any statement from a string.
func (t Target) HasExecuteImmediate() bool { return t.mariaDB(100602) }

// hasVector reports whether the target has the type VECTOR.
func (t Target) hasVector() bool { return t.mariaDB(110701) || t.mySQL(90000) }
