// Package replace moves a site to another address while its dump is restored: it replaces
// texts in the values of INSERT statements, also where a value is serialized by PHP, escaped
// for JSON, or percent-encoded.
package replace

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// A pair is a text to look for and its replacement. The text consists of before, anchor and
// after. Nothing escapes or encodes the bytes of the anchor, so it is what is searched for.
type pair struct {
	before, anchor, after string
	with                  string // what replaces the text; of a URL, without its scheme and the slashes
	// For a URL:
	url    bool
	scheme string // of the replacement, without colon; "" keeps the one that is found
	// For a host name, also within a URL:
	host bool // letters of the anchor are compared without case
	// whole: the match must end where a name or a segment of a path ends.
	whole bool
}

// newPair reads what to look for and its replacement. Both are URLs, or host names, or other
// texts.
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

// parseURL reads a URL of a site, without the slashes at its end. false: it is none.
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

// isHost tells whether text is a host name with at least two labels.
func isHost(text string) bool {
	labels := strings.Split(text, ".")
	for _, label := range labels {
		if label == "" || strings.ContainsFunc(label, func(r rune) bool { return r >= 0x80 || !isWord(byte(r)) || r == '_' }) {
			return false
		}
	}
	return len(labels) > 1
}

// longestPlain is where the longest run of bytes is that percent-encoding leaves as they
// are.
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

// isUnreserved reports whether c is never escaped or percent-encoded. Bytes of other letters
// than those of ASCII may be, but are searched for as they are.
func isUnreserved(c byte) bool { return isWord(c) || c == '.' || c == '~' || c >= 0x80 }

// isWord reports whether c is a letter or digit of ASCII, a hyphen or an underscore.
func isWord(c byte) bool { return isAlphanumeric(c) || c == '-' || c == '_' }

func isAlphanumeric(c byte) bool { return c >= '0' && c <= '9' || isLetter(c) }

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// isASCII reports whether nothing of the pair needs a character set.
func (p *pair) isASCII() bool {
	return !strings.ContainsFunc(p.before+p.anchor+p.after+p.with, func(r rune) bool { return r >= 0x80 })
}
