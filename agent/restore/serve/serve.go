// Package serve requests pages of a restored site from PHP. This runs code from a backup, which
// may be hostile. So PHP runs in namespaces of its own, with its own user, file system, network
// and processes, and has access to nothing else. If that is not possible, PHP is not run.
package serve

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Options describe a site, and the pages to request.
type Options struct {
	// PHP is the path of PHP's command line program (php-cli), below /usr.
	PHP string
	// Dir is a new folder for files that serve needs. All users must be able to pass through
	// the folders above it. The caller removes it.
	Dir string
	// Layers are folders that PHP sees as one, the uppermost first. PHP's writes to it stay in
	// memory. If this process is root, the user that PHP runs as becomes the owner of the layers.
	Layers []string
	// At is the path of the layers in PHP's file system, as Mountable returns it.
	At string
	// Router is the source of the script that answers all requests.
	Router string
	// Socket is the path of the database server's socket; "" for none. PHP sees it at
	// DatabaseSocket.
	Socket string
	// URLs are requested one after the other.
	URLs []string
}

// DatabaseSocket is the path at which PHP sees the socket of the database server.
const DatabaseSocket = "/db/s"

// An Answer is the result of the requests. The backup can control all of its content.
type Answer struct {
	Pages []Page   `json:"pages"` // one for each URL, up to the first one without an answer
	Log   []string `json:"log"`   // the last lines of PHP's log
}

// A Page is the answer to the request for one URL.
type Page struct {
	URL    string `json:"url"` // after redirects
	Status int    `json:"status"`
	Bytes  int64  `json:"bytes"` // length of the body, up to maxBody
	HTML   bool   `json:"html"`
	Title  string `json:"title"`
	// Problem says why there is no answer, or what is wrong with it; "" if there is no problem.
	Problem string `json:"problem"`
}

const (
	timeout   = 3 * time.Minute // for all requests together
	endDelay  = 2 * time.Second // how long to wait for the pipes to close
	maxAnswer = 256 << 10       // bytes
	maxStderr = 2 << 10         // bytes of the standard error output that are kept
)

// InsideCommand is the hidden command that starts PHP inside its namespaces.
const InsideCommand = "serve-inside"

// insideID is the ID of PHP's user and group in its namespace.
const insideID = 1000

// advice says how to make isolation possible.
const advice = "allow user namespaces on this machine (see docs/drill.md), or omit --serve"

// Check returns an error if PHP cannot be run and isolated here. It uses only Dir and PHP of the
// options.
func Check(ctx context.Context, o Options) error {
	o.Layers, o.At, o.Router, o.Socket, o.URLs = []string{filepath.Join(o.Dir, "empty")}, "/site", "<?php", "", nil
	if err := os.Mkdir(o.Layers[0], 0o700); err != nil {
		return fmt.Errorf("isolate PHP: %w", err)
	}
	_, err := Run(ctx, o)
	return err
}

// Run requests the URLs from PHP. An error says nothing about the site: it means that PHP could
// not be isolated or did not start, or that ctx ended.
func Run(ctx context.Context, o Options) (*Answer, error) {
	id, err := ownUser()
	if err == nil {
		err = prepare(o, id)
	}
	if err != nil {
		return nil, fmt.Errorf("isolate PHP: %w; %s", err, advice)
	}
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	answer, err := launch(limited, o, id)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return answer, err
}

// FindPHP returns the path of the PHP program, with symlinks resolved. given is the path; if "",
// FindPHP searches for the program.
func FindPHP(given string) (string, error) {
	candidates := []string{given}
	if given == "" {
		candidates = []string{"/usr/local/bin/php", "/usr/bin/php", "/bin/php"}
	}
	for _, path := range candidates {
		real, err := filepath.EvalSymlinks(path)
		switch {
		case errors.Is(err, fs.ErrNotExist) && given == "":
			continue
		case err != nil:
			return "", fmt.Errorf("find PHP: %w", err)
		case !strings.HasPrefix(real, "/usr/"):
			return "", fmt.Errorf("find PHP: %s is not below /usr, which is all that PHP sees of this machine", real)
		}
		return real, nil
	}
	return "", errors.New("find PHP: there is none in /usr/bin; install it (Debian: php-cli and php-mysql), or give its path with --php")
}

// Mountable returns the path at which PHP sees a folder of the host that the site came from. It
// is the same path, unless PHP's file system has something else there.
func Mountable(folder string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(folder, "/"), "/")
	switch first {
	case "home", "srv", "var", "opt", "www", "data", "app", "mnt", "web", "nas", "customers":
		if filepath.Clean(folder) == folder && len(folder) < 1000 {
			return folder
		}
	}
	return "/site"
}

