package wordpress

import "fmt"

// A Class says why a configuration was refused. It is printed, and stays the same in all
// versions.
type Class string

// The classes of refusal.
const (
	NoConfig    Class = "no_config"   // there is no wp-config.php in the places where WordPress looks for it
	Unreadable  Class = "unreadable"  // a file cannot be read, is not a regular file, or is too large
	Syntax      Class = "syntax"      // PHP cannot parse a file
	Unsafe      Class = "unsafe"      // a file runs commands or unknown code, or reads files outside home
	Undecidable Class = "undecidable" // a setting depends on an unknown value, or exceeds a limit
	NotMySQL    Class = "not_mysql"   // the database is not MySQL or MariaDB
)

// A ConfigError says what is wrong with a configuration, where, and what to do next.
type ConfigError struct {
	Class   Class  `json:"class"`
	File    string `json:"file,omitempty"` // absolute path; "" if the error concerns no file
	Line    int    `json:"line,omitempty"` // from 1; 0 if the error concerns no line
	Message string `json:"message"`        // one line; what is wrong
	Hint    string `json:"hint,omitempty"` // one line; what to do next
}

// Error returns one line: file:line: message; hint.
func (e *ConfigError) Error() string {
	s := e.Message
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	switch {
	case e.File == "":
		return s
	case e.Line == 0:
		return fmt.Sprintf("%s: %s", e.File, s)
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, s)
}
