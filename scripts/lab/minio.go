package lab

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// MinIOOptions say how StartMinIO's server is reached.
type MinIOOptions struct {
	TLS    bool   // https, with a certificate of a throw-away authority
	IPv6   bool   // on ::1 rather than 127.0.0.1
	Domain string // buckets are also hosts of this domain, which the certificate is for, too
}

// A MinIO is a private S3 server.
type MinIO struct {
	Endpoint   string // https://127.0.0.1:PORT, http:// without TLS
	CAFile     string // the authority's certificate, PEM; "" without TLS
	RootKey    string // may do everything: for the test to look with, not to back up with
	RootSecret string
	Dir        string // where it keeps its data, its certificates and its log

	cmd  *exec.Cmd
	done chan struct{} // closed once the server has ended
	http *http.Client
}

// StartMinIO starts a server that keeps everything in dir, and returns once it
// answers. It is built into the cache folder first when it is not there yet,
// which takes minutes. It ends with Stop, and at the latest with this process.
func StartMinIO(ctx context.Context, dir string, o MinIOOptions) (*MinIO, error) {
	bin, err := minioBinary(ctx)
	if err != nil {
		return nil, err
	}
	for try := 1; ; try++ {
		m, err := startMinIO(ctx, bin, dir, o)
		if err == nil || try == 3 || ctx.Err() != nil {
			return m, err
		}
	}
}

func startMinIO(ctx context.Context, bin, dir string, o MinIOOptions) (*MinIO, error) {
	m := &MinIO{RootKey: randomKey(16), RootSecret: randomKey(32), Dir: dir, done: make(chan struct{})}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	host := "127.0.0.1"
	if o.IPv6 {
		host = "::1"
	}
	addr := net.JoinHostPort(host, strconv.Itoa(port))
	certs := filepath.Join(dir, "certs")
	for _, d := range []string{certs, filepath.Join(dir, "data")} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, fmt.Errorf("start minio: %w", err)
		}
	}
	m.Endpoint = "http://" + addr
	if o.TLS {
		m.Endpoint = "https://" + addr
		m.CAFile = filepath.Join(dir, "ca.pem")
		if err := writeCertificates(certs, m.CAFile, o.Domain); err != nil {
			return nil, err
		}
	}
	if m.http, err = clientTrusting(m.CAFile); err != nil {
		return nil, err
	}
	if err := m.spawn(bin, addr, certs, o.Domain); err != nil {
		return nil, err
	}
	if err := m.ready(ctx); err != nil {
		m.Kill()
		return nil, err
	}
	return m, nil
}

func (m *MinIO) spawn(bin, addr, certs, domain string) error {
	log, err := os.OpenFile(filepath.Join(m.Dir, "minio.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("start minio: %w", err)
	}
	defer log.Close()
	m.cmd = exec.Command(bin, "server", "--quiet", "--address", addr, "--certs-dir", certs, filepath.Join(m.Dir, "data"))
	m.cmd.Env = []string{
		"HOME=" + m.Dir, "PATH=/usr/bin:/bin",
		"MINIO_ROOT_USER=" + m.RootKey, "MINIO_ROOT_PASSWORD=" + m.RootSecret,
		"MINIO_BROWSER=off", "MINIO_UPDATE=off",
	}
	if domain != "" {
		m.cmd.Env = append(m.cmd.Env, "MINIO_DOMAIN="+domain)
	}
	m.cmd.Stdout, m.cmd.Stderr = log, log
	m.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := m.cmd.Start(); err != nil {
		return fmt.Errorf("start minio: %w", err)
	}
	go func() {
		defer close(m.done)
		_ = m.cmd.Wait() // how it ended is in its log
	}()
	return nil
}

// ready waits until the server answers signed requests, not only its health page.
func (m *MinIO) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	for {
		if err := m.ping(ctx); err == nil {
			return nil
		}
		select {
		case <-m.done:
			return fmt.Errorf("start minio: it ended at once: %s", lastLines(filepath.Join(m.Dir, "minio.log"), 5))
		case <-ctx.Done():
			return fmt.Errorf("start minio: no answer from %s: %w", m.Endpoint, ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// URL is the sink's URL for prefix in bucket, with the credential of a file
// such as PutOnlyUser writes.
func (m *MinIO) URL(bucket, prefix, credentialsFile string) string {
	u := fmt.Sprintf("s3://%s/%s?endpoint=%s&region=us-east-1&path_style=true&credentials_file=%s",
		bucket, prefix, m.Endpoint, credentialsFile)
	if m.CAFile != "" {
		u += "&ca_file=" + m.CAFile
	}
	return u
}

// Stop ends the server in order.
func (m *MinIO) Stop() { m.end(syscall.SIGTERM) }

// Kill ends the server in the middle of whatever it does.
func (m *MinIO) Kill() { m.end(syscall.SIGKILL) }

func (m *MinIO) end(sig syscall.Signal) {
	_ = m.cmd.Process.Signal(sig) // it may have ended already
	select {
	case <-m.done:
	case <-time.After(10 * time.Second):
		_ = m.cmd.Process.Kill()
		<-m.done
	}
	m.http.CloseIdleConnections()
}

// randomKey returns n characters that keys and secrets may hold.
func randomKey(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return base32.StdEncoding.EncodeToString(b)[:n]
}

// lastLines is the end of a log, on one line.
func lastLines(path string, n int) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], " / ")
}
