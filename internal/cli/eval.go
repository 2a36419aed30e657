package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/internal/cli/model"
)

// evaluated is the result of eval as JSON.
type evaluated struct {
	Weights string `json:"weights"`
	Part    string `json:"part"`
	scores
}

func (a *app) evalCommand() *cobra.Command {
	var weights, part string
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
			return a.eval(c.Context(), args[0], weights, part)
		},
	})
	weightFlags(c, &weights, &part)
	return c
}

// weightFlags adds the flags of commands that use trained weights.
func weightFlags(c *cobra.Command, weights, part *string) {
	c.Flags().StringVar(weights, "weights", "", "file of weights or directory of checkpoints")
	c.Flags().StringVar(part, "part", "test", "part of the data: train, valid or test")
	_ = c.RegisterFlagCompletionFunc("part", cobra.FixedCompletions([]string{"train", "valid", "test"}, cobra.ShellCompDirectiveNoFileComp))
}

func (a *app) eval(ctx context.Context, path, weights, part string) error {
	m, src, weights, err := a.withWeights(ctx, path, weights, part)
	if err != nil {
		return err
	}
	s, err := m.Trainer.Evaluate(ctx, m.Data.Ordered(src))
	if err != nil {
		return err
	}
	if a.json {
		return a.object(evaluated{weights, part, scoresOf(s)})
	}
	rows := [][]string{{"weights", weights}, {"part", part}, {"samples", fmt.Sprint(s.Samples)}, {"loss", fmt.Sprintf("%.6g", s.Loss)}}
	for _, v := range s.Metrics {
		rows = append(rows, []string{v.Name, fmt.Sprintf("%.6g", v.Value)})
	}
	for _, v := range s.Rates {
		rows = append(rows, []string{"rate of " + v.Name, fmt.Sprintf("%.4g spikes per neuron and step", v.Value)})
	}
	return table(a.out, rows)
}

// withWeights opens a model with its weights, and returns the part of its data too.
func (a *app) withWeights(ctx context.Context, path, weights, part string) (*model.Model, datasets.Source, string, error) {
	m, err := model.Read(path, model.Changes{})
	if err != nil {
		return nil, nil, "", err
	}
	if weights, err = weightsPath(m, weights); err != nil {
		return nil, nil, "", err
	}
	if err := m.Open(ctx, a.progress()); err != nil {
		return nil, nil, "", err
	}
	src, err := m.Part(part)
	if err != nil {
		return nil, nil, "", usage{err}
	}
	return m, src, weights, a.load(ctx, m, weights)
}
