package drill

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// lookProgram finds a program in PATH or in the folders of system programs, such as /usr/sbin.
func lookProgram(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err == nil {
		return path, nil
	}
	for _, dir := range []string{"/usr/sbin", "/usr/local/sbin", "/sbin"} {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("find the program %s: %w", name, err)
}

// serverAccount makes the account that a private server runs as the owner of a folder. The
// server reads dumps that may be hostile, so it does not run as root even if this process does.
func serverAccount(home string) (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	var found *user.User
	for _, name := range []string{"mysql", "nobody"} {
		u, err := user.Lookup(name)
		if err == nil {
			found = u
			break
		}
	}
	if found == nil {
		return nil, fmt.Errorf("start a private server: there is neither an account mysql nor nobody to run it; give a server with --db-defaults-file")
	}
	uid, err1 := strconv.ParseUint(found.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(found.Gid, 10, 32)
	if err1 != nil || err2 != nil || uid == 0 {
		return nil, fmt.Errorf("start a private server: the account %s cannot run it", found.Username)
	}
	for _, dir := range []string{home, filepath.Join(home, "tmp")} {
		if err := os.Chown(dir, int(uid), int(gid)); err != nil {
			return nil, fmt.Errorf("start a private server: %w", err)
		}
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}
