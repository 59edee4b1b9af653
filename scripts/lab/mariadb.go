package lab

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
)

// StartMariaDB starts a private instance of Debian's mariadb-server below dir and
// waits until it answers. It creates dir if necessary and uses the data of an
// earlier run in dir again. The server runs as the current user, root included,
// uses little memory and does not sync to disk. extraArgs are options of mariadbd
// such as --innodb-buffer-pool-size=1G and override the defaults.
func StartMariaDB(ctx context.Context, dir string, extraArgs ...string) (*Server, error) {
	install, err := lookProgram("mariadb-install-db", "mariadb-server-core")
	if err != nil {
		return nil, err
	}
	daemon, err := lookProgram("mariadbd", "mariadb-server-core")
	if err != nil {
		return nil, err
	}
	return product{
		name:   "MariaDB",
		daemon: []string{daemon, "--no-defaults"},
		create: []string{install, "--no-defaults", "--skip-test-db", "--auth-root-authentication-method=normal", "--skip-name-resolve"},
		base:   append([]string{"--innodb-log-file-size=16M"}, userOption()...),
		serve:  []string{"--innodb-flush-method=nosync", "--key-buffer-size=8M", "--aria-pagecache-buffer-size=8M", "--max-allowed-packet=64M"},
	}.start(ctx, dir, extraArgs)
}

// lookProgram finds a program of the Debian package pkg in PATH or in the folders
// of programs for administrators.
func lookProgram(name, pkg string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	for _, dir := range []string{"/usr/sbin", "/usr/local/sbin", "/sbin"} {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("find %s: not installed; Debian has it in %s (apt-get install --no-install-recommends %s)", name, pkg, pkg)
}
