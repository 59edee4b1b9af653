package php

import (
	"strconv"
	"strings"
)

var urlFuncs = map[string]function{
	"urlencode":        ofString(func(s string) string { return percent(s, "-_.", true) }),
	"rawurlencode":     ofString(func(s string) string { return percent(s, "-_.~", false) }),
	"urldecode":        ofString(func(s string) string { return unpercent(s, true) }),
	"rawurldecode":     ofString(func(s string) string { return unpercent(s, false) }),
	"parse_url":        {fn: parseURLFunc, min: 1, max: 2},
	"parse_str":        {fn: parseStr, min: 2, max: 2, refs: 1 << 1},
	"http_build_query": {fn: buildQuery, min: 1, max: 4},
	"ip2long":          {fn: ip2longFunc, min: 1, max: 1},
}

func percent(s, keep string, plus bool) string {
	plain := func(c byte) bool { return letter(c) || digit(c) || strings.IndexByte(keep, c) >= 0 }
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
			b.WriteString("%" + upper(strconv.FormatUint(uint64(c)|0x100, 16)[1:]))
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

func parseURLFunc(c *call) (Value, error) {
	s, err := c.str(0)
	if err != nil {
		return nil, err
	}
	component, err := c.int(1, -1)
	if err != nil {
		return nil, err
	}
	if err := c.alloc(2*len(s) + 1024); err != nil {
		return nil, err
	}
	u, ok := parseURL(s)
	if !ok {
		return boolVal(false), nil
	}
	out := newArray()
	put := func(name string, p *string) {
		if p != nil {
			out.put(name, strVal(*p))
		}
	}
	put("scheme", u.scheme)
	put("host", u.host)
	if u.port != 0 || u.zero {
		out.put("port", intVal(u.port))
	}
	put("user", u.user)
	put("pass", u.pass)
	put("path", u.path)
	put("query", u.query)
	put("fragment", u.fragment)
	if component < 0 {
		return out, nil
	}
	names := []string{"scheme", "host", "port", "user", "pass", "path", "query", "fragment"}
	if int(component) >= len(names) {
		return nil, c.throw("ValueError", "parse_url(): Argument #2 ($component) must be a valid URL component identifier, "+strconv.FormatInt(component, 10)+" given")
	}
	v, found := out.get(strKey(names[component]))
	if !found {
		return null, nil
	}
	return v, nil
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
			if lower(s[:colon]) == "file" && strings.HasPrefix(rest, "/") {
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
		if c := s[i]; !letter(c) && !digit(c) && c != '+' && c != '-' && c != '.' {
			return false
		}
	}
	return true
}

// portLike reports that up to five digits and then the end or a slash follow.
func portLike(s string) bool {
	n := 0
	for n < len(s) && digit(s[n]) {
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

// parseStr reads a query; names may hold brackets.
func parseStr(c *call) (Value, error) {
	s, err := c.str(0)
	if err != nil {
		return nil, err
	}
	if err := c.alloc(128 * (len(s) + 1)); err != nil {
		return nil, err
	}
	out := newArray()
	parts := strings.Split(s, "&")
	if len(parts) > 1000 {
		return c.unknown("so many variables are not modelled"), c.setRef(1, c.unknown("so many variables are not modelled"))
	}
	for _, part := range parts {
		name, val, _ := strings.Cut(part, "=")
		name = strings.TrimLeft(unpercent(name, true), " ")
		if i := strings.IndexByte(name, 0); i >= 0 {
			name = name[:i]
		}
		if name == "" || name[0] == '[' && !strings.Contains(name, "]") {
			if name == "" {
				continue
			}
		}
		putVariable(out, name, strVal(unpercent(val, true)))
	}
	return null, c.setRef(1, out)
}

// putVariable sets a[b][] as PHP names variables of a request.
func putVariable(out *Array, name string, v Value) {
	base, rest := name, ""
	if i := strings.IndexByte(name, '['); i > 0 && strings.Contains(name[i:], "]") {
		base, rest = name[:i], name[i:]
	}
	if i := strings.IndexByte(base, '['); i >= 0 {
		base = base[:i] + "_" + base[i+1:]
	}
	base = strings.NewReplacer(".", "_", " ", "_").Replace(base)
	keys := []string{base}
	for strings.HasPrefix(rest, "[") && len(keys) < 64 {
		end := strings.IndexByte(rest, ']')
		if end < 0 {
			break
		}
		keys = append(keys, strings.TrimLeft(rest[1:end], " "))
		rest = rest[end+1:]
	}
	at := out
	for i, k := range keys {
		last := i == len(keys)-1
		next := v
		if !last {
			next = newArray()
			if old, ok := at.get(strKey(k)); ok && k != "" {
				if sub, ok := old.(*Array); ok {
					at = sub
					continue
				}
			}
		}
		if k == "" && i > 0 {
			at.push(next)
		} else {
			at.put(k, next)
		}
		if !last {
			at = next.(*Array)
		}
	}
}

func buildQuery(c *call) (Value, error) {
	a, err := c.array(0)
	if err != nil {
		return nil, err
	}
	if c.has(1) && c.arg(1) != Value(strVal("")) || c.has(3) && c.arg(3) != Value(intVal(1)) {
		return c.unknown("these options of http_build_query are not modelled"), nil
	}
	sep, err := c.strOr(2, "&")
	if err != nil {
		return nil, err
	}
	var parts []string
	size := 0
	var walk func(a *Array, prefix string, depth int) bool
	walk = func(a *Array, prefix string, depth int) bool {
		ok := depth < 32
		a.each(func(k key, v Value) bool {
			text, _ := v.(strVal)
			if err = c.alloc(256 + 6*(len(k.s)+len(text)) + 2*len(prefix)); err != nil {
				return false
			}
			name := percent(k.text(), "-_.", true)
			if prefix != "" {
				name = prefix + "%5B" + name + "%5D"
			}
			switch v := v.(type) {
			case nullVal:
			case *Array:
				ok = ok && walk(v, name, depth+1)
			case boolVal:
				parts = append(parts, name+"="+toString(intVal(toInt(v))))
			case *Object:
				ok = false
			default:
				parts = append(parts, name+"="+percent(toString(v), "-_.", true))
			}
			if len(parts) > 0 {
				size += len(parts[len(parts)-1]) + len(sep)
			}
			ok = ok && err == nil && size < 8<<20
			return ok
		})
		return ok
	}
	if whole := walk(a, "", 0); err != nil {
		return nil, err
	} else if !whole {
		return c.unknown("http_build_query of such data is not modelled"), nil
	}
	return strVal(strings.Join(parts, sep)), c.alloc(2 * size)
}

func ip2longFunc(c *call) (Value, error) {
	s, err := c.str(0)
	if err != nil {
		return nil, err
	}
	if strings.IndexByte(s, 0) >= 0 {
		return nil, c.throw("ValueError", "ip2long(): Argument #1 ($ip) must not contain any null bytes")
	}
	n, ok := ip2long(s)
	if !ok {
		return boolVal(false), nil
	}
	return intVal(n), nil
}
