package layers_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/autodiff/gradtest"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// small returns a reservoir of 12 neurons with everything that a reservoir may have but noise.
func small() layers.Reservoir {
	return layers.Reservoir{
		In: 2, N: 12, Feedback: 3, InDensity: 0.5, Density: 0.4, FeedbackDensity: 0.7,
		Win: layers.Normal{Std: 1}, W: layers.Normal{Std: 1}, Wfb: layers.Normal{Std: 0.5},
		B: layers.Normal{Std: 0.2}, Gain: layers.Uniform{Lo: 0.5, Hi: 1.5}, LeakRate: layers.Uniform{Lo: 0.2, Hi: 0.9},
		SpectralRadius: 0.9, DType: f64,
	}
}

// weights returns a parameter of the store.
func weights(t *testing.T, g *graph.Graph, name string) []float64 {
	t.Helper()
	p := g.Store().Get(name)
	require.NotNil(t, p, name)
	return numbers(p.Value)
}

// One step of two neurons, by hand.
func TestReservoirStep(t *testing.T) {
	t.Parallel()
	p := layers.Reservoir{
		In: 1, N: 2, Feedback: 1, InDensity: 1, Density: 1, FeedbackDensity: 1, DType: f64,
		Win: layers.Values{0.5, -1}, W: layers.Values{0.1, 0.2, 0.3, 0.4}, Wfb: layers.Values{0.7, 0},
		B: layers.Values{0.05, -0.05}, Gain: layers.Values{2, 1}, LeakRate: layers.Const(0.25),
	}
	const x, r0, r1, y = 0.8, 0.3, -0.6, 0.4
	net := []float64{x*0.5 + r0*0.1 + r1*0.3 + y*0.7, -x + r0*0.2 + r1*0.4}
	a := []float64{2*net[0] + 0.05, net[1] - 0.05}
	for name, c := range map[string]struct {
		outside bool
		want    []float64
	}{
		"within":  {false, []float64{0.75*r0 + 0.25*math.Tanh(a[0]), 0.75*r1 + 0.25*math.Tanh(a[1])}},
		"outside": {true, []float64{math.Tanh(0.75*2 + 0.25*a[0]), math.Tanh(-0.75 + 0.25*a[1])}},
	} {
		for _, p.Product = range []layers.Product{layers.ProductDense, layers.ProductSparse} {
			g := graph.New()
			p.Outside = c.outside
			s := layers.ReservoirState{R: g.Values(f64, []float64{r0, r1}, 2), Y: g.Const(f64, y, 1)}
			if c.outside {
				s.S = g.Values(f64, []float64{2, -1}, 2)
			}
			r, n, next := p.Place(g, "res").Drive(g.Const(f64, x, 1), s)
			require.NoError(t, g.Err())
			assert.InDeltaSlice(t, c.want, values(t, r), 1e-15, name)
			assert.InDeltaSlice(t, net, values(t, n), 1e-15, name)
			assert.Equal(t, values(t, r), values(t, next.R))
			assert.Same(t, s.Y, next.Y, "what is fed back is the caller's")
			assert.Equal(t, c.outside, next.S != nil)
		}
	}
}

func TestReservoirDefaults(t *testing.T) {
	t.Parallel()
	g := graph.NewIn(graph.NewStore(3))
	c := layers.NewReservoir(20, 500).Place(g, "res")
	require.NoError(t, g.Err())
	assert.Empty(t, g.Trained())
	win := values(t, c.Win)
	var kept []float64
	for _, w := range win {
		if w != 0 {
			kept = append(kept, w)
		}
	}
	assert.InDelta(t, 0.1, float64(len(kept))/float64(len(win)), 0.01)
	mean, std := moments(kept)
	assert.InDelta(t, 0, mean, 0.01)
	assert.InDelta(t, 0.1, std, 0.01)
	r, _ := c.Step(g.Const(graph.Float32, 1, 20), layers.ReservoirState{})
	for i, v := range values(t, r) {
		sum := 0.
		for j := range 20 {
			sum += win[j*500+i]
		}
		require.InDelta(t, 0.3*math.Tanh(sum), v, 1e-5)
	}
}

