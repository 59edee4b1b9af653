package safefs

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
	MaxLevels = 512
)

// openFlags opens what a tenant may have replaced by anything: never through a
// link, never waiting for a FIFO's other end, never taking a terminal.
const openFlags = unix.O_RDONLY | unix.O_NOFOLLOW | unix.O_NONBLOCK | unix.O_NOCTTY | unix.O_CLOEXEC

// A step is one resolved component below home.
type step struct {
	Name string
	Fd   int // O_PATH
	dev  uint64
	uid  uint32
	Mode uint32
}

// A Trace is the way from home to a path, as resolved: no component is a link,
// save the last where links were not to be followed.
type Trace struct {
	home  *Home
	At    *homeRoot // nil while above home
	above []string  // the components so far, while above home
	Steps []step    // below at
	ahead []string
	links int

	everywhere bool    // the trace is for no home: links are judged by their owners
	claims     []claim // if everywhere
}

// Trace resolves path component by component. The caller closes the result.
func (h *Home) Trace(path string, follow bool) (*Trace, error) {
	t := &Trace{home: h}
	if err := t.resolve(path, follow); err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

// resolve resolves an absolute path. The caller closes the trace, also after an error.
func (t *Trace) resolve(path string, follow bool) error {
	if !strings.HasPrefix(path, "/") || strings.IndexByte(path, 0) >= 0 {
		return syscall.EINVAL
	}
	if err := t.jump(path); err != nil {
		return err
	}
	for len(t.ahead) > 0 {
		if err := t.next(follow); err != nil {
			return err
		}
	}
	if t.At == nil {
		return ErrOutside
	}
	return nil
}

// jump puts the components of a path, or of a link's target, ahead.
func (t *Trace) jump(path string) error {
	if len(path) > maxPath {
		return syscall.ENAMETOOLONG
	}
	if strings.HasPrefix(path, "/") {
		for _, r := range t.home.roots {
			if r.alias != "" && Within(path, r.alias) {
				path = r.Dir + path[len(r.alias):]
				break
			}
		}
		t.Close()
		t.At, t.above = nil, nil
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
func (t *Trace) next(follow bool) error {
	name := t.ahead[len(t.ahead)-1]
	t.ahead = t.ahead[:len(t.ahead)-1]
	if n := len(t.Steps); n > 0 && t.Steps[n-1].Mode&unix.S_IFMT != unix.S_IFDIR {
		return syscall.ENOTDIR
	}
	switch {
	case name == ".":
		return nil
	case name == "..":
		t.up()
		return nil
	case t.At == nil:
		t.above = append(t.above, name)
		return t.enter()
	}
	return t.down(name, follow)
}

// enter enters home if its path has been reached. Above home nothing is touched:
// the one way in is home's own path.
func (t *Trace) enter() error {
	err := ErrOutside
	for _, r := range t.home.roots {
		if len(t.above) <= len(r.parts) && slices.Equal(t.above, r.parts[:len(t.above)]) {
			err = nil
			if len(t.above) == len(r.parts) {
				t.At, t.above = r, nil
				return nil
			}
		}
	}
	return err
}

// up resolves "..".
func (t *Trace) up() {
	switch n := len(t.Steps); {
	case n > 0:
		_ = unix.Close(t.Steps[n-1].Fd)
		t.Steps = t.Steps[:n-1]
	case t.At != nil && len(t.At.parts) > 0:
		t.above = slices.Clone(t.At.parts[:len(t.At.parts)-1])
		t.At = nil
	case len(t.above) > 0:
		t.above = t.above[:len(t.above)-1]
	}
}

// down resolves a name in the folder reached so far.
func (t *Trace) down(name string, follow bool) error {
	if len(t.Steps) >= MaxLevels {
		return syscall.ENAMETOOLONG
	}
	fd, err := Retry(func() (int, error) {
		return unix.Openat(t.Fd(), name, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return err
	}
	var st syscall.Stat_t
	if err := syscall.Fstat(fd, &st); err != nil {
		_ = unix.Close(fd)
		return err
	}
	if !t.everywhere && st.Dev != t.dev() && Pseudo(fd) {
		_ = unix.Close(fd)
		return ErrOutside
	}
	if st.Mode&unix.S_IFMT != unix.S_IFLNK || len(t.ahead) == 0 && !follow {
		t.Steps = append(t.Steps, step{Name: name, Fd: fd, dev: st.Dev, uid: st.Uid, Mode: st.Mode})
		if !t.everywhere && t.At.Dir == "/" && InKernel(t.real()) {
			return ErrOutside
		}
		return nil
	}
	target, err := Readlinkat(fd)
	_ = unix.Close(fd)
	if err != nil {
		return err
	}
	if t.links++; t.links > maxLinks {
		return syscall.ELOOP
	}
	if t.everywhere {
		t.claim(name, st.Uid)
	}
	return t.jump(target)
}

// Fd is the descriptor of what has been reached.
func (t *Trace) Fd() int {
	if n := len(t.Steps); n > 0 {
		return t.Steps[n-1].Fd
	}
	return int(t.At.File.Fd())
}

func (t *Trace) dev() uint64 {
	if n := len(t.Steps); n > 0 {
		return t.Steps[n-1].dev
	}
	return t.At.dev
}

func (t *Trace) uid() uint32 {
	if n := len(t.Steps); n > 0 {
		return t.Steps[n-1].uid
	}
	return t.At.uid
}

// real is the path of what has been reached.
func (t *Trace) real() string {
	var b strings.Builder
	b.WriteString(strings.TrimSuffix(t.At.Dir, "/"))
	for _, s := range t.Steps {
		b.WriteByte('/')
		b.WriteString(s.Name)
	}
	if b.Len() == 0 {
		return "/"
	}
	return b.String()
}

// open opens what has been reached, for reading.
func (t *Trace) open() (*os.File, error) {
	n := len(t.Steps)
	if n == 0 || t.Steps[n-1].Mode&unix.S_IFMT == unix.S_IFDIR {
		return OpenBelow(t.Fd(), ".", t.real(), unix.O_DIRECTORY)
	}
	if t.Steps[n-1].Mode&unix.S_IFMT != unix.S_IFREG {
		return nil, ErrIrregular
	}
	last := t.Steps[n-1]
	parent := &Trace{At: t.At, Steps: t.Steps[:n-1]}
	return OpenBelow(parent.Fd(), last.Name, t.real(), 0)
}

// Close closes the descriptors of the trace.
func (t *Trace) Close() {
	for _, s := range t.Steps {
		_ = unix.Close(s.Fd)
	}
	t.Steps = nil
}

// OpenBelow opens name in the open folder dir. It is looked at once more after
// it is open, when it can no longer be replaced.
func OpenBelow(dir int, name, path string, flags int) (*os.File, error) {
	fd, err := Retry(func() (int, error) { return unix.Openat(dir, name, openFlags|flags, 0) })
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

// Retry calls open again while a signal interrupts it.
func Retry(open func() (int, error)) (int, error) {
	for {
		fd, err := open()
		if !errors.Is(err, syscall.EINTR) {
			return fd, err
		}
	}
}

// Readlinkat reads the link that fd is open at.
func Readlinkat(fd int) (string, error) {
	var buf [maxPath + 1]byte
	n, err := Retry(func() (int, error) { return unix.Readlinkat(fd, "", buf[:]) })
	if err != nil {
		return "", err
	}
	if n == 0 {
		return "", syscall.ENOENT
	}
	return string(buf[:n]), nil
}
