package lib

import (
	"strconv"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

var urlFuncs = map[string]eval.Function{
	"urlencode":    ofString(func(s string) string { return percent(s, "-_.", true) }),
	"rawurlencode": ofString(func(s string) string { return percent(s, "-_.~", false) }),
	"urldecode":    ofString(func(s string) string { return unpercent(s, true) }),
	"rawurldecode": ofString(func(s string) string { return unpercent(s, false) }),
	"parse_url":    {Run: parseURLFunc, Min: 1, Max: 2},
	"parse_str":    {Run: parseStr, Min: 2, Max: 2, Refs: 1 << 1},
}

func percent(s, keep string, plus bool) string {
	plain := func(c byte) bool { return syntax.IsLetter(c) || syntax.IsDigit(c) || strings.IndexByte(keep, c) >= 0 }
	size := len(s)
	for i := range len(s) {
		if !plain(s[i]) {
			size += 2
		}
	}
	var b strings.Builder
	b.Grow(size)
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

func unpercent(s string, plus bool) string {
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

// A phpURL is what parse_url finds; a nil part is absent.
type phpURL struct {
	scheme, host, user, pass, path, query, fragment *string
	port                                            int // 0: absent, unless zero is set
	zero                                            bool
}

func parseURLFunc(c *eval.Call) eval.Value {
	s := c.Str(0)
	component := c.Int(1, -1)
	c.Alloc(2*len(s) + 1024)
	u, ok := parseURL(s)
	if !ok {
		return eval.Bool(false)
	}
	out := eval.NewArray()
	put := func(name string, p *string) {
		if p != nil {
			out.Put(name, eval.String(*p))
		}
	}
	put("scheme", u.scheme)
	put("host", u.host)
	if u.port != 0 || u.zero {
		out.Put("port", eval.Int(u.port))
	}
	put("user", u.user)
	put("pass", u.pass)
	put("path", u.path)
	put("query", u.query)
	put("fragment", u.fragment)
	if component < 0 {
		return out
	}
	names := []string{"scheme", "host", "port", "user", "pass", "path", "query", "fragment"}
	if int(component) >= len(names) {
		panic(c.Throw("ValueError", "parse_url(): Argument #2 ($component) must be a valid URL component identifier, "+strconv.FormatInt(component, 10)+" given"))
	}
	v, found := out.Get(eval.StrKey(names[component]))
	if !found {
		return eval.Null
	}
	return v
}

func ptr(s string) *string {
	b := []byte(s)
	for i, c := range b {
		if c < ' ' || c == 0x7F {
			b[i] = '_'
		}
	}
	clean := string(b)
	return &clean
}

// parseURL follows php_url_parse_ex.
func parseURL(s string) (u phpURL, ok bool) {
	rest := s
	colon := strings.IndexByte(s, ':')
	authority := false
	switch {
	case colon > 0 && schemeName(s[:colon]):
		after := s[colon+1:]
		switch {
		case after == "":
			u.scheme = ptr(s[:colon])
			return u, true
		case after[0] != '/':
			if portLike(after) {
				if strings.HasPrefix(s, "//") {
					rest, authority = s[2:], true
				} else {
					authority = true
				}
			} else {
				u.scheme, rest = ptr(s[:colon]), after
			}
		case strings.HasPrefix(after, "//"):
			u.scheme, rest, authority = ptr(s[:colon]), after[2:], true
			if syntax.Lower(s[:colon]) == "file" && strings.HasPrefix(rest, "/") {
				authority = false
			}
		default:
			u.scheme, rest = ptr(s[:colon]), after
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

// portLike reports that up to five digits and then the end or a slash follow.
func portLike(s string) bool {
	n := 0
	for n < len(s) && syntax.IsDigit(s[n]) {
		n++
	}
	return n > 0 && n < 6 && (n == len(s) || s[n] == '/')
}

// authority reads user:pass@host:port.
func (u *phpURL) authority(s string) bool {
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		user := s[:i]
		if j := strings.IndexByte(user, ':'); j >= 0 {
			u.user, u.pass = ptr(user[:j]), ptr(user[j+1:])
		} else {
			u.user = ptr(user)
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
			u.port, u.zero = n, n == 0
		}
		s = s[:colon]
	}
	if s == "" {
		return false
	}
	u.host = ptr(s)
	return true
}

// tail reads path?query#fragment.
func (u *phpURL) tail(s string) {
	if i := strings.IndexByte(s, '#'); i >= 0 {
		u.fragment = ptr(s[i+1:])
		s = s[:i]
	}
	if i := strings.IndexByte(s, '?'); i >= 0 {
		u.query = ptr(s[i+1:])
		s = s[:i]
	}
	if s != "" || u.query == nil && u.fragment == nil {
		u.path = ptr(s)
	}
}

// parseStr reads a query. Names with brackets make arrays, which are unknown.
func parseStr(c *eval.Call) eval.Value {
	s := c.Str(0)
	c.Alloc(128 * (len(s) + 1))
	out := eval.NewArray()
	clean := strings.NewReplacer(".", "_", " ", "_")
	for i, part := range strings.Split(s, "&") {
		name, val, _ := strings.Cut(part, "=")
		name, _, _ = strings.Cut(strings.TrimLeft(unpercent(name, true), " "), "\x00")
		base, element, nested := strings.Cut(name, "[")
		u := c.RefusedFor("with a name in brackets")
		switch {
		case i >= 1000, nested && (base == "" || !strings.Contains(element, "]")):
			c.SetRef(1, u)
			return u
		case nested:
			out.Put(clean.Replace(base), u)
		case name != "":
			out.Put(clean.Replace(name), eval.String(unpercent(val, true)))
		}
	}
	c.SetRef(1, out)
	return eval.Null
}
