package native

import (
	"errors"
	"strings"
	"testing"
)

const honest = `{"php":"8.2.1","sapi":"cli","constants":{"DB_NAME":"6e","LIST":null},"variables":{},"files":["2f61"],"uses":{"host":{"name":"486f7374","file":"2f61","line":3}}}`

func TestParseAnswer(t *testing.T) {
	a, err := parseAnswer([]byte(honest))
	if err != nil || a.Constants["DB_NAME"] != (Value{"n", true}) || a.Constants["LIST"].Scalar || a.Files[0] != "/a" || a.Uses[Host] != (Use{"Host", "/a", 3}) {
		t.Fatalf("%+v, %v", a, err)
	}
	for name, change := range map[string][2]string{
		"an unknown field":   {`"sapi"`, `"more":1,"sapi"`},
		"no hex":             {`"6e"`, `"6"`},
		"a number":           {`"6e"`, `6`},
		"a relative path":    {`["2f61"]`, `["61"]`},
		"a path with dots":   {`["2f61"]`, `["2f612f2e2e"]`},
		"a long path":        {`["2f61"]`, `["2f` + strings.Repeat("61", 5000) + `"]`},
		"too many files":     {`["2f61"]`, `[` + strings.Repeat(`"2f61",`, 5000) + `"2f61"]`},
		"a version to print": {"8.2.1", `8\u001b[31m`},
		"no version":         {"8.2.1", ""},
		"another SAPI":       {`"cli"`, `"CLI\n"`},
		"an unknown subject": {`"host"`, `"moon"`},
		"a name to print":    {"486f7374", "1b5b33316d"},
		"a negative line":    {":3", ":-3"},
		"another document":   {"}}}", "}}} {}"},
		"nothing":            {honest, ""},
		"null in a list":     {`"host":{`, `"sapi":null,"host":{`},
	} {
		text := strings.Replace(honest, change[0], change[1], 1)
		if a, err := parseAnswer([]byte(text)); !errors.Is(err, errForm) || strings.ContainsRune(err.Error(), '\x1b') {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
	}
}

// FuzzParseAnswer: any text of a site's owner is either refused or has the form of an
// answer.
func FuzzParseAnswer(f *testing.F) {
	f.Add([]byte(honest))
	f.Add([]byte(`{"stopped":{"text":"61","file":"","line":0}}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		a, err := parseAnswer(line)
		if err != nil {
			if strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' }) {
				t.Errorf("error to print: %q", err)
			}
			return
		}
		for _, path := range a.Files {
			if !validPlace(path, 0) {
				t.Errorf("path %q", path)
			}
		}
		if !validVersion().MatchString(a.Version) || !validSAPI().MatchString(a.SAPI) {
			t.Errorf("%+v", a)
		}
	})
}
