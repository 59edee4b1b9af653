// Package serve asks PHP for pages of a restored site. This runs code of a backup, which may be
// hostile: PHP gets a user, a file system, a network and processes of its own, and nothing else.
// Where that cannot be had, nothing is run.
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

// Options describe a site, and the pages that it is asked for.
type Options struct {
	// PHP is the program, below /usr. It is PHP's command line program (php-cli).
	PHP string
	// Dir is a new folder for what is needed. Everybody must be able to pass through the
	// folders above it. The caller removes it.
	Dir string
	// Layers are folders that PHP sees as one, the uppermost first. What PHP writes there
	// is kept in memory. As root, they are given to the user that PHP runs as.
	Layers []string
	// At is the path of the layers in PHP's file system. It is one that Mountable returns.
	At string
	// Router is the source of the script that answers all requests.
	Router string
	// Socket is that of the database server, which is at DatabaseSocket for PHP; "" for none.
	Socket string
	// URLs are requested one after the other.
	URLs []string
}

// DatabaseSocket is where PHP finds the socket of the database server.
const DatabaseSocket = "/db/s"

// An Answer is what became of the requests. All of it may be chosen by the backup.
type Answer struct {
	Pages []Page   `json:"pages"` // of the first URLs, up to the first one without an answer
	Log   []string `json:"log"`   // the last lines of PHP's log
}

// A Page is the answer to the request for one URL.
type Page struct {
	URL    string `json:"url"` // after redirects
	Status int    `json:"status"`
	Bytes  int64  `json:"bytes"` // of the body, up to a limit
	HTML   bool   `json:"html"`
	Title  string `json:"title"`
	// Problem is why there is no answer, or what is wrong with it; "" if nothing is.
	Problem string `json:"problem"`
}

const (
	timeout   = 3 * time.Minute // of everything
	endDelay  = 2 * time.Second // for the pipes to end
	maxAnswer = 256 << 10       // bytes
	maxStderr = 2 << 10         // bytes that are kept of messages
)

// InsideCommand is the hidden command that starts PHP inside of its namespaces.
const InsideCommand = "serve-inside"

// insideID is the ID of PHP's user and group in its namespace.
const insideID = 1000

// advice says how to get what isolates PHP.
const advice = "allow user namespaces on this machine (see docs/drill.md), or omit --serve"

// Check tells whether PHP can be run and isolated here. It uses Dir and PHP only.
func Check(ctx context.Context, o Options) error {
	o.Layers, o.At, o.Router, o.Socket, o.URLs = []string{filepath.Join(o.Dir, "empty")}, "/site", "<?php", "", nil
	if err := os.Mkdir(o.Layers[0], 0o700); err != nil {
		return fmt.Errorf("isolate PHP: %w", err)
	}
	_, err := Run(ctx, o)
	return err
}

// Run asks PHP for the URLs. An error says nothing of the site: PHP could not be isolated, did
// not start, or ctx ended.
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

// FindPHP returns the program of PHP, without links. given is its path; "" searches it.
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

// Mountable returns the path at which PHP sees a folder of the host that the site came from: its
// own, unless PHP's file system has something else there.
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

// ownUser returns the ID that PHP has on this machine. For root, it is one that nobody has, from
// the range in which systemd chooses the users of services.
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

// prepare makes what PHP's side needs in Dir, and as root gives that and the layers to PHP's
// user. Nobody else can change them meanwhile.
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

// launch starts the process that isolates itself and then starts PHP, and returns what it says.
func launch(ctx context.Context, o Options, id int) (*Answer, error) {
	ctx, kill := context.WithCancel(ctx)
	defer kill()
	cmd := exec.CommandContext(ctx, "/proc/self/exe", InsideCommand)
	cmd.Env, cmd.Dir = []string{}, "/" // nil would pass our environment on
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
		AmbientCaps: []uintptr{unix.CAP_SYS_ADMIN, unix.CAP_NET_ADMIN, unix.CAP_SETPCAP, unix.CAP_DAC_OVERRIDE}, // of the namespaces; the overlay needs the last one
	}
	orders, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("isolate PHP: %w", err)
	}
	said, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("isolate PHP: %w", err)
	}
	runtime.LockOSThread() // the process ends with the thread that started it
	defer runtime.UnlockOSThread()
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("isolate PHP: %w; %s", plain(err), advice)
	}
	answer, err := hear(orders, said, o)
	kill() // with it, all processes of its namespace end
	_ = cmd.Wait()
	if answer == nil {
		if text := strings.TrimSpace(message.String()); text != "" {
			err = errors.New(text)
		}
		return nil, fmt.Errorf("isolate PHP: %w", err)
	}
	return answer, nil
}

// hear sends the options, and reads the answer. Before PHP is ready, there is an error instead.
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
		return &Answer{Pages: []Page{{URL: o.URLs[0], Problem: "PHP and all around it were ended without an answer"}}}, nil
	}
	return &answer, nil
}

// plain is an error without the name of our own program.
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

// Write is io.Writer's.
func (t *tail) Write(p []byte) (int, error) {
	t.text = append(t.text, p[max(0, len(p)-t.most):]...)
	t.text = t.text[max(0, len(t.text)-t.most):]
	return len(p), nil
}

func (t *tail) String() string { return string(t.text) }
