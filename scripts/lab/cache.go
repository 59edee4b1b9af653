package lab

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// cacheFolder returns the project's folder for files that are downloaded or built once.
func cacheFolder() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache folder: %w", err)
	}
	return filepath.Join(cache, "wp-oneway"), nil
}

// cached returns the folder with this name in the cache. If it does not exist, build creates it:
// build gets an empty temporary folder, and returns the folder in it to keep. Processes that need
// the same folder wait for each other. Callers must not change the folder.
func cached(name string, build func(tmp string) (keep string, err error)) (string, error) {
	cache, err := cacheFolder()
	if err != nil {
		return "", err
	}
	folder := filepath.Join(cache, name)
	if _, err := os.Stat(folder); err == nil {
		return folder, nil
	}
	unlock, err := lockFile(folder + ".lock")
	if err != nil {
		return "", err
	}
	defer unlock()
	if _, err := os.Stat(folder); err == nil { // another process created it while this one waited
		return folder, nil
	}
	tmp, err := os.MkdirTemp(cache, name+".new-")
	if err != nil {
		return "", fmt.Errorf("make %s: %w", folder, err)
	}
	defer os.RemoveAll(tmp)
	keep, err := build(tmp)
	if err != nil {
		return "", fmt.Errorf("make %s: %w", folder, err)
	}
	if err := os.Rename(keep, folder); err != nil {
		return "", fmt.Errorf("make %s: %w", folder, err)
	}
	return folder, nil
}

// lockFile waits for the lock on path, and returns the function that releases it.
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
