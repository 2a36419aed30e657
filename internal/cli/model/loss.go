package model

import (
	"strings"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/cli/config"
	"github.com/spikegraph/spikegraph/internal/cli/settings"
	"github.com/spikegraph/spikegraph/losses"
)

// lossFunc is a loss of the outputs [T B ...] and the target.
type lossFunc func(out, target *graph.Node) *graph.Node

// LossKind is a loss that a file can name.
type LossKind struct {
	settings.Kind
	What string // in a few words
	of   func(p any) lossFunc
}

// rates are the settings of the loss of firing rates.
type rates struct {
	Correct, Incorrect float64 // rates of the neuron of the class and of the others, spikes per step
}

// distance are the settings of the distance of spike trains.
type distance struct {
	Tau float64 // ms
	Dt  float64 // ms
}

// LossKinds returns all losses.
func LossKinds() []LossKind {
	return []LossKind{
		entropy("rate_cross_entropy", "of each step's outputs, averaged over time", losses.RateCrossEntropy),
		entropy("count_cross_entropy", "of the sums over time", losses.CountCrossEntropy),
		entropy("last_cross_entropy", "of the last step", losses.LastCrossEntropy),
		entropy("max_cross_entropy", "of the largest values over time", losses.MaxCrossEntropy),
		entropy("mean_cross_entropy", "of the means over time", losses.MeanCrossEntropy),
		{settings.Kind{Name: "rate_mse", Settings: rates{Correct: 1}}, "squared error of firing rates; a rate for the class, one for the others", rateMSE},
		margin("multiclass_hinge", "margin to the strongest wrong class, of the means over time", losses.MulticlassHinge),
		margin("multi_margin", "margin to all wrong classes, of the means over time", losses.MultiMargin),
		error2("mean_squared_error", "of every step for targets [B T ...], of the means over time for [B ...]", losses.MeanSquaredError),
		error2("mean_absolute_error", "of every step for targets [B T ...], of the means over time for [B ...]", losses.MeanAbsoluteError),
		{settings.Kind{Name: "van_rossum", Settings: distance{Tau: 10, Dt: 1}}, "distance of spike trains, targets [T B ...]", vanRossum},
	}
}

func entropy(name, what string, f func(x, y *graph.Node, o losses.CEOptions) *graph.Node) LossKind {
	return LossKind{settings.Kind{Name: name, Settings: losses.CEOptions{}}, "cross entropy " + what, func(p any) lossFunc {
		return func(out, y *graph.Node) *graph.Node { return f(out, y, p.(losses.CEOptions)) }
	}}
}

func margin(name, what string, f func(x, y *graph.Node, o losses.HingeOptions) *graph.Node) LossKind {
	return LossKind{settings.Kind{Name: name, Settings: losses.NewHingeOptions()}, what, func(p any) lossFunc {
		return func(out, y *graph.Node) *graph.Node { return f(out.Mean(0), y, p.(losses.HingeOptions)) }
	}}
}

func error2(name, what string, f func(x, y *graph.Node, r losses.Reduction, axes ...int) *graph.Node) LossKind {
	return LossKind{settings.Kind{Name: name, Settings: plain{}}, what, func(any) lossFunc {
		return func(out, y *graph.Node) *graph.Node {
			if y.Valid() && out.Valid() && y.Rank() == out.Rank() { // [B T ...]
				axes := []int{1, 0}
				for i := 2; i < y.Rank(); i++ {
					axes = append(axes, i)
				}
				return f(out, y.Transpose(axes...), losses.Mean)
			}
			return f(out.Mean(0), y, losses.Mean)
		}
	}}
}

func rateMSE(p any) lossFunc {
	return func(out, y *graph.Node) *graph.Node {
		r := p.(rates)
		if y.Valid() && y.DType() == graph.Int32 {
			y = losses.TargetRates(y, out.Dim(-1), r.Correct, r.Incorrect, out.DType())
		}
		return losses.RateMSE(out, y, losses.Mean)
	}
}

func vanRossum(p any) lossFunc {
	return func(out, y *graph.Node) *graph.Node {
		d := p.(distance)
		return losses.VanRossum(out, y, d.Tau, d.Dt, losses.Mean)
	}
}

// readLoss reads [loss]: type, scale (a factor on the outputs, 1), and what the loss takes. Labels to be
// ignored are returned for the trainer. Without a table it is mean_cross_entropy.
func readLoss(root *config.Table) (loss lossFunc, ignore []int) {
	kinds := LossKinds()
	var names []string
	for _, k := range kinds {
		names = append(names, k.Name)
	}
	t := root.Table("loss")
	name, scale := t.OneOf("type", "", names...), t.Float("scale", 1)
	if !t.Has("type") {
		name = "mean_cross_entropy"
	}
	for _, k := range kinds {
		if !strings.EqualFold(k.Name, name) {
			continue
		}
		p := settings.Of(t, k.Kind)
		if o, ok := p.(losses.CEOptions); ok {
			ignore = o.Ignore
		}
		of := k.of(p)
		return func(out, y *graph.Node) *graph.Node {
			if scale != 1 {
				out = out.Scale(scale)
			}
			return of(out, y)
		}, ignore
	}
	t.Skip()
	return nil, nil
}
