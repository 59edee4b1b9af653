package agent

import (
	"slices"
	"strings"
	"testing"
)

func TestDestinationNames(t *testing.T) {
	long := "s3://" + strings.Repeat("b", 200)
	for _, c := range []struct {
		sinks, want []string
	}{
		{[]string{"/var/backups", "s3://vault/web1?region=eu-central-1&profile=secret", "gs://Vault"}, []string{"folder", "s3-vault", "gs-vault"}},
		{[]string{"~/backups", "file:///srv", "s3://vault/a", "s3://vault/b"}, []string{"folder", "folder-2", "s3-vault", "s3-vault-2"}},
		{[]string{"s3://vault-{host}/x", "named", long}, []string{"s3-vault-host", "nas", "s3-" + strings.Repeat("b", 61)}},
		{[]string{"s3://v?a=b", "s3://v\x1b|\"x"}, []string{"s3-v", "s3-v___x"}},
	} {
		job := Job{Sinks: c.sinks, SinkNames: map[string]string{"named": "nas"}}
		if got := job.Destinations(); !slices.Equal(got, c.want) {
			t.Errorf("%q: got %q, want %q", c.sinks, got, c.want)
		}
	}
}
