package php

import (
	"regexp"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
)

// refusedCalls are calls of PHP functions that are not evaluated, although earlier
// versions evaluated them or a configuration may use them.
var refusedCalls = strings.Split(strings.TrimSpace(`
abs(-1)
array_column([['a' => 1]], 'a')
array_diff([1], [2])
array_diff_key([1], [2])
array_fill_keys(['a'], 1)
array_intersect([1], [2])
array_intersect_key([1], [2])
array_replace(['a' => 1], ['a' => 2])
ceil(1.5)
ctype_alpha('a')
floor(1.5)
intdiv(4, 2)
mb_strpos('abc', 'c')
mb_substr('abc', 1)
next($list)
pos($list)
preg_match_all('/a/', 'a', $list)
preg_replace_callback('/a/', fn($m) => 'b', 'a')
prev($list)
printf('a')
range(1, 3)
str_rot13('a')
str_split('ab')
strchr('ab', 'b')
strcspn('ab', 'b')
strncasecmp('a', 'A', 1)
strncmp('a', 'a', 1)
strrchr('a/b', '/')
strripos('ab', 'B')
strspn('ab', 'a')
vsprintf('%s', ['a'])
addcslashes('a', 'a')
array_change_key_case(['a' => 1])
array_chunk([1], 1)
array_count_values(['a'])
array_diff_assoc([1], [2])
array_fill(0, 1, 'x')
array_intersect_assoc([1], [1])
array_is_list([1])
array_merge_recursive(['a' => 1], ['a' => 2])
array_pad([], 2, 0)
array_product([2, 3])
array_rand([1])
array_reduce([1], fn($a, $b) => $b)
array_replace_recursive(['a' => 1], ['a' => 2])
array_splice($list, 0, 1)
array_multisort($list)
array_udiff([1], [2], fn($a, $b) => 0)
array_unique([1, 1])
array_walk_recursive($list, fn() => 1)
arsort($list)
asort($list)
base_convert('ff', 16, 2)
bindec('1')
chunk_split('ab', 1)
compact('list')
count_chars('a')
ctype_cntrl('a')
ctype_graph('a')
ctype_print('a')
decbin(1)
dechex(1)
decoct(1)
escapeshellarg('a')
fclose($list)
feof($list)
fgetc($list)
fgets($list)
filesize(__FILE__)
fmod(1, 2)
fopen(__FILE__, 'r')
fread($list, 1)
ftell($list)
func_get_arg(0)
func_get_args()
func_num_args()
is_callable('f')
property_exists('Exception', 'message')
set_include_path('/')
get_debug_type(1)
get_defined_vars()
get_parent_class('Exception')
gzdecode('a')
gzinflate('a')
gzuncompress('a')
hash_equals('a', 'a')
hash_hmac('sha256', 'a', 'b')
hexdec('f')
htmlspecialchars('a')
htmlspecialchars_decode('&amp;')
http_build_query(['a' => 1])
ip2long('127.0.0.1')
is_countable([])
is_finite(1.0)
is_infinite(1.0)
is_iterable([])
is_nan(1.0)
is_resource(1)
json_encode([1])
json_last_error_msg()
krsort($list)
ksort($list)
levenshtein('a', 'b')
max(1, 2)
mb_check_encoding('a')
mb_convert_case('a', 0)
mb_convert_encoding('a', 'UTF-8')
mb_internal_encoding()
mb_str_split('a')
mb_strlen('a')
mb_strrpos('a', 'a')
mb_substr_count('a', 'a')
min(1, 2)
natcasesort($list)
natsort($list)
nl2br('a')
number_format(1.5)
octdec('7')
openssl_decrypt('a', 'aes-256-cbc', 'k')
pi()
pathinfo('/a/b.c')
pow(2, 3)
preg_last_error()
preg_replace_callback_array(['/a/' => fn() => 'b'], 'a')
quotemeta('.')
rewind($list)
round(1.5)
rsort($list)
settype($list, 'string')
shuffle($list)
similar_text('a', 'b')
sort($list)
soundex('a')
metaphone('a')
sqrt(4)
stream_get_contents($list)
stripcslashes('a')
strnatcasecmp('a', 'b')
strnatcmp('a', 'b')
strpbrk('a', 'a')
strtr('abc', 'ab', 'xy')
substr_replace('abc', 'x', 1)
trait_exists('T')
ucwords('a b')
uasort($list, fn($a, $b) => 0)
uksort($list, fn($a, $b) => 0)
unserialize('i:1;')
usort($list, fn($a, $b) => 0)
utf8_decode('a')
utf8_encode('a')
vprintf('%s', [1])
wordwrap('a b', 1)
array_combine(['a'], [1])
array_flip(['a'])
array_key_first([1])
array_key_last([1])
array_sum([1, 2])
chop('a ')
doubleval('1')
is_double(1.5)
is_long(1)
key_exists('a', ['a' => 1])
mb_strtolower('A')
mb_strtoupper('a')
ord('a')
str_ireplace('a', 'b', 'c')
substr_count('aa', 'a')
`), "\n")

