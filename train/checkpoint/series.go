package checkpoint

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spikegraph/spikegraph/internal/atomicfile"
)

// suffix ends the names of the files of a series.
const suffix = ".safetensors"

// Series is a directory of checkpoints of one run, numbered by training step. A checkpoint is kept
// if any of the three rules keeps it; with none set, all are kept. One goroutine at a time.
type Series struct {
	Dir       string // created by Save, with its parents
	Prefix    string // of the names of the files, before the step; "checkpoint-"
	KeepLast  int    // this many of the last; 0: this rule keeps none
	KeepEvery int64  // the first, and on from each one kept the next that is so many steps later; 0: none
	KeepBest  int    // this many of the best by the metadata entry BestBy; 0: none
	BestBy    string // key of a number in the metadata, such as "val_loss"; NaN is never best
	Higher    bool   // the higher the number the better; else the lower
}

// Saved is one checkpoint on disk.
type Saved struct {
	Step int64
	Path string
}

// Save writes f as the checkpoint of a step, >= 0, and then deletes the checkpoints that are no longer
// kept; the one just written always stays. A step at or before one that is there is ErrStep; see
// Discard. If the deleting fails, the path comes with the error.
func (s Series) Save(step int64, f *File) (path string, err error) {
	if err := s.check(f); err != nil {
		return "", err
	}
	all, err := s.List()
	if err != nil {
		return "", err
	}
	if last := len(all) - 1; step < 0 || last >= 0 && step <= all[last].Step {
		return "", fmt.Errorf("checkpoint: step %d: %w: %s holds %v", step, ErrStep, s.Dir, steps(all))
	}
	if err := os.MkdirAll(s.Dir, 0o777); err != nil {
		return "", fmt.Errorf("checkpoint: %w", err)
	}
	path = filepath.Join(s.Dir, s.prefix()+strconv.FormatInt(step, 10)+suffix)
	if err := WriteFile(path, f); err != nil {
		return "", err
	}
	return path, s.prune(append(all, Saved{step, path}))
}

// List returns the checkpoints in the directory in the order of their steps, 9 before 10. A
// directory that does not exist has none.
func (s Series) List() ([]Saved, error) {
	names, err := os.ReadDir(s.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	var all []Saved
	for _, e := range names {
		digits, isOurs := strings.CutPrefix(strings.TrimSuffix(e.Name(), suffix), s.prefix())
		step, err := strconv.ParseUint(digits, 10, 63)
		if isOurs && err == nil && strings.HasSuffix(e.Name(), suffix) {
			all = append(all, Saved{int64(step), filepath.Join(s.Dir, e.Name())})
		}
	}
	slices.SortStableFunc(all, func(a, b Saved) int { return cmp.Compare(a.Step, b.Step) })
	return all, nil
}

// Load reads the checkpoint of a step. ErrStep: it is not there, or no longer.
func (s Series) Load(step int64) (*File, error) {
	all, err := s.List()
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(c Saved) bool { return c.Step == step })
	if i < 0 {
		return nil, fmt.Errorf("checkpoint: step %d: %w: %s holds %v", step, ErrStep, s.Dir, steps(all))
	}
	return ReadFile(all[i].Path)
}

// Latest reads the checkpoint of the last step. ErrStep: there is none.
func (s Series) Latest() (*File, int64, error) {
	all, err := s.List()
	if err != nil {
		return nil, 0, err
	}
	if len(all) == 0 {
		return nil, 0, fmt.Errorf("checkpoint: %w: %s holds no checkpoint", ErrStep, s.Dir)
	}
	last := all[len(all)-1]
	f, err := ReadFile(last.Path)
	return f, last.Step, err
}

// Discard deletes the checkpoints of all steps after the given one, so that a run can go on from there.
func (s Series) Discard(after int64) error {
	all, err := s.List()
	if err != nil {
		return err
	}
	return remove(slices.DeleteFunc(all, func(c Saved) bool { return c.Step <= after }))
}

// Clean deletes the temporary files of this series that writers left behind which were killed. No one may
// be writing.
func (s Series) Clean() error {
	entries, err := os.ReadDir(s.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("checkpoint: %w", err)
	}
	var left []Saved
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "."+s.prefix()) && strings.Contains(e.Name(), suffix+atomicfile.Temporary) {
			left = append(left, Saved{Path: filepath.Join(s.Dir, e.Name())})
		}
	}
	return remove(left)
}

func (s Series) prefix() string { return cmp.Or(s.Prefix, "checkpoint-") }

// steps returns the steps for a message.
func steps(all []Saved) []int64 {
	out := make([]int64, len(all))
	for i, c := range all {
		out[i] = c.Step
	}
	return out
}

// remove deletes files, as many as it can.
func remove(cs []Saved) error {
	var errs []error
	for _, c := range cs {
		if err := os.Remove(c.Path); err != nil {
			errs = append(errs, fmt.Errorf("checkpoint: %w", err))
		}
	}
	return errors.Join(errs...)
}
