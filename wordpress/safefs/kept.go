package safefs

import (
	"strings"
	"sync"
	"syscall"
)

// maxKept is the maximum number of folders that a Home keeps open. A site can name any number.
const maxKept = 64

// kept are the folders below home that were resolved before. They stay open, and each later path
// starts in the nearest one. This is as safe as a new resolution: a real path contains no link,
// so it can only have led to this folder, and an attacker who replaces the folder afterwards
// cannot lead a path anywhere else. The rights are not kept. They are read from the open folders
// again for each path, and the guard sees them again. Links and files are not kept either.
type kept struct {
	mu      sync.Mutex
	folders map[string]Chain // by real path; all folders of a chain are kept
}

// Keep makes h keep the folders that it resolves open until Close, so that further paths below
// them take less time. If somebody replaces such a folder, a path may still lead to the old one.
// So use it only for a short time, such as to read one configuration.
func (h *Home) Keep() { h.kept = &kept{folders: map[string]Chain{}} }

// release closes the folders that are kept.
func (h *Home) release() {
	if h.kept == nil {
		return
	}
	for _, c := range h.kept.folders {
		c.End().close()
	}
	h.kept = nil
}

// begin starts the resolution of a path in the nearest kept folder, or else at "/".
func (r *resolver) begin(path string) error {
	if r.home.kept == nil || len(path) > maxPath {
		return r.push(path)
	}
	known, rest := r.home.kept.nearest(path)
	if known.root == nil {
		return r.push(path)
	}
	r.root = known.root
	r.steps = append(make([]step, 0, len(known.steps)+2), known.steps...)
	if err := r.revisit(); err != nil || rest == "" {
		return err
	}
	return r.push(rest)
}

// nearest returns the longest kept beginning of a path, and the rest of the path.
func (k *kept) nearest(path string) (found Chain, rest string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for end := len(path); end > 0; end = strings.LastIndexByte(path[:end], '/') {
		if c, ok := k.folders[path[:end]]; ok {
			return c, strings.TrimLeft(path[end:], "/")
		}
	}
	return Chain{}, path
}

// revisit reads the rights of a kept folder, and of those that lead to it, again for the guard. A
// guard that collects has seen them already. It needs only the status of the folder itself, which
// may be the result, as does a home without a guard.
func (r *resolver) revisit() error {
	g := r.home.guard
	if g == nil || g.collect {
		end := r.End()
		return syscall.Fstat(end.fd, &end.stat)
	}
	for i := range r.steps {
		if err := syscall.Fstat(r.steps[i].fd, &r.steps[i].stat); err != nil {
			return err
		}
	}
	for i := range r.steps {
		if err := g.visit(r.At(i), func() string { return r.Path(i) }, true); err != nil {
			return err
		}
	}
	return nil
}

// keep keeps the folders of a resolved path.
func (r *resolver) keep() {
	k := r.home.kept
	if k == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for i := range r.steps {
		s := &r.steps[i]
		if s.kept {
			continue
		}
		path := r.Path(i + 1)
		_, other := k.folders[path]
		if other || !s.IsDir() || len(k.folders) >= maxKept {
			return // the folders of a kept chain must all be kept
		}
		s.kept = true
		k.folders[path] = Chain{root: r.root, steps: append([]step(nil), r.steps[:i+1]...)}
	}
}
