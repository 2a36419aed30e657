package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestGeneratedFilesAreUpToDate(t *testing.T) {
	files, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(want, got) {
			t.Errorf("%s is not what the generator writes: run go generate here", name)
		}
	}
	// An assembly file that no family writes any more would still be linked.
	found, err := filepath.Glob("../*_amd64.s")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range found {
		if _, ok := files[filepath.Base(path)]; !ok {
			t.Errorf("%s is written by no generator", path)
		}
	}
}
