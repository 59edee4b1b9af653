package sinks

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/wp-oneway/wp-oneway/sinks/operator"
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

func s3Params() []Param {
	return []Param{
		{"region", "region of the bucket, such as eu-central-1 (default: that of the environment or the profile)"},
		{"endpoint", "https://HOST[:PORT] of another store than Amazon's"},
		{"path_style", "true: the bucket is the first folder of the request's path; false: it is part of the host name (default: true with endpoint, else false)"},
		{"ca_file", "file with the certificates that may sign the endpoint's certificate, in place of the system's"},
		{"profile", "profile in the files of the AWS SDK, or in credentials_file"},
		{"credentials_file", "file with the access key, in the format of ~/.aws/credentials and with mode 0600; the environment and the machine's role are then not used"},
		{"storage_class", "storage class of the objects, such as STANDARD_IA"},
		{"sse", "encryption by the store: AES256, aws:kms or aws:kms:dsse"},
		{"kms_key_id", "key that aws:kms encrypts with"},
		{"expected_owner", "ID of the AWS account that must own the bucket; otherwise the store refuses the request"},
		{"checksum", "checksum that the store compares: crc64nvme or, for stores that do not know it, md5 (default crc64nvme)"},
		{"conditional", "false: send no If-None-Match, for stores that do not know it; nothing then prevents overwriting (default true)"},
		{"insecure", "true: accept an endpoint with http://, which sends backups unencrypted over the network (default false)"},
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

// s3Client makes a client that sends each request once, since retries depend on
// the request. It also returns the client's transport.
func s3Client(ctx context.Context, c s3Config) (*s3.Client, http.RoundTripper, error) {
	cfg, err := c.load(ctx)
	if err != nil {
		return nil, nil, err
	}
	if aws.IsCredentialsProvider(cfg.Credentials, credentials.StaticCredentialsProvider{}) {
		cfg.Credentials = aws.NewCredentialsCache(&rereadCredential{c: c, now: cfg.Credentials})
	}
	base, err := s3Transport(cfg.HTTPClient, c.caFile)
	if err != nil {
		return nil, nil, err
	}
	cfg.HTTPClient = newHTTPClient(base)
	client := s3.NewFromConfig(cfg, func(o *s3.Options) {
		o.UsePathStyle = c.pathStyle
		if c.endpoint != "" {
			o.BaseEndpoint = &c.endpoint
		}
		if o.Region == "" && o.BaseEndpoint != nil {
			o.Region = "us-east-1" // what compatible stores without regions expect
		}
		// No Expect: 100-continue: some proxies refuse it, and some stores never answer it. The
		// client of the SDK does not wait for the answer, so that it would save nothing.
		o.ContinueHeaderThresholdBytes = -1
		o.HTTPSignerV4 = headerSigner{v4.NewSigner(func(so *v4.SignerOptions) { so.DisableURIPathEscaping = true })}
		if !openNetwork(o.BaseEndpoint) {
			o.APIOptions = append(o.APIOptions, v4.SwapComputePayloadSHA256ForUnsignedPayloadMiddleware)
		}
	})
	if err := checkClient(client, c); err != nil {
		return nil, nil, err
	}
	return client, base, checkCredentials(ctx, client, c)
}

// A headerSigner signs only the headers that the store needs. Proxies change others, such
// as Accept-Encoding, and the store would refuse the signature.
type headerSigner struct{ *v4.Signer }

// SignHTTP is s3.HTTPSignerV4's.
func (h headerSigner) SignHTTP(ctx context.Context, creds aws.Credentials, r *http.Request, payloadHash, service, region string, at time.Time, o ...func(*v4.SignerOptions)) error {
	length, unsigned := r.ContentLength, http.Header{}
	for name, values := range r.Header {
		switch key := http.CanonicalHeaderKey(name); {
		case key == "Content-Type", key == "Content-Md5", key == "If-None-Match", strings.HasPrefix(key, "X-Amz-"):
		default:
			unsigned[name] = values
			delete(r.Header, name)
		}
	}
	r.ContentLength = 0 // is not signed then
	err := h.Signer.SignHTTP(ctx, creds, r, payloadHash, service, region, at, o...)
	r.ContentLength = length
	maps.Copy(r.Header, unsigned)
	return err
}

// openNetwork tells whether requests cross a network unencrypted. Only then is the
// payload's SHA-256 signed, which costs both ends a pass over every byte. Otherwise
// TLS, or the loopback interface, protects the payload, and the signed headers
// contain its checksum.
func openNetwork(endpoint *string) bool {
	if endpoint == nil {
		return false
	}
	e, err := url.Parse(*endpoint)
	return err != nil || (e.Scheme == "http" && !loopback(e.Hostname()))
}

func checkClient(client *s3.Client, c s3Config) error {
	o := client.Options()
	if o.BaseEndpoint != nil { // it may come from the environment
		c.endpoint = *o.BaseEndpoint
		if err := c.checkEndpoint(); err != nil {
			return err
		}
	}
	if o.Region == "" {
		return errors.New("the bucket's region is not known; add region= to the URL or set AWS_REGION")
	}
	return nil
}

func checkCredentials(ctx context.Context, client *s3.Client, c s3Config) error {
	creds, err := client.Options().Credentials.Retrieve(ctx)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil && c.credentialsFile != "":
		return oneLine(fmt.Errorf("find a key in %s: %w", c.credentialsFile, err))
	case err != nil:
		return oneLine(fmt.Errorf("find AWS credentials in the environment, in ~/.aws or from the machine: %w; add credentials_file= or profile= to the URL", err))
	case c.credentialsFile != "" && strings.Contains(creds.Source, "Endpoint"):
		return fmt.Errorf("find a key in %s: profile %q has none", c.credentialsFile, c.profile)
	}
	return nil
}

// s3Transport adapts the transport of the SDK, which uses the environment's proxy and
// AWS_CA_BUNDLE, to long uploads: one connection for each part in flight.
func s3Transport(base aws.HTTPClient, caFile string) (http.RoundTripper, error) {
	client, ok := base.(*awshttp.BuildableClient)
	if !ok {
		client = awshttp.NewBuildableClient()
	}
	var roots *x509.CertPool
	if caFile != "" {
		pem, err := operator.ReadFile(caFile, operator.Everybody)
		if err != nil {
			return nil, fmt.Errorf("read ca_file: %w", err)
		}
		roots = x509.NewCertPool()
		if !roots.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("read ca_file: no certificate in PEM form in %s", caFile)
		}
	}
	client = client.WithTransportOptions(func(t *http.Transport) {
		t.ForceAttemptHTTP2 = false
		t.TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{}
		t.MaxIdleConnsPerHost = 32
		t.WriteBufferSize = 64 << 10
		if roots != nil {
			t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}
		}
		t.MaxResponseHeaderBytes = maxAnswerHeader
	})
	return client.GetTransport(), nil
}
