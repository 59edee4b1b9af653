// Package replace moves a site to another address while its dump is restored. It replaces texts
// in the values of INSERT statements. It also handles values that PHP has serialized, that are
// escaped for JSON, or that are percent-encoded.
package replace

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// A pair is a text to search for, and its replacement. The text consists of before, anchor and
// after. Only the anchor is searched for directly, because no form escapes or encodes its bytes.
type pair struct {
	before, anchor, after string
	with                  string // the replacement; for a URL, without the scheme and the slashes after it
	// For a URL:
	url    bool
	scheme string // scheme of the replacement, without the colon; "" keeps the scheme that was found
	// For a host name, also within a URL:
	host bool // the comparison of the anchor ignores case
	// whole requires that the match ends where a host name or a segment of a path ends.
	whole bool
}

// newPair returns the pair for a text to search for and its replacement. Both are URLs, host names,
// or other texts.
func newPair(old, with string) (pair, error) {
	for _, text := range []string{old, with} {
		if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f || r == '"' || r == '\'' || r == '\\' }) {
			return pair{}, fmt.Errorf("replace %q: quotes, backslashes and control characters cannot be replaced or inserted", text)
		}
	}
	p, err := parsePair(old, with)
	if err != nil {
		return pair{}, fmt.Errorf("replace %q by %q: %w", old, with, err)
	}
	return p, nil
}

func parsePair(old, with string) (pair, error) {
	from, isURL, err := parseURL(old)
	if err != nil {
		return pair{}, err
	}
	to, toURL, err := parseURL(with)
	switch {
	case err != nil:
		return pair{}, err
	case isURL != toURL:
		return pair{}, errors.New("one is a URL and the other is not; give two URLs, such as http://old.example https://new.example")
	case isURL:
		host := strings.TrimPrefix(strings.ToLower(from.Hostname()), "www.")
		return pair{
			before: "//", anchor: host, after: strings.TrimPrefix(from.Host, from.Hostname()) + from.Path,
			url: true, scheme: to.Scheme, with: to.Host + to.Path, host: true, whole: true,
		}, nil
	case isHost(old):
		return pair{anchor: strings.ToLower(old), with: with, host: true, whole: true}, nil
	}
	from1, to1 := longestPlain(old)
	if from1 == to1 {
		return pair{}, errors.New("the first text needs at least one letter or digit")
	}
	return pair{before: old[:from1], anchor: old[from1:to1], after: old[to1:], with: with, whole: strings.HasPrefix(old, "/")}, nil
}

// parseURL reads a URL of a site, without the slashes at its end. It returns false if the text is
// not a URL.
func parseURL(text string) (*url.URL, bool, error) {
	lower := strings.ToLower(text)
	if !strings.HasPrefix(lower, "http://") && !strings.HasPrefix(lower, "https://") && !strings.HasPrefix(lower, "//") {
		return nil, false, nil
	}
	u, err := url.Parse(strings.TrimRight(text, "/"))
	switch {
	case err != nil:
		return nil, false, err
	case u.Hostname() == "" || u.User != nil || strings.ContainsAny(text, "?# %[]"):
		return nil, false, fmt.Errorf("%q must be the URL of a site: scheme, host, and perhaps port and path", text)
	}
	return u, true, nil
}

// isHost reports whether text is a host name with at least two labels.
func isHost(text string) bool {
	labels := strings.Split(text, ".")
	for _, label := range labels {
		if label == "" || strings.ContainsFunc(label, func(r rune) bool { return r >= 0x80 || !isWord(byte(r)) || r == '_' }) {
			return false
		}
	}
	return len(labels) > 1
}

// longestPlain returns the position of the longest run of bytes that are never escaped or
// percent-encoded.
func longestPlain(text string) (from, to int) {
	begin := 0
	for i := 0; i <= len(text); i++ {
		if i < len(text) && isUnreserved(text[i]) {
			continue
		}
		if i-begin > to-from {
			from, to = begin, i
		}
		begin = i + 1
	}
	return from, to
}

// isUnreserved reports whether c is never escaped or percent-encoded. Bytes outside of ASCII may be
// encoded, but only their unencoded form is searched for.
func isUnreserved(c byte) bool { return isWord(c) || c == '.' || c == '~' || c >= 0x80 }

// isWord reports whether c is an ASCII letter or digit, a hyphen or an underscore.
func isWord(c byte) bool { return isAlphanumeric(c) || c == '-' || c == '_' }

func isAlphanumeric(c byte) bool { return c >= '0' && c <= '9' || isLetter(c) }

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// isASCII reports whether all texts of the pair are ASCII.
func (p *pair) isASCII() bool {
	return !strings.ContainsFunc(p.before+p.anchor+p.after+p.with, func(r rune) bool { return r >= 0x80 })
}
