package lab

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// phpdotenvPackages are Debian's packages of vlucas/phpdotenv and of what it needs.
var phpdotenvPackages = []string{"php-vlucas-phpdotenv", "php-phpoption", "php-graham-campbell-result-type"}

// PHPDotenv returns a folder with PHP's libraries, phpdotenv 5 among them, as
// Debian lays them out: Dotenv/autoload.php and so on, to be put into
// include_path. It is fetched into the cache once; nothing is installed.
func PHPDotenv(ctx context.Context) (string, error) {
	cache, err := cacheFolder()
	if err != nil {
		return "", err
	}
	final := filepath.Join(cache, "phpdotenv-1") // the number is that of this code's way to lay it out
	if _, err := os.Stat(final); err == nil {
		return final, nil
	}
	unlock, err := lockFile(final + ".lock")
	if err != nil {
		return "", err
	}
	defer unlock()
	if _, err := os.Stat(final); err == nil { // another process made it while we waited
		return final, nil
	}
	tmp, err := os.MkdirTemp(cache, "phpdotenv-new-")
	if err != nil {
		return "", fmt.Errorf("unpack phpdotenv: %w", err)
	}
	defer os.RemoveAll(tmp)
	if err := unpackDebs(ctx, tmp, phpdotenvPackages); err != nil {
		return "", err
	}
	if err := os.Rename(filepath.Join(tmp, "usr/share/php"), final); err != nil {
		return "", fmt.Errorf("unpack phpdotenv: %w", err)
	}
	return final, nil
}
