package sinks_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// credentialOf opens a sink with a credentials file of that text, and identifies its
// credential.
func credentialOf(t *testing.T, file, text string) string {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	u, err := sinks.Parse("s3://vault/host?region=eu-central-1&credentials_file=" + file)
	if err != nil {
		t.Fatal(err)
	}
	sink, err := sinks.Open(t.Context(), u, sinks.Options{})
	if err != nil {
		t.Fatal(err)
	}
	name, err := sinks.Credential(t.Context(), sink)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(name, "hunter2") {
		t.Errorf("the identity of the credential contains its secret: %s", name)
	}
	return name
}

func TestCredentialIdentifiesKey(t *testing.T) {
	file := filepath.Join(t.TempDir(), "credentials")
	key := func(id, secret string) string {
		return credentialOf(t, file, "[default]\naws_access_key_id = "+id+"\naws_secret_access_key = "+secret+"\n")
	}
	if key("AKIAONE", "hunter2") == key("AKIATWO", "hunter2") {
		t.Error("two keys have the same identity")
	}
	if again := key("AKIAONE", "hunter2"); again != key("AKIAONE", "hunter22") {
		t.Error("one key has two identities")
	}
}

// The temporary keys of a role change every hour; the role stays the same.
func TestCredentialStaysWhenRenewed(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "credentials")
	session := func(id string) string {
		answer := filepath.Join(dir, "answer")
		text := fmt.Sprintf(`{"Version":1,"AccessKeyId":%q,"SecretAccessKey":"hunter2","SessionToken":"hunter2","Expiration":%q}`, id, time.Now().Add(time.Hour).Format(time.RFC3339))
		if err := os.WriteFile(answer, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return credentialOf(t, file, "[default]\ncredential_process = cat "+answer+"\n")
	}
	first := session("ASIAONE")
	if second := session("ASIATWO"); first != second || strings.Contains(first, "ASIA") {
		t.Errorf("two sessions of one role are identified as %q and %q", first, second)
	}
	static := credentialOf(t, file, "[default]\naws_access_key_id = ASIAONE\naws_secret_access_key = hunter2\n")
	if static == first {
		t.Error("a key and a role have the same identity")
	}
}

func TestDirHasNoCredential(t *testing.T) {
	name, err := sinks.Credential(t.Context(), openSink(t, t.TempDir()))
	if err != nil || name != "" {
		t.Errorf("got %q, %v", name, err)
	}
}
