package wordpress

import "fmt"

// A Class says why a configuration gave no answer; it is stable and printed.
type Class string

// The classes of refusal.
const (
	NoConfig    Class = "no_config"   // there is no wp-config.php where WordPress would look
	Unreadable  Class = "unreadable"  // a file cannot be read, is no regular file, or is too large
	Syntax      Class = "syntax"      // PHP would refuse to parse it
	Unsafe      Class = "unsafe"      // it needs running commands or unknown code, or reading outside home
	Undecidable Class = "undecidable" // it depends on something unknown, or goes beyond the limits
	NotMySQL    Class = "not_mysql"   // the database is not MySQL or MariaDB
)

// A ConfigError is a refusal to answer: what is wrong, where, and what to do.
type ConfigError struct {
	Class   Class  `json:"class"`
	File    string `json:"file,omitempty"` // absolute path; "" when it is about no file
	Line    int    `json:"line,omitempty"` // from 1; 0 when it is about no line
	Message string `json:"message"`        // one line; what is wrong
	Hint    string `json:"hint,omitempty"` // one line; what to do next
}

// Error is one line: file:line: message; hint.
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
