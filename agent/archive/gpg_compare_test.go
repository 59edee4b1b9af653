package archive

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

type libBody struct {
	buf *bufio.Writer
	lit io.WriteCloser
}

func (l *libBody) Write(p []byte) (int, error) { return l.lit.Write(p) }
func (l *libBody) Close() error {
	if err := l.lit.Close(); err != nil {
		return err
	}
	return l.buf.Flush()
}

type nopC struct{ io.Writer }

func (nopC) Close() error { return nil }

func libFilter(p Passphrase) Filter {
	return Filter{Name: "gpg", Suffix: ".gpg", Wrap: func(w io.Writer) (io.WriteCloser, error) {
		sessionKey := make([]byte, gpgCipher.KeySize())
		rand.Read(sessionKey)
		var sealed bytes.Buffer
		if err := packet.SerializeSymmetricKeyEncryptedAEADReuseKey(&sealed, sessionKey, []byte(p.secret), false, &packet.Config{DefaultCipher: gpgCipher}); err != nil {
			return nil, err
		}
		buf := bufio.NewWriterSize(w, 128<<10)
		buf.Write(sealed.Bytes())
		c, err := packet.SerializeSymmetricallyEncrypted(nopC{buf}, gpgCipher, false, packet.CipherSuite{}, sessionKey, nil)
		if err != nil {
			return nil, err
		}
		lit, err := packet.SerializeLiteral(c, true, "", 0)
		if err != nil {
			return nil, err
		}
		return &libBody{buf, lit}, nil
	}}
}

func cpuNow() time.Duration {
	var r syscall.Rusage
	syscall.Getrusage(0, &r)
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

func TestCompare(t *testing.T) {
	p := Passphrase{"correct horse"}
	own, err := GPGPassphrase(p)
	if err != nil {
		t.Fatal(err)
	}
	lib := libFilter(p)
	// correctness with gpg
	var out bytes.Buffer
	s, _ := Chain(&out, lib)
	text := sqlText(3 << 20)
	writePieces(s, text, 100000)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	os.Chmod(home, 0o700)
	f := filepath.Join(home, "x.gpg")
	os.WriteFile(f, out.Bytes(), 0o600)
	cmd := exec.Command("gpg", "--homedir", home, "--batch", "--pinentry-mode", "loopback", "--passphrase", "correct horse", "-d", f)
	got, err := cmd.Output()
	fmt.Println("gpg reads library:", err, bytes.Equal(got, text))
	for _, in := range []struct {
		name string
		data []byte
	}{{"sql", sqlText(64 << 20)}, {"media", media(64 << 20)}} {
		for _, c := range []struct {
			name string
			fs   []Filter
		}{{"zstd", []Filter{Zstd(0)}}, {"zstd+own", []Filter{Zstd(0), own}}, {"zstd+lib", []Filter{Zstd(0), lib}}, {"own", []Filter{own}}, {"lib", []Filter{lib}}} {
			for range 2 {
				var n counter
				s, err := Chain(&n, c.fs...)
				if err != nil {
					t.Fatal(err)
				}
				start, cpu := time.Now(), cpuNow()
				for range 16 {
					if err := writePieces(s, in.data, 256<<10); err != nil {
						t.Fatal(err)
					}
				}
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				w, u := time.Since(start), cpuNow()-cpu
				fmt.Printf("%-6s %-9s wall %6.2fs %7.1f MiB/s  cpu %6.2fs  out %.1f%%\n", in.name, c.name, w.Seconds(), 1024/w.Seconds(), u.Seconds(), 100*float64(n)/float64(1<<30))
			}
		}
	}
}
