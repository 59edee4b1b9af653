package lab

import (
	"bufio"
	"cmp"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync"
)

// An SMTP is a mail server that keeps the mails that it accepts.
type SMTP struct {
	Host   string // localhost
	Port   int
	CAFile string // certificate of the authority that signed the server's certificate, in PEM

	options  SMTPOptions
	listener net.Listener
	tls      *tls.Config
	mu       sync.Mutex
	mails    []Mail
}

// SMTPOptions say how the server behaves.
type SMTPOptions struct {
	TLS      bool              // encrypted from the beginning; otherwise the server offers STARTTLS
	Plain    bool              // the server does not offer STARTTLS
	Username string            // the user who must log in; "" means nobody
	Password string            //
	Answers  map[string]string // the answer to a command, or to a whole line such as "RCPT TO:<a@b>"
	Silent   bool              // the server accepts connections and sends nothing
	Address  string            // "" means 127.0.0.1
}

// A Mail is one mail that was accepted.
type Mail struct {
	From      string
	To        []string
	Text      string // header and body
	Encrypted bool
	Username  string // the user who had logged in
}

// StartSMTP starts a mail server, with its certificates in dir.
func StartSMTP(dir string, options SMTPOptions) (*SMTP, error) {
	s := &SMTP{Host: "localhost", CAFile: filepath.Join(dir, "ca.pem"), options: options}
	if err := writeCertificates(dir, s.CAFile, ""); err != nil {
		return nil, err
	}
	certificate, err := tls.LoadX509KeyPair(filepath.Join(dir, "public.crt"), filepath.Join(dir, "private.key"))
	if err != nil {
		return nil, fmt.Errorf("load the certificate of the mail server: %w", err)
	}
	s.tls = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	if s.listener, err = net.Listen("tcp", cmp.Or(options.Address, "127.0.0.1")+":0"); err != nil {
		return nil, err
	}
	s.Port = s.listener.Addr().(*net.TCPAddr).Port
	go s.serve()
	return s, nil
}

// Stop stops the server.
func (s *SMTP) Stop() { s.listener.Close() }

// Mails returns the mails that were accepted.
func (s *SMTP) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mails
}

func (s *SMTP) serve() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return // the server was stopped
		}
		go func() {
			defer conn.Close()
			switch {
			case s.options.Silent:
				_, _ = io.Copy(io.Discard, conn) // until the client closes the connection
			case s.options.TLS:
				(&smtpSession{server: s, conn: tls.Server(conn, s.tls), encrypted: true}).run(true)
			default:
				(&smtpSession{server: s, conn: conn}).run(true)
			}
		}()
	}
}

// An smtpSession handles one connection.
type smtpSession struct {
	server    *SMTP
	conn      net.Conn
	lines     *bufio.Reader
	encrypted bool
	username  string
	mail      Mail
}

func (c *smtpSession) say(text string) { _, _ = fmt.Fprintf(c.conn, "%s\r\n", text) }

func (c *smtpSession) read() (string, bool) {
	line, err := c.lines.ReadString('\n')
	return strings.TrimRight(line, "\r\n"), err == nil
}

func (c *smtpSession) run(greet bool) {
	c.lines = bufio.NewReader(c.conn)
	if greet {
		c.say("220 localhost ESMTP lab")
	}
	for {
		line, ok := c.read()
		if !ok {
			return
		}
		verb, argument, _ := strings.Cut(line, " ")
		verb = strings.ToUpper(verb)
		if answer := c.server.answer(verb, line); answer != "" {
			c.say(answer)
			continue
		}
		if verb == "QUIT" {
			c.say("221 bye")
			return
		}
		if verb == "STARTTLS" && !c.server.options.Plain {
			c.say("220 go ahead")
			(&smtpSession{server: c.server, conn: tls.Server(c.conn, c.server.tls), encrypted: true}).run(false)
			return
		}
		c.command(verb, argument)
	}
}

func (s *SMTP) answer(verb, line string) string {
	if a := s.options.Answers[line]; a != "" {
		return a
	}
	return s.options.Answers[verb]
}

func (c *smtpSession) command(verb, argument string) {
	switch verb {
	case "EHLO", "HELO":
		c.say("250-localhost")
		if !c.encrypted && !c.server.options.Plain {
			c.say("250-STARTTLS")
		}
		if c.server.options.Username != "" {
			c.say("250-AUTH LOGIN PLAIN")
		}
		c.say("250 8BITMIME")
	case "AUTH":
		c.logIn(argument)
	case "MAIL":
		if c.server.options.Username != "" && c.username == "" {
			c.say("530 5.7.0 log in first")
			return
		}
		c.mail = Mail{From: address(argument), Encrypted: c.encrypted, Username: c.username}
		c.say("250 ok")
	case "RCPT":
		c.mail.To = append(c.mail.To, address(argument))
		c.say("250 ok")
	case "DATA":
		c.say("354 go on")
		c.data()
	default:
		c.say("250 ok")
	}
}

// logIn accepts AUTH PLAIN with the initial response.
func (c *smtpSession) logIn(argument string) {
	_, response, _ := strings.Cut(argument, " ")
	text, err := base64.StdEncoding.DecodeString(response)
	if o := c.server.options; err != nil || string(text) != "\x00"+o.Username+"\x00"+o.Password {
		c.say("535 5.7.8 wrong username or password")
		return
	}
	c.username = c.server.options.Username
	c.say("235 ok")
}

func (c *smtpSession) data() {
	var text strings.Builder
	for {
		line, ok := c.read()
		if !ok {
			return
		}
		if line == "." {
			break
		}
		text.WriteString(strings.TrimPrefix(line, ".") + "\n")
	}
	c.mail.Text = text.String()
	c.server.mu.Lock()
	c.server.mails = append(c.server.mails, c.mail)
	c.server.mu.Unlock()
	c.say("250 2.0.0 accepted")
}

// address returns the text in angle brackets.
func address(argument string) string {
	_, rest, _ := strings.Cut(argument, "<")
	a, _, _ := strings.Cut(rest, ">")
	return a
}
