package php

import (
	"io/fs"
	"path"
	"testing/fstest"
)

// memoryFiles are files by their absolute path.
type memoryFiles map[string]string

func (m memoryFiles) fs() fstest.MapFS {
	out := fstest.MapFS{}
	for name, text := range m {
		out[name[1:]] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
	}
	return out
}

func memoryName(name string) string {
	if name = path.Clean(name)[1:]; name == "" {
		return "."
	}
	return name
}

func (m memoryFiles) ReadFile(name string) ([]byte, error)  { return m.fs().ReadFile(memoryName(name)) }
func (m memoryFiles) Stat(name string) (fs.FileInfo, error) { return m.fs().Stat(memoryName(name)) }
func (m memoryFiles) ReadDir(name string) ([]fs.DirEntry, error) {
	return m.fs().ReadDir(memoryName(name))
}

func (m memoryFiles) Resolve(name string) (string, error) {
	_, err := m.Stat(name)
	return path.Clean(name), err
}
