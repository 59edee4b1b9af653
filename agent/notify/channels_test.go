package notify

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/secret"
)

// A listener keeps the requests that it gets.
type listener struct {
	*httptest.Server
	mu       sync.Mutex
	requests []string // method, path and query, and body
	status   int
	silent   bool
}

func listen(t *testing.T) *listener {
	l := &listener{status: http.StatusOK}
	release := make(chan struct{})
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		l.mu.Lock()
		l.requests = append(l.requests, fmt.Sprintf("%s %s\n%s", r.Method, r.URL, body))
		l.mu.Unlock()
		if l.silent {
			<-release
		}
		w.WriteHeader(l.status)
	}))
	t.Cleanup(func() { close(release); l.Close() })
	return l
}

// take returns the requests so far, and forgets them.
func (l *listener) take() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	taken := l.requests
	l.requests = nil
	return taken
}

func (l *listener) generic(path string) Service {
	return Service{Key: "notifications[0]", URL: secret.Text("generic+" + l.URL + path)}
}

func TestWebhook(t *testing.T) {
	l := listen(t)
	n := &Notifier{Services: []Service{l.generic("/hook?template=json")}}
	if err := tell(t, n, newReport(broken("shop", "@everyone is out"))); err != nil {
		t.Fatal(err)
	}
	requests := l.take()
	if len(requests) != 1 || !strings.HasPrefix(requests[0], "POST /hook") {
		t.Fatalf("%q", requests)
	}
	var message struct{ Title, Message string }
	_, body, _ := strings.Cut(requests[0], "\n")
	if err := json.Unmarshal([]byte(body), &message); err != nil {
		t.Fatal(err)
	}
	if message.Title != "wp-oneway on web1: 1 of 1 site failed: shop" || !strings.HasPrefix(message.Message, message.Title+"\n\n") || !strings.Contains(message.Message, "why: ＠everyone is out") {
		t.Errorf("%+v", message)
	}
}

func TestWebhookParameters(t *testing.T) {
	for url, want := range map[string]string{
		"generic+https://h.example/p?x=1&template=json&__method=a":                                  `POST https://h.example/p?method=a&x=1 title message [] []`,
		"generic://h.example/p?disabletls=yes&method=put":                                           `PUT http://h.example/p title message [] []`,
		"generic+http://h.example:8/?@contentType=a/b&$k=v&messagekey=text&titlekey=t&@X-API-Key=s": `POST http://h.example:8/ t text [X-API-Key=s content-Type=a/b] [k=v]`,
	} {
		_, u, err := (Service{URL: secret.Text(url)}).parse()
		if err != nil {
			t.Fatal(err)
		}
		w, err := parseWebhook(u)
		if err != nil {
			t.Fatal(err)
		}
		pairs := func(m map[string]string) (list []string) {
			for k, v := range m {
				list = append(list, k+"="+v)
			}
			slices.Sort(list)
			return list
		}
		if got := fmt.Sprint(w.method, " ", w.url, " ", w.titleKey, " ", w.messageKey, " ", pairs(w.headers), " ", pairs(w.extra)); got != want {
			t.Errorf("%s: %s, want %s", url, got, want)
		}
	}
}

func TestLevels(t *testing.T) {
	l := listen(t)
	for _, c := range []struct {
		level  Level
		report *manifest.Report
		told   bool
	}{
		{Error, newReport(broken("a", "x")), true},
		{Error, newReport(withNotes(good("a"), manifest.Incomplete, "t")), false},
		{Warning, newReport(withNotes(good("a"), manifest.Incomplete, "t")), true},
		{Warning, newReport(withNotes(good("a"), manifest.OK, "w")), true},
		{Warning, newReport(good("a")), false},
		{Info, newReport(good("a")), true},
	} {
		if err := tell(t, &Notifier{Services: []Service{l.generic("/hook")}, Level: c.level}, c.report); err != nil {
			t.Fatal(err)
		}
		if got := len(l.take()); (got == 1) != c.told {
			t.Errorf("level %d, status %s: %d messages", c.level, c.report.Status, got)
		}
	}
	if _, err := ParseLevel("debug"); err == nil {
		t.Error("debug is no level")
	}
	if got, err := ParseLevel("info"); err != nil || got != Info {
		t.Errorf("info is %d, %v", got, err)
	}
}

