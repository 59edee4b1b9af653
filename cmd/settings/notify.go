package settings

import (
	"bufio"
	"bytes"
	"fmt"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/wp-oneway/wp-oneway/agent/notify"
	"github.com/wp-oneway/wp-oneway/cmd/keys"
	"github.com/wp-oneway/wp-oneway/secret"
	"github.com/wp-oneway/wp-oneway/sinks/operator"
)

// notifySetting says who is told how a backup ended.
type notifySetting struct {
	Notifications       []secret.Text       `mapstructure:"notifications"`
	NotificationsFile   string              `mapstructure:"notifications_file"`
	NotificationLevel   string              `mapstructure:"notification_level"`
	NotificationSubject string              `mapstructure:"notification_subject"`
	NotificationBody    string              `mapstructure:"notification_body"`
	Email               emailSetting        `mapstructure:"email"`
	Healthchecks        healthchecksSetting `mapstructure:"healthchecks"`
	UptimeKuma          uptimeKumaSetting   `mapstructure:"uptime_kuma"`
}

// emailSetting says how mail is sent.
type emailSetting struct {
	To           []string    `mapstructure:"to"`
	From         string      `mapstructure:"from"`
	Host         string      `mapstructure:"host"`
	Port         int         `mapstructure:"port"`
	TLS          string      `mapstructure:"tls"`
	Username     string      `mapstructure:"username"`
	Password     secret.Text `mapstructure:"password"`
	PasswordFile string      `mapstructure:"password_file"`
	Sendmail     string      `mapstructure:"sendmail"`
}

// healthchecksSetting is a dead man's switch of healthchecks.io.
type healthchecksSetting struct {
	PingURL       secret.Text `mapstructure:"ping_url"`
	PingURLFile   string      `mapstructure:"ping_url_file"`
	States        []string    `mapstructure:"states"`
	SendLogs      bool        `mapstructure:"send_logs"`
	PingBodyLimit int         `mapstructure:"ping_body_limit"`
}

// uptimeKumaSetting is a dead man's switch of Uptime Kuma.
type uptimeKumaSetting struct {
	PushURL     secret.Text `mapstructure:"push_url"`
	PushURLFile string      `mapstructure:"push_url_file"`
}

