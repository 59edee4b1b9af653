package sinks

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"golang.org/x/sys/unix"
)

// statusOf is the HTTP status of the response, 0 without a response.
func statusOf(err error) int {
	var r *smithyhttp.ResponseError
	if errors.As(err, &r) && r.Response != nil && r.Response.Response != nil {
		return r.Response.StatusCode
	}
	return 0
}

// codeOf is the store's code for an error, "" without one.
func codeOf(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

func headerOf(err error, name string) string {
	var r *smithyhttp.ResponseError
	if errors.As(err, &r) && r.Response != nil && r.Response.Response != nil {
		return r.Response.Header.Get(name)
	}
	return ""
}

// skew is the time by which this host's clock is ahead of the store's, if a request was
// refused for that reason; 0 otherwise.
func skew(err error) time.Duration {
	theirs, bad := http.ParseTime(headerOf(err, "Date"))
	if bad != nil || statusOf(err) != http.StatusForbidden {
		return 0
	}
	if d := time.Since(theirs); d.Abs() > 4*time.Minute {
		return d
	}
	return 0
}

// explain describes a final error in one line: what was refused, why, and what to do.
func explain(err error, op string, c s3Config) error {
	return &explained{op + ": " + advice(err, op, c), err}
}

func advice(err error, op string, c s3Config) string {
	code, status := codeOf(err), statusOf(err)
	where := "bucket " + c.bucket
	if c.endpoint != "" {
		where += " at " + c.endpoint
	}
	region := headerOf(err, "X-Amz-Bucket-Region")
	elsewhere := headerOf(err, "Location")
	switch {
	case skew(err) != 0:
		return fmt.Sprintf("refused, because this host's clock says %s and the store's %s; set this host's clock",
			time.Now().UTC().Format(time.RFC3339), time.Now().Add(-skew(err)).UTC().Format(time.RFC3339))
	case code == "RequestTimeTooSkewed":
		return fmt.Sprintf("refused, because this host's clock, which says %s, differs from the store's; set this host's clock", time.Now().UTC().Format(time.RFC3339))
	case code == "NoSuchBucket" || (status == 404 && code == "NotFound"):
		return where + " does not exist; create it, or correct the URL"
	case status/100 == 3 && region == "" && elsewhere != "":
		return fmt.Sprintf("%s answers %d, a redirect to %.200q, which is not followed; correct endpoint= or region=", where, status, elsewhere)
	case status/100 == 3 || code == "AuthorizationHeaderMalformed" || code == "IllegalLocationConstraintException":
		if region == "" {
			return fmt.Sprintf("%s is in another region; set region= in the URL (%s)", where, said(err))
		}
		return fmt.Sprintf("%s is in region %s; add region=%s to the URL", where, region, region)
	case code == "InvalidAccessKeyId":
		return where + " does not know the access key; give a valid one, or check the endpoint"
	case code == "SignatureDoesNotMatch", code == "AccessDenied" && status == 400: // MinIO's answer if a signed header is missing
		return fmt.Sprintf("%s refuses the signature (%s): the secret key does not belong to the access key, or a proxy changes the requests, or this host's clock is wrong; correct the credential, connect without the proxy, or set the clock", where, said(err))
	case expired(err):
		return where + ": the credential has expired and was not renewed; give a new one"
	case status == 401 && code == "Unauthorized":
		return where + " does not accept the credential: it has expired, was revoked, or is wrong; give a new one, for R2 with wp-oneway policy r2-token"
	case status == 403:
		return denied(op, c, err)
	case code == "EntityTooLarge":
		return where + " refuses an object of this size: " + said(err)
	case code == "NotImplemented" || lacksFeature(err):
		return fmt.Sprintf("%s does not support the request (%s); a store without conditional writes needs conditional=false, a store without CRC64NVME needs checksum=md5", where, said(err))
	case status == 400 && elsewhere != "":
		return fmt.Sprintf("%s refuses the request (%s), and names %.200q as its address; correct endpoint=", where, said(err), elsewhere)
	case status == 400 || status == 501 || status == 405:
		return fmt.Sprintf("%s refuses the request (%s); check that endpoint= is the address of an S3 API", where, said(err))
	}
	return connection(err, where)
}

// lacksFeature tells whether a store refuses a header that not all stores know.
func lacksFeature(err error) bool {
	text := strings.ToLower(said(err))
	return statusOf(err) == http.StatusBadRequest && slices.ContainsFunc([]string{"x-amz-checksum", "x-amz-sdk-checksum", "crc64nvme", "if-none-match", "content-md5"},
		func(header string) bool { return strings.Contains(text, header) })
}

// denied names the permission that is missing.
func denied(op string, c s3Config, err error) string {
	action := "s3:PutObject"
	if op == "AbortMultipartUpload" {
		action = "s3:AbortMultipartUpload"
	}
	resource := "arn:aws:s3:::" + c.bucket + "/*"
	if c.prefix != "" {
		resource = "arn:aws:s3:::" + c.bucket + "/" + c.prefix + "/*"
	}
	more := ""
	if strings.HasPrefix(c.sse, "aws:kms") {
		more = ", and kms:GenerateDataKey and kms:Decrypt on its key"
	}
	return fmt.Sprintf("denied; the credential needs %s on %s%s, if it was not revoked (%s)", action, resource, more, said(err))
}

// connection says why there was no response, or what the response was.
func connection(err error, where string) string {
	var (
		unknown  x509.UnknownAuthorityError
		hostname x509.HostnameError
		dns      *net.DNSError
	)
	switch {
	case errors.As(err, &unknown):
		return where + ": its certificate was issued by an authority unknown to this host; give the authority's certificate with ca_file= or AWS_CA_BUNDLE"
	case errors.As(err, &hostname):
		return where + ": its certificate is for another name; correct endpoint="
	case errors.Is(err, http.ErrSchemeMismatch):
		return where + ": the server does not support TLS; correct endpoint="
	case errors.Is(err, unix.ECONNREFUSED):
		return where + ": nothing answers there (connection refused); correct endpoint=, or start the server"
	case errors.As(err, &dns) && dns.IsNotFound:
		return fmt.Sprintf("%s: host %s is not known; correct endpoint= or region=", where, dns.Name)
	}
	return where + ": " + said(err)
}

// said is the error text of the store or of the network, on one line and without the
// SDK's prefix.
func said(err error) string {
	var (
		api  smithy.APIError
		send *smithyhttp.RequestSendError
		text string
	)
	switch {
	case errors.As(err, &api):
		text = fmt.Sprintf("%d %s: %s", statusOf(err), api.ErrorCode(), api.ErrorMessage())
	case errors.As(err, &send):
		text = send.Err.Error()
	default:
		text = err.Error()
	}
	text = strings.Join(strings.Fields(text), " ")
	if id := headerOf(err, "X-Amz-Request-Id"); id != "" {
		text += ", request " + id
	}
	return text
}

// oneLine puts an error of the SDK on one line.
func oneLine(err error) error {
	return &explained{strings.Join(strings.Fields(err.Error()), " "), err}
}

func expired(err error) bool {
	switch codeOf(err) {
	case "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired":
		return true
	}
	return false
}
