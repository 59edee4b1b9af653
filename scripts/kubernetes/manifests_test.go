// Package kubernetes checks the manifests of this folder.
package kubernetes

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

// manifests decodes the documents of the file strictly. An unknown field, a field of the wrong
// type and a duplicate field are errors.
func manifests(t *testing.T, text []byte) (objects []any) {
	t.Helper()
	for _, document := range bytes.Split(text, []byte("\n---\n")) {
		var of meta.TypeMeta
		if err := yaml.Unmarshal(document, &of); err != nil {
			t.Fatal(err)
		}
		var object any
		switch of.APIVersion + " " + of.Kind {
		case "v1 Secret":
			object = &core.Secret{}
		case "v1 ConfigMap":
			object = &core.ConfigMap{}
		case "v1 PersistentVolumeClaim":
			object = &core.PersistentVolumeClaim{}
		case "batch/v1 CronJob":
			object = &batch.CronJob{}
		default:
			t.Fatalf("unknown kind %s %s", of.APIVersion, of.Kind)
		}
		if err := decode(document, object); err != nil {
			t.Errorf("%s: %v", of.Kind, err)
		}
		objects = append(objects, object)
	}
	return objects
}

// decode decodes a document as the API server does with strict field validation.
func decode(document []byte, object any) error {
	text, err := yaml.YAMLToJSONStrict(document)
	if err != nil {
		return err
	}
	wrong, err := json.UnmarshalStrict(text, object)
	return errors.Join(append(wrong, err)...)
}

func read(t *testing.T) []byte {
	t.Helper()
	text, err := os.ReadFile("wp-oneway.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func find[T any](t *testing.T, objects []any) T {
	t.Helper()
	for _, o := range objects {
		if found, ok := o.(T); ok {
			return found
		}
	}
	t.Fatalf("there is no %T", *new(T))
	panic("unreachable")
}

func TestPodIsRestricted(t *testing.T) {
	job := find[*batch.CronJob](t, manifests(t, read(t)))
	pod := job.Spec.JobTemplate.Spec.Template.Spec
	if job.Spec.ConcurrencyPolicy != batch.ForbidConcurrent {
		t.Error("two runs may overlap")
	}
	if pod.RestartPolicy != core.RestartPolicyNever || pod.AutomountServiceAccountToken == nil || *pod.AutomountServiceAccountToken || pod.HostNetwork || pod.HostPID || pod.HostIPC {
		t.Error("the pod has rights that it does not need")
	}
	if s := pod.SecurityContext; !*s.RunAsNonRoot || *s.RunAsUser == 0 || s.SeccompProfile.Type != core.SeccompProfileTypeRuntimeDefault {
		t.Errorf("%+v", s)
	}
	for _, c := range containers(pod) {
		if s := c.SecurityContext; *s.AllowPrivilegeEscalation || !*s.ReadOnlyRootFilesystem || !slices.Equal(s.Capabilities.Drop, []core.Capability{"ALL"}) || len(s.Capabilities.Add) > 0 || s.Privileged != nil {
			t.Errorf("%s: %+v", c.Name, s)
		}
		if c.Resources.Limits.Memory().Value() < 128<<20 {
			t.Errorf("%s: the memory is less than a backup needs", c.Name)
		}
	}
}

func containers(pod core.PodSpec) []core.Container {
	return append(slices.Clone(pod.InitContainers), pod.Containers...)
}

func TestOnlyStateAndTemporaryFilesAreWritable(t *testing.T) {
	objects := manifests(t, read(t))
	pod := find[*batch.CronJob](t, objects).Spec.JobTemplate.Spec.Template.Spec
	volumes := map[string]core.Volume{}
	for _, v := range pod.Volumes {
		volumes[v.Name] = v
		if v.HostPath != nil {
			t.Errorf("%s is a folder of the node", v.Name)
		}
	}
	files, mounted := map[string]bool{}, map[string]bool{}
	secret, config := find[*core.Secret](t, objects), find[*core.ConfigMap](t, objects)
	for key := range secret.StringData {
		files[key] = true
	}
	for key := range config.Data {
		files[key] = true
	}
	var mounts []core.VolumeMount
	for _, c := range containers(pod) {
		mounts = append(mounts, c.VolumeMounts...)
	}
	for _, m := range mounts {
		v, ok := volumes[m.Name]
		if !ok {
			t.Errorf("%s: no such volume", m.Name)
		}
		if writable := m.Name == "state" || m.Name == "tmp"; m.ReadOnly == writable {
			t.Errorf("%s: read-only is %t", m.MountPath, m.ReadOnly)
		}
		if m.SubPath != "" && !files[m.SubPath] {
			t.Errorf("%s: there is no %s", m.MountPath, m.SubPath)
		}
		if v.Secret != nil && (v.Secret.SecretName != secret.Name || *v.Secret.DefaultMode&0o007 != 0) {
			t.Errorf("%+v", v.Secret)
		}
		if v.ConfigMap != nil && v.ConfigMap.Name != config.Name {
			t.Errorf("%+v", v.ConfigMap)
		}
		mounted[m.Name] = true
	}
	if len(mounted) != len(volumes) {
		t.Errorf("%d of %d volumes are mounted", len(mounted), len(volumes))
	}
}

// Wrong fields are errors. This shows that the check of the manifests can fail.
func TestWrongFieldsAreFound(t *testing.T) {
	for _, wrong := range []string{"readOnlyRootFileSystem: true", "capabilities: {dropped: [ALL]}", "privileged: [1]"} {
		text := strings.Replace(string(read(t)), "readOnlyRootFilesystem: true", wrong, 1)
		_, document, _ := strings.Cut(text, "kind: CronJob")
		if err := decode([]byte("kind: CronJob"+document), &batch.CronJob{}); err == nil {
			t.Errorf("%s is accepted", wrong)
		}
	}
}