// notifyKeys are the keys of notifySetting.
func notifyKeys() keys.Table {
	return keys.Table{
		{Name: "notifications", Form: keys.List, Global: true, NonEmpty: true, Secret: true, Help: "the URLs of the chat and push services that get messages, in the format of shoutrrr", Example: "[ntfy://ntfy.sh/a-topic]"},
		{Name: "notifications_file", Form: keys.Text, Global: true, NonEmpty: true, Help: "a file with more of these URLs, one on each line; only you and root may be able to read it", Example: "/etc/wp-oneway/notifications"},
		{Name: "notification_level", Form: keys.Text, Global: true, NonEmpty: true, Default: "warning", Choices: []string{"error", "warning", "info"}, Help: "which results are reported in messages: error: failures only; warning: also incomplete backups and warnings; info: every result"},
		{Name: "notification_subject", Form: keys.Text, Global: true, Help: "the template of the subject of messages, in the language of Go's text/template", Example: "'{{.Host}}: {{.Summary}}'"},
		{Name: "notification_body", Form: keys.Text, Global: true, Help: "the template of the body of messages", Example: "'{{range .Failed}}{{.Name}}: {{.Error}}{{end}}'"},
		{Name: "email.to", Form: keys.List, Global: true, NonEmpty: true, Help: "the addresses that get a mail", Example: "[admin@example.com]"},
		{Name: "email.from", Form: keys.Text, Global: true, Help: "the sender of mails (default: email.username if it is an address, else wp-oneway@HOST)", Example: "backup@example.com"},
		{Name: "email.host", Form: keys.Text, Global: true, NonEmpty: true, Help: "the mail server; without one, the local sendmail sends the mails", Example: "mail.example.com"},
		{Name: "email.port", Form: keys.Int, Global: true, Help: "the port of the mail server; 0 means 587, or 465 if email.tls is tls, or 25 if it is none"},
		{Name: "email.tls", Form: keys.Text, Global: true, NonEmpty: true, Choices: []string{"starttls", "tls", "none"}, Help: "the encryption of the connection to the mail server: starttls (default), tls (default for port 465) or none", Example: "starttls"},
		{Name: "email.username", Form: keys.Text, Global: true, Help: "the username at the mail server", Example: "backup@example.com"},
		{Name: "email.password", Form: keys.Text, Global: true, NonEmpty: true, Secret: true, Help: "the password at the mail server; email.password_file is safer", Example: "secret"},
		{Name: "email.password_file", Form: keys.Text, Global: true, NonEmpty: true, Help: "a file with this password; only you and root may be able to read it", Example: "/etc/wp-oneway/mail-password"},
		{Name: "email.sendmail", Form: keys.Text, Global: true, Help: "the path of the local sendmail (default: /usr/sbin/sendmail)", Example: "/usr/bin/msmtp"},
		{Name: "healthchecks.ping_url", Form: keys.Text, Global: true, NonEmpty: true, Secret: true, Help: "the ping URL of a check on healthchecks.io or a compatible server", Example: "https://hc-ping.com/00000000-0000-0000-0000-000000000000"},
		{Name: "healthchecks.ping_url_file", Form: keys.Text, Global: true, NonEmpty: true, Help: "a file with the ping URL; only you and root may be able to read it", Example: "/etc/wp-oneway/healthchecks-url"},
		{Name: "healthchecks.states", Form: keys.List, Global: true, Default: notify.States(), Help: "the signals to send: start, finish, fail, and log (if neither finish nor fail is sent)"},
		{Name: "healthchecks.send_logs", Form: keys.Bool, Global: true, Default: true, Help: "send the message and the log with the signals"},
		{Name: "healthchecks.ping_body_limit", Form: keys.Int, Global: true, Default: 100_000, Help: "the maximum size of the log in bytes; only the end of a longer log is sent; 0 is no limit"},
		{Name: "uptime_kuma.push_url", Form: keys.Text, Global: true, NonEmpty: true, Secret: true, Help: "the push URL of a monitor of Uptime Kuma", Example: "https://uptime.example.com/api/push/abcd1234"},
		{Name: "uptime_kuma.push_url_file", Form: keys.Text, Global: true, NonEmpty: true, Help: "a file with the push URL; only you and root may be able to read it", Example: "/etc/wp-oneway/uptime-kuma-url"},
	}
}

// check refuses errors that can be found without reading other files. Its errors begin with the
// key.
func (s *notifySetting) check() error {
	if _, err := notify.ParseLevel(s.NotificationLevel); err != nil {
		return fmt.Errorf("notification_level: %w", err)
	}
	if err := (notify.Templates{Subject: s.NotificationSubject, Body: s.NotificationBody}).Check(); err != nil {
		return err
	}
	for i, u := range s.Notifications {
		if err := (notify.Service{URL: u}).Check(); err != nil {
			return fmt.Errorf("notifications[%d]: %w", i, err)
		}
	}
	for _, pair := range []struct {
		key         string
		value, file bool
	}{
		{"email.password", s.Email.Password != "", s.Email.PasswordFile != ""},
		{"healthchecks.ping_url", s.Healthchecks.PingURL != "", s.Healthchecks.PingURLFile != ""},
		{"uptime_kuma.push_url", s.UptimeKuma.PushURL != "", s.UptimeKuma.PushURLFile != ""},
	} {
		if pair.value && pair.file {
			return fmt.Errorf("%s and %s_file exclude each other; give one of them", pair.key, pair.key)
		}
	}
	return s.checkChannels()
}

func (s *notifySetting) checkChannels() error {
	n := s.unread()
	if n.Email != nil {
		if err := n.Email.Check(); err != nil {
			return fmt.Errorf("email.%w", err)
		}
	}
	if n.Healthchecks != nil {
		if err := n.Healthchecks.Check(); err != nil {
			return fmt.Errorf("healthchecks.%w", err)
		}
	}
	if n.UptimeKuma != nil {
		if err := n.UptimeKuma.Check(); err != nil {
			return fmt.Errorf("uptime_kuma.%w", err)
		}
	}
	return nil
}

