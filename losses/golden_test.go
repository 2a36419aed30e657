package losses_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/golden"
	"github.com/spikegraph/spikegraph/losses"
	"github.com/stretchr/testify/require"
)

// goldenCase is a case with what this package asks of it.
type goldenCase struct{ golden.Case }

func TestGoldenLosses(t *testing.T) {
	golden.Run(t, "losses", func(t *testing.T, c goldenCase) { c.run(t) })
}

// setup is one case as it is built: whatever is taken from params and inputs is struck off, so that
// what is left is unknown.
type setup struct {
	t      *testing.T
	c      goldenCase
	g      *graph.Graph
	d      graph.DType
	params map[string]any
	inputs map[string]bool
	nodes  map[string]*graph.Node
}

func newSetup(t *testing.T, c goldenCase) *setup {
	s := &setup{t: t, c: c, g: graph.New(), d: graph.Float64,
		params: map[string]any{}, inputs: map[string]bool{}, nodes: map[string]*graph.Node{}}
	for k, v := range c.Params {
		s.params[k] = v
	}
	for k := range c.Inputs {
		s.inputs[k] = k != "cotangent"
	}
	if s.text("dtype", "float64") == "float32" {
		s.d = graph.Float32
	}
	return s
}

func (s *setup) take(key string) (v any, ok bool) {
	v, ok = s.params[key]
	delete(s.params, key)
	return v, ok && v != nil
}

func (s *setup) number(key string, byDefault float64) float64 {
	if v, ok := s.take(key); ok {
		return v.(float64)
	}
	return byDefault
}

func (s *setup) text(key, byDefault string) string {
	if v, ok := s.take(key); ok {
		return v.(string)
	}
	return byDefault
}

func (s *setup) reduction(byDefault string) losses.Reduction {
	r, err := losses.ParseReduction(s.text("reduction", byDefault))
	require.NoError(s.t, err)
	return r
}

func (s *setup) axes() []int {
	v, ok := s.take("axis")
	if !ok {
		return nil
	}
	if one, ok := v.(float64); ok {
		return []int{int(one)}
	}
	var axes []int
	for _, a := range v.([]any) {
		axes = append(axes, int(a.(float64)))
	}
	return axes
}

// has reports whether there is an input of that name.
func (s *setup) has(name string) bool { _, ok := s.c.Inputs[name]; return ok }

// in returns an input as a node of type d.
func (s *setup) in(name string, d graph.DType) *graph.Node {
	a, ok := s.c.Inputs[name]
	require.True(s.t, ok, "no input %s", name)
	delete(s.inputs, name)
	n := s.g.Values(d, a.Data, a.Shape...)
	s.nodes[name] = n
	return n
}

func (s *setup) float(name string) *graph.Node { return s.in(name, s.d) }
func (s *setup) ids(name string) *graph.Node   { return s.in(name, graph.Int32) }

// leaves calls f with the suffix of each leaf: "" if the case has no tree.
func (s *setup) leaves(f func(suffix string) *graph.Node) *graph.Node {
	v, ok := s.take("leaves")
	if !ok {
		return f("")
	}
	var total *graph.Node
	for _, name := range v.([]any) {
		y := f("." + name.(string))
		if total == nil {
			total = y
		} else {
			total = total.Add(y)
		}
	}
	return total
}

// inputLeaves returns an input, or the leaves of it.
func (s *setup) inputLeaves(name string) []*graph.Node {
	v, ok := s.take("leaves")
	if !ok {
		return []*graph.Node{s.float(name)}
	}
	var ns []*graph.Node
	for _, leaf := range v.([]any) {
		ns = append(ns, s.float(name+"."+leaf.(string)))
	}
	return ns
}

// results are the outputs of a case; main is the one that is differentiated.
type results struct {
	main *graph.Node
	all  map[string]*graph.Node
}

func single(name string, y *graph.Node) results {
	return results{y, map[string]*graph.Node{name: y}}
}

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
	"cross_entropy_loss":   crossEntropy,
	"cross_entropy_sparse": crossEntropySparse,
	"nll_loss": func(s *setup) results {
		return single("loss", losses.NLL(s.float("input"), s.ids("target"), s.reduction("mean")))
	},
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
	"l1_loss": compared("logits", "targets", func(s *setup) func(x, y *graph.Node) *graph.Node {
		r := s.reduction("sum")
		return func(x, y *graph.Node) *graph.Node { return losses.L1(x, y, r) }
	}),
	"l2_loss": compared("predicts", "targets", plain(losses.L2)),
	"huber_loss": compared("predicts", "targets", func(s *setup) func(x, y *graph.Node) *graph.Node {
		delta := s.number("delta", 1)
		return func(x, y *graph.Node) *graph.Node { return losses.Huber(x, y, delta) }
	}),
	"log_cosh_loss":          compared("predicts", "targets", plain(losses.LogCoshLoss)),
	"mean_absolute_error":    compared("x", "y", reduced(losses.MeanAbsoluteError)),
	"mean_squared_error":     compared("predicts", "targets", reduced(losses.MeanSquaredError)),
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
	"log_cosh":                    func(s *setup) results { return single("loss", losses.LogCosh(s.float("x"))) },
	"ctc_loss":                    ctc,
	"ctc_loss_with_forward_probs": ctc,
}

func crossEntropy(s *setup) results {
	o := losses.CEOptions{Reduction: s.reduction("mean"), LabelSmoothing: s.number("label_smoothing", 0)}
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
	if v, ok := s.take("ignore_index"); ok {
		o.Ignore = []int{int(v.(float64))}
	}
	return single("loss", s.leaves(func(leaf string) *graph.Node {
		x, o := s.float("predicts"+leaf), o
		if len(s.c.Inputs["targets"+leaf].Shape) < x.Rank() {
			return losses.CrossEntropy(x, s.ids("targets"+leaf), o)
		}
		o.Ignore = nil // means nothing for probabilities
		return losses.CrossEntropy(x, s.float("targets"+leaf), o)
	}))
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

func (c goldenCase) run(t *testing.T) {
	s := newSetup(t, c)
	build := goldenLosses[s.text("loss", "")]
	require.NotNil(t, build, "unknown loss %v", c.Params["loss"])
	got := build(s)
	require.NoError(t, s.g.Err())
	require.Empty(t, s.params, "unknown params")
	delete(s.inputs, "cotangent")
	require.Empty(t, s.inputs, "unknown inputs")
	require.NotEmpty(t, c.Outputs)
	for name, want := range c.Outputs {
		require.Contains(t, got.all, name)
		s.compare(name, got.all[name], want)
	}
	for name, want := range c.Grads {
		require.Contains(t, s.nodes, name)
		cotangent := got.main.Like(1)
		if s.has("cotangent") {
			cotangent = s.in("cotangent", s.d)
		}
		grad := autodiff.VJP([]*graph.Node{got.main}, []*graph.Node{cotangent}, s.nodes[name])[0]
		s.compare("gradient of "+name, grad, want)
	}
}

func (s *setup) compare(what string, n *graph.Node, want golden.Array) {
	s.t.Helper()
	require.Equal(s.t, want.Shape, append([]int{}, n.Shape()...), what)
	rtol, atol := s.c.Tolerance.Rtol, s.c.Tolerance.Atol
	if s.d == graph.Float32 {
		rtol, atol = max(rtol, 1e-4), max(atol, 1e-5)
	}
	for i, got := range values(s.t, n)[0] {
		w := want.Data[i]
		require.LessOrEqual(s.t, math.Abs(got-w), atol+rtol*math.Abs(w), "%s %d: got %v, want %v", what, i, got, w)
	}
}
