package setup

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestChooseFromAList(t *testing.T) {
	found := []foundSite{{Path: "/a"}, {Path: "/b"}, {Path: "/c"}}
	for answer, want := range map[string][]string{
		"1": {"/a"}, "3,1": {"/c", "/a"}, "1 2, 3": {"/a", "/b", "/c"}, "2,2": {"/b"},
		"0": nil, "4": nil, "1,x": nil, ",": nil, "-1": nil, "1-3": nil,
	} {
		got, err := choose(found, answer)
		if (err == nil) != (want != nil) || !slices.Equal(got, want) {
			t.Errorf("%q: %q (%v), want %q", answer, got, err, want)
		}
	}
}

// setup adds keys to a configuration only if they take effect and change nothing else.
func TestAddToAConfiguration(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		ok   bool
	}{
		"none":            {"", true},
		"comments":        {"# sinks: [x]\n#encryption:\n", true},
		"no final line":   {"kind: db", true},
		"keys":            {"# about\nkind: db # small\nlimits:\n  sites: 2\n", true},
		"mapping inline":  {"{kind: db}\n", false},
		"second document": {"kind: db\n---\nkind: files\n", false},
		"ended document":  {"kind: db\n...\n", false},
		"list":            {"- kind\n", false},
		"block at end":    {"text: |\n  a\n", true},
	} {
		t.Run(name, func(t *testing.T) {
			f := &file{path: "config.yaml", text: c.text, sink: "s3://vault/{host}?region=x&credentials_file=/a", recipient: "age1x", sites: []string{"/srv/a: b", "/srv/é #1"}}
			if err := f.parse(); err != nil {
				if c.ok {
					t.Fatal(err)
				}
				return
			}
			added, err := f.added()
			if err != nil {
				t.Fatal(err)
			}
			text, err := f.with(added)
			if (err == nil) != c.ok || c.ok && !strings.HasPrefix(text, c.text) {
				t.Errorf("%v: %s", err, text)
			}
			if err != nil && strings.Contains(err.Error(), "\n") {
				t.Errorf("the error has several lines: %v", err)
			}
		})
	}
}

func TestCredentialsFileInTheURL(t *testing.T) {
	for sink, want := range map[string]string{
		"s3://vault/{host}":          "s3://vault/{host}?credentials_file=/a%20b%26c",
		"s3://vault/{host}?region=x": "s3://vault/{host}?region=x&credentials_file=/a%20b%26c",
	} {
		s := &Setup{file: &file{sink: sink}}
		s.addCredentialsFile("/a b&c")
		if s.file.sink != want || checkSink(s.file.sink) != nil {
			t.Errorf("%s, want %s", s.file.sink, want)
		}
	}
}

func TestRecipients(t *testing.T) {
	const good = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
	for text, ok := range map[string]bool{
		good: true, good[:40]: false, good + "\n" + good: false, "": false, "AGE-SECRET-KEY-1QQQ": false, "age-secret-key-1qqq": false, "ssh-ed25519 AAAA": false,
	} {
		if err := checkRecipient(text); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestWrapKeepsLongWords(t *testing.T) {
	long := strings.Repeat("x", 100)
	text := wrap("äöü " + strings.Repeat("word ", 40) + long + "\n\nend")
	for line := range strings.SplitSeq(text, "\n") {
		if n := utf8.RuneCountInString(line); n > columns && line != long {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	if !strings.Contains(text, "\n"+long) || !strings.HasSuffix(text, "\n\nend") {
		t.Error(text)
	}
}
