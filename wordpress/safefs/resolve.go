package safefs

import (
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

const (
	maxLinks = 40       // as in the kernel
	maxPath  = 4096 - 1 // as in the kernel, which counts the final NUL
)

// MaxLevels is the maximum number of folders in a chain. Each holds a descriptor.
const MaxLevels = 512

// A resolver resolves a path component by component.
type resolver struct {
	Chain // the components reached so far; its root is nil while above home
	home  *Home
	above []string // the components so far, while above home
	ahead []string // the components that are not resolved yet, the next one last
	links int      // links followed so far

	anywhere bool      // the path may leave home
	rule     *linkRule // nil: every link is followed
	bounds   []bound   // conditions from the links followed, by the rule
}

// Chain resolves an absolute path in home. If follow is false, a link in the last
// component is not followed. The caller closes the result.
func (h *Home) Chain(path string, follow bool) (*Chain, error) {
	r := &resolver{home: h}
	if err := r.resolve(path, follow); err != nil {
		r.Close()
		return nil, err
	}
	return &r.Chain, nil
}

// resolve resolves an absolute path. The caller closes the chain, also after an error.
func (r *resolver) resolve(path string, follow bool) error {
	if !strings.HasPrefix(path, "/") || strings.IndexByte(path, 0) >= 0 {
		return syscall.EINVAL
	}
	if err := r.begin(path); err != nil {
		return err
	}
	for len(r.ahead) > 0 {
		if err := r.next(follow); err != nil {
			return err
		}
	}
	if r.root == nil {
		return ErrOutside
	}
	r.keep()
	return r.visit(false)
}

// visit shows the last open component to the guard. For entry, see Writers.add.
func (r *resolver) visit(entry bool) error {
	if r.home.guard == nil {
		return nil
	}
	return r.home.guard.visit(r.End(), r.real, entry)
}

// push puts the components of a path, or of a link's target, into ahead.
func (r *resolver) push(path string) error {
	if len(path) > maxPath {
		return syscall.ENAMETOOLONG
	}
	if strings.HasPrefix(path, "/") {
		for _, root := range r.home.roots {
			if root.alias != "" && Within(path, root.alias) {
				path = root.dir + path[len(root.alias):]
				break
			}
		}
		r.Close()
		r.root, r.above = nil, nil
		if err := r.enter(); err != nil {
			return err
		}
	}
	parts := strings.Split(path, "/")
	for i := len(parts) - 1; i >= 0; i-- {
		if parts[i] == "" && i < len(parts)-1 {
			continue
		}
		if parts[i] == "" {
			parts[i] = "." // a trailing slash requires a folder
		}
		r.ahead = append(r.ahead, parts[i])
	}
	if len(r.ahead) > maxPath {
		return syscall.ENAMETOOLONG
	}
	return nil
}

// next resolves the next component.
func (r *resolver) next(follow bool) error {
	name := r.ahead[len(r.ahead)-1]
	r.ahead = r.ahead[:len(r.ahead)-1]
	if len(r.steps) > 0 && !r.End().IsDir() {
		return syscall.ENOTDIR
	}
	switch {
	case name == ".":
		return nil
	case name == "..":
		r.up()
		return nil
	case r.root == nil:
		r.above = append(r.above, name)
		return r.enter()
	}
	return r.down(name, follow)
}

// enter enters home if the components so far are the path of home. It opens no folder above home:
// a path can enter home only through home's own path.
func (r *resolver) enter() error {
	err := ErrOutside
	for _, root := range r.home.roots {
		if len(r.above) <= len(root.parts) && slices.Equal(r.above, root.parts[:len(r.above)]) {
			err = nil
			if len(r.above) == len(root.parts) {
				r.root, r.above = root, nil
				return nil
			}
		}
	}
	return err
}

// up resolves the component "..".
func (r *resolver) up() {
	switch n := len(r.steps); {
	case n > 0:
		r.steps[n-1].close()
		r.steps = r.steps[:n-1]
	case r.root != nil && len(r.root.parts) > 0:
		r.above = slices.Clone(r.root.parts[:len(r.root.parts)-1])
		r.root = nil
	case len(r.above) > 0:
		r.above = r.above[:len(r.above)-1]
	}
}

// down resolves a name in the last open folder.
func (r *resolver) down(name string, follow bool) error {
	if len(r.steps) >= MaxLevels {
		return syscall.ENAMETOOLONG
	}
	d, err := openPath(r.End().fd, name)
	// A user who may create a missing file can decide as much as a user who may change an
	// existing one.
	if refused := r.visit(err == nil); refused != nil {
		if err == nil {
			d.close()
		}
		return refused
	}
	if err != nil {
		return err
	}
	if d.kind() == unix.S_IFLNK && r.End().stat.Mode&unix.S_ISVTX != 0 && r.home.guard != nil {
		// In a sticky folder, the owner of a link can replace the link.
		if err := r.home.guard.visit(&d, func() string { return Join(r.real(), name) }, false); err != nil {
			d.close()
			return err
		}
	}
	isLink := d.kind() == unix.S_IFLNK && (follow || len(r.ahead) > 0)
	if !r.anywhere && (d.entersPseudo(r.End()) || !isLink && r.root.dir == "/" && InKernel(Join(r.real(), name))) {
		d.close()
		return ErrOutside
	}
	if !isLink {
		r.steps = append(r.steps, step{Descriptor: d, name: name})
		return nil
	}
	target, err := d.readlink()
	d.close()
	if err != nil {
		return err
	}
	if r.links++; r.links > maxLinks {
		return syscall.ELOOP
	}
	if r.rule != nil {
		r.addBounds(name, d.UID())
	}
	return r.push(target)
}
