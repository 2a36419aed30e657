package layers_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/autodiff/gradtest"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ago returns element i of x [T n], d steps before step t: 0 before the first.
func ago(x []float64, n, t, d, i int) float64 {
	if t < d {
		return 0
	}
	return x[(t-d)*n+i]
}

func TestDelayHoldsBack(t *testing.T) {
	t.Parallel()
	x := numbers(random(1, 9, 3))
	learned := layers.Train(layers.Values{0, 1.1, 2})
	for name, p := range map[string]layers.Delay{
		"fixed":      {D: layers.Values{0, 1.1, 2}, Training: true},
		"evaluation": {D: learned},
		"gaussian":   {D: learned, Interp: layers.GaussianDelay},
		"narrow":     {D: layers.Train(layers.Values{0, 1, 2}), Interp: layers.GaussianDelay, Sigma: layers.Const(1e-3), Training: true},
	} {
		g := graph.New()
		p.N, p.Max, p.DType = 3, 2, f64
		ys, last := over(g.Values(f64, x, 9, 3), p.In(g, "d", 0.5))
		require.NoError(t, g.Err())
		if p.Interp == layers.GaussianDelay && p.Training {
			require.Equal(t, graph.Shape{4, 3}, last.Line.Shape())
		} else {
			require.Equal(t, graph.Shape{1, 5, 3}, last.Line.Shape())
		}
		got := values(t, ys)
		for step := range 9 {
			for i, d := range []int{0, 2, 4} {
				require.InDelta(t, ago(x, 3, step, d, i), got[step*3+i], 1e-12, "%s: step %d, neuron %d", name, step, i)
			}
		}
	}
}

func TestDelayInterpolates(t *testing.T) {
	t.Parallel()
	x := numbers(random(1, 6, 2))
	g := graph.New()
	p := layers.Delay{N: 2, D: layers.Train(layers.Values{0.75, 1.4}), Max: 1.5, Training: true, DType: f64}
	ys, _ := over(g.Values(f64, x, 6, 2), p.In(g, "a", 0.5))
	p.Interp, p.Sigma = layers.GaussianDelay, layers.Const(0.4)
	zs, _ := over(g.Values(f64, x, 6, 2), p.In(g, "b", 0.5))
	lin, gauss := values(t, ys), values(t, zs)
	for step := range 6 {
		for i, d := range []float64{1.5, 2.8} {
			k, f := math.Modf(d)
			want := (1-f)*ago(x, 2, step, int(k), i) + f*ago(x, 2, step, int(k)+1, i)
			require.InDelta(t, want, lin[step*2+i], 1e-12)
			var sum, weights float64
			for k := range 4 {
				w := math.Exp(-math.Pow((float64(k)-d)/0.8, 2) / 2)
				sum, weights = sum+w*ago(x, 2, step, k, i), weights+w
			}
			require.InDelta(t, sum/weights, gauss[step*2+i], 1e-12)
		}
	}
	assert.Equal(t, []float64{0.4}, numbers(g.Store().Get("b.Sigma").Value), "a hook may narrow it")
}

func TestDelayedDense(t *testing.T) {
	t.Parallel()
	x := numbers(random(1, 7, 2))
	w, d := []float64{1, -2, 0.5, 3, 0.1, 2}, []float64{0, 1, 2, 3, 1.4, 0.6}
	g := graph.New()
	p := layers.DelayedDense{In: 2, Out: 3, W: layers.Values(w), D: layers.Values(d), Max: 3, DType: f64}
	xs := g.Values(f64, x, 7, 2)
	c := p.Place(g, "rounded", 1)
	stepped, _ := over(xs, c)
	p.Training = true
	tr := p.Place(g, "trained", 1)
	soft, _ := over(xs, tr)
	require.NoError(t, g.Err())
	hard, smooth := values(t, stepped), values(t, soft)
	for step := range 7 {
		for j := range 3 {
			var a, b float64
			for i := range 2 {
				k, f := math.Modf(d[i*3+j])
				a += w[i*3+j] * ago(x, 2, step, int(math.Round(d[i*3+j])), i)
				b += w[i*3+j] * ((1-f)*ago(x, 2, step, int(k), i) + f*ago(x, 2, step, int(k)+1, i))
			}
			require.InDelta(t, a, hard[step*3+j], 1e-12)
			require.InDelta(t, b, smooth[step*3+j], 1e-12)
		}
	}
}

