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
// followed. Links that belong to root or to the user of this process are trusted.
// Any other link, and any link in a folder that belongs to another person, must
// end in what its owner has: below the owner's outermost folder on the way, or in
// something that the owner owns.
func RealPath(path string) (string, error) {
	w, err := walkWay(path)
	if err != nil {
		return "", err
	}
	defer w.close()
	return w.real(), nil
}

// A way is the resolution of a path from "/" on.
type way struct {
	*Trace
	root *homeRoot
}

// A claim is what must hold for the end of a way because of a link on it.
type claim struct {
	link   string
	uid    uint32
	within string // the outermost folder of uid that the link lies in, or ""
}

// walkWay resolves path, made absolute. The caller closes the result.
func walkWay(path string) (*way, error) {
	w, err := startWay(path)
	if err != nil {
		return nil, &os.PathError{Op: "resolve", Path: path, Err: err}
	}
	return w, nil
}

func startWay(path string) (*way, error) {
	abs, err := filepath.Abs(path)
	if err == nil && strings.IndexByte(path, 0) >= 0 {
		err = syscall.EINVAL
	}
	if err != nil {
		return nil, err
	}
	fd, err := Retry(func() (int, error) { return unix.Open("/", unix.O_PATH|unix.O_CLOEXEC, 0) })
	if err != nil {
		return nil, err
	}
	w := &way{root: &homeRoot{Dir: "/", File: os.NewFile(uintptr(fd), "/")}}
	w.Trace = &Trace{home: &Home{roots: []*homeRoot{w.root}}, everywhere: true}
	if err = w.root.stat(); err == nil {
		err = w.resolve(abs, true)
	}
	if err == nil {
		err = w.checkClaims()
	}
	if err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

// checkClaims refuses a way that a link of one user has led to what is another's.
func (t *Trace) checkClaims() error {
	for _, c := range t.claims {
		if t.uid() != c.uid && (c.within == "" || !Within(t.real(), c.within)) {
			return &ForeignLinkError{Link: c.link, UID: c.uid, To: t.real()}
		}
	}
	return nil
}

// claim notes what must hold because of a link in the folder reached so far,
// unless the link is trusted.
func (t *Trace) claim(name string, uid uint32) {
	link := Join(t.real(), name)
	t.claimFor(link, uid)
	if by := t.uid(); by >= FirstUser {
		t.claimFor(link, by)
	}
}

func (t *Trace) claimFor(link string, uid uint32) {
	if uid == 0 || uid == uint32(os.Geteuid()) {
		return
	}
	c := claim{link: link, uid: uid}
	var path strings.Builder
	for _, s := range t.Steps {
		path.WriteString("/" + s.Name)
		if s.uid == uid {
			c.within = path.String()
			break
		}
	}
	t.claims = append(t.claims, c)
}

// take hands over a descriptor of the way's end, O_PATH, and closes the rest.
func (w *way) take() (int, error) {
	defer w.close()
	return Retry(func() (int, error) { return unix.FcntlInt(uintptr(w.Fd()), unix.F_DUPFD_CLOEXEC, 0) })
}

func (w *way) close() {
	w.Close()
	_ = w.root.File.Close()
}

// OpenFolder opens a folder for reading, links on the way followed as RealPath does.
func OpenFolder(dir string) (*os.File, error) {
	w, err := walkWay(dir)
	if err != nil {
		return nil, err
	}
	defer w.close()
	file, err := OpenBelow(w.Fd(), ".", dir, unix.O_DIRECTORY)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: dir, Err: err}
	}
	return file, nil
}
