package replace

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// unserialize is an independent, small reader of serialized values. It splits them by their lengths,
// and shares no code with the package. It ignores what follows the value.
func unserialize(v string) error {
	_, err := unserializeOne(v, 0)
	return err
}

func unserializeOne(v string, depth int) (rest string, err error) {
	bad := func() (string, error) { return "", fmt.Errorf("broken at %.60q", v) }
	if depth > 4096 {
		return bad()
	}
	head, rest, ok := strings.Cut(v, ":")
	switch {
	case strings.HasPrefix(v, "N;"):
		return v[2:], nil
	case !ok || len(head) != 1:
		return bad()
	case strings.Contains("idbrR", head):
		if _, rest, ok = strings.Cut(rest, ";"); !ok {
			return bad()
		}
		return rest, nil
	}
	digits, rest, _ := strings.Cut(rest, ":")
	n, err := strconv.Atoi(digits)
	if err != nil || n < 0 || strings.Trim(digits, "0123456789") != "" {
		return bad()
	}
	if head == "a" {
		return unserializePairs(rest, n, depth)
	}
	if len(rest) < n+2 || rest[0] != '"' || rest[n+1] != '"' {
		return bad()
	}
	after := rest[n+2:]
	switch head {
	case "s", "E":
		if rest, ok = strings.CutPrefix(after, ";"); ok {
			return rest, nil
		}
	case "O", "C":
		digits, rest, _ := strings.Cut(strings.TrimPrefix(after, ":"), ":")
		n, err := strconv.Atoi(digits)
		switch {
		case err != nil || n < 0:
		case head == "O":
			return unserializePairs(rest, n, depth)
		case len(rest) >= n+2 && rest[0] == '{' && rest[n+1] == '}':
			return rest[n+2:], nil
		}
	}
	return bad()
}

func unserializePairs(v string, n, depth int) (rest string, err error) {
	rest, ok := strings.CutPrefix(v, "{")
	for i := 0; ok && err == nil && i < 2*n; i++ {
		rest, err = unserializeOne(rest, depth+1)
	}
	if !ok || err != nil || !strings.HasPrefix(rest, "}") {
		return "", errors.Join(err, fmt.Errorf("broken at %.60q", v))
	}
	return rest[1:], nil
}

// A maker makes serialized values from the bytes of a seed.
type maker struct{ seed []byte }

func (m *maker) next() int {
	if len(m.seed) == 0 {
		return 0
	}
	n := int(m.seed[0])
	m.seed = m.seed[1:]
	return n
}

func (m *maker) str(depth int) string {
	texts := []string{
		"http://old.example", "x", `say "http://old.example/é";`, `http:\/\/old.example\/a`, "u=http%3A%2F%2Fold.example%2F", "//old.example//old.example",
		"\x00*\x00http://old.example\xff", `{"a":"s:3:\"abc\";","b":"http:\/\/old.example"}`, "http://old.example.com http://old.example:1", "s:5:http://old.example", "",
	}
	switch n := m.next(); {
	case depth < 5 && n%4 == 0:
		return m.value(depth + 1)
	case depth < 5 && n%4 == 1:
		return `{"k":"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "/", `\/`, "\x00", `\u0000`).Replace(strings.ToValidUTF8(m.value(depth+1), "?")) + `"}`
	default:
		return texts[n%len(texts)]
	}
}

func quoted(s string) string { return "s:" + strconv.Itoa(len(s)) + `:"` + s + `";` }

func (m *maker) value(depth int) string {
	if depth > 4 {
		return quoted(m.str(depth))
	}
	var b strings.Builder
	elements := m.next() % 4
	for i := range elements {
		if m.next()%3 == 0 {
			b.WriteString(quoted(fmt.Sprintf("http://old.example/%d", i)) + m.value(depth+1))
		} else {
			fmt.Fprintf(&b, "i:%d;%s", i, m.value(depth+1))
		}
	}
	switch m.next() % 6 {
	case 0:
		return fmt.Sprintf("a:%d:{%s}", elements, b.String())
	case 1:
		return fmt.Sprintf(`O:3:"Foo":%d:{%s}`, elements, b.String())
	case 2:
		custom := "x:i:0;" + m.value(depth+1) + ";m:a:0:{}"
		return fmt.Sprintf(`C:11:"ArrayObject":%d:{%s}`, len(custom), custom)
	case 3:
		return "d:0.5;"
	}
	return quoted(m.str(depth))
}

