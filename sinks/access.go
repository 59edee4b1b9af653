package sinks

import (
	"net/http"

	"cloud.google.com/go/storage"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// An S3Access is what an S3 sink speaks to its store with: for who examines the
// credential. Nothing on a backup's path may have it; the linter sees to that.
type S3Access struct {
	Client         *s3.Client // tries each request once
	Bucket, Prefix string
	Endpoint       string // "" is AWS
	Owner          string // expected_owner, or ""
	Unconditional  bool   // conditional=false
	// What objects are created with: a policy may demand it.
	SSE, KMSKey, StorageClass string
}

// S3 is how an S3 sink reaches its store, false when the sink is another's.
func S3(s Sink) (S3Access, bool) {
	sink, ok := s.(*s3Sink)
	if !ok {
		return S3Access{}, false
	}
	o := sink.client.Options()
	return S3Access{
		Client: sink.client, Bucket: sink.c.bucket, Prefix: sink.c.prefix, Endpoint: aws.ToString(o.BaseEndpoint),
		Owner: sink.c.owner, Unconditional: sink.c.overwrite,
		SSE: sink.c.sse, KMSKey: sink.c.kmsKey, StorageClass: sink.c.storageClass,
	}, true
}

// A GCSAccess is what a GCS sink speaks to its store with, as S3Access is of S3.
type GCSAccess struct {
	Client         *storage.Client
	HTTP           *http.Client // signs what it sends
	Bucket, Prefix string
	Endpoint       string // "" is Google's own
}

// GCS is how a GCS sink reaches its store, false when the sink is another's.
func GCS(s Sink) (GCSAccess, bool) {
	sink, ok := s.(*gcsSink)
	if !ok {
		return GCSAccess{}, false
	}
	return GCSAccess{Client: sink.client, HTTP: sink.wire, Bucket: sink.bucket, Prefix: sink.prefix, Endpoint: sink.endpoint}, true
}
