package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

// TestRestoreByHand runs the commands of docs/restore-by-hand.md. For each way of sealing, it
// uses a separate backup.
func TestRestoreByHand(t *testing.T) {
	t.Parallel()
	page := readPage(t, "../../docs/restore-by-hand.md")
	if out, err := exec.CommandContext(t.Context(), "bash", "-n", "-c", page.sections["Google Cloud Storage"]).CombinedOutput(); err != nil || page.sections["Google Cloud Storage"] == "" {
		t.Errorf("Google Cloud Storage: %v\n%s", err, out)
	}
	for way, seal := range map[string]func(t *testing.T, dir string) (flags []string){
		"Not sealed":               func(*testing.T, string) []string { return nil },
		"Sealed with age":          sealWithAge,
		"Sealed with OpenPGP":      sealWithOpenPGP,
		"Sealed with a passphrase": sealWithPassphrase,
	} {
		t.Run(way, func(t *testing.T) {
			s, dir := shared.site(t), t.TempDir()
			name := "by-hand-" + strings.ToLower(way[strings.LastIndexByte(way, ' ')+1:])
			newHost(t).backup(0, append(seal(t, dir), s.Root, "--name", "shop", "--exclude", "bulk-*", "--to", bucket(t, name))...)
			scratch, err := s.Database.Sibling(t.Context(), strings.ReplaceAll(name, "-", "_"))
			if err != nil {
				t.Fatal(err)
			}
			script := page.script(way)
			script = assign(t, script, "FROM", "s3://"+name+"/host/shop/full-backups")
			script = assign(t, script, "RUN", runIn(t, name))
			script = assign(t, script, "DATABASE", scratch.Name)
			account := strings.NewReplacer("user = shop", "user = "+scratch.User, "…", strings.ReplaceAll(scratch.Password, `\`, `\\`)).Replace(page.optionFile)
			write(t, filepath.Join(dir, "restore.cnf"), strings.NewReader(account+"socket = "+scratch.Server.Socket+"\n"))
			checkByHand(t, runByHand(t, dir, name, script))
			diffs, err := lab.CompareDatabases(t.Context(), s.Database, *scratch)
			if err != nil {
				t.Fatal(err)
			}
			restored := filepath.Join(dir, "restored")
			if out, err := exec.CommandContext(t.Context(), "chown", "-hR", "--reference", s.Root, restored).CombinedOutput(); err != nil { // the files belong to the user of the test
				t.Fatalf("chown: %v\n%s", err, out)
			}
			files, err := lab.Compare(s.Root, restored, func(rel string) bool {
				return lab.IsCore(rel) || strings.HasPrefix(filepath.Base(rel), "bulk-")
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range append(diffs, files...) {
				t.Error("restored:", d)
			}
		})
	}
}

// runIn returns the name of the only run in a bucket, without its folders.
func runIn(t *testing.T, bucket string) string {
	t.Helper()
	for _, object := range stored(t, bucket) {
		if name, ok := strings.CutSuffix(filepath.Base(object), ".manifest.json"); ok {
			return name
		}
	}
	t.Fatal("no run is stored")
	return ""
}

// A page holds the code of a page, by its headings.
type page struct {
	order      []string
	sections   map[string]string
	optionFile string
}

func readPage(t *testing.T, path string) page {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	p := page{sections: map[string]string{}}
	heading := ""
	for _, block := range strings.Split(string(text), "\n\n") {
		if title := strings.TrimLeft(block, "#"); title != block {
			heading = strings.TrimSpace(title)
			p.order = append(p.order, heading)
		}
		if option, ok := strings.CutPrefix(block, "```ini\n"); ok {
			p.optionFile = strings.TrimSuffix(option, "```")
		}
		if !strings.HasPrefix(block, "    ") {
			continue
		}
		code := strings.TrimSuffix(strings.ReplaceAll("\n"+block, "\n    ", "\n"), "\n")[1:] + "\n"
		p.sections[heading] += code
	}
	return p
}

// script returns all commands that restore a backup sealed in one way.
func (p *page) script(way string) string {
	var b strings.Builder
	for _, heading := range p.order {
		if heading == way || heading != "Not sealed" && !strings.HasPrefix(heading, "Sealed ") && heading != "Google Cloud Storage" {
			b.WriteString(p.sections[heading])
		}
	}
	return b.String()
}

// assign gives a variable of the script another value.
func assign(t *testing.T, script, name, value string) string {
	t.Helper()
	line := regexp.MustCompile("(?m)^" + name + "=.*$")
	if len(line.FindAllString(script, -1)) != 1 {
		t.Fatalf("the page does not set %s once:\n%s", name, script)
	}
	return line.ReplaceAllLiteralString(script, name+"="+value)
}

// runByHand runs the script in a folder, as a user who may read the bucket, and returns its
// output.
func runByHand(t *testing.T, dir, bucket, script string) string {
	t.Helper()
	minio := shared.minio(t)
	credentials, err := minio.ReadingUser(t.Context(), bucket)
	if err != nil {
		t.Fatal(err)
	}
	aws, err := exec.LookPath("aws")
	if err != nil {
		t.Fatalf("%v; scripts/setup installs it", err)
	}
	bin := filepath.Join(dir, "bin") // old versions of aws ignore AWS_ENDPOINT_URL
	if err := os.Mkdir(bin, 0o700); err != nil {
		t.Fatal(err)
	}
	wrapper := fmt.Sprintf("#!/bin/sh\nexec %s --endpoint-url %s \"$@\"\n", aws, minio.Endpoint)
	if err := os.WriteFile(filepath.Join(bin, "aws"), []byte(wrapper), 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-e", "-o", "pipefail", "-c", script)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "GNUPGHOME="+filepath.Join(dir, "gnupg"), "AWS_CA_BUNDLE="+minio.CAFile,
		"AWS_SHARED_CREDENTIALS_FILE="+credentials, "AWS_CONFIG_FILE=/dev/null", "AWS_DEFAULT_REGION=us-east-1", "AWS_PROFILE=default")
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s\n%s%s%v", script, out.String(), problems.String(), err)
	}
	return out.String()
}

// checkByHand checks the output of the commands.
func checkByHand(t *testing.T, out string) {
	t.Helper()
	if n := strings.Count(out, "\nOK "); n != 3 {
		t.Errorf("%d objects are as stored, not 3:\n%s", n, out)
	}
	end := regexp.MustCompile(`-- Dump completed at .* sha256=([0-9a-f]{64})\n([0-9a-f]{64})  -\n`).FindStringSubmatch(out)
	if end == nil || end[1] != end[2] {
		t.Errorf("the last line of the dump does not show its SHA-256: %q\n%s", end, out)
	}
}

func byHandTool(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Env = append(os.Environ(), "GNUPGHOME="+filepath.Join(dir, "gnupg"))
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v; scripts/setup installs it", name, err)
	}
	return string(out)
}

func sealWithAge(t *testing.T, dir string) []string {
	t.Helper()
	key := filepath.Join(dir, "key.txt")
	byHandTool(t, dir, "age-keygen", "-o", key)
	return []string{"--recipient", strings.TrimSpace(byHandTool(t, dir, "age-keygen", "-y", key))}
}

func sealWithOpenPGP(t *testing.T, dir string) []string {
	t.Helper()
	if err := os.Mkdir(filepath.Join(dir, "gnupg"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = exec.Command("gpgconf", "--homedir", filepath.Join(dir, "gnupg"), "--kill", "gpg-agent").Run()
	})
	byHandTool(t, dir, "gpg", "--batch", "--pinentry-mode", "loopback", "--passphrase", "", "--quick-generate-key", "test@example.com", "ed25519", "cert", "never")
	byHandTool(t, dir, "gpg", "--batch", "--pinentry-mode", "loopback", "--passphrase", "", "--quick-add-key",
		strings.Fields(regexp.MustCompile(`(?m)^fpr:+([0-9A-F]+):`).FindStringSubmatch(byHandTool(t, dir, "gpg", "--with-colons", "--list-keys"))[1])[0], "cv25519", "encr", "never")
	public := filepath.Join(dir, "public.asc")
	write(t, public, strings.NewReader(byHandTool(t, dir, "gpg", "--armor", "--export")))
	return []string{"--recipients-file", public}
}

func sealWithPassphrase(t *testing.T, dir string) []string {
	t.Helper()
	file := filepath.Join(dir, "passphrase.txt")
	if err := os.WriteFile(file, []byte("correct horse\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "gnupg"), 0o700); err != nil {
		t.Fatal(err)
	}
	return []string{"--passphrase-file", file}
}
