package mysql

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/wp-oneway/wp-oneway/secret"
	"github.com/wp-oneway/wp-oneway/wordpress"
)

// ReadOptionFile reads a MySQL option file, such as --db-defaults-file names, and
// returns db with the settings of its groups for clients. Unknown options are ignored.
// An option file that includes others is an error: the operator has approved only the
// named file. Errors never contain a value. uid is the user of the operator, whose
// password the file may set.
func ReadOptionFile(r io.Reader, db wordpress.Database, uid int) (wordpress.Database, error) {
	groups := map[string]bool{"client": true, "client-server": true, "client-mariadb": true, "wp-oneway": true}
	lines := bufio.NewScanner(r)
	var group string
	file := optionFile{db: db}
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
				return db, fmt.Errorf("read option file: line %d: group name without closing bracket", n)
			}
			group = strings.ToLower(strings.TrimSpace(line[1:end]))
			continue
		case !groups[group]:
			continue
		}
		key, value, _ := strings.Cut(line, "=")
		key = strings.TrimPrefix(strings.ReplaceAll(strings.ToLower(strings.TrimSpace(key)), "_", "-"), "loose-")
		if err := file.set(key, optionValue(value)); err != nil {
			return db, fmt.Errorf("read option file: line %d: %w", n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return db, fmt.Errorf("read option file: %w", err)
	}
	return file.database(uid), nil
}

// An optionFile collects the settings of an option file.
type optionFile struct {
	db      wordpress.Database // the site's, with the file's user, password and database
	server  wordpress.Database // the file's host, port, socket and TLS
	hostSet bool
	tlsSet  bool

	passwordSet bool
	protocol    string
	verify      string // of the server's certificate: identity, ca, no, or "" if the file does not say
}

// inFile follows the name of a setting in an error.
const inFile = " in the file of --db-defaults-file"

func (f *optionFile) set(key, value string) error {
	switch key {
	case "host":
		f.server.Host, f.hostSet = value, true
	case "port":
		n, err := strconv.ParseUint(value, 10, 16)
		if err != nil {
			return errors.New("port is not a number up to 65535")
		}
		f.server.Port = int(n)
	case "socket":
		f.server.Socket = value
	case "protocol":
		f.protocol = strings.ToLower(value)
	case "user":
		f.db.User, f.db.Origin.Account = value, "user and password"+inFile
	case "password":
		f.db.Password, f.passwordSet = secret.Text(value), true
		f.db.Origin.Account = "user and password" + inFile
	case "database":
		f.db.Name, f.db.Origin.Name = value, "database"+inFile
	default:
		return f.setTLS(key, value)
	}
	return nil
}

func (f *optionFile) setTLS(key, value string) error {
	t := &f.server.TLS
	on := value == "" || value == "1" || strings.EqualFold(value, "on") || strings.EqualFold(value, "true")
	switch key {
	case "ssl":
		t.Enabled = on
	case "skip-ssl":
		t.Enabled = false
	case "ssl-ca":
		t.CAFile, t.Enabled = value, true
	case "ssl-cert":
		t.CertFile, t.Enabled = value, true
	case "ssl-key":
		t.KeyFile, t.Enabled = value, true
	case "ssl-verify-server-cert":
		f.verify = map[bool]string{true: wordpress.VerifyIdentity, false: "no"}[on]
		return nil
	case "ssl-mode":
		switch strings.ToUpper(value) {
		case "DISABLED", "PREFERRED":
			t.Enabled = false
		case "REQUIRED":
			t.Enabled, f.verify = true, "no"
		case "VERIFY_CA":
			t.Enabled, f.verify = true, wordpress.VerifyCA
		case "VERIFY_IDENTITY":
			t.Enabled, f.verify = true, wordpress.VerifyIdentity
		default:
			return errors.New("ssl-mode has an unknown value")
		}
	default:
		return nil
	}
	f.tlsSet = true
	return nil
}

// database returns the site's database with all settings of the file. The site's TLS
// settings stay if the file has none, but verify nothing for the operator.
func (f *optionFile) database(uid int) wordpress.Database {
	db, server := f.db, f.server
	if f.protocol == "tcp" || f.hostSet || server.Socket != "" || server.Port != 0 {
		db.Origin.Server = "host, port or socket" + inFile
	}
	switch {
	case f.protocol == "tcp" && (!f.hostSet || server.Host == "localhost"):
		db.Host, db.Port, db.Socket = "127.0.0.1", server.Port, ""
	case f.hostSet && server.Host != "localhost" && server.Host != "":
		db.Host, db.Port, db.Socket = server.Host, server.Port, ""
	case server.Socket != "":
		db.Host, db.Port, db.Socket = "", 0, server.Socket
	case f.hostSet:
		db.Host, db.Port, db.Socket = "localhost", 0, ""
	case server.Port != 0:
		db.Port = server.Port
	}
	if f.tlsSet {
		db.TLS = server.TLS
		switch {
		case f.verify == "no" || f.verify == "" && server.TLS.CAFile == "": // as the stock clients do
			db.TLS.SkipVerify = true
		case f.verify == "":
			db.TLS.Verify = wordpress.VerifyIdentity
		default:
			db.TLS.Verify = f.verify
		}
	}
	if f.passwordSet {
		db.Operator = &wordpress.Operator{UID: uid, TLS: f.tlsSet}
	}
	return db
}

// optionValue reads a value as MySQL's programs do: it removes quotes and a comment,
// and resolves escapes.
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
