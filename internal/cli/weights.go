package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spikegraph/spikegraph/internal/cli/model"
	"github.com/spikegraph/spikegraph/train/brainpy"
	"github.com/spikegraph/spikegraph/train/checkpoint"
)

// readWeights reads a file, or the last checkpoint of a directory, ours or BrainPy's.
func readWeights(path string) (*checkpoint.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return readTensors(path)
	}
	f, _, err := checkpoint.Series{Dir: path}.Latest()
	if errors.Is(err, checkpoint.ErrStep) {
		if last, other := brainpy.Latest(path, brainpy.Prefix); other == nil {
			return readBP(last)
		}
	}
	return f, err
}

// load reads weights into the store of a model: every trained parameter must be there, with its shape,
// but for what the rules allow.
// Constants that were drawn and averages that move are taken from files that have them, such as
// checkpoints; a warning tells if not.
func (a *app) load(ctx context.Context, m *model.Model, path string, rules checkpoint.Rules) error {
	f, err := readWeights(path)
	if err != nil {
		return err
	}
	if err := m.Place(ctx); err != nil {
		return err
	}
	have := map[string]bool{}
	for _, t := range f.Tensors {
		have[t.Name] = true
	}
	rules.AllowUnexpected = append([]string{"optim.*", "spikegraph.*", "train.*"}, rules.AllowUnexpected...)
	var want []checkpoint.Tensor
	var drawn []string
	for _, p := range m.Trainer.Store.Params() {
		if !p.Trained && !have[p.Name] {
			if !strings.HasPrefix(p.Name, "spikegraph.") {
				drawn = append(drawn, p.Name)
			}
			continue
		}
		want = append(want, checkpoint.Tensor{Name: p.Name, Value: p.Value})
	}
	if err := f.LoadInto(want, rules); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if len(drawn) > 0 {
		a.warn("%s does not have %s, which are as the seed %d draws them", path, strings.Join(drawn, ", "), m.Trainer.Seed)
	}
	return nil
}

// weightsPath returns where the weights of a model are: what the command line says, else the directory
// of checkpoints that the file names.
func weightsPath(m *model.Model, f weightOptions) (string, error) {
	switch {
	case f.initial && f.weights != "":
		return "", misuse("--weights and --initial: want one of them")
	case f.initial:
		return "initial", nil
	case f.weights != "":
		return f.weights, nil
	case m.Fit.Checkpoint.Dir != "":
		return m.Fit.Checkpoint.Dir, nil
	}
	return "", misuse("there are no weights: want --weights, a file or a directory of checkpoints, or --initial")
}
