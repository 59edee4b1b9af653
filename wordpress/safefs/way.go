package safefs

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// A ForeignLinkError says that the way to a folder passes a link that one user
// made and that leads to what is another's. Whoever runs the agent would read
// the one's files under the other's name.
type ForeignLinkError struct {
	Link string // its path, as far as it is resolved
	UID  uint32 // whose it is
	To   string // where the way ended
}

func (e *ForeignLinkError) Error() string {
	return fmt.Sprintf("%q is a link of uid %d and leads to %q, which is another user's; give the folder's own path", e.Link, e.UID, e.To)
}

// RealPath returns the real path of a folder or a file, links on the way
// followed. Links of root's and of the process' own user are the operator's
// word. A link of anyone else's, or in a folder of another person's, must end in
// what is his: below his outermost folder on the way, or owned by him.
func RealPath(path string) (string, error) {
	w, err := walkWay(path)
	if err != nil {
		return "", err
	}
	defer w.Close()
	return w.real(), nil
}

// A way is the resolution of a path from "/" on, each component opened in the
// folder before it.
type way struct {
	steps  []wayStep
	ahead  []string // the next is the last
	links  int
	claims []claim
}

type wayStep struct {
	name string
	fd   int // O_PATH
	uid  uint32
	mode uint32
}

// A claim is what has to hold of the way's end because of a link on it.
type claim struct {
	link   string
	uid    uint32
	within string // the outermost folder of uid's that the link lies in, or ""
}

// walkWay resolves path, made absolute. The caller closes the result.
func walkWay(path string) (*way, error) {
	abs, err := filepath.Abs(path)
	if err == nil && strings.IndexByte(path, 0) >= 0 {
		err = syscall.EINVAL
	}
	if err != nil {
		return nil, &os.PathError{Op: "resolve", Path: path, Err: err}
	}
	w := &way{}
	if err := w.walk(abs); err != nil {
		w.Close()
		return nil, &os.PathError{Op: "resolve", Path: path, Err: err}
	}
	return w, nil
}

func (w *way) walk(path string) error {
	if err := w.jump(path); err != nil {
		return err
	}
	for len(w.ahead) > 0 {
		name := w.ahead[len(w.ahead)-1]
		w.ahead = w.ahead[:len(w.ahead)-1]
		if err := w.next(name); err != nil {
			return err
		}
	}
	end := w.steps[len(w.steps)-1]
	for _, c := range w.claims {
		if end.uid != c.uid && (c.within == "" || !Within(w.real(), c.within)) {
			return &ForeignLinkError{Link: c.link, UID: c.uid, To: w.real()}
		}
	}
	return nil
}

// jump puts a path's components ahead; an absolute one begins anew at "/".
func (w *way) jump(path string) error {
	if len(path) > maxPath {
		return syscall.ENAMETOOLONG
	}
	parts := Components(path)
	for i := len(parts) - 1; i >= 0; i-- {
		w.ahead = append(w.ahead, parts[i])
	}
	if !strings.HasPrefix(path, "/") {
		return nil
	}
	w.Close()
	return w.down(unix.AT_FDCWD, "/")
}

func (w *way) next(name string) error {
	top := w.steps[len(w.steps)-1]
	if top.mode&unix.S_IFMT != unix.S_IFDIR {
		return syscall.ENOTDIR
	}
	switch {
	case name == ".":
		return nil
	case name == "..":
		if len(w.steps) > 1 {
			_ = unix.Close(top.fd)
			w.steps = w.steps[:len(w.steps)-1]
		}
		return nil
	case len(w.steps) > MaxLevels:
		return syscall.ENAMETOOLONG
	}
	if err := w.down(top.fd, name); err != nil {
		return err
	}
	link := w.steps[len(w.steps)-1]
	if link.mode&unix.S_IFMT != unix.S_IFLNK {
		return nil
	}
	if w.links++; w.links > maxLinks {
		return syscall.ELOOP
	}
	target, err := Readlinkat(link.fd)
	if err != nil {
		return err
	}
	path := w.real()
	_ = unix.Close(link.fd)
	w.steps = w.steps[:len(w.steps)-1]
	w.claim(path, link.uid, true)
	w.claim(path, top.uid, top.uid >= FirstUser)
	return w.jump(target)
}

// claim notes whose the end has to be, unless the link is the operator's word.
func (w *way) claim(link string, uid uint32, counts bool) {
	if !counts || uid == 0 || uid == uint32(os.Geteuid()) {
		return
	}
	c := claim{link: link, uid: uid}
	var path strings.Builder
	for _, s := range w.steps[1:] {
		path.WriteString("/" + s.name)
		if s.uid == uid {
			c.within = path.String()
			break
		}
	}
	w.claims = append(w.claims, c)
}

// down opens name in the folder dir.
func (w *way) down(dir int, name string) error {
	fd, err := Retry(func() (int, error) {
		return unix.Openat(dir, name, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return err
	}
	var st syscall.Stat_t
	if err := syscall.Fstat(fd, &st); err != nil {
		_ = unix.Close(fd)
		return err
	}
	w.steps = append(w.steps, wayStep{name: name, fd: fd, uid: st.Uid, mode: st.Mode})
	return nil
}

// real is the path of what has been reached.
func (w *way) real() string {
	if len(w.steps) < 2 {
		return "/"
	}
	var b strings.Builder
	for _, s := range w.steps[1:] {
		b.WriteString("/" + s.name)
	}
	return b.String()
}

// take hands over the descriptor of the way's end, O_PATH, and closes the rest.
func (w *way) take() int {
	last := len(w.steps) - 1
	fd := w.steps[last].fd
	w.steps = w.steps[:last]
	w.Close()
	return fd
}

func (w *way) Close() {
	for _, s := range w.steps {
		_ = unix.Close(s.fd)
	}
	w.steps = nil
}

// OpenFolder opens a folder for reading, links on the way followed as RealPath does.
func OpenFolder(dir string) (*os.File, error) {
	w, err := walkWay(dir)
	if err != nil {
		return nil, err
	}
	defer w.Close()
	file, err := OpenBelow(w.steps[len(w.steps)-1].fd, ".", dir, unix.O_DIRECTORY)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: dir, Err: err}
	}
	return file, nil
}
