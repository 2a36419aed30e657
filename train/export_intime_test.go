package train

import (
	"github.com/spikegraph/spikegraph/datasets"
)

// ProgramMemory returns the bytes that the program which learns from batches like b works in.
func ProgramMemory[S any](t *BPTT[S], b datasets.Batch) (int, error) {
	t.init()
	p, err := t.place(b)
	if err != nil {
		return 0, err
	}
	return p.prog.Memory(), nil
}
