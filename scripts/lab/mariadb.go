package lab

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
)

// StartMariaDB brings up a private instance of Debian's mariadb-server below dir,
// which is created if need be, and waits until it answers; data of an earlier run
// are used again. It never touches the system's server. It runs as who starts it,
// root included, keeps little memory and does not sync to disk; extraArgs are
// mariadbd's own, such as --innodb-buffer-pool-size=1G, and win over the defaults.
func StartMariaDB(ctx context.Context, dir string, extraArgs ...string) (*Server, error) {
	install, err := lookProgram("mariadb-install-db", "mariadb-server-core")
	if err != nil {
		return nil, err
	}
	daemon, err := lookProgram("mariadbd", "mariadb-server-core")
	if err != nil {
		return nil, err
	}
	dir, data, err := serverFolder(dir)
	if err != nil {
		return nil, err
	}
	base := append([]string{"--no-defaults", "--datadir=" + data, "--innodb-log-file-size=16M"}, asUser()...)
	return recipe{
		name: "MariaDB", mark: "mysql",
		create: append(append([]string{install}, base...), "--skip-test-db", "--auth-root-authentication-method=normal", "--skip-name-resolve"),
		serve:  append(append([]string{daemon}, base...), "--innodb-flush-method=nosync", "--key-buffer-size=8M", "--aria-pagecache-buffer-size=8M", "--max-allowed-packet=64M"),
	}.start(ctx, dir, data, extraArgs)
}

// lookProgram finds a program that the Debian package pkg has, in PATH or in the
// folders of programs for administrators.
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
