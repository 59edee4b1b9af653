package oneway_test

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func putInput(bucket, key string) *s3.PutObjectInput {
	return &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader("a backup")}
}
