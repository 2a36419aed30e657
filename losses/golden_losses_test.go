package losses_test

import (
	"math"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/losses"
)

// compared is a loss of two nodes and one input's name each.
func compared(x, y string, f func(s *setup) func(x, y *graph.Node) *graph.Node) func(*setup) results {
	return func(s *setup) results {
		loss := f(s)
		return single("loss", s.leaves(func(leaf string) *graph.Node {
			return losses.Tree(loss, []*graph.Node{s.float(x + leaf)}, []*graph.Node{s.float(y + leaf)})
		}))
	}
}

func plain(f func(x, y *graph.Node) *graph.Node) func(*setup) func(x, y *graph.Node) *graph.Node {
	return func(*setup) func(x, y *graph.Node) *graph.Node { return f }
}

func reduced(f func(x, y *graph.Node, r losses.Reduction, axes ...int) *graph.Node) func(*setup) func(x, y *graph.Node) *graph.Node {
	return func(s *setup) func(x, y *graph.Node) *graph.Node {
		r, axes := s.reduction("mean"), s.axes()
		return func(x, y *graph.Node) *graph.Node { return f(x, y, r, axes...) }
	}
}

var goldenLosses = map[string]func(*setup) results{
	"cross_entropy_loss":   crossEntropy("predicts", "targets"),
	"CrossEntropyLoss":     crossEntropy("input", "target"),
	"cross_entropy_sparse": crossEntropySparse,
	"nll_loss":             nll,
	"NLLLoss":              nll,
	"multiclass_logistic_loss": func(s *setup) results {
		label, ok := s.take("label")
		if ok {
			return single("loss", losses.MulticlassLogistic(s.g.Const(graph.Int32, label.(float64)), s.float("logits")))
		}
		return single("loss", losses.MulticlassLogistic(s.ids("label"), s.float("logits")))
	},
	"softmax_cross_entropy":        compared("logits", "labels", plain(losses.SoftmaxCrossEntropy)),
	"cross_entropy_sigmoid":        compared("predicts", "targets", plain(losses.CrossEntropySigmoid)),
	"sigmoid_binary_cross_entropy": compared("logits", "labels", plain(losses.SigmoidBinaryCrossEntropy)),
	"binary_logistic_loss":         compared("predicts", "targets", plain(losses.BinaryLogistic)),
	"smooth_labels": func(s *setup) results {
		return single("smoothed", losses.SmoothLabels(s.float("labels"), s.number("alpha", math.NaN())))
	},
	"l1_loss": compared("logits", "targets", l1("sum")),
	"L1Loss":  compared("input", "target", l1("mean")),
	"l2_loss": compared("predicts", "targets", plain(losses.L2)),
	"huber_loss": compared("predicts", "targets", func(s *setup) func(x, y *graph.Node) *graph.Node {
		delta := s.number("delta", 1)
		return func(x, y *graph.Node) *graph.Node { return losses.Huber(x, y, delta) }
	}),
	"log_cosh_loss":          compared("predicts", "targets", plain(losses.LogCoshLoss)),
	"mean_absolute_error":    compared("x", "y", reduced(losses.MeanAbsoluteError)),
	"mean_squared_error":     compared("predicts", "targets", reduced(losses.MeanSquaredError)),
	"MAELoss":                compared("input", "target", reduced(losses.MeanAbsoluteError)),
	"MSELoss":                compared("input", "target", reduced(losses.MeanSquaredError)),
	"mean_squared_log_error": compared("predicts", "targets", reduced(losses.MeanSquaredLogError)),
	"l2_norm": func(s *setup) results {
		s.take("axis") // the norm is one scalar whatever it says
		return single("loss", losses.L2Norm(s.inputLeaves("x")...))
	},
	"mean_absolute": func(s *setup) results {
		return single("loss", losses.MeanAbsolute(s.inputLeaves("x"), s.axes()...))
	},
	"mean_square": func(s *setup) results {
		return single("loss", losses.MeanSquare(s.inputLeaves("x"), s.axes()...))
	},
	"log_cosh": func(s *setup) results { return single("loss", losses.LogCosh(s.float("x"))) },
	"binary_cross_entropy": compared("probabilities", "labels", func(s *setup) func(x, y *graph.Node) *graph.Node {
		r := s.reduction("mean")
		return func(x, y *graph.Node) *graph.Node { return losses.BinaryCrossEntropy(x, y, r) }
	}),
	"hinge": compared("scores", "targets", func(s *setup) func(x, y *graph.Node) *graph.Node {
		o := s.hingeOptions()
		return func(x, y *graph.Node) *graph.Node { return losses.Hinge(x, y, o) }
	}),
	"multiclass_hinge": func(s *setup) results {
		return single("loss", losses.MulticlassHinge(s.float("scores"), s.ids("targets"), s.hingeOptions()))
	},
	"multi_margin": func(s *setup) results {
		return single("loss", losses.MultiMargin(s.float("scores"), s.ids("targets"), s.hingeOptions()))
	},
	"van_rossum": func(s *setup) results {
		tau, dt := s.number("tau", math.NaN()), s.number("dt", math.NaN())
		return single("loss", losses.VanRossum(s.float("spikes"), s.float("targets"), tau, dt, s.reduction("mean")))
	},
	"rate_cross_entropy":          overTime(losses.RateCrossEntropy),
	"count_cross_entropy":         overTime(losses.CountCrossEntropy),
	"last_cross_entropy":          overTime(losses.LastCrossEntropy),
	"max_cross_entropy":           overTime(losses.MaxCrossEntropy),
	"mean_cross_entropy":          overTime(losses.MeanCrossEntropy),
	"ctc_loss":                    ctc,
	"ctc_loss_with_forward_probs": ctc,
}

