package tree

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// A journal says what a switch exchanges. It is in the marker of a box from before the switch
// until the restore is complete, so that the next restore can put back what was there if this
// one is killed.
type journal struct {
	old uint64 // inode of what was there; 0 if nothing was
	new uint64 // inode of what was staged
}

const journalFormat = "old %d new %d end\n"

// openMarker opens the marker of a box.
func openMarker(box *os.File, flags int) (*os.File, error) {
	fd, err := unix.Openat(int(box.Fd()), marker, flags|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), marker), nil
}

// begin writes the journal of the switch.
func (p *place) begin() error {
	st, err := p.staged()
	if err != nil || st == nil {
		return errors.Join(err, errors.New("what was staged is gone"))
	}
	j := journal{new: st.Ino}
	if p.now != nil {
		j.old = p.now.Ino
	}
	f, err := openMarker(p.boxFile, unix.O_WRONLY|unix.O_TRUNC)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, journalFormat, j.old, j.new)
	return errors.Join(err, f.Sync(), f.Close())
}

// commit ends the switch: what was there before is kept until it is confirmed.
func (p *place) commit() error {
	f, err := openMarker(p.boxFile, unix.O_WRONLY|unix.O_TRUNC)
	if err == nil {
		err = errors.Join(f.Sync(), f.Close())
	}
	if err != nil {
		return fmt.Errorf("record that %s is restored: %w", p.path, cause(err))
	}
	p.committed = true
	return nil
}

// unfinished reads the journal of a box; ok is false if its switch is complete, or has not
// begun.
func unfinished(box *os.File) (j journal, ok bool) {
	f, err := openMarker(box, unix.O_RDONLY)
	if err != nil {
		return j, false
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, 100))
	if err != nil {
		return j, false
	}
	n, err := fmt.Sscanf(string(text), journalFormat, &j.old, &j.new)
	return j, err == nil && n == 2
}

// interrupted are the names of the boxes whose switch was interrupted.
func (p *place) interrupted() (names []string, err error) {
	for _, mark := range []string{oldMark, stagingMark} {
		boxes, err := p.boxes(mark)
		if err != nil {
			return nil, err
		}
		for _, name := range boxes {
			box, err := p.openBox(name)
			if err != nil {
				continue // it is no box
			}
			if _, ok := unfinished(box); ok && ours(box) {
				names = append(names, name)
			}
			_ = box.Close() // nothing was written
		}
	}
	return names, nil
}

// ours tells whether a box was made by this user: whoever owns the parent can give its name to
// another folder.
func ours(box *os.File) bool {
	var st unix.Stat_t
	return unix.Fstat(int(box.Fd()), &st) == nil && int(st.Uid) == os.Geteuid()
}

// recover puts back what was there before the switches that were interrupted.
func (p *place) recover() error {
	names, err := p.interrupted()
	for _, name := range names {
		if err := p.recoverBox(name); err != nil {
			return err
		}
	}
	return err
}

// recoverBox does so for one box, and removes it.
func (p *place) recoverBox(name string) error {
	box, err := p.lock(name)
	if err != nil {
		return fmt.Errorf("put back %s: %w", p.path, cause(err))
	}
	if box == nil {
		return errBusy(p.path)
	}
	defer box.Close()
	j, _ := unfinished(box)
	there, kept := inode(p.dir, p.name), inode(box, p.name)
	q := &place{path: p.path, name: p.name, dir: p.dir, boxFile: box}
	switch {
	case there == j.old: // it was not switched
	case there == j.new && j.old != 0 && kept == j.old:
		err = q.exchange()
	case there == j.new && j.old == 0 && kept == 0:
		err = unix.Renameat2(int(p.dir.Fd()), p.name, int(box.Fd()), p.name, unix.RENAME_NOREPLACE)
	case there == 0 && kept == j.old: // the file system cannot exchange, and the first rename happened
		err = unix.Renameat2(int(box.Fd()), p.name, int(p.dir.Fd()), p.name, unix.RENAME_NOREPLACE)
	default:
		err = fmt.Errorf("something else was put there since; what was there before the interrupted restore is in %s: move it away", filepath.Join(filepath.Dir(p.path), name))
	}
	if err != nil {
		return fmt.Errorf("put back %s: %w", p.path, err)
	}
	return p.remove(name)
}

// inode is that of a name in a folder; 0 if there is nothing.
func inode(dir *os.File, name string) uint64 {
	var st unix.Stat_t
	if unix.Fstatat(int(dir.Fd()), name, &st, unix.AT_SYMLINK_NOFOLLOW) != nil {
		return 0
	}
	return st.Ino
}