func TestDelayGradients(t *testing.T) {
	t.Parallel()
	d := layers.Train(layers.Uniform{Lo: 0.6, Hi: 0.9})
	for name, run := range map[string]func(g *graph.Graph, xs *graph.Node) *graph.Node{
		"fixed": func(g *graph.Graph, xs *graph.Node) *graph.Node {
			ys, _ := over(xs, layers.Delay{Shape: []int{2, 2}, Max: 2, DType: f64}.In(g, "d", 1))
			return ys
		},
		"none": func(g *graph.Graph, xs *graph.Node) *graph.Node {
			ys, _ := over(xs, layers.Delay{Shape: []int{2, 2}, DType: f64}.In(g, "d", 1))
			return ys
		},
		"linear": func(g *graph.Graph, xs *graph.Node) *graph.Node {
			ys, _ := over(xs, layers.Delay{Shape: []int{2, 2}, D: d, Max: 2, Training: true, DType: f64}.In(g, "d", 1))
			return ys
		},
		"gaussian": func(g *graph.Graph, xs *graph.Node) *graph.Node {
			ys, _ := over(xs, layers.Delay{Shape: []int{2, 2}, D: d, Max: 2, Interp: layers.GaussianDelay, Training: true, DType: f64}.In(g, "d", 1))
			return ys
		},
		"dense": func(g *graph.Graph, xs *graph.Node) *graph.Node {
			ys, _ := over(xs.Flatten(-2, -1), layers.DelayedDense{In: 4, Out: 2, D: d, Max: 2, Training: true, DType: f64}.Place(g, "d", 1))
			return ys
		},
		"gaussian dense": func(g *graph.Graph, xs *graph.Node) *graph.Node {
			p := layers.DelayedDense{In: 4, Out: 2, D: d, Max: 2, Interp: layers.GaussianDelay, Training: true, DType: f64}
			ys, _ := over(xs.Flatten(-2, -1), p.Place(g, "d", 1))
			return ys
		},
	} {
		gradtest.Check(t, gradtest.Case{
			Name: name, Inputs: []gradtest.Input{{Shape: []int{4, 2, 2, 2}}},
			Build: func(g *graph.Graph, xs []*graph.Node) *graph.Node { return run(g, xs[0]) },
		})
	}
}

// A delay that is wrong by two steps is found by descending the gradient.
func TestDelayIsLearned(t *testing.T) {
	t.Parallel()
	s := graph.NewStore(1)
	x := make([]float64, 30)
	for i := range x {
		x[i] = math.Sin(float64(i) * 0.3)
	}
	g := graph.NewIn(s)
	p := layers.Delay{N: 1, D: layers.Train(layers.Const(1.2)), Max: 6, Training: true, DType: f64}
	xs := g.Values(f64, x, 30, 1)
	want, _ := over(xs, layers.Delay{N: 1, D: layers.Const(3), Max: 6, DType: f64}.In(g, "target", 1))
	ys, _ := over(xs, p.In(g, "d", 1))
	d := g.Trained()[0]
	g.Update(d, d.Sub(autodiff.Grad(ys.Sub(want).Square().Sum(), d)[0].Scale(0.05)))
	prog, err := g.Compile()
	require.NoError(t, err)
	for range 100 {
		_, err := prog.Run()
		require.NoError(t, err)
	}
	assert.InDelta(t, 3, numbers(s.Get("d.D").Value)[0], 0.1)
}

func TestDelayFaults(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x := g.Input("x", graph.Float32, 6, 2, 3)
	over(x, layers.Delay{}.In(g, "a", 1))
	over(x, layers.Delay{N: 3, Max: -1}.In(g, "b", 1))
	over(x, layers.Delay{N: 3, Max: 1}.In(g, "c", 0))
	over(x, layers.Delay{N: 3, Max: 1, Interp: 2}.In(g, "d", 1))
	over(x, layers.Delay{N: 3, Max: 1, Sigma: layers.Const(1)}.In(g, "e", 1))
	over(x, layers.Delay{N: 3, Max: 1, D: layers.Const(1.5)}.In(g, "f", 1))
	over(x, layers.Delay{N: 2, Max: 1}.In(g, "h", 1))
	layers.Delay{N: 2, Max: 1, Interp: layers.GaussianDelay, Sigma: layers.Const(0)}.In(g, "i", 1)
	over(x, layers.DelayedDense{In: 3}.Place(g, "j", 1))
	over(x, layers.DelayedDense{In: 3, Out: 1, D: layers.Values{0, 1, 2}, Max: 1}.Place(g, "k", 1))
	faults(t, g, "a: N: |[0]", "b: Max: |-1", "c: dt: |0", "d: Interp: |Interpolation(2)", "e: Sigma: |GaussianDelay", "f: D: |1.5|[0, 1]",
		"h: |[... 2]", "i: |i.Sigma|0", "j: In, Out: |3 to 0", "k: |k.D|2 at element 2")
}
