package notify

import (
	"crypto/x509"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	netmail "net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

// startSMTP starts a mail server, and returns the settings to use it.
func startSMTP(t *testing.T, o lab.SMTPOptions) (*lab.SMTP, *Email) {
	t.Helper()
	server, err := lab.StartSMTP(t.TempDir(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	ca, err := os.ReadFile(server.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	m := &Email{To: []string{"admin@example.com"}, Host: server.Host, Port: server.Port, From: "wp@example.com", roots: x509.NewCertPool()}
	m.roots.AppendCertsFromPEM(ca)
	return server, m
}

// tell tells a report to one notifier, and returns the error of its only channel.
func tell(t *testing.T, n *Notifier, r *manifest.Report) error {
	t.Helper()
	results := n.Finish(t.Context(), r, "")
	if len(results) != 1 {
		t.Fatalf("%d channels", len(results))
	}
	return results[0].Err
}

func TestMailThroughServers(t *testing.T) {
	for name, c := range map[string]struct {
		server lab.SMTPOptions
		set    func(*Email)
		err    string
	}{
		"STARTTLS and login":      {lab.SMTPOptions{Username: "me", Password: "hunter2"}, func(m *Email) { m.Username, m.Password = "me", "hunter2" }, ""},
		"TLS and login":           {lab.SMTPOptions{TLS: true, Username: "me", Password: "hunter2"}, func(m *Email) { m.TLS, m.Username, m.Password = DirectTLS, "me", "hunter2" }, ""},
		"without encryption":      {lab.SMTPOptions{Plain: true}, func(m *Email) { m.TLS = NoTLS }, ""},
		"wrong password":          {lab.SMTPOptions{Username: "me", Password: "x"}, func(m *Email) { m.Username, m.Password = "me", "hunter2" }, `535 "5.7.8`},
		"no STARTTLS":             {lab.SMTPOptions{Plain: true}, func(*Email) {}, "set email.tls"},
		"untrusted certificate":   {lab.SMTPOptions{}, func(m *Email) { m.roots = x509.NewCertPool() }, "certificate"},
		"password in clear":       {lab.SMTPOptions{Plain: true, Address: "127.0.0.2", Username: "me", Password: "hunter2"}, func(m *Email) { m.Host, m.TLS, m.Username, m.Password = "127.0.0.2", NoTLS, "me", "hunter2" }, "unencrypted connection"},
		"refused for now":         {lab.SMTPOptions{Answers: map[string]string{"MAIL": "451 4.7.1 greylisted"}}, func(*Email) {}, "the server refused the mail temporarily"},
		"refused after the data":  {lab.SMTPOptions{Answers: map[string]string{"DATA": "452 4.3.1 disk full"}}, func(*Email) {}, `452 "4.3.1 disk full"`},
		"a server that is silent": {lab.SMTPOptions{Silent: true}, func(*Email) {}, "no answer within 200ms"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, m := startSMTP(t, c.server)
			c.set(m)
			n := &Notifier{Email: m, Level: Error}
			if c.server.Silent {
				n.limit = 200 * time.Millisecond
			}
			err := tell(t, n, newReport(broken("shöp", "no")))
			mails := server.Mails()
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "\n") || len(mails) > 0 {
					t.Errorf("got %v and %d mails, want %q", err, len(mails), c.err)
				}
				return
			}
			if err != nil || len(mails) != 1 {
				t.Fatalf("%v, %d mails", err, len(mails))
			}
			if mails[0].Encrypted == c.server.Plain || mails[0].Username != c.server.Username || mails[0].From != "wp@example.com" || !slices.Equal(mails[0].To, m.To) {
				t.Errorf("%+v", mails[0])
			}
			header, body := readMail(t, mails[0].Text)
			if subject, _ := new(mime.WordDecoder).DecodeHeader(header.Get("Subject")); subject != "wp-oneway on web1: 1 of 1 site failed: shöp" {
				t.Errorf("subject %q", subject)
			}
			if header.Get("Auto-Submitted") != "auto-generated" || header.Get("Message-Id") == "" || !strings.Contains(body, "FAILED shöp") {
				t.Errorf("%v\n%s", header, body)
			}
		})
	}
}

func readMail(t *testing.T, text string) (netmail.Header, string) {
	t.Helper()
	mail, err := netmail.ReadMessage(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(mail.Body))
	if err != nil {
		t.Fatal(err)
	}
	return mail.Header, string(body)
}

func TestMailHeadersCannotBeInjected(t *testing.T) {
	server, m := startSMTP(t, lab.SMTPOptions{})
	n := &Notifier{Email: m, Templates: Templates{Subject: "{{(index .Failed 0).Error}}{{\"\\r\\nX-Template: 1\"}}"}}
	if err := tell(t, n, newReport(broken("x", "a\r\nBcc: victim@example.com\r\n\r\nbody\n.\nMAIL FROM:<a@b>"))); err != nil {
		t.Fatal(err)
	}
	mails := server.Mails()
	if len(mails) != 1 || !slices.Equal(mails[0].To, m.To) {
		t.Fatalf("%+v", mails)
	}
	header, _ := readMail(t, mails[0].Text)
	if header.Get("Bcc") != "" || header.Get("X-Template") != "" {
		t.Errorf("%v", header)
	}
}

func TestRefusedRecipientKeepsTheOthers(t *testing.T) {
	server, m := startSMTP(t, lab.SMTPOptions{Answers: map[string]string{"RCPT TO:<gone@example.com>": "550 5.1.1 no such user"}})
	m.To = []string{"gone@example.com", "Admin <admin@example.com>"}
	err := tell(t, &Notifier{Email: m}, newReport(broken("x", "no")))
	if err == nil || !strings.Contains(err.Error(), `550 "5.1.1 no such user"`) {
		t.Errorf("got %v", err)
	}
	if mails := server.Mails(); len(mails) != 1 || !slices.Equal(mails[0].To, []string{"admin@example.com"}) {
		t.Errorf("%+v", mails)
	}
}

// A stand-in for the sendmail of a mail server: it stores its input, arguments and
// environment.
func TestLocalSendmail(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "sendmail")
	script := fmt.Sprintf("#!/bin/sh\ncd %s && cat > mail && echo \"$@\" > args && env > env\n", dir)
	if err := os.WriteFile(program, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
	m := &Email{To: []string{"root@localhost"}, From: "WP <wp@example.com>", Sendmail: program}
	if err := tell(t, &Notifier{Email: m}, newReport(broken("shop", "no"))); err != nil {
		t.Fatal(err)
	}
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	header, body := readMail(t, read("mail"))
	if header.Get("To") != "<root@localhost>" || !strings.Contains(body, "FAILED shop") || read("args") != "-oi -t -f wp@example.com\n" {
		t.Errorf("%v, %s\n%s", header, read("args"), body)
	}
	if strings.Contains(read("env"), "hunter2") {
		t.Error("sendmail gets the agent's credentials")
	}
	for mode, want := range map[os.FileMode]string{0o777: "others can write to it", 0o600: "permission denied"} {
		if err := os.Chmod(program, mode); err != nil {
			t.Fatal(err)
		}
		if err := tell(t, &Notifier{Email: m}, newReport(broken("shop", "no"))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("mode %o: %v", mode, err)
		}
	}
	m.Sendmail = filepath.Join(dir, "none")
	if err := tell(t, &Notifier{Email: m}, newReport(broken("shop", "no"))); err == nil || !strings.Contains(err.Error(), "set email.host") {
		t.Errorf("got %v", err)
	}
}

func TestEmailSettings(t *testing.T) {
	for want, m := range map[string]Email{
		"to: give":     {},
		"to: \"x":      {To: []string{"x"}},
		"to: \"a@b\\n": {To: []string{"a@b\nBcc: c@d"}},
		"from: ":       {To: []string{"a@b"}, From: "x"},
		"tls: ":        {To: []string{"a@b"}, Host: "h", TLS: "ssl"},
		"port: ":       {To: []string{"a@b"}, Host: "h", Port: 70000},
		"host: ":       {To: []string{"a@b"}, Username: "u"},
		"sendmail: ":   {To: []string{"a@b"}, Host: "h", Sendmail: "/s"},
		"username: ":   {To: []string{"a@b"}, Host: "h", Password: "p"},
	} {
		if err := m.Check(); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: got %v", want, err)
		}
	}
	for want, m := range map[string]Email{
		"h:587 starttls": {Host: "h"}, "h:465 tls": {Host: "h", Port: 465}, "h:25 none": {Host: "h", TLS: NoTLS}, "h:2525 starttls": {Host: "h", Port: 2525},
	} {
		encryption, _ := m.encryption()
		if got := m.server() + " " + string(encryption); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
