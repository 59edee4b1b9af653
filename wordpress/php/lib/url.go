package lib

import (
	"strconv"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

var urlFuncs = map[string]eval.Function{
	"urlencode":    ofString(func(s string) string { return percentEncode(s, "-_.", true) }),
	"rawurlencode": ofString(func(s string) string { return percentEncode(s, "-_.~", false) }),
	"urldecode":    ofString(func(s string) string { return percentDecode(s, true) }),
	"rawurldecode": ofString(func(s string) string { return percentDecode(s, false) }),
	"parse_url":    {Run: parseURLFunc, Min: 1, Max: 2},
	"parse_str":    {Run: parseStr, Min: 2, Max: 2, Refs: 1 << 1},
}

func percentEncode(s, keep string, plus bool) string {
	plain := func(c byte) bool { return syntax.IsLetter(c) || syntax.IsDigit(c) || strings.IndexByte(keep, c) >= 0 }
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case plain(c):
			b.WriteByte(c)
		case c == ' ' && plus:
			b.WriteByte('+')
		default:
			b.WriteString("%" + syntax.Upper(strconv.FormatUint(uint64(c)|0x100, 16)[1:]))
		}
	}
	return b.String()
}

func percentDecode(s string, plus bool) string {
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil && s[i+1] != '+' {
				b.WriteByte(byte(n))
				i += 2
				continue
			}
		}
		if s[i] == '+' && plus {
			b.WriteByte(' ')
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// A phpURL holds the parts that parse_url finds, by the names in urlParts.
type phpURL map[string]eval.Value

// urlParts are the parts of a URL in the order of PHP's constants, which begin with
// PHP_URL_SCHEME.
var urlParts = []string{"scheme", "host", "port", "user", "pass", "path", "query", "fragment"}

func parseURLFunc(c *eval.Call) eval.Value {
	s, component := c.Str(0), c.Int(1, -1)
	c.Alloc(2*len(s) + 1024)
	u, ok := parseURL(s)
	before, after, _ := strings.Cut(s, ":")
	switch {
	case strings.ContainsAny(strings.TrimPrefix(before, "//"), "/?#") && portLike(after):
		return c.RefusedFor("for a URL with a colon and a number after its host") // PHP takes the number as a port
	case !ok:
		return eval.Bool(false)
	case int(component) >= len(urlParts):
		panic(c.Throw("ValueError", "parse_url(): Argument #2 ($component) must be a valid URL component identifier"))
	case component >= 0:
		return eval.Present(u[urlParts[component]])
	}
	out := eval.NewArray()
	for _, name := range urlParts {
		if v := u[name]; v != nil {
			out.Put(name, v)
		}
	}
	return out
}

// put sets a part to a text, and replaces the control characters in it.
func (u phpURL) put(name, s string) {
	b := []byte(s)
	for i, c := range b {
		if c < ' ' || c == 0x7F {
			b[i] = '_'
		}
	}
	u[name] = eval.String(b)
}

// parseURL parses a URL in the same way as php_url_parse_ex in PHP's source.
func parseURL(s string) (u phpURL, ok bool) {
	u = phpURL{}
	rest := s
	colon := strings.IndexByte(s, ':')
	authority := false
	switch {
	case colon > 0 && schemeName(s[:colon]):
		after := s[colon+1:]
		if authority = portLike(after); authority {
			break
		}
		u.put("scheme", s[:colon])
		if after == "" {
			return u, true
		}
		if rest, authority = strings.CutPrefix(after, "//"); authority && syntax.Lower(s[:colon]) == "file" && strings.HasPrefix(rest, "/") {
			authority = false
		}
	case strings.HasPrefix(s, "//"):
		rest, authority = s[2:], true
	case colon >= 0 && portLike(s[colon+1:]) && !strings.Contains(s[:colon], "/"):
		authority = true
	}
	if authority {
		end := strings.IndexAny(rest, "/?#")
		if end < 0 {
			end = len(rest)
		}
		if !u.authority(rest[:end]) {
			return u, false
		}
		rest = rest[end:]
		if rest == "" {
			return u, true
		}
	}
	u.tail(rest)
	return u, true
}

func schemeName(s string) bool {
	for i := range len(s) {
		if c := s[i]; !syntax.IsLetter(c) && !syntax.IsDigit(c) && c != '+' && c != '-' && c != '.' {
			return false
		}
	}
	return true
}

// portLike reports whether s begins with at most five digits, and then ends or has a
// slash.
func portLike(s string) bool {
	_, n := decimalAt(s, 0)
	return n > 0 && n < 6 && (n == len(s) || s[n] == '/')
}

// authority reads user:pass@host:port.
func (u phpURL) authority(s string) bool {
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		user := s[:i]
		if j := strings.IndexByte(user, ':'); j >= 0 {
			u.put("user", user[:j])
			u.put("pass", user[j+1:])
		} else {
			u.put("user", user)
		}
		s = s[i+1:]
	}
	colon := strings.LastIndexByte(s, ':')
	if strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") {
		colon = -1
	}
	if colon >= 0 {
		if port := s[colon+1:]; port != "" {
			n, end := decimalAt(port, 0)
			if len(port) > 5 || end == 0 || n > 65535 {
				return false
			}
			u["port"] = eval.Int(n)
		}
		s = s[:colon]
	}
	if s == "" {
		return false
	}
	u.put("host", s)
	return true
}

// tail reads path?query#fragment.
func (u phpURL) tail(s string) {
	if i := strings.IndexByte(s, '#'); i >= 0 {
		u.put("fragment", s[i+1:])
		s = s[:i]
	}
	if i := strings.IndexByte(s, '?'); i >= 0 {
		u.put("query", s[i+1:])
		s = s[:i]
	}
	if s != "" || u["query"] == nil && u["fragment"] == nil {
		u.put("path", s)
	}
}

// parseStr parses a query string. It does not evaluate names with brackets, which make
// arrays.
func parseStr(c *eval.Call) eval.Value {
	s := c.Str(0)
	c.Alloc(128 * (len(s) + 1))
	out := eval.NewArray()
	clean := strings.NewReplacer(".", "_", " ", "_")
	for i, part := range strings.Split(s, "&") {
		name, val, _ := strings.Cut(part, "=")
		name, _, _ = strings.Cut(strings.TrimLeft(percentDecode(name, true), " "), "\x00")
		if i >= 1000 || strings.Contains(name, "[") {
			c.Return(c.RefusedFor("for names with brackets, or more than 1000 names"))
		}
		if name != "" {
			out.Put(clean.Replace(name), eval.String(percentDecode(val, true)))
		}
	}
	c.SetRef(1, out)
	return eval.Null
}
