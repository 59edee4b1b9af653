package files

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
)

// CrontabName is the name of the owner's crontab in the archive.
const CrontabName = ".crontab"

// maxCrontab is the maximum size of a crontab in bytes.
const maxCrontab = 1 << 20

// OwnerCrontab reads the crontab of a user. A process of root reads it from cron's
// folder, a process of the user itself calls crontab(1). The result is nil if there is
// no crontab, or if this process may not read it.
func OwnerCrontab(ctx context.Context, uid uint32) ([]byte, error) {
	if os.Geteuid() == 0 {
		return spooledCrontab(uid, "/var/spool/cron/crontabs", "/var/spool/cron", "/etc/crontabs")
	}
	if uint32(os.Geteuid()) != uid {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	var text bytes.Buffer
	cmd := exec.CommandContext(ctx, "crontab", "-l")
	cmd.Stdout = &text
	cmd.WaitDelay = time.Second
	if err := cmd.Run(); err != nil || text.Len() == 0 || text.Len() > maxCrontab {
		return nil, nil // no crontab, or no cron
	}
	return text.Bytes(), nil
}

// spooledCrontab reads a user's crontab from the first folder that contains it.
func spooledCrontab(uid uint32, folders ...string) ([]byte, error) {
	u, err := user.LookupId(strconv.FormatUint(uint64(uid), 10))
	if err != nil || strings.ContainsAny(u.Username, "/\x00") || u.Username == "." || u.Username == ".." {
		return nil, nil //nolint:nilerr // crontabs are named after users: a user without a name has none
	}
	for _, folder := range folders {
		dir, err := os.Open(folder)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read crontab: %w", err)
		}
		text, err := readCrontab(dir, u.Username, uid)
		_ = dir.Close()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read crontab %s/%s: %w", folder, u.Username, err)
		}
		return text, nil
	}
	return nil, nil
}

// readCrontab reads a regular file that belongs to the user or to root and has no other
// hard link.
func readCrontab(dir *os.File, name string, uid uint32) ([]byte, error) {
	f, err := safefs.OpenBelow(dir, name, name, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	d, err := safefs.Describe(f)
	if err != nil {
		return nil, err
	}
	if st := d.Info(name).Stat; st.Mode&unix.S_IFMT != unix.S_IFREG || st.Nlink != 1 || st.Uid != uid && st.Uid != 0 || st.Size > maxCrontab {
		return nil, safefs.ErrIrregular
	}
	text, err := io.ReadAll(io.LimitReader(f, maxCrontab))
	if len(text) == 0 {
		return nil, err
	}
	return text, err
}

// crontab yields the selection's crontab as a file that belongs to the site's owner and
// that no other user may read.
func (w *walker) crontab() error {
	s := w.set
	if s.sel.Crontab == nil {
		return nil
	}
	if _, err := s.home.Lstat(safefs.Join(s.base, CrontabName)); err == nil {
		s.report.warn(CrontabName, "is a file of the site, so the owner's crontab was left out")
		return nil
	}
	owner, err := s.home.Lstat(s.root)
	if err != nil {
		return fmt.Errorf("archive crontab: %w", err)
	}
	file, err := memoryFile(s.sel.Crontab)
	if err != nil {
		return fmt.Errorf("archive crontab: %w", err)
	}
	d, err := safefs.Describe(file)
	if err != nil {
		return fmt.Errorf("archive crontab: %w", errors.Join(err, file.Close()))
	}
	info := d.Info(CrontabName)
	of := owner.Sys().(*syscall.Stat_t)
	info.Stat.Mode = unix.S_IFREG | 0o600
	info.Stat.Uid, info.Stat.Gid, info.Stat.Nlink = of.Uid, of.Gid, 1
	s.report.Files++
	s.report.Bytes += info.Stat.Size
	return w.yield(Entry{Name: CrontabName, Info: info, File: file})
}

// memoryFile returns an open file in memory.
func memoryFile(text []byte) (*os.File, error) {
	fd, err := unix.MemfdCreate(CrontabName, unix.MFD_CLOEXEC)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), CrontabName)
	if _, err := f.Write(text); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