func moments(x []float64) (mean, std float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		std += (v - mean) * (v - mean) / float64(len(x))
	}
	return mean, math.Sqrt(std)
}

// The same seed draws the same W for both products, of the wanted radius and density.
func TestReservoirProductsAgree(t *testing.T) {
	t.Parallel()
	for name, w := range map[string]layers.Param{"drawn each": layers.Normal{Std: 1}, "drawn in full": layers.NewOrthogonal(), "fixed": layers.Fix(layers.Uniform{Lo: -1, Hi: 2})} {
		p := layers.Reservoir{In: 1, N: 60, InDensity: 1, Density: 0.3, W: w, SpectralRadius: 1.2, DType: f64, Product: layers.ProductDense}
		dense, sparse := graph.NewIn(graph.NewStore(7)), graph.NewIn(graph.NewStore(7))
		p.Place(dense, "res")
		p.Product = layers.ProductSparse
		p.Place(sparse, "res")
		require.NoError(t, dense.Err())
		require.NoError(t, sparse.Err())
		full := weights(t, dense, "res.W")
		radius, err := layers.SpectralRadius(full, 60)
		require.NoError(t, err)
		assert.InDelta(t, 1.2, radius, 1e-10, name)
		assert.InDelta(t, 0.3, float64(len(full)-howMany(full, 0))/3600, 0.03, name)
		assert.Equal(t, full, unlisted(t, sparse, "res.W", 60), name)
	}
}

func howMany(x []float64, v float64) (n int) {
	for _, e := range x {
		if e == v {
			n++
		}
	}
	return n
}

// unlisted returns the matrix [n n] that the store holds as lists.
func unlisted(t *testing.T, g *graph.Graph, name string, n int) []float64 {
	t.Helper()
	pre := g.Store().Get(name + "Pre").Value
	w, k := numbers(g.Store().Get(name).Value), pre.Shape()[1]
	full := make([]float64, n*n)
	for at, i := range pre.Data().([]int32) {
		if int(i) < n {
			full[int(i)*n+at/k] += w[at]
		} else {
			require.Zero(t, w[at])
		}
	}
	return full
}

func TestReservoirChoosesTheProduct(t *testing.T) {
	t.Parallel()
	for density, sparse := range map[float64]bool{0.1: true, 0.11: false} {
		g := graph.New()
		p := layers.NewReservoir(1, 50)
		p.Density = density
		p.Place(g, "res")
		assert.Equal(t, sparse, g.Store().Get("res.WPre") != nil, density)
	}
}

// Another graph in the same store has the same reservoir, whatever it would draw itself.
func TestReservoirIsTheStores(t *testing.T) {
	t.Parallel()
	for _, p := range []layers.Reservoir{{Product: layers.ProductDense}, {Product: layers.ProductSparse}} {
		q := small()
		q.Product = p.Product
		first := graph.NewIn(graph.NewStore(1))
		q.Place(first, "res")
		other := graph.NewStore(2)
		for _, v := range first.Store().Params() {
			require.NoError(t, other.Put(v.Name, v.Value, v.Trained))
		}
		second := graph.NewIn(other)
		q.Place(second, "res")
		require.NoError(t, second.Err())
		assert.Len(t, other.Params(), len(first.Store().Params()), "nothing is drawn anew")
	}
}

