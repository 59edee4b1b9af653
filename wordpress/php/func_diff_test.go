package php

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
)

// The arguments of generated calls, as PHP source.
var (
	diffStrings = []string{
		`''`, `'0'`, `'a'`, `'abc'`, `'Hello World'`, `'a,b,,c'`, `'  x y '`, `"tab\there\n"`, `'12abc'`, `'-7'`, `'3.50'`, `'0x1A'`, `"q'uo\"te"`, `'über'`,
		`"\xff\x00z"`, `'/a/b/../c.php'`, `'a.b.c'`, `'key=val&x[]=1&x[]=2&y[k]=v'`, `'mysql://u:p%40@h:3307/db?x=1#f'`, `'AbCabc'`, `'$1 \\0'`, `'img12.png'`, `'<b a="1">&amp;</b>'`,
	}
	diffInts   = []string{`0`, `1`, `2`, `3`, `-1`, `-2`, `5`, `10`, `100`}
	diffNums   = []string{`0`, `1`, `-3`, `2.5`, `-0.5`, `1234567.891`, `0.005`, `99`, `'7'`, `1.005`, `255`, `1e10`}
	diffArrays = []string{
		`[]`, `[1,2,3]`, `['a'=>1,'b'=>2]`, `['x','y','x']`, `[3=>'c',1=>'a']`, `['a'=>'b','0'=>'z',5=>'q']`, `['b','a','c']`, `['n'=>null,'t'=>true,'f'=>1.5]`, `['10','9','1e1']`,
	}
	diffNested   = []string{`[['a'=>1,'b'=>2],['a'=>3]]`, `['k'=>[1,2],'e'=>[]]`, `[[1],[2,3]]`}
	diffPatterns = []string{
		`'/a/'`, `'/^[a-z]+$/i'`, `'#(\w+)\s(\w+)#'`, `'/(?P<l>[a-z])(\d)?/'`, `'/[^a-zA-Z0-9.\-]/'`, `'/:.*/'`, `'/^[^.]*\./'`, `'~\.~'`, `'/(b)|(c)/'`, `'/\s+/'`, `'/x*/'`,
		`'/[[:digit:]]{1,2}/'`, `'/\bWor/'`, `'/(?<=l)l/'`, `'/[\w,]$/D'`, `'/,/'`, `'{a(.)c}s'`, `'/(a)(b)?(c)?/'`,
	}
)

// diffCalls are functions, each with the kinds of its arguments: s, i, n, a, p (pattern),
// m (nested), t (a needle that is not empty).
var diffCalls = strings.Fields(`	strlen:s strtolower:s strtoupper:s ucfirst:s lcfirst:s strrev:s addslashes:s stripslashes:s trim:s ltrim:s rtrim:s trim:ss rtrim:ss
	str_repeat:si chr:i str_pad:si str_pad:sit str_pad:siti implode:sa implode:a explode:ts explode:tsi
	str_replace:sss str_replace:ass strcmp:ss strcasecmp:ss
	substr:si substr:sii strpos:ss strpos:ssi stripos:ss strrpos:ss strrpos:ssi strstr:ss stristr:ss str_contains:ss str_starts_with:ss
	str_ends_with:ss
	count:a array_keys:a array_values:a array_merge:aa array_key_exists:sa in_array:sa array_search:sa
	array_slice:ai array_slice:aii
	array_filter:a key:a current:a strtok:st
	sprintf:fs sprintf:fn sprintf:fss
	md5:s sha1:s crc32:s bin2hex:s hex2bin:s base64_encode:s base64_decode:s urlencode:s rawurlencode:s urldecode:s rawurldecode:s
	parse_url:s parse_url:si json_decode:js json_decode:j
	dirname:s basename:s basename:ss ctype_digit:s
	preg_match:ps preg_replace:pss preg_split:ps preg_split:psi preg_quote:s preg_quote:ss version_compare:vv version_compare:vvo
	array_reverse:a 
	serialize:a serialize:m filter_var:si filter_var:sF strip_tags:s intval:s hash:hs strval:n`)

