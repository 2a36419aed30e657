package cli

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spikegraph/spikegraph/internal/atomicfile"
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
	return errors.Join(placeFor("out", f.out), placeFor("report", f.report))
}

// placeFor refuses a file that cannot be written.
func placeFor(flag, path string) error {
	if path == "" {
		return nil
	}
	if err := atomicfile.Check(path); err != nil {
		return fmt.Errorf("--%s: %w", flag, err)
	}
	return nil
}
