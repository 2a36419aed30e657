package brainpy

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Prefix is what the names of BrainPy's numbered checkpoints begin with, where its user gave none.
const Prefix = "checkpoint_"

// Latest returns the path of the last of BrainPy's numbered checkpoints in a directory: PREFIX100 comes
// after PREFIX99.5, and steps may be negative or have exponents. An error wraps os.ErrNotExist where there
// is none.
func Latest(dir, prefix string) (path string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", fmt.Errorf("brainpy: %w", err)
	}
	last := 0.0
	for _, e := range entries {
		text, ours := strings.CutPrefix(e.Name(), prefix)
		step, err := strconv.ParseFloat(text, 64)
		if !ours || err != nil || step-step != 0 || e.IsDir() {
			continue
		}
		if path == "" || step >= last {
			path, last = filepath.Join(dir, e.Name()), step
		}
	}
	if path == "" {
		return "", fmt.Errorf("brainpy: %s has no checkpoint %s...: %w", dir, prefix, os.ErrNotExist)
	}
	return path, nil
}
