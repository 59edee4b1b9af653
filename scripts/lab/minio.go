package lab

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// MinIOOptions describe how clients reach the server of StartMinIO.
type MinIOOptions struct {
	Console bool   // start the web console too
	TLS     bool   // use https, with a certificate of a temporary authority
	IPv6    bool   // listen on ::1 instead of 127.0.0.1
	Region  string // the only region that requests may be signed for; "" allows any
	Domain  string // also serve buckets as subdomains of this domain; the certificate includes them
}

// A MinIO is a private S3 server.
type MinIO struct {
	Endpoint   string // https://127.0.0.1:PORT, or http:// without TLS
	CAFile     string // the authority's certificate, PEM; "" without TLS
	RootKey    string // access key of the administrator, for checks of the tests
	RootSecret string
	Console    string // URL of the web console, "" without one
	Dir        string // contains the data, the certificates and the log

	proc *process
	http *http.Client
}

// StartMinIO starts a server that keeps its data in dir, and returns when the server answers. If
// scripts/fetch has not yet built the server, StartMinIO first builds it, which takes minutes.
// The server ends with Stop or Kill, or at the latest with this process.
func StartMinIO(ctx context.Context, dir string, o MinIOOptions) (*MinIO, error) {
	program, err := fetched(ctx, "minio")
	if err != nil {
		return nil, err
	}
	var m *MinIO
	err = retryStart(func() (err error) {
		m, err = startMinIO(ctx, program, dir, o)
		return err
	})
	return m, err
}

// fetched returns the path of a file or folder that scripts/fetch provides. scripts/fetch first
// builds or downloads it if necessary.
func fetched(ctx context.Context, name string) (string, error) {
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	out, err := runIn(ctx, root, filepath.Join(root, "scripts", "fetch"), name)
	if err != nil {
		return "", fmt.Errorf("fetch %s: %w", name, err)
	}
	return strings.TrimSpace(out), nil
}

// moduleRoot returns the folder of this repository's go.mod, at or above the working directory.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the repository: %w", err)
	}
	for ; ; dir = filepath.Dir(dir) {
		b, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(b), "module github.com/wp-oneway/wp-oneway\n") {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("find the repository: no go.mod of wp-oneway at or above the working directory")
		}
	}
}

func startMinIO(ctx context.Context, program, dir string, o MinIOOptions) (*MinIO, error) {
	m := &MinIO{RootKey: randomKey(16), RootSecret: randomKey(32), Dir: dir}
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
			return nil, fmt.Errorf("start MinIO: %w", err)
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
	console := ""
	if o.Console {
		port, err := freePort()
		if err != nil {
			return nil, err
		}
		console = net.JoinHostPort(host, strconv.Itoa(port))
		m.Console = "http://" + console
	}
	if err := m.launch(program, addr, console, certs, o); err != nil {
		return nil, fmt.Errorf("start MinIO: %w", err)
	}
	if err := m.proc.waitReady(ctx, m.ping); err != nil {
		m.Kill()
		return nil, fmt.Errorf("start MinIO in %s: %w", dir, err)
	}
	return m, nil
}

func (m *MinIO) launch(program, addr, console, certs string, o MinIOOptions) (err error) {
	cmd := exec.Command(program, "server", "--quiet", "--address", addr, "--console-address", console, "--certs-dir", certs, filepath.Join(m.Dir, "data"))
	cmd.Env = []string{
		"HOME=" + m.Dir, "PATH=/usr/bin:/bin",
		"MINIO_ROOT_USER=" + m.RootKey, "MINIO_ROOT_PASSWORD=" + m.RootSecret,
		"MINIO_BROWSER=" + map[bool]string{true: "on", false: "off"}[console != ""], "MINIO_UPDATE=off",
	}
	if o.Domain != "" {
		cmd.Env = append(cmd.Env, "MINIO_DOMAIN="+o.Domain)
	}
	if o.Region != "" {
		cmd.Env = append(cmd.Env, "MINIO_SITE_REGION="+o.Region)
	}
	m.proc, err = startProcess(cmd, filepath.Join(m.Dir, "minio.log"))
	return err
}

// URL returns the URL of a sink for prefix in bucket. credentialsFile is a file such as
// PutOnlyUser writes.
func (m *MinIO) URL(bucket, prefix, credentialsFile string) string {
	u := fmt.Sprintf("s3://%s/%s?endpoint=%s&region=us-east-1&path_style=true&credentials_file=%s",
		bucket, prefix, m.Endpoint, credentialsFile)
	if m.CAFile != "" {
		u += "&ca_file=" + m.CAFile
	}
	return u
}

// PID returns the ID of the server's process.
func (m *MinIO) PID() int { return m.proc.pid() }

// Stop shuts the server down and waits until it has ended. The data stay.
func (m *MinIO) Stop() {
	_ = m.proc.stop() // the result is in its log
	m.http.CloseIdleConnections()
}

// Kill ends the server at once, as in a crash. The data stay.
func (m *MinIO) Kill() {
	m.proc.kill()
	m.http.CloseIdleConnections()
}

// randomKey returns n random characters that access keys and secrets may contain.
func randomKey(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // it never fails
	return base32.StdEncoding.EncodeToString(b)[:n]
}
