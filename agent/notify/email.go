package notify

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	netmail "net/mail"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"github.com/wp-oneway/wp-oneway/secret"
	"github.com/wp-oneway/wp-oneway/sinks/operator"
)

// A TLS is how a connection to a mail server is encrypted.
type TLS string

// The kinds of encryption.
const (
	StartTLS  TLS = "starttls" // required, after the greeting
	DirectTLS TLS = "tls"      // from the beginning
	NoTLS     TLS = "none"
)

// Email sends messages by mail, through a server or the local sendmail.
type Email struct {
	To       []string
	From     string // "" is derived from Username, or is wp-oneway@ this host
	Host     string // of the server; "" uses Sendmail
	Port     int    // 0 is 465 with DirectTLS, 25 with NoTLS, otherwise 587
	TLS      TLS    // "" is DirectTLS for port 465, otherwise StartTLS
	Username string // "" does not log in
	Password secret.Text
	Sendmail string // path of the program; "" is /usr/sbin/sendmail
	Err      error  // why the password could not be read

	roots *x509.CertPool // set by tests
}

// Check refuses addresses and values that cannot be used. Its errors begin with the key
// within email.
func (m *Email) Check() error {
	if len(m.To) == 0 {
		return errors.New("to: give the address that gets the mail")
	}
	for _, to := range m.To {
		if err := checkAddress(to); err != nil {
			return fmt.Errorf("to: %w", err)
		}
	}
	if m.From != "" {
		if err := checkAddress(m.From); err != nil {
			return fmt.Errorf("from: %w", err)
		}
	}
	switch {
	case m.TLS != "" && m.TLS != StartTLS && m.TLS != DirectTLS && m.TLS != NoTLS:
		return fmt.Errorf("tls: %q: must be starttls, tls or none", m.TLS)
	case m.Port < 0 || m.Port > 65535:
		return fmt.Errorf("port: %d: must be 1 to 65535", m.Port)
	case m.Host == "" && (m.Port != 0 || m.TLS != "" || m.Username != "" || m.Password != ""):
		return errors.New("host: it is missing; port, tls, username and password need it")
	case m.Host != "" && m.Sendmail != "":
		return errors.New("sendmail: host and sendmail exclude each other; give one of them")
	case m.Username == "" && m.Password != "":
		return errors.New("username: it is missing, although there is a password")
	}
	return nil
}

func checkAddress(text string) error {
	if _, err := netmail.ParseAddress(text); err != nil {
		return fmt.Errorf("%q is not an address such as admin@example.com", text)
	}
	return nil
}

func (m *Email) name() string { return "email" }

func (m *Email) secrets() []secret.Text { return []secret.Text{m.Password} }

func (m *Email) tell(ctx context.Context, e *event) error {
	if m.Err != nil {
		return m.Err
	}
	if !e.wanted() {
		return nil
	}
	subject, body := e.render(plain)
	body = cutLines(body, maxMail)
	if m.Host == "" {
		message, err := m.message(m.To, subject, body)
		if err != nil {
			return err
		}
		return m.sendLocally(ctx, message)
	}
	err := m.send(ctx, m.To, subject, body)
	if e := (*mail.SendError)(nil); errors.As(err, &e) && e.Reason == mail.ErrSMTPRcptTo && len(m.To) > 1 {
		// The server refused a recipient, and so nobody got the message.
		var errs []error
		for _, to := range m.To {
			errs = append(errs, m.send(ctx, []string{to}, subject, body))
		}
		err = errors.Join(errs...)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", m.server(), m.explain(err))
	}
	return nil
}

// message returns a mail. The library encodes what is not ASCII, and the subject has no
// line breaks.
func (m *Email) message(to []string, subject, body string) (*mail.Msg, error) {
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := msg.From(m.from()); err != nil {
		return nil, fmt.Errorf("from %s: %w; set email.from", m.from(), err)
	}
	if err := msg.To(to...); err != nil {
		return nil, err
	}
	msg.Subject(subject)
	msg.SetDate()
	msg.SetMessageID()
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // no absence notes: RFC 3834
	msg.SetBodyString(mail.TypeTextPlain, body)
	return msg, nil
}

