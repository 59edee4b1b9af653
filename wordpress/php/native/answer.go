package native

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"sync"
)

// An Answer is the state when PHP reaches the file Stop. The site's owner controls all of
// it, and only its form is checked.
type Answer struct {
	Version   string // version of PHP
	SAPI      string // such as cgi-fcgi or cli
	Constants map[string]Value
	Variables map[string]Value
	Files     []string // the files that were read, absolute, in order
	// Uses has, for each subject, a place where the code that ran depends on it.
	Uses map[Subject]Use
}

// A Value is a constant or variable.
type Value struct {
	Text   string // as a string
	Scalar bool   // the value is a scalar or null
}

// A Subject is an input that a configuration may depend on.
type Subject string

// The subjects.
const (
	Environment Subject = "environment"
	Order       Subject = "order" // php.ini's variables_order, through $_ENV
	SAPI        Subject = "sapi"  // PHP's server interface
	Host        Subject = "host"  // the host of the request
)

// A Use is a place in the code.
type Use struct {
	Name string // such as getenv
	File string
	Line int // from 1; 0 is unknown
}

// A StopError says why PHP ended before the file Stop.
type StopError struct {
	Reason string // "" for exit and die
	File   string // "" is unknown
	Line   int    // 0 is unknown
}

func (e *StopError) Error() string {
	if e.Reason == "" {
		return "it ends before WordPress starts (exit, die or a redirect)"
	}
	return "it ends before WordPress starts: " + e.Reason
}

// A wireAnswer is the answer in the form that the script writes. Texts are in hex.
type wireAnswer struct {
	PHP       string               `json:"php"`
	SAPI      string               `json:"sapi"`
	Constants map[string]*hexText  `json:"constants"`
	Variables map[string]*hexText  `json:"variables"`
	Files     []hexText            `json:"files"`
	Uses      map[Subject]*wireUse `json:"uses"`
	Stopped   *wireStop            `json:"stopped"`
}

type wireUse struct {
	Name hexText `json:"name"`
	File hexText `json:"file"`
	Line int     `json:"line"`
}

type wireStop struct {
	Text hexText `json:"text"`
	File hexText `json:"file"`
	Line int     `json:"line"`
}

// A hexText is a string of any bytes.
type hexText string

// UnmarshalJSON decodes a hex string.
func (h *hexText) UnmarshalJSON(text []byte) error {
	var s string
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	b, err := hex.DecodeString(s)
	*h = hexText(b)
	return err
}

const (
	maxFiles = 4096
	maxPath  = 4096 // bytes
)

var (
	validVersion = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9][0-9A-Za-z.+~_-]{0,59}$`) })
	validSAPI    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9-]{1,30}$`) })
	validReason  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[\w\\ ()]{0,200}$`) })
	validUse     = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[\w$\[\]'" ]{1,100}$`) })
)

var errForm = errors.New("its answer does not have the expected form")

// parseAnswer reads one line. It returns an error if the line does not have the form that
// our script writes.
func parseAnswer(line []byte) (*Answer, error) {
	in := json.NewDecoder(bytes.NewReader(line))
	in.DisallowUnknownFields()
	var w wireAnswer
	if err := in.Decode(&w); err != nil {
		return nil, fmt.Errorf("%w: not the JSON of the script", errForm) // the cause is left out, because it would quote the line
	}
	if _, err := in.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: more than one answer", errForm)
	}
	if s := w.Stopped; s != nil {
		e := &StopError{Reason: string(s.Text), File: string(s.File), Line: s.Line}
		if !validReason().MatchString(e.Reason) || !validPlace(e.File, e.Line) && e.File != "" {
			return nil, fmt.Errorf("%w: why it stopped", errForm)
		}
		return nil, e
	}
	return w.answer()
}

func (w *wireAnswer) answer() (*Answer, error) {
	a := &Answer{Version: w.PHP, SAPI: w.SAPI, Constants: values(w.Constants), Variables: values(w.Variables), Uses: map[Subject]Use{}}
	if !validVersion().MatchString(a.Version) || !validSAPI().MatchString(a.SAPI) {
		return nil, fmt.Errorf("%w: its version", errForm)
	}
	if len(w.Files) > maxFiles {
		return nil, fmt.Errorf("%w: %d files", errForm, len(w.Files))
	}
	for _, f := range w.Files {
		if !validPlace(string(f), 0) {
			return nil, fmt.Errorf("%w: a file's path", errForm)
		}
		a.Files = append(a.Files, string(f))
	}
	for subject, u := range w.Uses {
		known := subject == Environment || subject == Order || subject == SAPI || subject == Host
		if !known || u == nil || !validUse().MatchString(string(u.Name)) || !validPlace(string(u.File), u.Line) {
			return nil, fmt.Errorf("%w: what it uses", errForm)
		}
		a.Uses[subject] = Use{Name: string(u.Name), File: string(u.File), Line: u.Line}
	}
	return a, nil
}

// validPlace reports whether a path is absolute and clean.
func validPlace(path string, line int) bool {
	return filepath.IsAbs(path) && filepath.Clean(path) == path && len(path) <= maxPath && line >= 0 && line < 1<<30
}

func values(from map[string]*hexText) map[string]Value {
	to := make(map[string]Value, len(from))
	for name, text := range from {
		if text == nil {
			to[name] = Value{}
			continue
		}
		to[name] = Value{Text: string(*text), Scalar: true}
	}
	return to
}
