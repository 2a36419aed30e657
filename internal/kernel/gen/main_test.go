package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// TestAVX2HasSixteenRegisters fails if code for AVX2 uses a register that came with AVX-512, which the
// allocator of registers does not know.
func TestAVX2HasSixteenRegisters(t *testing.T) {
	files, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	function := regexp.MustCompile(`(?s)TEXT ·(\w+AVX2)\(SB\).*?\n\tRET\n`)
	beyond := regexp.MustCompile(`\b[XY](1[6-9]|2\d|3[01])\b`)
	functions := 0
	for name, text := range files {
		for _, f := range function.FindAllSubmatch(text, -1) {
			functions++
			if r := beyond.Find(f[0]); r != nil {
				t.Errorf("%s: %s uses %s", name, f[1], r)
			}
		}
	}
	if functions < 100 {
		t.Errorf("%d functions for AVX2 were found", functions)
	}
}

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
