package wordpress

import (
	"errors"
	"os"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// The kernel's own bounds of a path's resolution, and one of ours: each level
// holds a descriptor.
const (
	maxLinks  = 40
	maxPath   = 4096 - 1 // a path's end counts, too
	maxLevels = 512
)

// openFlags opens what a tenant may have replaced by anything: never through a
// link, never waiting for a FIFO's other end, never taking a terminal.
const openFlags = unix.O_RDONLY | unix.O_NOFOLLOW | unix.O_NONBLOCK | unix.O_NOCTTY | unix.O_CLOEXEC

// A step is one resolved component below home.
type step struct {
	name string
	fd   int // O_PATH
	dev  uint64
	mode uint32
}

// A trace is the way from home to a path, as resolved: no component is a link,
// save the last where links were not to be followed.
type trace struct {
	home  *Home
	at    *homeRoot // nil while above home
	above []string  // the components so far, while above home
	steps []step    // below at
	ahead []string
	links int
}

// trace resolves path component by component. The caller closes the result.
func (h *Home) trace(path string, follow bool) (*trace, error) {
	t := &trace{home: h}
	if !strings.HasPrefix(path, "/") || strings.IndexByte(path, 0) >= 0 {
		return nil, syscall.EINVAL
	}
	if err := t.jump(path); err != nil {
		return nil, err
	}
	for len(t.ahead) > 0 {
		if err := t.next(follow); err != nil {
			t.close()
			return nil, err
		}
	}
	if t.at == nil {
		return nil, ErrOutside
	}
	return t, nil
}

// jump puts the components of a path, or of a link's target, ahead.
func (t *trace) jump(path string) error {
	if len(path) > maxPath {
		return syscall.ENAMETOOLONG
	}
	if strings.HasPrefix(path, "/") {
		for _, r := range t.home.roots {
			if r.alias != "" && within(path, r.alias) {
				path = r.dir + path[len(r.alias):]
				break
			}
		}
		t.close()
		t.at, t.above = nil, nil
		if err := t.enter(); err != nil {
			return err
		}
	}
	parts := strings.Split(path, "/")
	for i := len(parts) - 1; i >= 0; i-- {
		if parts[i] == "" && i < len(parts)-1 {
			continue
		}
		if parts[i] == "" {
			parts[i] = "." // a trailing slash asks for a folder
		}
		t.ahead = append(t.ahead, parts[i])
	}
	if len(t.ahead) > maxPath {
		return syscall.ENAMETOOLONG
	}
	return nil
}

// next resolves the component ahead.
func (t *trace) next(follow bool) error {
	name := t.ahead[len(t.ahead)-1]
	t.ahead = t.ahead[:len(t.ahead)-1]
	if n := len(t.steps); n > 0 && t.steps[n-1].mode&unix.S_IFMT != unix.S_IFDIR {
		return syscall.ENOTDIR
	}
	switch {
	case name == ".":
		return nil
	case name == "..":
		t.up()
		return nil
	case t.at == nil:
		t.above = append(t.above, name)
		return t.enter()
	}
	return t.down(name, follow)
}

// enter enters home if its path has been reached. Above home nothing is touched:
// the one way in is home's own path.
func (t *trace) enter() error {
	err := ErrOutside
	for _, r := range t.home.roots {
		if len(t.above) <= len(r.parts) && slices.Equal(t.above, r.parts[:len(t.above)]) {
			err = nil
			if len(t.above) == len(r.parts) {
				t.at, t.above = r, nil
				return nil
			}
		}
	}
	return err
}

// up resolves "..".
func (t *trace) up() {
	switch n := len(t.steps); {
	case n > 0:
		_ = unix.Close(t.steps[n-1].fd)
		t.steps = t.steps[:n-1]
	case t.at != nil && len(t.at.parts) > 0:
		t.above = slices.Clone(t.at.parts[:len(t.at.parts)-1])
		t.at = nil
	case len(t.above) > 0:
		t.above = t.above[:len(t.above)-1]
	}
}

// down resolves a name in the folder reached so far.
func (t *trace) down(name string, follow bool) error {
	if len(t.steps) >= maxLevels {
		return syscall.ENAMETOOLONG
	}
	fd, err := retry(func() (int, error) {
		return unix.Openat(t.fd(), name, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return err
	}
	var st syscall.Stat_t
	if err := syscall.Fstat(fd, &st); err != nil {
		_ = unix.Close(fd)
		return err
	}
	if st.Dev != t.dev() && pseudo(fd) {
		_ = unix.Close(fd)
		return ErrOutside
	}
	if st.Mode&unix.S_IFMT != unix.S_IFLNK || len(t.ahead) == 0 && !follow {
		t.steps = append(t.steps, step{name: name, fd: fd, dev: st.Dev, mode: st.Mode})
		if t.at.dir == "/" && inKernel(t.real()) {
			return ErrOutside
		}
		return nil
	}
	target, err := readlinkat(fd)
	_ = unix.Close(fd)
	if err != nil {
		return err
	}
	if t.links++; t.links > maxLinks {
		return syscall.ELOOP
	}
	return t.jump(target)
}

// fd is the descriptor of what has been reached.
func (t *trace) fd() int {
	if n := len(t.steps); n > 0 {
		return t.steps[n-1].fd
	}
	return int(t.at.file.Fd())
}

func (t *trace) dev() uint64 {
	if n := len(t.steps); n > 0 {
		return t.steps[n-1].dev
	}
	return t.at.dev
}

// real is the path of what has been reached.
func (t *trace) real() string {
	var b strings.Builder
	b.WriteString(strings.TrimSuffix(t.at.dir, "/"))
	for _, s := range t.steps {
		b.WriteByte('/')
		b.WriteString(s.name)
	}
	if b.Len() == 0 {
		return "/"
	}
	return b.String()
}

// open opens what has been reached, for reading.
func (t *trace) open() (*os.File, error) {
	n := len(t.steps)
	if n == 0 || t.steps[n-1].mode&unix.S_IFMT == unix.S_IFDIR {
		return openBelow(t.fd(), ".", t.real(), unix.O_DIRECTORY)
	}
	if t.steps[n-1].mode&unix.S_IFMT != unix.S_IFREG {
		return nil, ErrIrregular
	}
	last := t.steps[n-1]
	parent := &trace{at: t.at, steps: t.steps[:n-1]}
	return openBelow(parent.fd(), last.name, t.real(), 0)
}

func (t *trace) close() {
	for _, s := range t.steps {
		_ = unix.Close(s.fd)
	}
	t.steps = nil
}

// openBelow opens name in the open folder dir. It is looked at once more after
// it is open, when it can no longer be replaced.
func openBelow(dir int, name, path string, flags int) (*os.File, error) {
	fd, err := retry(func() (int, error) { return unix.Openat(dir, name, openFlags|flags, 0) })
	if errors.Is(err, syscall.ENXIO) || errors.Is(err, syscall.ELOOP) {
		return nil, ErrIrregular // a socket; a link put there in the meantime
	}
	if err != nil {
		return nil, err
	}
	var st syscall.Stat_t
	if err := syscall.Fstat(fd, &st); err != nil {
		_ = unix.Close(fd)
		return nil, err
	}
	if m := st.Mode & unix.S_IFMT; m != unix.S_IFREG && m != unix.S_IFDIR {
		_ = unix.Close(fd)
		return nil, ErrIrregular
	}
	return os.NewFile(uintptr(fd), path), nil
}

// retry calls open again while a signal interrupts it.
func retry(open func() (int, error)) (int, error) {
	for {
		fd, err := open()
		if !errors.Is(err, syscall.EINTR) {
			return fd, err
		}
	}
}

// readlinkat reads the link that fd is open at.
func readlinkat(fd int) (string, error) {
	var buf [maxPath + 1]byte
	n, err := retry(func() (int, error) { return unix.Readlinkat(fd, "", buf[:]) })
	if err != nil {
		return "", err
	}
	if n == 0 {
		return "", syscall.ENOENT
	}
	return string(buf[:n]), nil
}
