package losses_test

import (
	"math"
	"slices"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/losses"
	"github.com/stretchr/testify/assert"
)

// softmax returns the probabilities of one frame.
func softmax(x []float64) []float64 {
	p, sum := make([]float64, len(x)), 0.0
	for i, v := range x {
		p[i] = math.Exp(v)
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}

// enumerate returns minus the log probability of labels by going through all paths of classes.
func enumerate(frames [][]float64, labels []int, blank int) float64 {
	classes, total := len(frames[0]), 0.0
	path := make([]int, len(frames))
	for {
		p, last := 1.0, -1
		var read []int
		for t, c := range path {
			p *= frames[t][c]
			if c != blank && c != last {
				read = append(read, c)
			}
			last = c
		}
		if slices.Equal(read, labels) {
			total += p
		}
		t := 0
		for t < len(path) && path[t] == classes-1 {
			path[t] = 0
			t++
		}
		if t == len(path) {
			return -math.Log(total)
		}
		path[t]++
	}
}

// ctcCase is one sequence; frames and labels beyond the given number are padding.
type ctcCase struct {
	labels []int
	frames int
}

func TestCTCByEnumeration(t *testing.T) {
	const T, K, N = 5, 3, 3
	for _, blank := range []int{0, 2} {
		a, b := 1, 2
		if blank == 2 {
			a, b = 0, 1
		}
		cases := []ctcCase{{[]int{a, b}, T}, {[]int{a, a}, T}, {[]int{b, a, b}, T}, {[]int{a}, 3}, {[]int{b, b}, 4}, {nil, 2}, {[]int{a, b, b}, 4}}
		x := wave(len(cases)*T*K, 0.3)
		var want, labels, framePad, labelPad []float64
		for i, c := range cases {
			var frames [][]float64
			for f := range c.frames {
				frames = append(frames, softmax(x[(i*T+f)*K:(i*T+f+1)*K]))
			}
			want = append(want, enumerate(frames, c.labels, blank))
			for f := range T {
				framePad = append(framePad, pad(f >= c.frames))
			}
			for n := range N {
				labelPad = append(labelPad, pad(n >= len(c.labels)))
				if n < len(c.labels) {
					labels = append(labels, float64(c.labels[n]))
				} else {
					labels = append(labels, -7) // whatever stands there
				}
			}
		}
		o := losses.NewCTCOptions()
		o.Blank = blank
		B := len(cases)
		loss := func(logits *graph.Node) *graph.Node {
			g := logits.Graph()
			return losses.CTC(logits, floats(g, framePad, B, T), ints(g, labels, B, N), floats(g, labelPad, B, N), o)
		}
		g := graph.New()
		assert.InDeltaSlice(t, want, values(t, loss(floats(g, x, B, T, K)))[0], 1e-12)
		checkGradient(t, x, []int{B, T, K}, loss)
	}
}

func pad(padded bool) float64 {
	if padded {
		return 1
	}
	return 0
}

// With equal logits many sums are of equal terms: their derivatives must be shared evenly. There is
// one label and no padding.
func TestCTCOfEqualLogits(t *testing.T) {
	loss := func(x *graph.Node) *graph.Node {
		return losses.CTC(x, nil, ints(x.Graph(), []float64{1}, 1, 1), nil, losses.NewCTCOptions())
	}
	checkGradient(t, make([]float64, 12), []int{1, 4, 3}, loss)
}

func TestCTCWithoutAReading(t *testing.T) {
	g := graph.New()
	x := g.Values(graph.Float32, wave(6, 0), 1, 2, 3)
	loss := losses.CTC(x, nil, ints(g, []float64{1, 1}, 1, 2), nil, losses.NewCTCOptions())
	v := values(t, loss, gradOf(loss.Sum(), x))
	assert.InDelta(t, 1e5, v[0][0], 100)
	for _, d := range v[1] {
		assert.False(t, math.IsNaN(d) || math.IsInf(d, 0), "%v", v[1])
	}
}

// A class that is masked out has no probability; it does no harm beside others.
func TestCTCOfImpossibleClasses(t *testing.T) {
	g := graph.New()
	x := floats(g, []float64{0, 0, math.Inf(-1), 0, 0, math.Inf(-1)}, 1, 2, 3)
	loss := losses.CTC(x, nil, ints(g, []float64{1}, 1, 1), nil, losses.NewCTCOptions())
	v := values(t, loss, gradOf(loss.Sum(), x))
	assert.InDelta(t, -math.Log(0.75), v[0][0], 1e-14)
	for _, d := range v[1] {
		assert.False(t, math.IsNaN(d), "%v", v[1])
	}
}

// Of no labels the only reading is blanks, in the frames that count.
func TestCTCOfNoLabels(t *testing.T) {
	const T, K = 4, 3
	x := wave(2*T*K, 0.1)
	framePad := []float64{0, 0, 0, 0, 0, 0, 1, 1}
	loss := func(x *graph.Node) *graph.Node {
		return losses.CTC(x, floats(x.Graph(), framePad, 2, T), x.Graph().Const(graph.Int32, 0, 2, 0), nil, losses.NewCTCOptions())
	}
	want := make([]float64, 2)
	for i, p := range framePad {
		if p == 0 {
			want[i/T] -= math.Log(softmax(x[i*K : (i+1)*K])[0])
		}
	}
	g := graph.New()
	assert.InDeltaSlice(t, want, values(t, loss(floats(g, x, 2, T, K)))[0], 1e-12)
	checkGradient(t, x, []int{2, T, K}, loss)

	_, blank, label := losses.CTCForward(floats(g, x, 2, T, K), nil, g.Const(graph.Int32, 0, 2, 0), nil, losses.NewCTCOptions())
	assert.Equal(t, graph.Shape{T, 2, 1}, blank.Shape())
	assert.Equal(t, graph.Shape{T, 2, 0}, label.Shape())
}

// NaN is not taken for a class without probability.
func TestCTCOfNaN(t *testing.T) {
	g := graph.New()
	x := floats(g, []float64{0, 0, 1, 0, math.NaN(), 1, 0, 0, 0, 0, 0, 0}, 2, 2, 3)
	v := values(t, losses.CTC(x, nil, ints(g, []float64{1, 1}, 2, 1), nil, losses.NewCTCOptions()))[0]
	assert.True(t, math.IsNaN(v[0]), "%v", v)
	assert.False(t, math.IsNaN(v[1]), "%v", v)
}

func TestCTCFaults(t *testing.T) {
	o := losses.NewCTCOptions()
	for name, f := range map[string]func(g *graph.Graph, x, y *graph.Node) *graph.Node{
		"want [B T K]": func(g *graph.Graph, x, y *graph.Node) *graph.Node {
			return losses.CTC(x.Index(0), nil, y, nil, o)
		},
		"paddings are Float32[2 3]": func(g *graph.Graph, x, y *graph.Node) *graph.Node {
			return losses.CTC(x, g.Const(graph.Float32, 0, 2, 3), y, nil, o)
		},
		"paddings are Float32[3 2]": func(g *graph.Graph, x, y *graph.Node) *graph.Node {
			return losses.CTC(x, nil, y, g.Const(graph.Float32, 0, 3, 2), o)
		},
		"want Int32": func(g *graph.Graph, x, y *graph.Node) *graph.Node {
			return losses.CTC(x, nil, y.Cast(graph.Float32), nil, o)
		},
		"is empty": func(g *graph.Graph, x, y *graph.Node) *graph.Node {
			return losses.CTC(g.Const(graph.Float32, 0, 0, 4, 3), nil, g.Const(graph.Int32, 1, 0, 2), nil, o)
		},
		"Blank": func(g *graph.Graph, x, y *graph.Node) *graph.Node {
			return losses.CTC(x, nil, y, nil, losses.CTCOptions{Blank: 3, LogEpsilon: -1e5})
		},
		"LogEpsilon": func(g *graph.Graph, x, y *graph.Node) *graph.Node {
			return losses.CTC(x, nil, y, nil, losses.CTCOptions{})
		},
	} {
		g := graph.New()
		loss := f(g, g.Const(graph.Float32, 0, 2, 4, 3), g.Const(graph.Int32, 1, 2, 2))
		assert.False(t, loss.Valid(), name)
		assert.ErrorContains(t, g.Err(), name)
		assert.ErrorContains(t, g.Err(), "CTC")
	}
}
