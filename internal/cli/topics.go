package cli

import (
	_ "embed"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spikegraph/spikegraph/internal/cli/model"
	"github.com/spikegraph/spikegraph/internal/cli/settings"
	"github.com/spikegraph/spikegraph/surrogate"
)

// tomlHelp is the topic on files.
//
//go:embed toml.txt
var tomlHelp string

// topics are pages of help that are no commands.
func topics() []*cobra.Command {
	return []*cobra.Command{
		{Use: "toml", Short: "What a TOML file may say", Long: tomlHelp},
		{Use: "layers", Short: "Layers and their settings", Long: layersHelp()},
		{Use: "losses", Short: "Losses and their settings", Long: lossesHelp()},
		{Use: "optimizers", Short: "Optimizers and their settings", Long: kindsHelp(
			`Optimizers, for [optimizer] type. Each also takes frozen, a list of beginnings of
names of parameters that stay as they are, and clip_value.`, model.Optimizers)},
		{Use: "readouts", Short: "Readouts that are solved for, or learn step by step", Long: kindsHelp(
			`Readouts, for [readout] type: a dense layer, named by layer (the last one), is fitted to
the targets of every step, of labels 1 for the class and 0 for the others; nothing
else is trained. Every sequence begins at rest, and its first washout steps are not
learned. The first ones are solved for in one pass; free_bias = true does not penalise
biases. rls, lms and nlms learn at every step, or every so many, for train.epochs
passes. Checkpoints hold what a method has seen so far, and --resume goes on in the
middle of a pass.`,
			slices.Concat(model.OfflineMethods, model.OnlineMethods))},
		{Use: "schedules", Short: "Learning rates over time", Long: kindsHelp(
			`Schedules, for lr = { type = "...", ... } of an optimizer. A plain number is a rate
that does not change.`, settings.Schedules)},
		{Use: "inits", Short: "Initial values and constants", Long: kindsHelp(
			`Initializers, for weights and constants of layers. A constant may be given as

  tau = 20                                      a number
  tau = [18, 20, 22]                            a number for each neuron
  w = "kaiming_normal"                          an initializer with its defaults
  w = { init = "normal", std = 0.1 }            with settings
  tau = { value = 20, train = true }            trained, from 20 on
  beta = { init = "uniform", lo = 0.8, hi = 1, train = true, through = "sigmoid" }

Constants of neurons are fixed unless they say train = true, weights are trained
unless they say fix = true; shared = true makes a layer share one number; through is
raw, sigmoid, softplus, exp or unit, the function of what is stored.`, settings.Inits)},
		{Use: "encoders", Short: "Encoders of values as spikes over time", Long: kindsHelp(
			`Encoders, for [data.encode] type. Without one, samples without time are shown as a
constant current for train.steps steps. The bounds of the values are in = { min = 0,
max = 1, clip = false }.`, model.Encoders)},
		{Use: "maps", Short: "Maps of names and axes between tools", Long: mapsHelp()},
		{Use: "surrogates", Short: "Derivatives of the spike", Long: surrogatesHelp()},
		{Use: "exit-codes", Short: "Exit codes", Long: exitHelp},
	}
}

// entry writes a name with its settings, folded to the width of a page.
func entry(b *strings.Builder, name, what string, fields []settings.Field) {
	fmt.Fprintf(b, "\n  %s", name)
	if what != "" {
		fmt.Fprintf(b, "  (%s)", what)
	}
	b.WriteByte('\n')
	for _, f := range fields {
		def := ""
		if f.Default != "" {
			def = "; " + f.Default
		}
		fmt.Fprintf(b, "      %-18s %s%s\n", f.Key, f.What, def)
	}
}

func layersHelp() string {
	var b strings.Builder
	b.WriteString(`Layers, for [[layer]] type. Each takes a name too, of which the names of its
parameters begin, and neurons take [layer.recurrent]: a layer from their spikes back
to themselves, one step later. Numbers of inputs (in, channels, inputs) and of
neurons (n, shape) that are left out follow from the layer before. Behind a ";" stands
the default; where there is none it is 0, or what the documentation of the Go type in
package layers says, with units and equations.
`)
	for _, k := range model.LayerKinds() {
		entry(&b, k.Name, k.What, fieldsOf(k.Settings))
	}
	return b.String()
}

// fieldsOf returns the settings of a struct, none of what is no struct.
func fieldsOf(v any) []settings.Field {
	if reflect.TypeOf(v).Kind() != reflect.Struct {
		return nil
	}
	return settings.Fields(v)
}

func lossesHelp() string {
	var b strings.Builder
	b.WriteString("Losses, for [loss] type. Each also takes scale, a factor on the outputs of the network.\n")
	for _, k := range model.LossKinds() {
		entry(&b, k.Name, k.What, fieldsOf(k.Settings))
	}
	return b.String()
}

func kindsHelp(head string, kinds []settings.Kind) string {
	var b strings.Builder
	b.WriteString(head + "\n")
	for _, k := range kinds {
		entry(&b, k.Name, "", fieldsOf(k.Settings))
	}
	return b.String()
}

func mapsHelp() string {
	var b strings.Builder
	b.WriteString(`Maps, for convert --map: a TOML file with an entry for each layer of another tool's file.

  ignore = ["aux.*"]                   # tensors that have no place in ours: names, or a
                                       # beginning and *
  [[map]]
  layer = "torch_linear"
  from = "net.0"                       # what the names of its tensors begin with there
  to = "fc1"                           # the name of our layer

What the map does not name is an error that lists it. Tensors of PyTorch are saved by
safetensors.torch.save_file(net.state_dict(), "net.safetensors"). The layers, and what they take
besides from and to:

`)
	for _, k := range mapKinds {
		fmt.Fprintf(&b, "  %-18s %s\n", k.name, k.what)
		if len(k.keys) > 0 {
			fmt.Fprintf(&b, "  %-18s keys: %s\n", "", strings.Join(k.keys, ", "))
		}
	}
	return b.String()
}

func surrogatesHelp() string {
	var b strings.Builder
	b.WriteString(`Surrogates, for spike of a layer of neurons: a name, or a table with the name as type
and the surrogate's parameters, spike = { type = "arctan", alpha = 2 }.

`)
	for _, k := range surrogate.All() {
		fmt.Fprintf(&b, "  %-28s %s\n", k.Name, strings.Join(k.Params, ", "))
	}
	return b.String()
}
