package serve

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
)

const (
	maxBody      = 4 << 20 // maximum number of bytes read of a page
	maxRedirects = 4
)

// get requests a page, and follows redirects on the same host. It returns an error only if there
// is no answer at all.
func get(ctx context.Context, from string) (Page, error) {
	ctx, cancel := context.WithTimeout(ctx, requestLimit)
	defer cancel()
	transport := &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp", address)
		},
		DisableCompression: true, DisableKeepAlives: true, MaxResponseHeaderBytes: 256 << 10,
	}
	at, err := url.Parse(from)
	if err != nil {
		return Page{URL: cut(from)}, err
	}
	for redirects := 0; ; redirects++ {
		page, to, err := getOne(ctx, transport, at)
		if err != nil || to == "" {
			return page, err
		}
		next, err := at.Parse(to)
		switch {
		case err != nil || next.Scheme != "http" && next.Scheme != "https" || !strings.EqualFold(next.Hostname(), at.Hostname()):
			page.Problem = "it redirects to " + cut(to)
			return page, nil
		case redirects == maxRedirects:
			page.Problem = fmt.Sprintf("it redirects more than %d times, at last to %s", maxRedirects, cut(to))
			return page, nil
		}
		at = next
	}
}

// getOne requests a page, and returns the URL that it redirects to; "" if it does not redirect.
func getOne(ctx context.Context, transport *http.Transport, at *url.URL) (Page, string, error) {
	page := Page{URL: cut(at.String())}
	target := url.URL{Scheme: "http", Host: address, Path: at.Path, RawPath: at.RawPath, RawQuery: at.RawQuery}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), nil)
	if err != nil {
		return page, "", err
	}
	request.Host = at.Host
	request.Header.Set("X-Forwarded-Proto", at.Scheme)
	request.Header.Set("User-Agent", "Mozilla/5.0 (wp-oneway drill)")
	request.Header.Set("Accept", "text/html,*/*;q=0.8")
	response, err := transport.RoundTrip(request)
	if err != nil {
		return page, "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	if err != nil {
		return page, "", err
	}
	page.Status, page.Bytes = response.StatusCode, int64(len(body))
	lower := bytes.ToLower(body)
	page.HTML = bytes.Contains(lower, []byte("<html")) || bytes.Contains(lower, []byte("<!doctype html"))
	if found := titleText().FindSubmatch(body); found != nil {
		page.Title = cut(strings.Join(strings.Fields(html.UnescapeString(string(found[1]))), " "))
	}
	if response.StatusCode >= 300 && response.StatusCode < 400 {
		return page, response.Header.Get("Location"), nil
	}
	return page, "", nil
}

// titleText finds the title of a page.
var titleText = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?is)<title\b[^>]*>(.{0,1000}?)</title>`) })

// cut shortens a text of the site.
func cut(text string) string {
	const most = 500
	if len(text) > most {
		text = text[:most] + "…"
	}
	return strings.ToValidUTF8(text, "�")
}