// unread returns the notifier without the values that are in other files.
func (s *notifySetting) unread() *notify.Notifier {
	level, _ := notify.ParseLevel(s.NotificationLevel) // the level was checked before
	n := &notify.Notifier{Level: level, Templates: notify.Templates{Subject: s.NotificationSubject, Body: s.NotificationBody}}
	for i, u := range s.Notifications {
		n.Services = append(n.Services, notify.Service{Key: fmt.Sprintf("notifications[%d]", i), URL: u})
	}
	if e := s.Email; len(e.To) > 0 || !reflect.DeepEqual(e, emailSetting{To: e.To}) {
		n.Email = &notify.Email{
			To: e.To, From: e.From, Host: e.Host, Port: e.Port, TLS: notify.TLS(e.TLS), Username: e.Username, Password: e.Password, Sendmail: e.Sendmail,
		}
	}
	if h := s.Healthchecks; h.PingURL != "" || h.PingURLFile != "" {
		n.Healthchecks = &notify.Healthchecks{PingURL: h.PingURL, States: h.States, SendLogs: h.SendLogs, BodyLimit: h.PingBodyLimit}
	}
	if k := s.UptimeKuma; k.PushURL != "" || k.PushURLFile != "" {
		n.UptimeKuma = &notify.UptimeKuma{PushURL: k.PushURL}
	}
	return n
}

// Notifier returns the notifier. If a file cannot be read, its channel fails with that error.
// Neither the backup nor the other channels stop.
func (s *notifySetting) Notifier() *notify.Notifier {
	n := s.unread()
	if s.NotificationsFile != "" {
		n.Services = append(n.Services, servicesFrom(s.NotificationsFile)...)
	}
	if n.Email != nil && s.Email.PasswordFile != "" {
		n.Email.Password, n.Email.Err = secretFrom("password_file", s.Email.PasswordFile)
	}
	if n.Healthchecks != nil && s.Healthchecks.PingURLFile != "" {
		n.Healthchecks.PingURL, n.Healthchecks.Err = secretFrom("ping_url_file", s.Healthchecks.PingURLFile)
	}
	if n.UptimeKuma != nil && s.UptimeKuma.PushURLFile != "" {
		n.UptimeKuma.PushURL, n.UptimeKuma.Err = secretFrom("push_url_file", s.UptimeKuma.PushURLFile)
	}
	return n
}

// secretFrom reads a secret from a file that has only one line.
func secretFrom(key, path string) (secret.Text, error) {
	text, err := operator.ReadFile(path, operator.OwnGroup)
	if err != nil {
		return "", fmt.Errorf("%s: %w", key, err)
	}
	line := secret.Text(strings.TrimSpace(string(text)))
	if line == "" || strings.ContainsAny(line.Reveal(), "\r\n") {
		return "", fmt.Errorf("%s: %s must hold one line", key, path)
	}
	return line, nil
}

// servicesFrom reads the URLs in a file, one on each line. Empty lines, and lines that
// begin with #, are ignored.
func servicesFrom(path string) (services []notify.Service) {
	text, err := operator.ReadFile(path, operator.OwnGroup)
	if err != nil {
		return []notify.Service{{Key: "notifications_file", Err: err}}
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		s := notify.Service{Key: fmt.Sprintf("notifications_file:%d", n), URL: secret.Text(line)}
		s.Err = s.Check()
		services = append(services, s)
	}
	if lines.Err() != nil || len(services) == 0 {
		return []notify.Service{{Key: "notifications_file", Err: fmt.Errorf("%s: must hold a URL on each line", path)}}
	}
	return services
}

// SalvagedNotifier returns the notifier of a configuration that has an error elsewhere. It
// returns nil if the keys of the notifier cannot be read either.
func SalvagedNotifier(configPath string) *notify.Notifier {
	table := notifyKeys()
	v := newViper(table)
	path, _, err := FindFile(configPath)
	if err != nil {
		return nil
	}
	if path != "" {
		var all map[string]any
		text, err := operator.ReadFile(path, operator.Everybody)
		if err != nil || yaml.Unmarshal(text, &all) != nil {
			return nil
		}
		if err := v.MergeConfigMap(table.Pick(all)); err != nil {
			return nil
		}
	}
	var s notifySetting
	if decode(v.AllSettings(), &s) != nil || s.check() != nil {
		return nil
	}
	return s.Notifier()
}
