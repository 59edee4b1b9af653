package lab

import (
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
)

const minioModule = "github.com/minio/minio"

// minioBinary returns the server of the version that scripts/minio pins, built
// into the cache folder unless it is there already.
func minioBinary(ctx context.Context) (string, error) {
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	pin := filepath.Join(root, "scripts", "minio")
	want, err := pinnedVersion(filepath.Join(pin, "go.mod"), minioModule)
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache folder: %w", err)
	}
	bin := filepath.Join(cache, "wp-oneway", "bin", "minio")
	if builtVersion(bin, minioModule) == want {
		return bin, nil
	}
	unlock, err := lockFile(bin + ".lock")
	if err != nil {
		return "", err
	}
	defer unlock()
	if builtVersion(bin, minioModule) == want { // another test built it while we waited
		return bin, nil
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", bin+".new", minioModule)
	cmd.Dir = pin
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build minio: %w: %s", err, strings.TrimSpace(string(out)))
	}
	if err := os.Rename(bin+".new", bin); err != nil {
		return "", fmt.Errorf("build minio: %w", err)
	}
	return bin, nil
}

// moduleRoot is the folder of this repository's go.mod, at or above the working folder.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the repository: %w", err)
	}
	for ; ; dir = filepath.Dir(dir) {
		b, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(b), "module github.com/wp-oneway/wp-oneway\n") {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("find the repository: no go.mod of wp-oneway at or above the working folder")
		}
	}
}

// pinnedVersion is the version of module that gomod requires.
func pinnedVersion(gomod, module string) (string, error) {
	b, err := os.ReadFile(gomod)
	if err != nil {
		return "", fmt.Errorf("read the pinned version of %s: %w", module, err)
	}
	m := regexp.MustCompile(`(?m)^(?:require)?\s+` + regexp.QuoteMeta(module) + `\s+(v\S+)`).FindSubmatch(b)
	if m == nil {
		return "", fmt.Errorf("read the pinned version of %s: %s does not require it", module, gomod)
	}
	return string(m[1]), nil
}

// builtVersion is the version of the main module in a binary, "" when there is none.
func builtVersion(bin, module string) string {
	info, err := buildinfo.ReadFile(bin)
	if err != nil || info.Main.Path != module {
		return ""
	}
	return info.Main.Version
}

// lockFile waits for the lock of that name and returns what gives it back.
func lockFile(path string) (func(), error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
	}
	return func() { _ = f.Close() }, nil
}
