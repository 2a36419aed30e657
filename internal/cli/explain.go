package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/atomicfile"
	"github.com/spikegraph/spikegraph/internal/cli/model"
)

// explainFlags are the flags of explain.
type explainFlags struct {
	dot     string
	forward bool
	passes  bool
	batch   int
}

// explained is the result of explain as JSON.
type explained struct {
	Layers     []layerRow `json:"layers"`
	Parameters int        `json:"parameters"` // elements that are trained
	Memory     int        `json:"memory"`     // bytes of a run besides parameters, inputs and outputs
	Batch      int        `json:"batch"`
	Explain    string     `json:"explain"`
}

// layerRow is a layer of a network.
type layerRow struct {
	Name string `json:"name"`
	Type string `json:"type"`
	In   string `json:"in"`
	Out  string `json:"out"`
}

func (a *app) explainCommand() *cobra.Command {
	var f explainFlags
	c := tomlFile(&cobra.Command{
		Use:   "explain FILE.toml",
		Short: "Show layers, passes, kernels and the memory plan of a model",
		Long: `Show the layers of a model with the sizes that were found, and what its program does: how
many nodes each pass left, the kernels, and the plan of its memory. The program is
that of one step of training; --forward shows that of a prediction, as does a file with
a [readout], which takes no gradients. --dot writes
the graph, before the passes, in the language of Graphviz.`,
		Example: `  spikegraph explain net.toml
  spikegraph explain net.toml --forward --batch 1
  spikegraph explain net.toml --forward --dot net.dot && dot -Tsvg net.dot > net.svg
  spikegraph explain --passes net.toml`,
		RunE: func(c *cobra.Command, args []string) error { return a.explain(c.Context(), args[0], f) },
	})
	c.Flags().StringVar(&f.dot, "dot", "", `file for the graph, "-" for the standard output alone`)
	c.Flags().BoolVar(&f.forward, "forward", false, "the program of a prediction, not of training")
	c.Flags().BoolVar(&f.passes, "passes", false, "also list the compiler's passes and what each does")
	c.Flags().IntVar(&f.batch, "batch", 0, "samples in a batch, in place of the file's")
	return c
}

func (a *app) explain(ctx context.Context, path string, f explainFlags) error {
	m, err := a.open(ctx, path, model.Changes{})
	if err != nil {
		return err
	}
	if f.batch < 0 {
		return misuse("--batch %d: want at least 1", f.batch)
	}
	g, outs, batch, err := m.Graph(ctx, f.batch, !f.forward && m.Readout == nil)
	if err != nil {
		return err
	}
	if f.dot == "-" {
		return graph.DOT(a.out, outs...)
	}
	if f.dot != "" {
		if err := writeDOT(f.dot, outs); err != nil {
			return err
		}
	}
	prog, err := g.CompileWith(m.Trainer.Options, outs...)
	if err != nil {
		return err
	}
	e, err := explainedOf(m, prog)
	if err != nil {
		return err
	}
	e.Batch = batch
	if a.json {
		return a.object(e)
	}
	return a.showExplained(e, f.passes)
}

// explainedOf returns what there is to know of a model and its program.
func explainedOf(m *model.Model, prog *graph.Program) (explained, error) {
	var text bytes.Buffer
	if err := prog.Explain(&text); err != nil {
		return explained{}, err
	}
	e := explained{Memory: prog.Memory(), Explain: text.String()}
	for _, l := range m.Layers {
		e.Layers = append(e.Layers, layerRow{l.Name, l.Type, l.In, l.Out})
	}
	for _, p := range m.Trainer.Store.Params() {
		if p.Trained {
			e.Parameters += p.Value.Shape().TotalSize()
		}
	}
	return e, nil
}

func writeDOT(path string, outs []*graph.Node) error {
	var b bytes.Buffer
	if err := graph.DOT(&b, outs...); err != nil {
		return err
	}
	return atomicfile.WriteBytes(path, b.Bytes())
}

// showExplained writes the result as text.
func (a *app) showExplained(e explained, passes bool) error {
	rows := [][]string{{"LAYER", "TYPE", "IN", "OUT"}}
	for _, l := range e.Layers {
		rows = append(rows, []string{l.Name, l.Type, l.In, l.Out})
	}
	if err := table(a.out, rows); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "\n%d trained numbers; a batch of %d takes %.1f MB besides them\n\n",
		e.Parameters, e.Batch, float64(e.Memory)/1e6)
	if passes {
		names, what := graph.Passes()
		rows = [][]string{{"PASS", "WHAT IT DOES"}}
		for i, n := range names {
			rows = append(rows, []string{n, what[i]})
		}
		if err := table(a.out, rows); err != nil {
			return err
		}
		fmt.Fprintln(a.out)
	}
	_, err := io.WriteString(a.out, e.Explain)
	return err
}
