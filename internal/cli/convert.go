package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spikegraph/spikegraph/internal/cli/model"
	"github.com/spikegraph/spikegraph/train/checkpoint"
)

// convertFlags are the flags of convert.
type convertFlags struct {
	all     bool
	like    string
	model   string
	euler   bool
	by      string // a map
	back    bool
	renames []string
}

const convertHelp = `Convert a file of weights from the format of one ending to that of another:

%s
Of a checkpoint of train what belongs to the model is written (weights, constants,
running averages), unless --all asks for the optimizer's state and the rest too.
--rename changes names on the way; a * at the end of both sides stands for the rest
of a name. The output is written whole or not at all, and an existing file is replaced.

A NIR file holds more than tensors: nodes and what connects them. --model says which
TOML file the weights are of: its layers become nodes of their names, images are
channels first, and what NIR cannot express is an error that names the layer and why.
NIR's tools step in time in two ways, which the file does not say: --euler writes time
constants for those that decay by 1 - dt/tau in a step (snnTorch, SpikingJelly), else
they are for the exact solution, e^(-dt/tau). A layer of type "nir" in a TOML file is
the way back: a network from a NIR file, to be trained as any other.

From a NIR file, the parameters of its nodes come out as tensors NODE.PARAMETER, in the
layout and units of NIR (weights [out in], seconds); to one, they go into a copy of the
file --like. Names and layouts of tensors are those of the file they come from, unless --map
names a TOML file with a map of both, from another tool's to ours or, with --back, the
reverse: see spikegraph help maps.`

func (a *app) convertCommand() *cobra.Command {
	var f convertFlags
	var list strings.Builder
	for _, form := range formats() {
		ways := ""
		if form.write == nil {
			ways = "; see --model, --like"
		}
		fmt.Fprintf(&list, "  %-14s %-12s %s%s\n", strings.Join(form.ends, ", "), form.name, form.what, ways)
	}
	c := &cobra.Command{
		Use:   "convert IN OUT",
		Short: "Convert weights from one format to another",
		Long:  fmt.Sprintf(convertHelp, list.String()),
		Example: `  spikegraph convert run/best.safetensors weights.npz
  spikegraph convert run net.nir --model net.toml
  spikegraph convert net.nir weights.npz
  spikegraph convert weights.npz new.nir --like net.nir
  spikegraph convert torch.safetensors mine.safetensors --map names.toml
  spikegraph convert mine.safetensors torch.safetensors --map names.toml --back
  spikegraph convert torch.safetensors mine.safetensors --rename 'layers.0.*=fc1.*'`,
		Args:              want("a file to read", "a file to write"),
		ValidArgsFunction: filesOf(endings()...),
		RunE:              func(c *cobra.Command, args []string) error { return a.convert(c.Context(), args[0], args[1], f) },
	}
	c.Flags().BoolVar(&f.all, "all", false, "everything in the file, not only the model")
	c.Flags().StringVar(&f.like, "like", "", "file that the output is a copy of but for its tensors")
	c.Flags().StringVar(&f.by, "map", "", "TOML file with a map of names and axes")
	c.Flags().BoolVar(&f.back, "back", false, "apply the map from ours to the other tool's")
	c.Flags().StringVar(&f.model, "model", "", "TOML file of the network that the weights are of, to write it as NIR")
	c.Flags().BoolVar(&f.euler, "euler", false, "with --model: time constants for tools that decay by 1 - dt/tau in a step")
	c.Flags().StringArrayVar(&f.renames, "rename", nil, "FROM=TO, may be given several times; the first that fits is applied")
	return c
}

func (a *app) convert(ctx context.Context, in, out string, f convertFlags) error {
	if f.back && f.by == "" {
		return misuse("--back: want --map besides")
	}
	to, err := formatOf(out)
	if err == nil && (f.model != "" || f.euler) {
		return a.convertModel(ctx, in, out, to, f)
	}
	if err == nil && f.like == "" {
		to, err = writerOf(out)
	} else if err == nil && to.rewrite == nil {
		err = misuse("--like: %s is a file of tensors alone", out)
	}
	if err != nil {
		return err
	}
	file, err := f.read(in)
	if err != nil {
		return err
	}
	if f.like != "" {
		err = to.rewrite(out, f.like, file)
	} else {
		err = to.write(out, file)
	}
	if err != nil {
		return err
	}
	return a.converted(in, out, to, "tensor", len(file.Tensors))
}

// read reads the tensors to be written: those asked for, by the names they are to have.
func (f convertFlags) read(in string) (*checkpoint.File, error) {
	file, err := readWeights(in)
	if err == nil && !f.all {
		file = weightsOf(file)
	}
	if err == nil {
		err = rename(file, f.renames)
	}
	if err == nil && f.by != "" {
		file, err = mapped(file, f.by, f.back)
	}
	return file, err
}

// converted tells of a file with so many things in it.
func (a *app) converted(in, out string, to format, what string, n int) error {
	if a.json {
		return a.object(map[string]any{"in": in, "out": out, "format": to.name, what + "s": n})
	}
	_, err := fmt.Fprintf(a.out, "%s: %s as %s\n", out, plural(n, what), to.name)
	return err
}

// convertModel writes the network of a TOML file, with weights, as NIR.
func (a *app) convertModel(ctx context.Context, in, out string, to format, f convertFlags) error {
	switch {
	case to.name != "nir":
		return misuse("--model and --euler are for NIR: %s is a file of tensors alone", out)
	case f.model == "":
		return misuse("--euler: want --model, a TOML file, besides")
	case f.like != "" || f.all || len(f.renames) > 0 || f.by != "":
		return misuse("--model: want no --like, --all, --rename or --map besides")
	}
	m, err := a.open(ctx, f.model, model.Changes{})
	if err != nil {
		return err
	}
	if err := a.load(ctx, m, in, checkpoint.Rules{}); err != nil {
		return err
	}
	g, err := m.NIR(f.euler)
	if err != nil {
		return err
	}
	if err := g.WriteFile(out); err != nil {
		return err
	}
	return a.converted(in, out, to, "node", len(g.Nodes))
}

// rename changes the names of tensors by rules FROM=TO.
func rename(f *checkpoint.File, rules []string) error {
	if len(rules) == 0 {
		return nil
	}
	delete(f.Metadata, trainedKey) // it has the old names
	used := make([]bool, len(rules))
	for i, t := range f.Tensors {
		for k, r := range rules {
			from, to, ok := strings.Cut(r, "=")
			if !ok || from == "" || to == "" || strings.HasSuffix(from, "*") != strings.HasSuffix(to, "*") {
				return misuse("--rename %s: want FROM=TO, both with a * at the end or neither", r)
			}
			if name, ok := renamed(t.Name, from, to); ok {
				f.Tensors[i].Name, used[k] = name, true
				break
			}
		}
	}
	for k, u := range used {
		if !u {
			return misuse("--rename %s: no tensor has that name", rules[k])
		}
	}
	return nil
}

// renamed applies a rule to a name.
func renamed(name, from, to string) (string, bool) {
	if head, ok := strings.CutSuffix(from, "*"); ok {
		rest, ok := strings.CutPrefix(name, head)
		return strings.TrimSuffix(to, "*") + rest, ok
	}
	return to, name == from
}