// FuzzSerialized: after the replacement, a value is still serialized, and the opposite replacement
// gives the original value.
func FuzzSerialized(f *testing.F) {
	for i := range 40 {
		f.Add([]byte(strings.Repeat(string(rune('a'+i)), 9) + strconv.Itoa(i*7919) + strings.Repeat("\x01\x04\x00", i%7)))
	}
	there := newTest(f, [2]string{"http://old.example", "http://the-new-one.example:81/w"})
	back := newTest(f, [2]string{"http://the-new-one.example:81/w", "http://old.example"})
	f.Fuzz(func(t *testing.T, seed []byte) {
		m := maker{seed}
		v := m.value(0)
		if len(v) > 1<<16 {
			return
		}
		if err := unserialize(v); err != nil {
			t.Fatalf("the test itself is wrong: %s: %v", v, err)
		}
		edits, err := there.value([]byte(v), 0)
		if err != nil {
			t.Fatalf("%s: %v", v, err)
		}
		changed := apply([]byte(v), edits)
		if err := unserialize(string(changed)); err != nil {
			t.Fatalf("%s became broken: %s: %v", v, changed, err)
		}
		if left, _ := there.value(changed, 0); len(left) > 0 {
			t.Fatalf("%s became %s, in which something is left", v, changed)
		}
		edits, err = back.value(changed, 0)
		if again := string(apply(changed, edits)); err != nil || again != v {
			t.Fatalf("%s became %s, and then %s, %v", v, changed, again, err)
		}
	})
}

// FuzzValue: no value causes a crash, and a value that PHP accepts before is accepted afterwards.
func FuzzValue(f *testing.F) {
	for _, s := range []string{
		`a:1:{i:0;s:18:"http://old.example";}`, `C:1:"X":18:{http://old.example}`, `{"a":"s:18:\"http:\/\/old.example\";"}`, `S:18:"http://old.example";`,
		`"\ud83dhttp://old.example:\""`, "http%25http%3a%2f%2fold.example%", `{"a:\"http://old.example\u00`, ` O:1:"a":0:{}http://old.example`, "s:1", `E:1:"http://old.example";`,
	} {
		f.Add([]byte(s))
	}
	r := newTest(f, [2]string{"http://old.example", "https://new.example/x"}, [2]string{"/a", "/bcd"}, [2]string{"old.test", "o.test"})
	f.Fuzz(func(t *testing.T, v []byte) {
		edits, err := r.value(v, 0)
		if err != nil {
			return
		}
		at := 0
		for _, e := range edits {
			if e.from < at || e.to < e.from || e.to > len(v) {
				t.Fatalf("edits of %q are out of order: %+v", v, edits)
			}
			at = e.to
		}
		after := string(apply(v, edits))
		if !isSerialized(v) || strings.Contains(string(v), "S:") {
			return
		}
		if unserialize(string(v)) == nil && unserialize(after) != nil {
			t.Fatalf("%q became broken: %q", v, after)
		}
	})
}

// TestPHP lets PHP itself unserialize the edited values. Their classes are unknown to PHP.
func TestPHP(t *testing.T) {
	r := newTest(t, [2]string{"http://old.example", "http://the-new-one.example:81/w"})
	var script strings.Builder
	script.WriteString("<?php error_reporting(E_ALL); $n = 0; foreach ([\n")
	for i := range 300 {
		m := maker{[]byte(strconv.Itoa(i*i*7919) + strconv.Itoa(i*104729))}
		v := m.value(0)
		edits, err := r.value([]byte(v), 0)
		if err != nil {
			t.Fatal(err)
		}
		v = strings.ReplaceAll(string(apply([]byte(v), edits)), `C:11:"ArrayObject"`, `C:11:"UnknownCls0"`) // the real class does not accept this payload
		fmt.Fprintf(&script, "hex2bin('%x'),\n", v)
	}
	script.WriteString(`] as $v) { if (strpos($v, 'C:') === false) { if (unserialize($v, ['allowed_classes' => false]) === false && $v !== 'b:0;') { echo $v, "\n"; exit(1); } $n++; } } echo $n;`)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "php", "-n")
	cmd.Stdin = strings.NewReader(script.String())
	out, err := cmd.CombinedOutput()
	if n, numErr := strconv.Atoi(string(out)); err != nil || numErr != nil || n < 100 {
		t.Errorf("PHP, which scripts/setup installs: %v\n%.2000s", err, out)
	}
}