var calledName = regexp.MustCompile(`^\w+`)

// TestFunctionsAreRefusedByName: the result of a function that is not evaluated is
// unknown, and the reason names the function. Its by-reference arguments become unknown
// too. The function still counts as existing.
func TestFunctionsAreRefusedByName(t *testing.T) {
	for _, call := range refusedCalls {
		name := calledName.FindString(call)
		a := probe(t, nil, "$list = [3, 1, 2]; $r = "+call+";")
		if want := "calls " + name + "(), which is not evaluated; see --with-php"; a.State != eval.Open || a.Why == nil || !strings.Contains(a.Why.Error(), want) {
			t.Errorf("%s is %v %q (%v), want %q", call, a.State, a.Text, a.Why, want)
		}
		if a := probe(t, nil, "$r = function_exists('"+name+"') ? 'yes' : 'no';"); a.State != eval.Known || a.Text != "yes" {
			t.Errorf("function_exists('%s') is %v %q, want yes", name, a.State, a.Text)
		}
		if f := php82().Functions[name]; strings.Contains(call, "$list") && f.ByRef(0) {
			if a := probe(t, nil, "$r = [3, 1, 2]; "+strings.ReplaceAll(call, "$list", "$r")+"; $r = $r[0] ?? 'none';"); a.State != eval.Open {
				t.Errorf("%s leaves %v %q, want unknown", call, a.State, a.Text)
			}
		}
	}
}

