package tree

import (
	"strings"
	"testing"
)

// The owner of the site may forge the messages of a worker. So they are bounded, printable, and
// one line each.
func TestHostileWorker(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{
		"":                                     "",
		"no JSON\n":                            "read the worker's answer: ",
		`{"error":"a\nb\u001b[31m"}` + "\n":    `a\u000ab\u001b[31m`,
		`{"change":{"action":"x"}}` + "\n{":    "read the worker's answer: ",
		strings.Repeat("x", maxEvent+1):        "read the worker's answer: ",
		`{"done":{"Created":"many"}}` + "\n":   "read the worker's answer: ",
		`{"files":9223372036854775808}` + "\n": "read the worker's answer: ",
		`{"done":{"Created":1}}` + "\ngarbage": "",
	} {
		var changes []string
		done, err := hear(strings.NewReader(said), listener{change: func(c Change) error {
			changes = append(changes, c.Action+c.Path)
			return nil
		}, files: func(int64) error { return nil }})
		got := ""
		if err != nil {
			got = err.Error()
		}
		if !strings.HasPrefix(got, want) || (want == "") != (err == nil) || strings.ContainsAny(got, "\n\x1b") {
			t.Errorf("%.40q: %q", said, got)
		}
		if (done != nil) != strings.Contains(said, `{"Created":1}`) {
			t.Errorf("%.40q: %+v", said, done)
		}
	}
	var path string
	said := `{"change":{"action":"delete","path":"\u001b]0;evil\u0007\u202e"}}` + "\n"
	if _, err := hear(strings.NewReader(said), listener{change: func(c Change) error { path = c.Path; return nil }}); err != nil || strings.ContainsAny(path, "\x1b\x07\u202e") {
		t.Errorf("%q, %v", path, err)
	}
}
