package notify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/wp-oneway/wp-oneway/secret"
)

// Healthchecks is a dead man's switch of healthchecks.io, or of a server like it.
type Healthchecks struct {
	PingURL secret.Text
	States  []string // start, finish, fail and log: what is signalled
	// SendLogs adds the message and the log to the signals.
	SendLogs bool
	// BodyLimit is the maximum length of the log in bytes; only the end of a longer log is
	// sent. 0 is unlimited.
	BodyLimit int
	Err       error // why the URL could not be read
}

// States returns the names of the signals.
func States() []string { return []string{"start", "finish", "fail", "log"} }

// Check refuses values that cannot be used; the URL may still be missing. Its errors begin
// with the key within healthchecks.
func (h *Healthchecks) Check() error {
	for _, s := range h.States {
		if !slices.Contains(States(), s) {
			return fmt.Errorf("states: %q: must be %s", s, strings.Join(States(), ", "))
		}
	}
	if h.BodyLimit < 0 {
		return errors.New("ping_body_limit: must not be negative")
	}
	if _, err := pingURL(h.PingURL); err != nil && h.PingURL != "" {
		return fmt.Errorf("ping_url: %w", err)
	}
	return nil
}

func (h *Healthchecks) name() string { return "healthchecks" }

func (h *Healthchecks) secrets() []secret.Text { return []secret.Text{h.PingURL} }

func (h *Healthchecks) tell(ctx context.Context, e *event) error {
	if h.Err != nil {
		return h.Err
	}
	u, err := pingURL(h.PingURL)
	if err != nil {
		return err
	}
	state := map[signal]string{started: "start", finished: "finish", failed: "fail", logged: "log"}[e.signal]
	if !e.test && !slices.Contains(h.States, state) {
		if state == "start" || !slices.Contains(h.States, "log") {
			return nil
		}
		state = "log" // the log is sent even if its result is not signalled
	}
	if state != "finish" {
		u = u.JoinPath(state)
	}
	return ping(ctx, http.MethodPost, u, h.body(e))
}

// body is the message and the log.
func (h *Healthchecks) body(e *event) string {
	if !h.SendLogs || e.report == nil {
		return ""
	}
	subject, text := e.render(plain)
	body := subject + "\n\n" + text
	if e.log != "" {
		body += "\n" + e.redactor.text(e.log)
	}
	if over := len(body) - h.BodyLimit; h.BodyLimit > 0 && over > 0 {
		const cut = "…\n"
		body = strings.ToValidUTF8(cut+body[min(over+len(cut), len(body)):], "")
		body = body[:min(len(body), h.BodyLimit)]
	}
	return body
}

// UptimeKuma is a push monitor of Uptime Kuma. It has no signal for a start.
type UptimeKuma struct {
	PushURL secret.Text // its query is ignored
	Err     error       // why the URL could not be read
}

// Check refuses a URL that cannot be used; it may still be missing. Its error begins with
// the key within uptime_kuma.
func (k *UptimeKuma) Check() error {
	if _, err := pingURL(k.PushURL); err != nil && k.PushURL != "" {
		return fmt.Errorf("push_url: %w", err)
	}
	return nil
}

func (k *UptimeKuma) name() string { return "uptime_kuma" }

func (k *UptimeKuma) secrets() []secret.Text { return []secret.Text{k.PushURL} }

func (k *UptimeKuma) tell(ctx context.Context, e *event) error {
	if k.Err != nil {
		return k.Err
	}
	if e.signal == started || e.signal == logged && !e.test {
		return nil
	}
	u, err := pingURL(k.PushURL)
	if err != nil {
		return err
	}
	status := "up"
	if e.signal == failed {
		status = "down"
	}
	subject, _ := e.render(plain)
	took := e.report.Finished.Sub(e.report.Started).Milliseconds()
	u.RawQuery = url.Values{"status": {status}, "msg": {subject}, "ping": {strconv.FormatInt(took, 10)}}.Encode()
	return ping(ctx, http.MethodGet, u, "")
}

// pingURL reads the address of a dead man's switch.
func pingURL(text secret.Text) (*url.URL, error) {
	u, err := url.Parse(text.Reveal())
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return nil, errors.New("it is not a URL that begins with https://")
	}
	u.RawQuery, u.Fragment = "", ""
	return u, nil
}

// ping sends one request to a dead man's switch.
func ping(ctx context.Context, method string, u *url.URL, body string) error {
	header := http.Header{}
	if body != "" {
		header.Set("Content-Type", "text/plain; charset=utf-8")
	}
	return request(ctx, method, u, header, body)
}

// request sends one request. Every status other than 2xx is an error.
func request(ctx context.Context, method string, u *url.URL, header http.Header, body string) error {
	req, err := http.NewRequestWithContext(ctx, method, u.String(), strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Header = header
	if header.Get("User-Agent") == "" {
		header.Set("User-Agent", "wp-oneway")
	}
	response, err := http.DefaultClient.Do(req)
	if failed := (*url.Error)(nil); errors.As(err, &failed) {
		err = failed.Err // without the URL, which is a secret
	}
	if err != nil {
		return fmt.Errorf("%s: %w; check the URL, and that the server is reachable from this host", u.Hostname(), err)
	}
	defer response.Body.Close()
	answer, _ := io.ReadAll(io.LimitReader(response.Body, 200)) // it only explains the status
	if response.StatusCode/100 != 2 {
		return fmt.Errorf("%s: the server answered %s %s; check the URL", u.Hostname(), response.Status, answer)
	}
	return nil
}