// ownUser returns the user ID that PHP has on this machine. If this process is root, it is an
// unused ID from the range from which systemd takes dynamic users of services.
func ownUser() (int, error) {
	if id := os.Geteuid(); id != 0 {
		return id, nil
	}
	for range 1000 {
		id := 61184 + rand.IntN(65520-61184)
		if _, err := user.LookupId(strconv.Itoa(id)); errors.As(err, new(user.UnknownUserIdError)) {
			return id, nil
		}
	}
	return 0, errors.New("find a user ID that nobody has: none from 61184 to 65519 is free")
}

// prepare creates the folders and the socket in Dir. As root, it makes PHP's user the owner of Dir
// and of the layers. No other user can change these folders.
func prepare(o Options, id int) error {
	for _, name := range []string{"root", "db"} {
		if err := os.MkdirAll(filepath.Join(o.Dir, name), 0o700); err != nil {
			return err
		}
	}
	if o.Socket != "" {
		if err := os.Link(o.Socket, filepath.Join(o.Dir, DatabaseSocket)); err != nil {
			return err
		}
	}
	if os.Geteuid() != 0 {
		return nil
	}
	for _, dir := range append([]string{o.Dir}, o.Layers...) {
		err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.Type() == fs.ModeSocket {
				return err
			}
			return os.Lchown(path, id, id)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// launch starts the process that isolates itself and then starts PHP, and returns its answer.
func launch(ctx context.Context, o Options, id int) (*Answer, error) {
	ctx, kill := context.WithCancel(ctx)
	defer kill()
	cmd := exec.CommandContext(ctx, "/proc/self/exe", InsideCommand)
	cmd.Env, cmd.Dir = []string{}, "/" // with nil, the process would inherit our environment
	message := &tail{most: maxStderr}
	cmd.Stderr, cmd.WaitDelay = message, endDelay
	one := []syscall.SysProcIDMap{{ContainerID: insideID, HostID: id, Size: 1}}
	groups := one
	if os.Geteuid() != 0 {
		groups = []syscall.SysProcIDMap{{ContainerID: insideID, HostID: os.Getegid(), Size: 1}}
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Setsid: true, Pdeathsig: syscall.SIGKILL,
		Cloneflags:  unix.CLONE_NEWUSER | unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWNET | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS | unix.CLONE_NEWCGROUP,
		UidMappings: one, GidMappings: groups, GidMappingsEnableSetgroups: os.Geteuid() == 0,
		Credential:  &syscall.Credential{Uid: insideID, Gid: insideID},
		AmbientCaps: []uintptr{unix.CAP_SYS_ADMIN, unix.CAP_NET_ADMIN, unix.CAP_SETPCAP, unix.CAP_DAC_OVERRIDE}, // in the new namespaces; the overlay needs the last one
	}
	orders, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("isolate PHP: %w", err)
	}
	said, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("isolate PHP: %w", err)
	}
	runtime.LockOSThread() // when this thread ends, the kernel kills the process
	defer runtime.UnlockOSThread()
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("isolate PHP: %w; %s", plain(err), advice)
	}
	answer, err := hear(orders, said, o)
	kill() // the kernel then also kills all processes of its namespace
	_ = cmd.Wait()
	if answer == nil {
		if text := strings.TrimSpace(message.String()); text != "" {
			err = errors.New(text)
		}
		return nil, fmt.Errorf("isolate PHP: %w", err)
	}
	return answer, nil
}

// hear sends the options, and reads the answer. It returns an error if PHP did not get ready.
func hear(orders io.Writer, said io.Reader, o Options) (*Answer, error) {
	if err := json.NewEncoder(orders).Encode(o); err != nil {
		return nil, fmt.Errorf("it ended at once: %w", err)
	}
	in := json.NewDecoder(io.LimitReader(said, maxAnswer))
	var begin started
	if err := in.Decode(&begin); err != nil {
		return nil, fmt.Errorf("it ended without an answer: %w", err)
	}
	if begin.Refused != "" {
		return nil, errors.New(begin.Refused)
	}
	var answer Answer
	if err := in.Decode(&answer); err != nil {
		if len(o.URLs) == 0 {
			return nil, fmt.Errorf("it ended without an answer: %w", err)
		}
		return &Answer{Pages: []Page{{URL: o.URLs[0], Problem: "the processes of PHP were killed before they answered"}}}, nil
	}
	return &answer, nil
}

// plain returns an error without the name of our own program.
func plain(err error) error {
	if e := (*fs.PathError)(nil); errors.As(err, &e) {
		return e.Err
	}
	return err
}

// A tail keeps the last bytes that are written to it.
type tail struct {
	most int
	text []byte
}

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	t.text = append(t.text, p[max(0, len(p)-t.most):]...)
	t.text = t.text[max(0, len(t.text)-t.most):]
	return len(p), nil
}

func (t *tail) String() string { return string(t.text) }
