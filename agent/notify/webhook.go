package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"unicode"
)

// A webhook posts messages to any web server: the service "generic" of shoutrrr, with its
// URLs. The library's own one also runs templates of Go programs.
type webhook struct {
	url                  *url.URL
	method               string
	json                 bool // the message is an object, not text
	contentType          string
	titleKey, messageKey string
	headers, extra       map[string]string // extra is added to the object
}

// parseWebhook reads a URL such as generic+https://example.com/hook?template=json, or
// generic://example.com/hook. The parameters that configure the webhook are removed from
// its URL; one that begins with "__" is passed on without these.
func parseWebhook(u *url.URL) (*webhook, error) {
	w := &webhook{
		method: http.MethodPost, contentType: "application/json", titleKey: "title", messageKey: "message",
		headers: map[string]string{}, extra: map[string]string{},
	}
	target := *u
	_, target.Scheme, _ = strings.Cut(strings.ToLower(u.Scheme), "+")
	rest := url.Values{}
	for name, values := range u.Query() {
		value := values[0]
		switch key := strings.ToLower(name); {
		case key == "template" && value != "" && !strings.EqualFold(value, "json"):
			return nil, fmt.Errorf("template %q: must be json, or be omitted for plain text", value)
		case key == "template":
			w.json = value != ""
		case key == "method":
			w.method = strings.ToUpper(value)
		case key == "contenttype":
			w.contentType = value
		case key == "titlekey":
			w.titleKey = value
		case key == "messagekey":
			w.messageKey = value
		case key == "disabletls" && target.Scheme == "" && isYes(value):
			target.Scheme = "http"
		case key == "disabletls" || key == "title":
		case strings.HasPrefix(name, "@"):
			w.headers[headerName(name[1:])] = value
		case strings.HasPrefix(name, "$"):
			w.extra[name[1:]] = value
		default:
			rest[strings.TrimPrefix(name, "__")] = values
		}
	}
	if target.Scheme == "" {
		target.Scheme = "https"
	}
	if target.Scheme != "https" && target.Scheme != "http" || target.Host == "" {
		return nil, errors.New("it is not a URL such as generic+https://example.com/hook")
	}
	target.RawQuery, target.Fragment = rest.Encode(), ""
	w.url = &target
	return w, nil
}

func isYes(text string) bool {
	switch strings.ToLower(text) {
	case "yes", "true", "1":
		return true
	}
	return false
}

// headerName adds the dashes to the name of a header, such as contentType.
func headerName(key string) string {
	var b strings.Builder
	var last rune
	for _, c := range key {
		if unicode.IsUpper(c) && unicode.IsLower(last) {
			b.WriteByte('-')
		}
		b.WriteRune(c)
		last = c
	}
	return b.String()
}

// send sends a message. Its text begins with the subject, for servers that show only the text.
func (w *webhook) send(ctx context.Context, subject, text string) error {
	text = cutLines(subject+"\n\n"+text, defaultLimit)
	body, contentType := text, "text/plain"
	if w.json {
		object := maps.Clone(w.extra)
		object[w.titleKey], object[w.messageKey] = subject, text
		encoded, err := json.Marshal(object)
		if err != nil {
			return err
		}
		body, contentType = string(encoded), w.contentType
	}
	header := http.Header{"Content-Type": {contentType}, "Accept": {contentType}}
	for name, value := range w.headers {
		header.Set(name, value)
	}
	return request(ctx, w.method, w.url, header, body)
}
