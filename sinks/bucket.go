package sinks

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// A bucketURL is what the URLs of all buckets have in common.
type bucketURL struct {
	bucket, prefix string
	endpoint       string // "" is the provider's own
	insecure       bool
}

func parseBucketURL(u *url.URL) (bucketURL, error) {
	q := u.Query()
	c := bucketURL{bucket: u.Host, prefix: strings.Trim(u.Path, "/"), endpoint: q.Get("endpoint")}
	wrong := func(format string, a ...any) (bucketURL, error) {
		return c, fmt.Errorf("%w: %s: %s", ErrURL, bare(u), fmt.Sprintf(format, a...))
	}
	if !regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{1,62}$`).MatchString(c.bucket) {
		return wrong("%q is not a valid bucket name", c.bucket)
	}
	if c.prefix != "" {
		if err := checkName(c.prefix); err != nil || len(c.prefix) > 600 {
			return wrong("the prefix is not a plain path")
		}
	}
	if err := parseBool(q, "insecure", &c.insecure); err != nil {
		return wrong("%v", err)
	}
	if err := c.checkEndpoint(); err != nil {
		return wrong("%v", err)
	}
	return c, nil
}

// key is the key of the object of that name.
func (c bucketURL) key(name string) string {
	return strings.TrimPrefix(c.prefix+"/"+name, "/")
}

func parseBool(q url.Values, name string, v *bool) error {
	if !q.Has(name) {
		return nil
	}
	b, err := strconv.ParseBool(q.Get(name))
	if err != nil {
		return fmt.Errorf("%s must be true or false, not %q", name, q.Get(name))
	}
	*v = b
	return nil
}

// checkEndpoint refuses an endpoint that would send backups unencrypted over a network.
func (c bucketURL) checkEndpoint() error {
	if c.endpoint == "" {
		return nil
	}
	e, err := url.Parse(c.endpoint)
	if err != nil || e.Hostname() == "" || (e.Scheme != "https" && e.Scheme != "http") || e.User != nil || e.RawQuery != "" {
		return fmt.Errorf("endpoint must be https://HOST[:PORT]")
	}
	if e.Scheme == "http" && !loopback(e.Hostname()) && !c.insecure {
		return fmt.Errorf("endpoint %s sends backups unencrypted; use https, or set insecure=true", c.endpoint)
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}