func nll(s *setup) results {
	r := s.reduction("mean")
	return single("loss", s.leaves(func(leaf string) *graph.Node {
		return losses.NLL(s.float("input"+leaf), s.ids("target"+leaf), r)
	}))
}

func l1(byDefault string) func(s *setup) func(x, y *graph.Node) *graph.Node {
	return func(s *setup) func(x, y *graph.Node) *graph.Node {
		r := s.reduction(byDefault)
		return func(x, y *graph.Node) *graph.Node { return losses.L1(x, y, r) }
	}
}

// ceOptions takes the settings of a cross entropy; its defaults are theirs, so that -100 marks samples
// to ignore.
func (s *setup) ceOptions() losses.CEOptions {
	o := losses.CEOptions{Reduction: s.reduction("mean"), LabelSmoothing: s.number("label_smoothing", 0),
		Ignore: []int{int(s.number("ignore_index", -100))}}
	switch d := s.text("divisor", ""); d {
	case "", "sum of the weights of the targets":
	case "number of samples":
		o.MeanOver = losses.OverSamples
	default:
		s.t.Fatalf("unknown divisor %q", d)
	}
	if s.has("weight") {
		o.Weight = s.c.Inputs["weight"].Data
		delete(s.inputs, "weight")
	}
	if v, ok := s.take("weight"); ok {
		for _, w := range v.([]any) {
			o.Weight = append(o.Weight, w.(float64))
		}
	}
	return o
}

// crossEntropy takes targets for class ids where they have an axis less than the predictions.
func crossEntropy(predicts, targets string) func(s *setup) results {
	return func(s *setup) results {
		o := s.ceOptions()
		return single("loss", s.leaves(func(leaf string) *graph.Node {
			x, o := s.float(predicts+leaf), o
			if len(s.c.Inputs[targets+leaf].Shape) < x.Rank() {
				return losses.CrossEntropy(x, s.ids(targets+leaf), o)
			}
			o.Ignore = nil // means nothing for probabilities
			return losses.CrossEntropy(x, s.float(targets+leaf), o)
		}))
	}
}

// overTime is a cross entropy of a sequence [T B C].
func overTime(f func(x, targets *graph.Node, o losses.CEOptions) *graph.Node) func(s *setup) results {
	return func(s *setup) results {
		return single("loss", f(s.float("predicts"), s.ids("targets"), s.ceOptions()))
	}
}

func (s *setup) hingeOptions() losses.HingeOptions {
	o := losses.HingeOptions{Margin: s.number("margin", 1), Reduction: s.reduction("mean")}
	if squared, ok := s.take("squared"); ok {
		o.Squared = squared.(bool)
	}
	return o
}

func crossEntropySparse(s *setup) results {
	x := s.float("predicts")
	if class, ok := s.take("target"); ok {
		return single("loss", losses.CrossEntropySparse(x, s.g.Const(graph.Int32, class.(float64))))
	}
	return single("loss", losses.CrossEntropySparse(x, s.ids("targets")))
}

// ctc compares probabilities, and those only of frames and labels that count: elsewhere the golden
// arrays hold 0.
func ctc(s *setup) results {
	o := losses.NewCTCOptions()
	o.Blank, o.LogEpsilon = int(s.number("blank_id", 0)), s.number("log_epsilon", o.LogEpsilon)
	x, y := s.float("logits"), s.ids("labels")
	var xPad, yPad *graph.Node
	frames := s.g.Const(s.d, 1, x.Dim(0), x.Dim(1))
	labels := s.g.Const(s.d, 1, y.Shape()...)
	if s.has("logit_paddings") {
		xPad = s.float("logit_paddings")
		frames = frames.Sub(xPad)
	}
	if s.has("label_paddings") {
		yPad = s.float("label_paddings")
		labels = labels.Sub(yPad)
	}
	loss, blank, label := losses.CTCForward(x, xPad, y, yPad, o)
	mask := frames.Transpose().Unsqueeze(-1)
	return results{loss, map[string]*graph.Node{
		"loss":        loss,
		"alpha_blank": blank.Exp().Mul(mask).Mul(labels.Pad([]int{0, 1}, []int{0, 0}, 1)),
		"alpha_label": label.Exp().Mul(mask).Mul(labels),
	}}
}
