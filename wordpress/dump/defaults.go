package dump

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress"
)

// ReadDefaults reads a MySQL option file, such as --db-defaults-file names, and
// lays what its groups for clients say over db. Options that are of no use here are
// passed over; files included from it are refused, for they are not what the
// operator has vouched for. Errors never hold a value.
func ReadDefaults(r io.Reader, db wordpress.Database) (wordpress.Database, error) {
	groups := map[string]bool{"client": true, "client-server": true, "client-mariadb": true, "wp-oneway": true}
	lines := bufio.NewScanner(r)
	var group string
	seen := defaults{db: db}
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		switch {
		case line == "" || line[0] == '#' || line[0] == ';':
			continue
		case line[0] == '!':
			return db, fmt.Errorf("read option file: line %d includes another file, which is not allowed here", n)
		case line[0] == '[':
			end := strings.IndexByte(line, ']')
			if end < 0 {
				return db, fmt.Errorf("read option file: line %d: a group's name without its bracket", n)
			}
			group = strings.ToLower(strings.TrimSpace(line[1:end]))
			continue
		case !groups[group]:
			continue
		}
		key, value, _ := strings.Cut(line, "=")
		key = strings.TrimPrefix(strings.ReplaceAll(strings.ToLower(strings.TrimSpace(key)), "_", "-"), "loose-")
		if err := seen.set(key, optionValue(value)); err != nil {
			return db, fmt.Errorf("read option file: line %d: %w", n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return db, fmt.Errorf("read option file: %w", err)
	}
	return seen.settled(), nil
}

// defaults gathers what an option file says.
type defaults struct {
	db       wordpress.Database
	host     *string
	port     int
	socket   string
	protocol string
	tls      wordpress.TLS
	tlsSaid  bool
	verify   string // what the file says about verifying the server
}

func (d *defaults) set(key, value string) error {
	switch key {
	case "host":
		d.host = &value
	case "port":
		n, err := strconv.ParseUint(value, 10, 16)
		if err != nil {
			return fmt.Errorf("port is not a number up to 65535")
		}
		d.port = int(n)
	case "socket":
		d.socket = value
	case "protocol":
		d.protocol = strings.ToLower(value)
	case "user":
		d.db.User = value
	case "password":
		d.db.Password = wordpress.Secret(value)
	case "database":
		d.db.Name = value
	default:
		return d.setTLS(key, value)
	}
	return nil
}

func (d *defaults) setTLS(key, value string) error {
	on := value == "" || value == "1" || strings.EqualFold(value, "on") || strings.EqualFold(value, "true")
	switch key {
	case "ssl":
		d.tls.Enabled, d.tlsSaid = on, true
	case "skip-ssl":
		d.tls.Enabled, d.tlsSaid = false, true
	case "ssl-ca":
		d.tls.CAFile, d.tls.Enabled, d.tlsSaid = value, true, true
	case "ssl-cert":
		d.tls.CertFile, d.tls.Enabled, d.tlsSaid = value, true, true
	case "ssl-key":
		d.tls.KeyFile, d.tls.Enabled, d.tlsSaid = value, true, true
	case "ssl-verify-server-cert":
		d.verify = map[bool]string{true: "yes", false: "no"}[on]
	case "ssl-mode":
		d.tlsSaid = true
		switch strings.ToUpper(value) {
		case "DISABLED", "PREFERRED":
			d.tls.Enabled = false
		case "REQUIRED":
			d.tls.Enabled, d.verify = true, "no"
		case "VERIFY_CA", "VERIFY_IDENTITY":
			d.tls.Enabled, d.verify = true, "yes"
		default:
			return fmt.Errorf("ssl-mode is none that is known")
		}
	}
	return nil
}

// settled is the database with everything the file says.
func (d *defaults) settled() wordpress.Database {
	db := d.db
	switch {
	case d.protocol == "tcp" && d.host == nil:
		db.Host, db.Port, db.Socket = "127.0.0.1", d.port, ""
	case d.host != nil && d.protocol == "tcp" && *d.host == "localhost":
		db.Host, db.Port, db.Socket = "127.0.0.1", d.port, ""
	case d.host != nil && *d.host != "localhost" && *d.host != "":
		db.Host, db.Port, db.Socket = *d.host, d.port, ""
	case d.socket != "":
		db.Host, db.Port, db.Socket = "", 0, d.socket
	case d.host != nil:
		db.Host, db.Port, db.Socket = "localhost", 0, ""
	case d.port != 0:
		db.Port = d.port
	}
	if d.tlsSaid {
		db.TLS = d.tls
		db.TLS.SkipVerify = d.verify == "no" || d.verify == "" && d.tls.CAFile == "" // as the stock clients have it
	}
	return db
}

// optionValue reads a value as MySQL's programs do: quotes around it, a comment
// after it, and escapes in it.
func optionValue(s string) string {
	s = strings.TrimSpace(s)
	var quote byte
	end := len(s)
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
		case quote != 0 && s[i] == quote:
			quote = 0
		case quote == 0 && (s[i] == '\'' || s[i] == '"'):
			quote = s[i]
		case quote == 0 && s[i] == '#':
			end = i
		}
		if end < len(s) {
			break
		}
	}
	s = strings.TrimSpace(s[:end])
	if len(s) >= 2 && (s[0] == '\'' || s[0] == '"') && s[len(s)-1] == s[0] {
		s = s[1 : len(s)-1]
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		if at := strings.IndexByte("btnrs\\'\"", s[i]); at >= 0 {
			b.WriteByte("\b\t\n\r \\'\""[at])
		} else {
			b.WriteByte('\\')
			b.WriteByte(s[i])
		}
	}
	return b.String()
}