func TestFailingChannelsKeepTheOthers(t *testing.T) {
	l, hung, refusing := listen(t), listen(t), listen(t)
	hung.silent, refusing.status = true, http.StatusForbidden
	n := &Notifier{
		limit: 500 * time.Millisecond,
		Services: []Service{
			hung.generic("/token-of-hung-1"), refusing.generic("/token-of-refusing-2"), l.generic("/hook"),
			{Key: "notifications_file", URL: "zulip://bot%40zulip.invalid:secretkey-9@zulip.invalid/?stream=s&topic=t"}, // the library panics
			{Key: "notifications_file", URL: "x", Err: fmt.Errorf("open /x: no such file")},
		},
		Healthchecks: &Healthchecks{PingURL: secret.Text(refusing.URL + "/uuid-of-check"), States: States()},
		UptimeKuma:   &UptimeKuma{PushURL: "http://127.0.0.1:1/api/push/kumatoken"},
	}
	results := n.Finish(t.Context(), newReport(broken("shop", "no")), "")
	for i, want := range []string{"no answer within 500ms", "403", "", "", "no such file", "127.0.0.1: the server answered 403 Forbidden", "connection refused; check the URL, and that"} {
		err := results[i].Err
		if (err == nil) != (i == 2) || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", results[i].Channel, err, want)
		}
		for _, text := range []string{"token-of", "uuid-of", "kumatoken", "secretkey"} {
			if strings.Contains(fmt.Sprint(err), text) {
				t.Errorf("%s: the error holds a secret: %v", results[i].Channel, err)
			}
		}
	}
	if len(l.take()) != 1 {
		t.Error("the channel that works got no message")
	}
}

func TestHealthchecks(t *testing.T) {
	l := listen(t)
	ok, fails, busy := newReport(good("a")), newReport(broken("a", "x")), newReport(good("a"))
	busy.Status = manifest.Locked
	for _, c := range []struct {
		states []string
		report *manifest.Report // nil is the start
		want   string
	}{
		{States(), nil, "/u/start"},
		{States(), ok, "/u"},
		{States(), fails, "/u/fail"},
		{States(), newReport(withNotes(good("a"), manifest.Incomplete, "t")), "/u/fail"},
		{States(), busy, "/u/log"},
		{[]string{"finish", "fail"}, nil, ""},
		{[]string{"start"}, ok, ""},
		{[]string{"log"}, ok, "/u/log"},
		{[]string{"finish", "log"}, fails, "/u/log"},
	} {
		n := &Notifier{Healthchecks: &Healthchecks{PingURL: secret.Text(l.URL + "/u"), States: c.states, SendLogs: true}}
		var err error
		if c.report == nil {
			err = n.Start(t.Context())[0].Err
		} else {
			err = tell(t, n, c.report)
		}
		var got string
		for _, r := range l.take() {
			line, _, _ := strings.Cut(r, "\n")
			got += strings.TrimPrefix(line, "POST ")
		}
		if err != nil || got != c.want {
			t.Errorf("%v, %+v: %q (%v), want %q", c.states, c.report, got, err, c.want)
		}
	}
}

func TestHealthchecksBody(t *testing.T) {
	l := listen(t)
	h := &Healthchecks{PingURL: secret.Text(l.URL + "/u"), States: States(), SendLogs: true}
	log := "first line\n" + strings.Repeat("é", 5000) + "\nlast line"
	for limit, want := range map[int]func(string) bool{
		0: func(b string) bool { return strings.Contains(b, "1 of 1 site failed") && strings.Contains(b, log) },
		1000: func(b string) bool {
			return len(b) <= 1000 && len(b) > 990 && strings.HasPrefix(b, "…\n") && strings.HasSuffix(b, "last line")
		},
		1: func(b string) bool { return len(b) <= 1 },
	} {
		h.BodyLimit = limit
		(&Notifier{Healthchecks: h}).Finish(t.Context(), newReport(broken("a", "x")), log)
		_, body, _ := strings.Cut(l.take()[0], "\n")
		if !want(body) {
			t.Errorf("limit %d: %d bytes: %.60q", limit, len(body), body)
		}
	}
	h.SendLogs = false
	(&Notifier{Healthchecks: h}).Finish(t.Context(), newReport(broken("a", "x")), log)
	if got := l.take(); !slices.Equal(got, []string{"POST /u/fail\n"}) {
		t.Errorf("without logs: %q", got)
	}
}

