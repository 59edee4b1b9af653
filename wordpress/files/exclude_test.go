package files

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/wp-oneway/wp-oneway/wordpress/sitetest"
)

func TestGlob(t *testing.T) {
	tests := []struct {
		pattern    string
		match, not string // separated by spaces; folders end in a slash
	}{
		{"*.log", "a.log x/y/b.log .log d.log/", "a.logs a.log.gz x.log/y"},
		// Bytes that are not UTF-8 differ from each other, and from U+FFFD.
		{"m\xfc?", "m\xfcn m\xfc\xff", "m\xfdn m\ufffdn"},
		{"\xff", "\xff a/\xff", "\xfe \ufffd"},
		{"cache", "cache cache/ x/cache", "caches x/cache/y"},
		{"cache/", "cache/ x/cache/", "cache x/cache cache/x"},
		{"/cache", "cache cache/", "x/cache"},
		{"a/b", "a/b a/b/", "x/a/b a/b/c b"},
		{"/a/b/", "a/b/", "a/b x/a/b/"},
		{"a/*", "a/b a/.c a/b/", "a a/b/c"},
		{"a/*/c", "a/b/c", "a/c a/b/b/c"},
		{"a/**/c", "a/c a/b/c a/b/b/c", "a/b c a/c/d"},
		{"**/c", "c a/c a/b/c", "a/c/d cc"},
		{"a/**", "a/b a/b/c", "b/a"},
		{"**/b/**/d", "b/d a/b/c/d b/b/d/d", "b/c d"},
		{"a/**/b/**/c", "a/b/c a/x/b/y/c a/b/b/c", "a/c a/x/c"},
		{"backwpup-*", "backwpup-1 x/backwpup-", "backwpup"},
		{"wp?vivid", "wp-vivid wpxvivid wpüvivid", "wpvivid wp--vivid"},
		{"[a-c]x", "ax bx cx", "dx x [a-c]x"},
		{"[!a-c]x", "dx üx", "ax x"},
		{"[^a]x", "bx", "ax"},
		{"[]a]x", "]x ax", "bx"},
		{"[a-]x", "ax -x", "bx"},
		{`\*x`, "*x", "ax"},
		{`\!x`, "!x", "x"},
		{`[\]]x`, "]x", `\x`},
		{"*a*b*c", "abc xaxbxcabc aabbcc", "acb ab"},
		{"*", "a x/y .b", ""},
		{"ü*", "üx ü", "ux"},
		{"a//b", "", ""},
	}
	for _, tt := range tests {
		g, err := newGlob(tt.pattern)
		if (err != nil) != (tt.match == "") {
			t.Errorf("%s: %v", tt.pattern, err)
		}
		if err != nil {
			continue
		}
		for _, want := range []bool{true, false} {
			names := tt.match
			if !want {
				names = tt.not
			}
			for _, name := range strings.Fields(names) {
				bare, folder := strings.CutSuffix(name, "/")
				if g.match(bare, folder) != want {
					t.Errorf("%s and %s: want %v", tt.pattern, name, want)
				}
				if dir, _, below := cutLast(bare); want && below && !g.below(dir) {
					t.Errorf("%s cannot match below %s, but matches %s", tt.pattern, dir, name)
				}
			}
		}
	}
}

func cutLast(name string) (dir, last string, ok bool) {
	i := strings.LastIndexByte(name, '/')
	if i < 0 {
		return "", name, false
	}
	return name[:i], name[i+1:], true
}

func TestGlobBelow(t *testing.T) {
	for _, tt := range []struct {
		pattern, dir string
		want         bool
	}{
		{"a/b/c", "a", true},
		{"a/b/c", "a/b", true},
		{"a/b/c", "a/c", false},
		{"a/b/c", "b", false},
		{"a/b", "a/b/c", false},
		{"*.zip", "any/thing", true},
		{"a/**/z", "a/q/r", true},
		{"a/**/z", "b", false},
		{"a/b", "", true},
	} {
		g, err := newGlob(tt.pattern)
		if err != nil {
			t.Fatal(err)
		}
		if got := g.below(tt.dir); got != tt.want {
			t.Errorf("%s below %s: got %v", tt.pattern, tt.dir, got)
		}
	}
}

