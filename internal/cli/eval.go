package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/internal/cli/model"
	"github.com/spikegraph/spikegraph/train/checkpoint"
)

// evaluated is the result of eval as JSON.
type evaluated struct {
	Weights string `json:"weights"`
	Part    string `json:"part"`
	scores
}

func (a *app) evalCommand() *cobra.Command {
	var f weightOptions
	c := tomlFile(&cobra.Command{
		Use:   "eval FILE.toml",
		Short: "Measure loss and accuracy of trained weights",
		Long: `Measure the loss, the metrics and the firing rates of a model with trained weights on
a part of its data. Weights come from a file that inspect knows or the last
checkpoint of a directory; without --weights, from the directory of checkpoints
in the TOML file.`,
		Example: `  spikegraph eval net.toml --weights weights.safetensors
  spikegraph eval net.toml --weights run --part train --json`,
		RunE: func(c *cobra.Command, args []string) error {
			return a.eval(c.Context(), args[0], f)
		},
	})
	f.flags(c)
	return c
}

// weightOptions say which weights a command uses, on which part of the data.
type weightOptions struct {
	weights, part string
	initial       bool
}

// flags adds the flags of commands that use trained weights.
func (f *weightOptions) flags(c *cobra.Command) {
	c.Flags().StringVar(&f.weights, "weights", "", "file of weights or directory of checkpoints")
	c.Flags().StringVar(&f.part, "part", "test", "part of the data: train, valid or test")
	c.Flags().BoolVar(&f.initial, "initial", false, "the weights that training would begin with: of a layer of type nir, those in its file")
	_ = c.RegisterFlagCompletionFunc("part", cobra.FixedCompletions([]string{"train", "valid", "test"}, cobra.ShellCompDirectiveNoFileComp))
}

func (a *app) eval(ctx context.Context, path string, f weightOptions) error {
	m, src, weights, err := a.withWeights(ctx, path, f)
	if err != nil {
		return err
	}
	s, err := m.Trainer.Evaluate(ctx, m.Data.Ordered(src))
	if err != nil {
		return err
	}
	if a.json {
		return a.object(evaluated{weights, f.part, scoresOf(s)})
	}
	rows := [][]string{{"weights", weights}, {"part", f.part}, {"samples", fmt.Sprint(s.Samples)}, {"loss", fmt.Sprintf("%.6g", s.Loss)}}
	for _, v := range s.Metrics {
		rows = append(rows, []string{v.Name, fmt.Sprintf("%.6g", v.Value)})
	}
	for _, v := range s.Rates {
		rows = append(rows, []string{"rate of " + v.Name, fmt.Sprintf("%.4g spikes per neuron and step", v.Value)})
	}
	return table(a.out, rows)
}

// withWeights opens a model with its weights, and returns the part of its data too.
func (a *app) withWeights(ctx context.Context, path string, f weightOptions) (*model.Model, datasets.Source, string, error) {
	m, err := model.Read(path, model.Changes{})
	if err != nil {
		return nil, nil, "", err
	}
	weights, err := weightsPath(m, f)
	if err != nil {
		return nil, nil, "", err
	}
	if err := m.Open(ctx, a.progress()); err != nil {
		return nil, nil, "", err
	}
	src, err := m.Part(f.part)
	if err != nil {
		return nil, nil, "", usage{err}
	}
	if f.initial {
		return m, src, weights, m.Place(ctx)
	}
	return m, src, weights, a.load(ctx, m, weights, checkpoint.Rules{})
}
