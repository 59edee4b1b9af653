package sinks

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// An s3Config is what an s3 URL says.
type s3Config struct {
	bucket, prefix            string
	region, endpoint, caFile  string
	profile, credentialsFile  string
	storageClass, owner       string
	sse, kmsKey               string
	pathStyle, md5, overwrite bool // overwrite: conditional=false
	insecure                  bool
}

func s3Params() []string {
	return []string{
		"region", "endpoint", "path_style", "ca_file", "profile", "credentials_file", "storage_class",
		"sse", "kms_key_id", "expected_owner", "checksum", "conditional", "insecure",
	}
}

func checkS3(u *url.URL) error {
	_, err := parseS3(u)
	return err
}

func parseS3(u *url.URL) (s3Config, error) {
	q := u.Query()
	c := s3Config{
		bucket: u.Host, prefix: strings.Trim(u.Path, "/"),
		region: q.Get("region"), endpoint: q.Get("endpoint"), caFile: q.Get("ca_file"),
		profile: q.Get("profile"), credentialsFile: q.Get("credentials_file"),
		storageClass: q.Get("storage_class"), owner: q.Get("expected_owner"),
		sse: q.Get("sse"), kmsKey: q.Get("kms_key_id"),
		md5: q.Get("checksum") == "md5",
	}
	wrong := func(format string, a ...any) (s3Config, error) {
		return c, fmt.Errorf("%w: %s: %s", ErrURL, bare(u), fmt.Sprintf(format, a...))
	}
	if !regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{1,62}$`).MatchString(c.bucket) {
		return wrong("%q is no bucket's name", c.bucket)
	}
	if c.prefix != "" {
		if err := checkName(c.prefix); err != nil || len(c.prefix) > 600 {
			return wrong("the prefix is not a plain path")
		}
	}
	conditional := true
	for name, v := range map[string]*bool{"path_style": &c.pathStyle, "conditional": &conditional, "insecure": &c.insecure} {
		if err := parseBool(q, name, v); err != nil {
			return wrong("%v", err)
		}
	}
	c.overwrite = !conditional
	if c.endpoint != "" && !q.Has("path_style") {
		c.pathStyle = true // every compatible has it, few have a name for each bucket
	}
	if s := q.Get("checksum"); s != "" && s != "md5" && s != "crc64nvme" {
		return wrong("checksum is crc64nvme or md5, not %q", s)
	}
	if c.kmsKey != "" && c.sse == "" {
		c.sse = "aws:kms"
	}
	if c.sse != "" && !slices.Contains([]string{"AES256", "aws:kms", "aws:kms:dsse"}, c.sse) {
		return wrong("sse is AES256, aws:kms or aws:kms:dsse, not %q", c.sse)
	}
	if err := c.checkEndpoint(); err != nil {
		return wrong("%v", err)
	}
	return c, nil
}

func parseBool(q url.Values, name string, v *bool) error {
	if !q.Has(name) {
		return nil
	}
	b, err := strconv.ParseBool(q.Get(name))
	if err != nil {
		return fmt.Errorf("%s is true or false, not %q", name, q.Get(name))
	}
	*v = b
	return nil
}

// checkEndpoint refuses what would carry backups through a network in the clear.
func (c s3Config) checkEndpoint() error {
	if c.endpoint == "" {
		return nil
	}
	e, err := url.Parse(c.endpoint)
	if err != nil || e.Hostname() == "" || (e.Scheme != "https" && e.Scheme != "http") || e.User != nil || e.RawQuery != "" {
		return fmt.Errorf("endpoint is https://HOST[:PORT], not what it says")
	}
	if e.Scheme == "http" && !loopback(e.Hostname()) && !c.insecure {
		return fmt.Errorf("endpoint %s sends backups in the clear; use https, or say insecure=true", c.endpoint)
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}
