package operator

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"regexp"
)

// CredentialID is the name under which a unit of systemd passes a secret file
// (LoadCredential=). Different paths have different names.
func CredentialID(path string) string {
	sum := sha256.Sum256([]byte(path))
	base := regexp.MustCompile(`[^A-Za-z0-9._-]`).ReplaceAllString(filepath.Base(path), "_")
	return base[:min(len(base), 64)] + "-" + hex.EncodeToString(sum[:6])
}

// Credential is the path at which a secret file is read: that of systemd's copy for this
// service, if the unit passes the file, or else the path itself.
func Credential(path string) string {
	dir := os.Getenv("CREDENTIALS_DIRECTORY")
	if !filepath.IsAbs(dir) || !filepath.IsAbs(path) {
		return path
	}
	if copied := filepath.Join(dir, CredentialID(filepath.Clean(path))); Exists(copied) {
		return copied
	}
	return path
}
