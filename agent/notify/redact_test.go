package notify

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/secret"
)

func TestSecretsAreRedacted(t *testing.T) {
	for url, leaks := range map[string][]string{
		"slack://hook:T01ABCDEF-B02ABCDEF-1234567890abcdefABCDEF12@webhook": {
			`Post "https://hooks.slack.com/services/T01ABCDEF/B02ABCDEF/1234567890abcdefABCDEF12": EOF`, "no team T01ABCDEF",
		},
		"telegram://110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw@telegram?chats=@backup": {
			"https://api.telegram.org/bot110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/sendMessage", "token AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw",
		},
		"ntfy://user:p%40ss%2Fword@ntfy.sh/secret-topic":      {"401 for user:p@ss/word", "p%40ss%2Fword", "P%40SS%2Fword", "topic secret-topic"},
		"generic+https://h.example.com/hook/abcd?key=k3y&x=1": {"at /hook/abcd", "https://h.example.com/hook/abcd?key=k3y&x=1"},
		"hunter2": {"auth hunter2 refused"},
	} {
		r := newRedactor([]secret.Text{secret.Text(url)})
		for _, leak := range leaks {
			got := r.error(errors.New(leak)).Error()
			for _, part := range []string{"T01ABCDEF", "1234567890abcdef", "AAHdq", "110201543", "p@ss/word", "ss%2Fword", "secret-topic", "abcd", "hunter2"} {
				if strings.Contains(strings.ToLower(url+leak), strings.ToLower(part)) && strings.Contains(strings.ToLower(got), strings.ToLower(part)) {
					t.Errorf("%s remains in %s", part, got)
				}
			}
		}
		if got := r.text("before " + url + " after"); strings.Contains(got, url) {
			t.Errorf("a message holds %s", got)
		}
	}
	r := newRedactor([]secret.Text{"https://hc-ping.com/0123-uuid"})
	cause := fmt.Errorf("ping: %w", &url.Error{Op: "Post", URL: "https://hc-ping.com/0123-uuid", Err: errors.New("connection refused\nby peer")})
	if got := r.error(cause).Error(); got != "connection refused; by peer" {
		t.Errorf("got %q", got)
	}
	if got := r.text("site example.com at s3://vault/web1"); got != "site example.com at s3://vault/web1" {
		t.Errorf("a message lost its content: %s", got)
	}
}