func TestReservoirStepByStepEqualsSequence(t *testing.T) {
	t.Parallel()
	const steps, batch = 7, 3
	for _, outside := range []bool{false, true} {
		for _, product := range []layers.Product{layers.ProductDense, layers.ProductSparse} {
			p := small()
			p.Feedback, p.Outside, p.Product = 0, outside, product
			store := graph.NewStore(5)
			whole := graph.NewIn(store)
			xs := random(1, steps, batch, 2)
			rs, _ := graph.Loop(whole.Literal(xs), layers.ReservoirState{}, p.Place(whole, "res").Step)
			want := run(t, whole, []*graph.Node{rs})[0]

			g := graph.NewIn(store)
			in := layers.ReservoirState{R: g.Input("r", f64, batch, 12), S: g.Input("s", f64, batch, 12)}
			_, next := p.Place(g, "res").Step(g.Input("x", f64, batch, 2), in)
			prog, err := g.Compile(next.R, next.S)
			require.NoError(t, err)
			state := []*tensor.Dense{backed(make([]float64, batch*12), batch, 12), backed(make([]float64, batch*12), batch, 12)}
			for i := range steps {
				x := backed(numbers(xs)[i*batch*2:(i+1)*batch*2], batch, 2)
				state, err = prog.Run(state[0], state[1], x)
				require.NoError(t, err)
				assert.InDeltaSlice(t, numbers(want)[i*batch*12:(i+1)*batch*12], numbers(state[0]), 1e-14)
			}
		}
	}
}

func TestReservoirRowsAreIndependent(t *testing.T) {
	t.Parallel()
	xs := random(1, 5, 3, 2)
	p := small()
	p.Feedback = 0
	states := func(x *tensor.Dense) []float64 {
		g := graph.New()
		rs, _ := graph.Loop(g.Literal(x), layers.ReservoirState{}, p.Place(g, "res").Step)
		return numbers(run(t, g, []*graph.Node{rs})[0])
	}
	all := states(xs)
	for b := range 3 {
		var one []float64
		for i := range 5 {
			one = append(one, numbers(xs)[(i*3+b)*2:(i*3+b)*2+2]...)
		}
		alone := states(backed(one, 5, 2))
		for i := range 5 {
			assert.InDeltaSlice(t, all[(i*3+b)*12:(i*3+b+1)*12], alone[i*12:(i+1)*12], 1e-14, "row %d, step %d", b, i)
		}
	}
}

// A radius below 1 forgets where the state began.
func TestEchoStateProperty(t *testing.T) {
	t.Parallel()
	g := graph.New()
	p := small()
	p.Feedback, p.Gain, p.SpectralRadius, p.N = 0, nil, 0.8, 50
	c := p.Place(g, "res")
	xs := g.Literal(random(0.1, 300, 1, 2))
	_, a := graph.Loop(xs, layers.ReservoirState{}, c.Step)
	_, b := graph.Loop(xs, layers.ReservoirState{R: g.Literal(random(0.5, 1, 50))}, c.Step)
	assert.InDeltaSlice(t, values(t, a.R), values(t, b.R), 1e-7)
}

func TestReservoirGradients(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*layers.Reservoir){
		"dense":   func(p *layers.Reservoir) { p.Product = layers.ProductDense },
		"sparse":  func(p *layers.Reservoir) { p.Product = layers.ProductSparse },
		"outside": func(p *layers.Reservoir) { p.Outside = true; p.Func = "sigmoid" },
		"noisy": func(p *layers.Reservoir) {
			p.NoiseIn, p.NoiseRec, p.NoiseFeedback, p.UniformNoise = 0.1, 0.1, 0.1, true
		},
	} {
		gradtest.Check(t, gradtest.Case{
			Name:   name,
			Inputs: []gradtest.Input{{Shape: []int{4, 2, 2}}, {Shape: []int{4, 2, 3}}, {Shape: []int{2, 12}}},
			Build: func(g *graph.Graph, in []*graph.Node) *graph.Node {
				p := small()
				change(&p)
				p.Win, p.W, p.Wfb = layers.Train(p.Win), layers.Train(p.W), layers.Train(p.Wfb)
				p.B, p.Gain, p.LeakRate = layers.Train(p.B), layers.Train(p.Gain), layers.Train(p.LeakRate)
				c := p.Place(g, "res")
				type feed struct{ X, Y *graph.Node }
				rs, _ := graph.Loop(feed{in[0], in[1]}, layers.ReservoirState{R: in[2]}, func(x feed, s layers.ReservoirState) (*graph.Node, layers.ReservoirState) {
					r, s := c.Step(x.X, s)
					s.Y = x.Y
					return r, s
				})
				return rs
			},
		})
	}
}