func TestUptimeKuma(t *testing.T) {
	l := listen(t)
	n := &Notifier{UptimeKuma: &UptimeKuma{PushURL: secret.Text(l.URL + "/api/push/abc?status=up&msg=OK&ping=")}}
	n.Start(t.Context())
	for _, c := range []struct {
		report      *manifest.Report
		status, msg string
	}{{newReport(good("a")), "up", "1 site backed up"}, {newReport(broken("a", "x")), "down", "1 of 1 site failed: a"}} {
		if err := tell(t, n, c.report); err != nil {
			t.Fatal(err)
		}
		requests := l.take()
		if len(requests) != 1 {
			t.Fatalf("%q", requests)
		}
		target, _, _ := strings.Cut(strings.TrimPrefix(requests[0], "GET "), "\n")
		u, err := url.Parse(target)
		if q := u.Query(); err != nil || u.Path != "/api/push/abc" || q.Get("status") != c.status || !strings.Contains(q.Get("msg"), c.msg) || q.Get("ping") != "61000" {
			t.Errorf("%s (%v)", target, err)
		}
	}
}

func TestTestReachesEachChannel(t *testing.T) {
	l := listen(t)
	n := &Notifier{
		Services:     []Service{l.generic("/hook")},
		Healthchecks: &Healthchecks{PingURL: secret.Text(l.URL + "/u"), States: []string{"fail"}, SendLogs: true},
		UptimeKuma:   &UptimeKuma{PushURL: secret.Text(l.URL + "/push")},
	}
	for _, r := range n.Test(t.Context(), "web1", "1.0") {
		if r.Err != nil {
			t.Errorf("%s: %v", r.Channel, r.Err)
		}
	}
	got := l.take()
	slices.Sort(got)
	if len(got) != 3 || !strings.HasPrefix(got[0], "GET /push?msg=Test") || !strings.HasPrefix(got[1], "POST /hook") || !strings.HasPrefix(got[2], "POST /u/log\nTest: ") {
		t.Errorf("%q", got)
	}
}

func TestServiceURLs(t *testing.T) {
	for _, valid := range []string{
		"slack://hook:T00000000-B00000000-123456789123456789123456@webhook", "discord://token@123456", "ntfy://ntfy.sh/topic",
		"telegram://110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsawx@telegram?chats=@c", "generic+https://example.com/hook",
		"generic://example.com/hook?disabletls=yes",
		"pushover://shoutrrr:token@user/", "matrix://user:password@matrix.invalid/", "gotify://gotify.example.com/AzyoeNS.D4iJLVa",
	} {
		if err := (Service{URL: secret.Text(valid)}).Check(); err != nil {
			t.Errorf("%s: %v", valid, err)
		}
	}
	for _, bad := range []string{
		"secret-token", "https://hooks.slack.com/secret-token", "slack://secret-token", "discord://secret-token", "logger://secret-token",
		"ntfy+https://secret-token/x", "telegram://secret-token@telegram", "generic+%zz://secret-token",
		"smtp://u:secret-token@mail.example.com:587/?fromaddress=a@b.de&toaddresses=c@d.de",
		"generic+https://example.com/secret-token?template=mine", "generic+ftp://example.com/secret-token",
	} {
		if err := (Service{URL: secret.Text(bad)}).Check(); err == nil || strings.Contains(err.Error(), "secret-token") || !strings.Contains(err.Error(), "docs/notifications.md") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