func TestGlobRefuses(t *testing.T) {
	for _, pattern := range []string{"", "/", "//", "!a", "[a", "[", "[]", `a\`, "a/../b", "./a", "..", "a//b", "[a/b]"} {
		if _, err := newGlob(pattern); err == nil {
			t.Errorf("%q was taken", pattern)
		}
		if err := (&Selection{Exclude: []string{pattern}}).Check(); err == nil {
			t.Errorf("exclude %q was taken", pattern)
		}
		if err := (&Selection{Include: []string{pattern}}).Check(); err == nil {
			t.Errorf("include %q was taken", pattern)
		}
	}
	if _, err := newRules(&Selection{}, nil); err != nil {
		t.Errorf("the default excludes: %v", err)
	}
}

// A search for sites checks the selection of each site. It does not compile the default excludes
// each time.
func TestCheckOfDefaultsIsCheap(t *testing.T) {
	s := &Selection{}
	if n := testing.AllocsPerRun(20, func() {
		if err := s.Check(); err != nil {
			t.Fatal(err)
		}
	}); n > 5 {
		t.Errorf("the check of a selection without patterns allocates %v times", n)
	}
}

// A pattern with many stars does not walkSite exponential time.
func TestGlobTime(t *testing.T) {
	g, err := newGlob(strings.Repeat("*a", 500) + "b")
	if err != nil {
		t.Fatal(err)
	}
	deep, err := newGlob(strings.Repeat("**/a/", 200) + "b")
	if err != nil {
		t.Fatal(err)
	}
	watch := sitetest.Stopwatch()
	if g.match(strings.Repeat("a", 4000), false) || deep.match(strings.Repeat("a/", 2000)+"c", false) {
		t.Error("matched")
	}
	if took := watch(); took > time.Second {
		t.Errorf("took %v", took)
	}
}

// No default exclude matches the suffix of a file that users upload.
func TestDefaultExcludesKeepUploads(t *testing.T) {
	r, err := newRules(&Selection{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a.zip", "b.tar.gz", "c.sql", "backup.sql.gz", "site.wpress", "cache.jpg", "x.tar", "upgrade"} {
		for _, dir := range []string{"wp-content/uploads", "wp-content/uploads/2026/11", "wp-content/uploads/wp-content", ""} {
			if hit := r.excluded(r.aliases(dir), name, true); hit >= 0 {
				t.Errorf("%s/%s is left out by %s", dir, name, r.exclude[hit].text)
			}
		}
	}
	for name, want := range map[string]bool{
		"wp-content/cache": true, "wp-content/plugins/p/cache": false, "app/cache": false, "cache": false,
		"wp-content/backups-dup-lite": true, "wp-content/uploads/wpvivid_x": true, "node_modules": true, "wp-content/plugins/p/node_modules": false, "wp-content/themes/t/node_modules": false, "wp-content/debug.log": true,
	} {
		dir, last, _ := cutLast(name)
		if got := r.excluded(r.aliases(dir), last, true) >= 0; got != want {
			t.Errorf("%s: left out: %v", name, got)
		}
	}
}

// slowMatch matches by definition: it tries all possibilities.
func slowMatch(pattern, name []string) bool {
	if len(pattern) == 0 {
		return len(name) == 0
	}
	if pattern[0] == "**" {
		for i := range len(name) + 1 {
			if (len(pattern) > 1 || i == len(name)) && slowMatch(pattern[1:], name[i:]) && (len(pattern) > 1 || len(name) > 0) {
				return true
			}
		}
		return false
	}
	return len(name) > 0 && slowComponent(pattern[0], name[0]) && slowMatch(pattern[1:], name[1:])
}

func slowComponent(p, s string) bool {
	if p == "" {
		return s == ""
	}
	if p[0] == '*' {
		if slowComponent(p[1:], s) {
			return true
		}
		_, size := utf8.DecodeRuneInString(s)
		return s != "" && slowComponent(p, s[size:])
	}
	if s == "" {
		return false
	}
	if np, ns, ok := matchOne(p, s); ok {
		return slowComponent(p[np:], s[ns:])
	}
	return false
}

func FuzzGlob(f *testing.F) {
	for _, seed := range []string{"a/**/b*c/[x-z]?", "**/a/**/b", "*a*b", "/x/", `\[a]`} {
		f.Add(seed, "a/b/bcc/xy")
		f.Add(seed, "a/a/b/b")
	}
	f.Fuzz(func(t *testing.T, pattern, name string) {
		if len(pattern) > 24 || len(name) > 24 || name == "" || strings.Contains("/"+name+"/", "//") {
			return
		}
		g, err := newGlob(pattern)
		if err != nil {
			return
		}
		components, of := g.components, strings.Split(name, "/")
		if g.anywhere {
			of = of[len(of)-1:]
		}
		want := slowMatch(components, of)
		if g.anywhere && components[0] == "**" {
			want = true
		}
		if got := g.match(name, true); got != want {
			t.Errorf("%q and %q: got %v, want %v", pattern, name, got, want)
		}
		if dir, _, ok := cutLast(name); ok && want && !g.below(dir) {
			t.Errorf("%q matches %q, but nothing below its folder", pattern, name)
		}
	})
}
