package lab

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
)

// StartMariaDB starts a private instance of Debian's mariadb-server below dir, and waits until it
// answers. It creates dir if necessary, and reuses the data of an earlier run in dir. The server
// runs as the current user, even as root, uses little memory and does not sync to disk. extraArgs
// are options of mariadbd, such as --innodb-buffer-pool-size=1G. They override the defaults.
func StartMariaDB(ctx context.Context, dir string, extraArgs ...string) (*Server, error) {
	install, err := lookProgram("mariadb-install-db", "mariadb-server-core")
	if err != nil {
		return nil, err
	}
	daemon, err := lookProgram("mariadbd", "mariadb-server-core")
	if err != nil {
		return nil, err
	}
	return mariaDB(daemon, "mysql", install).start(ctx, dir, extraArgs)
}

// mariaDB describes a MariaDB by the paths of its programs. install is the command
// mariadb-install-db with its first arguments.
func mariaDB(daemon, client string, install ...string) product {
	return product{
		name:   "MariaDB",
		daemon: []string{daemon, "--no-defaults"},
		client: []string{client, "--no-defaults"},
		create: append(install, "--no-defaults", "--skip-test-db", "--auth-root-authentication-method=normal", "--skip-name-resolve",
			"--force"), // also if the name of this host has no address
		base:  append([]string{"--innodb-log-file-size=16M"}, userOption()...),
		serve: []string{"--innodb-flush-method=nosync", "--key-buffer-size=8M", "--aria-pagecache-buffer-size=8M", "--max-allowed-packet=64M"},
	}
}

// MariaDBPlugins returns a folder with the plugins of the installed MariaDB, for its option
// --plugin-dir. Debian's mariadb-server-core contains no plugins.
func MariaDBPlugins(ctx context.Context) (string, error) {
	return fetched(ctx, "mariadb-plugins")
}

// lookProgram finds a program of the Debian package pkg in PATH, or in the folders for
// administrators' programs.
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