// Where there is no connection, training makes none.
func TestTrainedReservoirStaysThin(t *testing.T) {
	t.Parallel()
	for _, product := range []layers.Product{layers.ProductDense, layers.ProductSparse} {
		g := graph.NewIn(graph.NewStore(4))
		p := small()
		p.Feedback, p.Product = 0, product
		p.Win, p.W = layers.Train(p.Win), layers.Train(p.W)
		c := p.Place(g, "res")
		rs, _ := graph.Loop(g.Literal(random(1, 5, 2, 2)), layers.ReservoirState{}, c.Step)
		trained := g.Trained()
		require.Len(t, trained, 2)
		for i, d := range autodiff.Grad(rs.Square().Sum(), trained...) {
			w, dw := weights(t, g, trained[i].ParamName()), values(t, d)
			moved := 0
			for j := range w {
				if w[j] == 0 {
					require.Zero(t, dw[j])
				} else if dw[j] != 0 {
					moved++
				}
			}
			assert.Equal(t, len(w)-howMany(w, 0), moved, trained[i])
		}
	}
}

// What noise adds, seen through neurons that do nothing else.
func TestReservoirNoise(t *testing.T) {
	t.Parallel()
	const n, strength = 40, 0.3
	line := layers.Reservoir{
		In: n, N: n, Feedback: n, InDensity: 1, Density: 1, FeedbackDensity: 1, Win: layers.Identity{Scale: 1}, W: layers.Const(0),
		Wfb: layers.Identity{Scale: 1}, LeakRate: layers.Const(1), Func: "identity", DType: f64,
	}
	for name, c := range map[string]struct {
		set     func(p *layers.Reservoir)
		std     float64
		uniform bool
	}{
		"none":            {func(p *layers.Reservoir) {}, 0, false},
		"input":           {func(p *layers.Reservoir) { p.NoiseIn = strength }, strength, false},
		"state":           {func(p *layers.Reservoir) { p.NoiseRec = strength }, strength, false},
		"state, outside":  {func(p *layers.Reservoir) { p.NoiseRec, p.Outside = strength, true }, strength, false},
		"feedback":        {func(p *layers.Reservoir) { p.NoiseFeedback = strength }, strength, false},
		"uniform, state":  {func(p *layers.Reservoir) { p.NoiseRec, p.UniformNoise = strength, true }, strength / math.Sqrt(3), true},
		"input and state": {func(p *layers.Reservoir) { p.NoiseIn, p.NoiseRec = strength, strength }, strength * math.Sqrt2, false},
	} {
		p := line
		c.set(&p)
		g := graph.New()
		rs, _ := graph.Loop(g.Const(f64, 0.5, 50, 2, n), layers.ReservoirState{}, p.Place(g, "res").Step)
		x := values(t, rs)
		mean, std := moments(x)
		assert.InDelta(t, 0.5, mean, 0.02, name)
		assert.InDelta(t, c.std, std, 0.03*c.std+1e-12, name)
		if c.uniform {
			assert.LessOrEqual(t, slices.Max(x), 0.5+strength)
			assert.GreaterOrEqual(t, slices.Min(x), 0.5-strength)
		}
		if c.std > 0 {
			assert.NotEqual(t, x[:2*n], x[2*n:4*n], "%s: every step has its own", name)
		}
	}
}

// few is an initializer that gives too little.
type few struct{}

func (few) Init([]int, *rand.Rand) ([]float64, error) { return []float64{1}, nil }

