package secret

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// No verb, log or encoding prints a secret.
func TestTextIsRedacted(t *testing.T) {
	t.Parallel()
	s := struct {
		Password Text
		List     []Text
	}{"hunter2", []Text{"hunter2"}}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%T %[1]v"} {
		fmt.Fprintf(&out, verb+"\n", s)
		fmt.Fprintf(&out, verb+"\n", s.Password)
		fmt.Fprintf(&out, verb+"\n", &s.Password)
	}
	slog.New(slog.NewTextHandler(&out, nil)).Info("text", "secret", s.Password, "in", s)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("JSON", "secret", s.Password, "in", s)
	if err := json.NewEncoder(&out).Encode(s); err != nil {
		t.Fatal(err)
	}
	if err := yaml.NewEncoder(&out).Encode(s); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(&out, s.Password.String()+fmt.Sprint(s))
	for _, leak := range []string{"hunter2", fmt.Sprintf("%x", "hunter2"), fmt.Sprintf("%X", "hunter2"), fmt.Sprintf("% x", "hunter2")} {
		if strings.Contains(out.String(), leak) {
			t.Errorf("%q is printed:\n%s", leak, out.String())
		}
	}
	if s.Password.Reveal() != "hunter2" {
		t.Error("Reveal does not return the secret")
	}
}
