package notify

import (
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/wp-oneway/wp-oneway/secret"
	"github.com/wp-oneway/wp-oneway/wordpress"
)

// A redactor removes secrets from texts.
type redactor struct {
	message *regexp.Regexp // secrets as a whole; nil if there are none
	any     *regexp.Regexp // secrets, and the parts of URLs
}

// anyURL matches URLs: libraries put the addresses of services, which contain tokens,
// into their errors.
var anyURL = regexp.MustCompile(`[A-Za-z][A-Za-z0-9+.-]*://[^\s"]+`)

const redacted = "[redacted]"

// leastSecret is the length of the shortest secret that is redacted: a shorter one is
// part of many words.
const leastSecret = 4

// newRedactor returns a redactor for secrets and for the parts of those that are URLs.
func newRedactor(secrets []secret.Text) redactor {
	var whole, parts []string
	for _, s := range secrets {
		text := s.Reveal()
		if len(text) < leastSecret {
			continue
		}
		whole = append(whole, text)
		u, err := url.Parse(text)
		if err != nil || u.Scheme == "" {
			continue
		}
		if password, given := u.User.Password(); given && len(password) >= leastSecret {
			whole = append(whole, password)
		}
		parts = append(parts, urlParts(u)...)
		if nested, err := url.Parse(u.Opaque); err == nil && nested.Host != "" {
			parts = append(parts, urlParts(nested)...)
		}
	}
	return redactor{message: matchAny(whole), any: matchAny(append(parts, whole...))}
}

// urlParts returns the parts of a URL that may be secret: every part but the name of a
// server.
func urlParts(u *url.URL) (parts []string) {
	add := func(s string) {
		if len(s) >= leastSecret {
			parts = append(parts, s)
		}
		for _, p := range strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' }) {
			if len(p) >= 8 && strings.ContainsFunc(p, unicode.IsDigit) || len(p) >= 20 {
				parts = append(parts, p)
			}
		}
	}
	password, _ := u.User.Password()
	add(password)
	if u.User != nil {
		add(u.User.Username())
	}
	if host := u.Hostname(); !strings.Contains(host, ".") && !strings.Contains(host, ":") && host != "localhost" {
		add(host) // an ID or a token
	}
	for p := range strings.SplitSeq(u.Path, "/") {
		add(p)
	}
	for _, values := range u.Query() {
		for _, v := range values {
			add(v)
		}
	}
	add(u.Fragment)
	return parts
}

// matchAny matches texts as they are, and encoded for a URL, in any case of letters.
func matchAny(texts []string) *regexp.Regexp {
	var forms []string
	for _, t := range texts {
		forms = append(forms, t, url.PathEscape(t), url.QueryEscape(t))
		if _, user, found := strings.Cut(url.UserPassword("", t).String(), ":"); found {
			forms = append(forms, user)
		}
	}
	slices.SortFunc(forms, func(a, b string) int { return len(b) - len(a) }) // the longest first
	forms = slices.Compact(forms)
	if len(forms) == 0 {
		return nil
	}
	for i, f := range forms {
		forms[i] = regexp.QuoteMeta(f)
	}
	return regexp.MustCompile("(?i:" + strings.Join(forms, "|") + ")")
}

// text redacts whole secrets in a message.
func (r redactor) text(s string) string {
	if r.message == nil {
		return s
	}
	return r.message.ReplaceAllLiteralString(s, redacted)
}

// error returns an error without secrets and URLs, on one line.
func (r redactor) error(err error) error {
	if err == nil {
		return nil
	}
	if e := (*url.Error)(nil); errors.As(err, &e) {
		err = e.Err // the error without its URL
	}
	text := strings.Join(strings.FieldsFunc(err.Error(), func(c rune) bool { return c == '\n' || c == '\r' }), "; ")
	text = anyURL.ReplaceAllLiteralString(text, redacted)
	if r.any != nil {
		text = r.any.ReplaceAllLiteralString(text, redacted)
	}
	return errors.New(wordpress.Printable(text))
}