func TestReservoirRefuses(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*layers.Reservoir){
		"In, Out: shapes":                                      func(p *layers.Reservoir) { p.N = 0 },
		"Feedback: value|-1":                                   func(p *layers.Reservoir) { p.Feedback = -1 },
		"InDensity: value|0, want within (0, 1]":               func(p *layers.Reservoir) { p.InDensity = 0 },
		"Density: value|1.5":                                   func(p *layers.Reservoir) { p.Density = 1.5 },
		"FeedbackDensity: value|NaN":                           func(p *layers.Reservoir) { p.FeedbackDensity = math.NaN() },
		"SpectralRadius: value|-1":                             func(p *layers.Reservoir) { p.SpectralRadius = -1 },
		"NoiseIn: value|-0.1":                                  func(p *layers.Reservoir) { p.NoiseIn = -0.1 },
		"NoiseRec: value|+Inf":                                 func(p *layers.Reservoir) { p.NoiseRec = math.Inf(1) },
		"NoiseFeedback: value|-2":                              func(p *layers.Reservoir) { p.NoiseFeedback = -2 },
		"Product: value|Product(9)":                            func(p *layers.Reservoir) { p.Product = 9 },
		"Func: value|\"tahn\"":                                 func(p *layers.Reservoir) { p.Func = "tahn" },
		"LeakRate: value|1.2 at element 0, want within [0, 1]": func(p *layers.Reservoir) { p.LeakRate = layers.Const(1.2) },
		"B: shapes|2 values":                                   func(p *layers.Reservoir) { p.B = layers.Values{1, 2} },
		"W: value|all eigenvalues are 0":                       func(p *layers.Reservoir) { p.W, p.Product = layers.Const(0), layers.ProductSparse },
		"res.W\": value|all eigenvalues are 0":                 func(p *layers.Reservoir) { p.W, p.Product = layers.Const(0), layers.ProductDense },
		"W: shapes|3 values for shape [12 12]": func(p *layers.Reservoir) {
			p.W, p.Product = layers.Values{1, 2, 3}, layers.ProductSparse
		},
		"W: shapes|layers_test.few gave 1 values":     func(p *layers.Reservoir) { p.W, p.Product = few{}, layers.ProductSparse },
		"W: value|Std:-1":                             func(p *layers.Reservoir) { p.W, p.Product = layers.Normal{Std: -1}, layers.ProductSparse },
		"W: value|Shared weights cannot be listed":    func(p *layers.Reservoir) { p.W, p.Product = layers.Train(p.W).Shared(), layers.ProductSparse },
		"Win: value|Shared weights cannot be thinned": func(p *layers.Reservoir) { p.Win = layers.Train(p.Win).Shared() },
	} {
		t.Run(want, func(t *testing.T) {
			g := graph.New()
			p := small()
			change(&p)
			c := p.Place(g, "res")
			faults(t, g, "reservoir_test.go|res: |"+want)
			r, _ := graph.Loop(g.Const(f64, 0, 3, 2), layers.ReservoirState{}, c.Step)
			assert.False(t, r.Valid() && g.Err() == nil)
		})
	}
}

func TestReservoirRefusesInputs(t *testing.T) {
	t.Parallel()
	g := graph.New()
	p := small()
	p.Outside = true
	c := p.Place(g, "res")
	r, _ := c.Step(g.Const(f64, 0, 3), layers.ReservoirState{})
	assert.False(t, r.Valid())
	r, s := c.Step(g.Const(graph.Float32, 0, 2), layers.ReservoirState{})
	assert.False(t, r.Valid() || s.R.Valid() || s.S.Valid() || s.Y.Valid())
	c.Step(nil, layers.ReservoirState{})
	r, _ = c.Step(r, layers.ReservoirState{}) // an invalid node passes silently
	assert.False(t, r.Valid())
	faults(t, g, "res: |shapes do not match|[3]", "res: |Float32|Cast", "res: |nil")
}

func TestReservoirStepDoesNotAllocate(t *testing.T) {
	for _, product := range []layers.Product{layers.ProductDense, layers.ProductSparse} {
		g := graph.New()
		p := small()
		p.Feedback, p.Product = 0, product
		rs, _ := graph.Loop(g.Input("x", f64, 20, 2), layers.ReservoirState{}, p.Place(g, "res").Step)
		prog, err := g.Compile(rs)
		require.NoError(t, err)
		in := random(1, 20, 2)
		out, err := prog.Run(in)
		require.NoError(t, err)
		assert.Zero(t, testing.AllocsPerRun(10, func() {
			if err := prog.RunInto(out, in); err != nil {
				panic(err)
			}
		}))
	}
}