var diffPools = map[byte][]string{
	's': diffStrings, 'i': diffInts, 'n': diffNums, 'a': diffArrays, 'm': diffNested, 'p': diffPatterns, 't': diffStrings[1:],
	'f': {`'%s'`, `'%05d|%s'`, `'%s|'`, `'%x %X'`, `"%'*10s"`, `'%2$s %1$s'`, `'%+d'`, `'%%'`, `'%5.1s'`},
	'j': {`'{"a":[1,2.0,"\u00fc"],"b":null}'`, `'[]'`, `'"x'`, `'12345678901234567890'`, `'{"a":{"a":1}, "a":2}'`, `'TRUE'`, `' [1 , 2 ] '`, `'[1,]'`, `"\"\\ud83d\\ude00\""`, `'{}'`},
	'v': {`'8.2.0'`, `'8.2.0RC1'`, `'5.6'`, `'5.6.0'`, `'1.0-dev'`, `'1.0alpha'`, `'1.0b2'`, `'10'`, `''`}, 'o': {`'<'`, `'>='`, `'eq'`, `'ne'`},
	'u': {`'a:1:{s:1:"k";i:5;}'`, `'b:1;'`, `'i:12x'`, `'d:0.5;'`, `'N;'`, `'s:3:"abc";'`, `'a:2:{i:0;N;i:1;a:0:{}}'`}, 'F': {`FILTER_SANITIZE_STRING`, `FILTER_SANITIZE_SPECIAL_CHARS`, `FILTER_SANITIZE_EMAIL`, `FILTER_SANITIZE_URL`, `FILTER_SANITIZE_NUMBER_INT`, `FILTER_SANITIZE_FULL_SPECIAL_CHARS`, `FILTER_SANITIZE_ADD_SLASHES`},
	'h': {`'md5'`, `'sha256'`, `'crc32b'`, `'sha512'`},
}

// generate returns n calls, each with its number.
func generate(n int) []string {
	r := rand.New(rand.NewPCG(8, 2))
	calls := make([]string, n)
	for i := range calls {
		name, kinds, _ := strings.Cut(diffCalls[i%len(diffCalls)], ":")
		args := make([]string, len(kinds))
		for j := range kinds {
			pool := diffPools[kinds[j]]
			args[j] = pool[r.IntN(len(pool))]
		}
		calls[i] = name + "(" + strings.Join(args, ", ") + ")"
	}
	return calls
}

// TestFunctionsAgreeWithPHP compares the results of calls with those of PHP. An unknown
// counts as no result, so it is not wrong, but only few calls may give one.
func TestFunctionsAgreeWithPHP(t *testing.T) {
	calls := generate(9000)
	dir := t.TempDir()
	var want bytes.Buffer
	want.WriteString("<?php error_reporting(0); ini_set('precision', '14');\n")
	for i, call := range calls {
		fmt.Fprintf(&want, "try { $r = serialize(%s); } catch (Throwable $e) { $r = get_class($e); } echo %d, ' ', bin2hex($r), \"\\n\";\n", call, i)
	}
	script := filepath.Join(dir, "calls.php")
	if err := os.WriteFile(script, want.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("php", "-n", "-d", "extension=mbstring", "-d", "extension=ctype", script).Output()
	if err != nil {
		t.Fatalf("run php: %v", err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != len(calls) {
		t.Fatalf("php answered %d calls of %d", len(lines), len(calls))
	}
	lib := php82()
	unknown, wrong := map[string]int{}, 0
	for i, call := range calls {
		_, answer, _ := strings.Cut(lines[i], " ")
		ours := resultOfCall(t, lib, call)
		if ours == "" {
			name, _, _ := strings.Cut(call, "(")
			unknown[name]++
			continue
		}
		if php := unhex(answer); ours != php {
			if wrong++; wrong <= 60 {
				t.Errorf("%s = %q, php says %q", call, ours, php)
			}
		}
	}
	total := 0
	for _, n := range unknown {
		total += n
	}
	t.Logf("%d calls, %d wrong, %d unknown: %v", len(calls), wrong, total, unknown)
	if total > len(calls)/8 {
		t.Errorf("%d of %d calls are unknown", total, len(calls))
	}
}

// resultOfCall returns the serialized result of a call, or the class of the exception
// that it throws; "" if neither is known.
func resultOfCall(t *testing.T, lib *eval.Library, call string) string {
	t.Helper()
	res, err := eval.Eval(t.Context(), eval.Options{
		Files: memoryFiles{"/call.php": "<?php $r = serialize(" + call + ");\nrequire '/stop.php';"}, File: "/call.php", Stop: []string{"/stop.php"}, DocRoot: "/",
	}, lib)
	if err == nil {
		return res.Variable("r").Text
	}
	_, class, _ := strings.Cut(err.Error(), "stops with ")
	class, _, _ = strings.Cut(class, ":")
	return class
}

func unhex(s string) string {
	var b []byte
	_, _ = fmt.Sscanf(s, "%x", &b)
	return string(b)
}
