package settings

import (
	"path/filepath"
	"reflect"
	"strings"
)

// SecretFiles returns the files that the keys of the whole configuration name, such as
// email.password_file. It leaves out the files of sites.
func (c *Configuration) SecretFiles() []string { return secretFiles(reflect.ValueOf(c.settings)) }

// SecretFiles returns the files that the keys of a site name, such as env_file.
func (s *SiteSetting) SecretFiles() []string { return secretFiles(reflect.ValueOf(*s)) }

// secretFiles returns the values of all keys of a struct that end in _file.
func secretFiles(v reflect.Value) (paths []string) {
	for i := range v.NumField() {
		key, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("mapstructure"), ",")
		switch field := v.Field(i); {
		case field.Kind() == reflect.Struct:
			paths = append(paths, secretFiles(field)...)
		case field.Kind() == reflect.String && strings.HasSuffix(key, "_file") && field.String() != "":
			paths = append(paths, filepath.Clean(field.String()))
		}
	}
	return paths
}
