package r2_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/secret"
	"github.com/wp-oneway/wp-oneway/sinks/r2"
)

const account = "0123456789abcdef0123456789abcdef"

func claims(at time.Time, life time.Duration, prefixes ...string) r2.Claims {
	c := r2.PutClaims("vault", prefixes)
	c.Account, c.Endpoint = account, account+".r2.cloudflarestorage.com"
	c.Issued, c.Expires = at.Unix(), at.Add(life).Unix()
	return c
}

func sign(t *testing.T, c r2.Claims) r2.Credential {
	t.Helper()
	credential, err := r2.Sign(r2.Parent{KeyID: "parent-id", Secret: secret.Text("parent-secret")}, c)
	if err != nil {
		t.Fatal(err)
	}
	return credential
}

// The credential is what Cloudflare documents for local signing: a JWT signed with HS256
// and the parent's secret; its SHA-256 is the secret, and "jwt/" before it the token.
func TestSignAsDocumented(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	c := sign(t, claims(now, time.Hour, "backups/web1"))
	raw, err := base64.StdEncoding.DecodeString(c.Token.Reveal())
	jwt, ok := strings.CutPrefix(string(raw), "jwt/")
	parts := strings.Split(jwt, ".")
	if err != nil || !ok || len(parts) != 3 {
		t.Fatalf("the token is %q (%v)", raw, err)
	}
	mac := hmac.New(sha256.New, []byte("parent-secret"))
	mac.Write([]byte(parts[0] + "." + parts[1]))
	sum := sha256.Sum256([]byte(jwt))
	if c.KeyID != "parent-id" || c.Secret.Reveal() != hex.EncodeToString(sum[:]) || parts[2] != base64.RawURLEncoding.EncodeToString(mac.Sum(nil)) {
		t.Errorf("key %s, secret %s, signature %s", c.KeyID, c.Secret.Reveal(), parts[2])
	}
	var header, payload map[string]any
	for i, v := range []*map[string]any{&header, &payload} {
		text, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil || json.Unmarshal(text, v) != nil {
			t.Fatalf("part %d: %s (%v)", i, text, err)
		}
	}
	want := map[string]any{
		"bucket": "vault", "sub": account, "iss": "parent-id", "aud": account + ".r2.cloudflarestorage.com", "iat": 1.8e9, "exp": 1.8e9 + 3600,
		"actions": []any{"PutObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "AbortMultipartUpload"},
		"paths":   map[string]any{"prefixPaths": []any{"backups/web1/"}, "objectPaths": []any{}},
	}
	if header["alg"] != "HS256" || !reflect.DeepEqual(payload, want) {
		t.Errorf("header %v\n%v\nwant\n%v", header, payload, want)
	}
}

// A renewed token has the same rights; one with other rights has not, whatever the parent.
func TestRightsIdentifyATokenWithoutItsTimes(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	read := func(c r2.Claims) r2.Token {
		token, ok := r2.Parse(sign(t, c).Token.Reveal())
		if !ok {
			t.Fatal("the token cannot be read")
		}
		return token
	}
	first, renewed := read(claims(now, time.Hour, "web1")), read(claims(now.Add(time.Minute), 2*time.Hour, "web1"))
	if first.Rights != renewed.Rights || !first.Expires.Equal(now.Add(time.Hour)) || !renewed.Issued.Equal(now.Add(time.Minute)) || !slices.Equal(first.Actions, r2.PutActions()) {
		t.Errorf("%+v\n%+v", first, renewed)
	}
	wider := claims(now, time.Hour, "web1")
	wider.Actions = append(wider.Actions, "GetObject")
	for name, c := range map[string]r2.Claims{"prefix": claims(now, time.Hour, "web2"), "bucket": claims(now, time.Hour), "actions": wider} {
		if read(c).Rights == first.Rights {
			t.Errorf("another %s: the same rights %s", name, first.Rights)
		}
	}
}

func TestOtherTokensAreNotR2s(t *testing.T) {
	encode := base64.StdEncoding.EncodeToString
	for _, token := range []string{
		"", "x", "IQoJb3JpZ2luX2Vj", encode([]byte("jwt/a.b")), encode([]byte("jwt/a.!.c")), encode([]byte("a.e30.c")), encode([]byte("jwt/a.W10.c")),
		encode([]byte("jwt/a." + base64.RawURLEncoding.EncodeToString([]byte(`{"exp":"soon"}`)) + ".c")),
	} {
		if read, ok := r2.Parse(token); ok {
			t.Errorf("%q is read as %+v", token, read)
		}
	}
	for _, absurd := range []string{`{"exp":1e300}`, `{"exp":-1}`, `{}`} {
		token, ok := r2.Parse(encode([]byte("jwt/a." + base64.RawURLEncoding.EncodeToString([]byte(absurd)) + ".c")))
		if !ok || !token.Expires.IsZero() {
			t.Errorf("%s: %v %+v", absurd, ok, token)
		}
	}
}

func TestSignRefuses(t *testing.T) {
	now := time.Now()
	for name, c := range map[string]r2.Claims{
		"too long": claims(now, 8*24*time.Hour, "web1"), "too short": claims(now, time.Second, "web1"), "backwards": claims(now, -time.Hour, "web1"),
		"no actions": {Bucket: "vault", Account: account, Endpoint: "x", Expires: 3600},
	} {
		if _, err := r2.Sign(r2.Parent{KeyID: "id", Secret: secret.Text("secret")}, c); err == nil {
			t.Errorf("%s is signed", name)
		}
	}
	for _, account := range []string{"", "ACCOUNT", "0123456789abcdef0123456789abcde/", account + "0"} {
		if _, err := r2.Endpoint(account, ""); err == nil {
			t.Errorf("account %q is accepted", account)
		}
	}
	if _, err := r2.Endpoint(account, "mars"); err == nil {
		t.Error("an unknown jurisdiction is accepted")
	}
	if host, err := r2.Endpoint(account, "eu"); err != nil || host != account+".eu.r2.cloudflarestorage.com" {
		t.Errorf("%s %v", host, err)
	}
}

func TestParentFile(t *testing.T) {
	good := "[default]\naws_access_key_id = id\naws_secret_access_key = the-secret\n"
	for name, c := range map[string]struct {
		text string
		mode os.FileMode
		says string // "" is success
	}{
		"good":        {good, 0o600, ""},
		"for others":  {good, 0o644, "read"},
		"no key":      {"[default]\n", 0o600, "no aws_access_key_id"},
		"empty":       {"", 0o600, "no aws_access_key_id"},
		"a child":     {good + "aws_session_token = x\n", 0o600, "temporary"},
		"other names": {"aws_secret_access_key: the-secret", 0o600, "parent credential"},
	} {
		path := filepath.Join(t.TempDir(), "parent")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, c.mode); err != nil {
			t.Fatal(err)
		}
		parent, err := r2.ReadParent(context.Background(), path, "default")
		switch {
		case c.says == "" && (err != nil || parent.KeyID != "id"):
			t.Errorf("%s: %v", name, err)
		case c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "the-secret") || strings.Contains(err.Error(), "\n")):
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	c := sign(t, claims(time.Now(), time.Hour, "web1"))
	p := r2.Parent{KeyID: "id", Secret: "parent-secret"}
	text := fmt.Sprintf("%v %+v %#v %s %q %x", c, c, c, c, c, c) + fmt.Sprintf("%v %+v %#v %s %q %x", p, p, p, p, p, p)
	encoded, err := json.Marshal(c)
	for _, leak := range []string{p.Secret.Reveal(), c.Secret.Reveal(), c.Token.Reveal(), hex.EncodeToString([]byte(c.Secret.Reveal()))} {
		if strings.Contains(text+string(encoded), leak) || err != nil {
			t.Errorf("a secret is printed: %s %s", text, encoded)
		}
	}
}