// TestArgumentsAreRefusedByName: some functions are evaluated only for some arguments.
// For others, the reason names the function.
func TestArgumentsAreRefusedByName(t *testing.T) {
	for call, want := range map[string]string{
		`array_keys(['a'], 'a')`:                                   "array_keys() with a value to search",
		`call_user_func_array('trim', ['string' => 'a'])`:          "call_user_func_array() with named arguments",
		`count([1, [2]], COUNT_RECURSIVE)`:                         "count() for all levels",
		`ctype_digit(5)`:                                           "ctype_digit() with an integer",
		`extract(['a' => 1], EXTR_SKIP)`:                           "calls extract()",
		`hash('sha512', 'a')`:                                      "hash() with an algorithm",
		`intval('0x1A', 16)`:                                       "intval() with a base",
		`in_array(new stdClass, ['a'])`:                            "in_array() with objects",
		`pack('N', 1)`:                                             "pack() with a format",
		`parse_ini_string('a = b | c')`:                            "parse_ini_string() for INI text with other syntax",
		`preg_match('/a/', 'a', $m, PREG_OFFSET_CAPTURE)`:          "preg_match() with flags",
		`preg_match('/b/', 'ab', $m, 0, 1)`:                        "preg_match() with flags or an offset",
		`preg_match('/a++/', 'a')`:                                 "preg_match() with a pattern",
		`preg_match('/(?<=a)b/', 'ab')`:                            "preg_match() with a pattern",
		`preg_match('/a\Bb/', 'ab')`:                               "preg_match() with a pattern",
		`preg_match('/(?i)a/', 'A')`:                               "preg_match() with a pattern",
		`preg_match('/[[:alpha:]]/', 'a')`:                         "preg_match() with a pattern",
		`preg_replace('/x*/', '-', 'abc')`:                         "preg_replace() with a pattern that matches an empty text",
		`sprintf('%x', 255)`:                                       "sprintf() with a format specifier",
		`var_export(1.5, true)`:                                    "var_export()",
		`preg_match('/a # b/x', 'a')`:                              "preg_match() with a pattern",
		`preg_split('/(,)/', 'a,b', -1, PREG_SPLIT_DELIM_CAPTURE)`: "preg_split() with flags",
		`strtok('/')`:                                              "strtok() with one argument",
		`sprintf('%e', 1.5)`:                                       "sprintf() with a format specifier",
		`sprintf('%.2f', 1.5)`:                                     "sprintf() with a format specifier",
		`sprintf('%u', 1)`:                                         "sprintf() with a format specifier",
		`strtok('a', null)`:                                        "strtok() with one argument",
		`json_decode('[-0]')`:                                      "json_decode() for the number -0",
		`parse_url('/x:80')`:                                       "parse_url() for a URL with a colon",
		`parse_url('//h/x:80')`:                                    "parse_url() for a URL with a colon",
		`parse_url('a?b:80', PHP_URL_HOST)`:                        "parse_url() for a URL with a colon",
		`serialize(NAN)`:                                           "serialize() for an object, or for a number",
		`serialize(1e20)`:                                          "serialize() for an object, or for a number",
		`serialize([new stdClass])`:                                "serialize() for an object, or for a number",
		`sprintf('%.2s', 'abc')`:                                   "sprintf() with a format specifier",
		`sprintf('%+d', 1)`:                                        "sprintf() with a format specifier",
		`sprintf("%'*5d", 1)`:                                      "sprintf() with a format specifier",
		`sprintf('%-05d', 1)`:                                      "sprintf() with a format specifier",
		`base64_decode('YQ!=', true)`:                              "base64_decode() in strict mode",
		`base64_decode('YQ=', true)`:                               "base64_decode() in strict mode",
		`explode(',', 'a,b', -1)`:                                  "explode() with a limit below 1",
		`file_get_contents(__FILE__, false, null, 2)`:              "file_get_contents() with an offset",
		`filter_var('+5', FILTER_VALIDATE_INT)`:                    "filter_var() for a number with a plus sign",
		`json_decode('[1]', true, 512, JSON_INVALID_UTF8_IGNORE)`:  "json_decode() with these flags",
		`filter_var('a', FILTER_SANITIZE_EMAIL)`:                   "filter_var() with this filter",
		`filter_var('5', FILTER_SANITIZE_NUMBER_INT)`:              "filter_var() with this filter",
		`filter_var("a'", FILTER_SANITIZE_ADD_SLASHES)`:            "filter_var() with this filter",
		`hash('crc32b', 'a')`:                                      "hash() with an algorithm",
		`str_replace('a', 'b', ['a'])`:                             "str_replace() with several texts",
		`sprintf('%5d', 1)`:                                        "sprintf() with a format specifier",
		`sprintf('%-5s', 'a')`:                                     "sprintf() with a format specifier",
		`sprintf('%05s', 'a')`:                                     "sprintf() with a format specifier",
		`json_decode('"\ud83d"')`:                                  `json_decode() for text with an escape of a surrogate`,
		`preg_match('/^.$/u', "\xc3\xa9")`:                         "preg_match() with the modifier u",
		`preg_replace(['/a/'], ['b'], 'a')`:                        "preg_replace() with several replacements",
		`preg_replace('/a/', 'b', ['a'])`:                          "preg_replace() with several replacements",
		`preg_split('/,/', 'a,b,c', 2)`:                            "preg_split() with flags or a limit",
		`strrpos('aba', 'a', -2)`:                                  "strrpos() with a negative offset",
		`trim('abc', 'a..b')`:                                      "trim() with a range of characters",
		`version_compare('8.2.0RC1', '8.2.0')`:                     "version_compare() for a version with words",
	} {
		if a := probe(t, nil, "$r = "+call+";"); a.State != eval.Open || a.Why == nil || !strings.Contains(a.Why.Error(), want) {
			t.Errorf("%s is %v %q (%v), want %q", call, a.State, a.Text, a.Why, want)
		}
	}
	if a := probe(t, nil, `parse_str('a[b]=1', $r); $r = $r['a']['b'];`); a.State != eval.Open {
		t.Errorf("parse_str with brackets is %v %q, want unknown", a.State, a.Text)
	}
}

// TestObjectsGivenToWhatIsNotEvaluated: a function that is not evaluated may call methods
// of an object argument.
func TestObjectsGivenToWhatIsNotEvaluated(t *testing.T) {
	const class = `$r = 'before'; class C implements JsonSerializable, Countable {
		function __toString(): string { $GLOBALS['r'] = 'after'; return ''; }
		function jsonSerialize(): mixed { $GLOBALS['r'] = 'after'; return 1; }
		function count(): int { return 1; } }
	`
	for _, code := range []string{
		`soundex(new C);`, `json_encode([['c' => new C]]);`, `sort($list, SORT_STRING);`, `wordwrap(new C);`,
		`preg_replace('/a/', 'b', [new C]);`, `str_replace(['a', new C], 'b', ['a']);`,
	} {
		if got := refusalOf(t, class+`$list = [new C, 'a']; `+code); strings.HasPrefix(got, "answers") {
			t.Errorf("%s %s, want a refusal", code, got)
		}
	}
	if a := probe(t, nil, class+`json_encode('{'); $r = json_last_error();`); a.State != eval.Open {
		t.Errorf("json_last_error() after json_encode() is %v %q, want unknown", a.State, a.Text)
	}
	if a := probe(t, nil, `mb_internal_encoding('ISO-8859-1'); $r = mb_strlen("\xc3\xa9");`); a.State != eval.Open {
		t.Errorf("mb_strlen() in another encoding is %v %q, want unknown", a.State, a.Text)
	}
}
