// Package r2 signs and reads the temporary credentials of Cloudflare R2. Whoever has a
// parent credential can sign them without contacting Cloudflare.
package r2

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/wp-oneway/wp-oneway/secret"
)

// MaxLife is the longest life of a temporary credential that Cloudflare documents.
const MaxLife = 7 * 24 * time.Hour

// PutActions are the actions of a credential that can only create objects.
func PutActions() []string {
	return []string{"PutObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "AbortMultipartUpload"}
}

// Claims are the content of a token. Its actions are the only operations that it allows:
// it has no scope, which would allow a whole category.
type Claims struct {
	Bucket   string   `json:"bucket"`
	Actions  []string `json:"actions"`
	Paths    *Paths   `json:"paths,omitempty"` // nil is the whole bucket
	Account  string   `json:"sub"`
	Parent   string   `json:"iss"` // the ID of the parent's access key
	Endpoint string   `json:"aud"` // the endpoint's host
	Issued   int64    `json:"iat"` // in seconds since 1970
	Expires  int64    `json:"exp"`
}

// Paths limit a token to names that begin with a prefix.
type Paths struct {
	Prefixes []string `json:"prefixPaths"` // with a final slash
	Objects  []string `json:"objectPaths"`
}

// PutClaims are the claims of a token that can only create objects in a bucket, below
// prefixes: every prefix without its final slash. "" is the whole bucket.
func PutClaims(bucket string, prefixes []string) Claims {
	c := Claims{Bucket: bucket, Actions: PutActions()}
	if !slices.Contains(prefixes, "") {
		c.Paths = &Paths{Objects: []string{}}
		for _, prefix := range prefixes {
			c.Paths.Prefixes = append(c.Paths.Prefixes, prefix+"/")
		}
	}
	return c
}

// Endpoint is the host of an account's S3 endpoint. jurisdiction is "", "eu" or "fedramp".
func Endpoint(account, jurisdiction string) (string, error) {
	if !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(account) {
		return "", fmt.Errorf("account %q: must be the 32 hexadecimal digits of the account ID that Cloudflare's dashboard shows", account)
	}
	switch jurisdiction {
	case "":
		return account + ".r2.cloudflarestorage.com", nil
	case "eu", "fedramp":
		return account + "." + jurisdiction + ".r2.cloudflarestorage.com", nil
	}
	return "", fmt.Errorf("jurisdiction %q: must be eu or fedramp, or be omitted", jurisdiction)
}

// A Credential is a temporary credential, as S3 clients need it.
type Credential struct {
	KeyID         string // that of the parent
	Secret, Token secret.Text
}

// Sign makes the credential with those claims, as the child of parent.
func Sign(parent Parent, c Claims) (Credential, error) {
	c.Parent = parent.KeyID
	switch life := time.Duration(c.Expires-c.Issued) * time.Second; {
	case life < time.Minute || life > MaxLife:
		return Credential{}, fmt.Errorf("life %s: must be from 1m to %s", life, MaxLife)
	case c.Bucket == "" || c.Account == "" || c.Endpoint == "" || len(c.Actions) == 0:
		return Credential{}, errors.New("sign the token: bucket, account, endpoint or actions are missing")
	}
	payload, err := json.Marshal(c)
	if err != nil {
		return Credential{}, fmt.Errorf("sign the token: %w", err)
	}
	part := base64.RawURLEncoding.EncodeToString
	signed := part([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + part(payload)
	mac := hmac.New(sha256.New, []byte(parent.Secret.Reveal()))
	mac.Write([]byte(signed))
	signed += "." + part(mac.Sum(nil))
	sum := sha256.Sum256([]byte(signed))
	return Credential{
		KeyID:  parent.KeyID,
		Secret: secret.Text(hex.EncodeToString(sum[:])),
		Token:  secret.Text(base64.StdEncoding.EncodeToString([]byte(tokenStart + signed))),
	}, nil
}

// tokenStart is what a session token of R2 begins with, before its JWT.
const tokenStart = "jwt/"

// File is the credential in the format of AWS credentials files.
func (c Credential) File() []byte {
	return fmt.Appendf(nil, "[default]\naws_access_key_id = %s\naws_secret_access_key = %s\naws_session_token = %s\n", c.KeyID, c.Secret.Reveal(), c.Token.Reveal())
}

// A Token is what a session token says about itself. Its signature is not checked: only
// the store can do that.
type Token struct {
	// Rights are all claims but the times: a token that replaces another one has the same.
	Rights  string
	Actions []string
	Issued  time.Time
	Expires time.Time // zero if it names none
}

// Parse reads a session token; false if it is none of R2's.
func Parse(session string) (Token, bool) {
	text, err := base64.StdEncoding.DecodeString(session)
	parts := strings.Split(strings.TrimPrefix(string(text), tokenStart), ".")
	if err != nil || !strings.HasPrefix(string(text), tokenStart) || len(parts) != 3 {
		return Token{}, false
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return Token{}, false
	}
	var claims map[string]any
	var known struct {
		Actions []string `json:"actions"`
		Issued  float64  `json:"iat"`
		Expires float64  `json:"exp"`
	}
	if json.Unmarshal(payload, &claims) != nil || json.Unmarshal(payload, &known) != nil {
		return Token{}, false
	}
	for _, name := range []string{"iat", "exp", "nbf", "jti"} {
		delete(claims, name)
	}
	rights, err := json.Marshal(claims) // in the order of the names
	if err != nil {
		return Token{}, false
	}
	return Token{Rights: string(rights), Actions: known.Actions, Issued: seconds(known.Issued), Expires: seconds(known.Expires)}, true
}

// seconds is a time in seconds since 1970; zero if it is missing or absurd.
func seconds(s float64) time.Time {
	if s <= 0 || s > math.MaxInt32*64.0 {
		return time.Time{}
	}
	return time.Unix(int64(s), 0).UTC()
}
