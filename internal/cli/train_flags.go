package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// check refuses what would only come out once the network is trained.
func (f trainFlags) check() error {
	if f.Epochs < 0 || f.Workers < 0 {
		return misuse("--epochs %d, --workers %d: want at least 1", f.Epochs, f.Workers)
	}
	if f.out != "" {
		if _, err := writerOf(f.out); err != nil {
			return err
		}
	}
	if end := strings.ToLower(filepath.Ext(f.report)); f.report != "" && end != ".html" && end != ".htm" {
		return misuse("--report %s: want a name that ends in .html", f.report)
	}
	if f.weights == "" && len(f.rules.AllowMissing)+len(f.rules.AllowUnexpected) > 0 {
		return misuse("--missing, --unexpected: want --weights besides")
	}
	return errors.Join(placeFor(f.out), placeFor(f.report))
}

// placeFor refuses a file in a directory that is not there.
func placeFor(path string) error {
	if path == "" {
		return nil
	}
	info, err := os.Stat(filepath.Dir(path))
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s is no directory", filepath.Dir(path))
	}
	return err
}
