package tree

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// A journal says what a switch exchanges. It is written to the marker of a box before the
// switch, and removed when the restore is complete. If this restore is killed in between, the
// next one can use the journal to undo the switch.
type journal struct {
	old uint64 // inode of what was there before; 0 if nothing was there
	new uint64 // inode of what is staged
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

// begin writes the journal before the switch.
func (p *place) begin() error {
	st, err := p.staged()
	if err != nil || st == nil {
		return errors.Join(err, errors.New("the staged files are missing"))
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

// commit removes the journal: the switch is complete. What was there before stays in the box
// until Confirm removes it.
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

// unfinished reads the journal of a box. ok is false if there is none, because the switch is
// complete or has not begun.
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

// interrupted returns the names of the boxes whose switch was interrupted.
func (p *place) interrupted() (names []string, err error) {
	for _, mark := range []string{oldMark, stagingMark} {
		boxes, err := p.boxes(mark)
		if err != nil {
			return nil, err
		}
		for _, name := range boxes {
			box, err := p.openBox(name)
			if err != nil {
				continue // it is not a box
			}
			if _, ok := unfinished(box); ok && ours(box) {
				names = append(names, name)
			}
			_ = box.Close() // opened for reading: no write can fail
		}
	}
	return names, nil
}

// ours reports whether this user made a box. The owner of the parent folder can give the name of
// a box to another folder.
func ours(box *os.File) bool {
	var st unix.Stat_t
	return unix.Fstat(int(box.Fd()), &st) == nil && int(st.Uid) == os.Geteuid()
}

// recover puts back what was there before the interrupted switches.
func (p *place) recover() error {
	names, err := p.interrupted()
	for _, name := range names {
		if err := p.recoverBox(name); err != nil {
			return err
		}
	}
	return err
}

// recoverBox undoes the interrupted switch of one box, and removes the box.
func (p *place) recoverBox(name string) error {
	box, err := p.lock(name)
	if err != nil {
		return fmt.Errorf("put back %s: %w", p.path, cause(err))
	}
	if box == nil {
		return errBusy(p.path)
	}
	defer unlock(box)
	j, _ := unfinished(box)
	there, kept := inode(p.dir, p.name), inode(box, p.name)
	q := &place{path: p.path, name: p.name, dir: p.dir, boxFile: box}
	switch {
	case there == j.old: // the switch did not happen
	case there == j.new && j.old != 0 && kept == j.old:
		err = q.exchange()
	case there == j.new && j.old == 0 && kept == 0:
		err = unix.Renameat2(int(p.dir.Fd()), p.name, int(box.Fd()), p.name, unix.RENAME_NOREPLACE)
	case there == 0 && kept == j.old: // exchange used renames, and stopped between them
		err = unix.Renameat2(int(box.Fd()), p.name, int(p.dir.Fd()), p.name, unix.RENAME_NOREPLACE)
	default:
		err = fmt.Errorf("it was changed after the interrupted restore; its content from before the restore is in %s: move it to a safe place", filepath.Join(filepath.Dir(p.path), name))
	}
	if err != nil {
		return fmt.Errorf("put back %s: %w", p.path, err)
	}
	return p.remove(name)
}

// inode returns the inode number of a name in a folder; 0 if nothing is there.
func inode(dir *os.File, name string) uint64 {
	var st unix.Stat_t
	if unix.Fstatat(int(dir.Fd()), name, &st, unix.AT_SYMLINK_NOFOLLOW) != nil {
		return 0
	}
	return st.Ino
}