func (m *Email) from() string {
	if m.From != "" {
		return m.From
	}
	if checkAddress(m.Username) == nil {
		return m.Username
	}
	host, err := os.Hostname()
	if err != nil || host == "" {
		host = "localhost"
	}
	return "wp-oneway@" + host
}

func (m *Email) encryption() (TLS, int) {
	encryption, port := m.TLS, m.Port
	if encryption == "" {
		encryption = StartTLS
		if port == 465 {
			encryption = DirectTLS
		}
	}
	if port == 0 {
		port = map[TLS]int{StartTLS: 587, DirectTLS: 465, NoTLS: 25}[encryption]
	}
	return encryption, port
}

func (m *Email) server() string {
	_, port := m.encryption()
	return m.Host + ":" + strconv.Itoa(port)
}

// send sends a message through the server.
func (m *Email) send(ctx context.Context, to []string, subject, body string) error {
	msg, err := m.message(to, subject, body)
	if err != nil {
		return err
	}
	encryption, port := m.encryption()
	options := []mail.Option{
		mail.WithPort(port), mail.WithTimeout(timeLimit),
		mail.WithTLSConfig(&tls.Config{ServerName: m.Host, RootCAs: m.roots, MinVersion: tls.VersionTLS12}),
	}
	switch encryption {
	case DirectTLS:
		options = append(options, mail.WithSSL())
	case NoTLS:
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	default:
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if m.Username != "" {
		options = append(options, mail.WithUsername(m.Username), mail.WithPassword(m.Password.Reveal()), mail.WithOpportunisticSMTPAuth(
			mail.SMTPAuthSCRAMSHA256, mail.SMTPAuthSCRAMSHA1, mail.SMTPAuthPlain, mail.SMTPAuthLogin, mail.SMTPAuthCramMD5))
	}
	client, err := mail.NewClient(m.Host, options...)
	if err != nil {
		return err
	}
	connection, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return err
	}
	err = client.SendWithSMTPClient(connection, msg)
	_ = client.CloseWithSMTPClient(connection) // the server has answered already
	if msg.IsDelivered() {
		return nil
	}
	return err
}

// explain adds what to do to an error of a server.
func (m *Email) explain(err error) error {
	e := (*mail.SendError)(nil)
	switch text := err.Error(); {
	case errors.As(err, &e) && e.IsTemp():
		return fmt.Errorf("%w; the server refused the mail temporarily; to have it sent again later, remove email.host and use the local sendmail", err)
	case strings.Contains(text, "STARTTLS"):
		return fmt.Errorf("%w; set email.tls to tls, or to none for a server on this host", err)
	}
	return err
}

// sendLocally gives a message to the local sendmail. It gets no credential from the
// environment of the agent.
func (m *Email) sendLocally(ctx context.Context, msg *mail.Msg) error {
	path := m.Sendmail
	if path == "" {
		path = mail.SendmailPath
	}
	if err := operator.Check(path, operator.Everybody); err != nil {
		return fmt.Errorf("sendmail: %w; install a mail server, or set email.host", err)
	}
	var text bytes.Buffer
	if _, err := msg.WriteTo(&text); err != nil {
		return fmt.Errorf("write the mail: %w", err)
	}
	args := []string{"-oi", "-t"}
	if sender, err := netmail.ParseAddress(m.From); err == nil {
		args = append(args, "-f", sender.Address)
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=" + os.Getenv("HOME")}
	cmd.Dir, cmd.Stdin, cmd.WaitDelay = "/", &text, time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("sendmail %s: %w: %s", path, err, cutText(string(out), maxText))
	}
	return nil
}
