package config

import (
	"math"
	"strconv"
	"strings"
)

// splitHost splits DB_HOST as wpdb::parse_db_host does. If that does not match, the
// whole text is the host.
func splitHost(text string) (host string, port int, socket string) {
	host = text
	if i := strings.Index(text, ":/"); i >= 0 {
		host, socket = text[:i], text[i+1:]
	}
	var digits string
	if strings.Count(host, ":") > 1 {
		name := strings.TrimPrefix(host, "[")
		n := 0
		for n < len(name) && (hexDigit(name[n]) || name[n] == ':') {
			n++
		}
		if n == 0 {
			return text, 0, ""
		}
		if rest, ok := strings.CutPrefix(name[n:], "]:"); ok {
			digits = leadingDigits(rest)
		}
		host = name[:n]
	} else {
		n := strings.IndexAny(host, ":/")
		if n < 0 {
			n = len(host)
		}
		if n < len(host) && host[n] == ':' {
			digits = leadingDigits(host[n+1:])
		}
		host = host[:n]
	}
	if host == "0" {
		host = ""
	}
	return host, portNumber(digits), socket
}

// portNumber converts digits as WordPress' absint does, limited to the largest integer.
func portNumber(digits string) int {
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil && digits != "" {
		return math.MaxInt
	}
	return int(n)
}

func leadingDigits(s string) string {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return s[:n]
}

func hexDigit(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}
