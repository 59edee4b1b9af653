package sinks

import (
	"fmt"
	"net/url"
	"slices"
)

// An s3Config is the content of an s3 URL.
type s3Config struct {
	bucketURL
	region, caFile            string
	profile, credentialsFile  string
	storageClass, owner       string
	sse, kmsKey               string
	pathStyle, md5, overwrite bool // overwrite: conditional=false
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
	location, err := parseBucketURL(u)
	if err != nil {
		return s3Config{}, err
	}
	c := s3Config{
		bucketURL: location, region: q.Get("region"), caFile: q.Get("ca_file"),
		profile: q.Get("profile"), credentialsFile: q.Get("credentials_file"),
		storageClass: q.Get("storage_class"), owner: q.Get("expected_owner"),
		sse: q.Get("sse"), kmsKey: q.Get("kms_key_id"),
		md5: q.Get("checksum") == "md5",
	}
	wrong := func(format string, a ...any) (s3Config, error) {
		return c, fmt.Errorf("%w: %s: %s", ErrURL, bare(u), fmt.Sprintf(format, a...))
	}
	conditional := true
	for name, v := range map[string]*bool{"path_style": &c.pathStyle, "conditional": &conditional} {
		if err := parseBool(q, name, v); err != nil {
			return wrong("%v", err)
		}
	}
	c.overwrite = !conditional
	if c.endpoint != "" && !q.Has("path_style") {
		c.pathStyle = true // every compatible store supports it, few have a host name for each bucket
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
	return c, nil
}
