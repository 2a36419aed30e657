package graph_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/opsamples"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// put sets the value of a parameter.
func put(s *graph.Store, name string, x ...float32) { copy(s.Get(name).Value.Float32s(), x) }

func valueOf(s *graph.Store, name string) []float32 {
	return slices.Clone(s.Get(name).Value.Float32s())
}

// Every read of a parameter in a run sees the value from before, wherever it is updated.
func TestUpdatesHappenAtTheEnd(t *testing.T) {
	t.Parallel()
	g := graph.New()
	w := g.Param("w", graph.Var{Shape: []int{3}})
	x := g.Input("x", graph.Float32, 3)
	g.Update(w, w.Sub(x.Scale(0.5)))
	after := w.Sub(x.Scale(0.5)).Mul(w) // the new value and the old one
	late := after.Sum().Exp().Add(w)
	p := compile(t, g, w, after, late, w.Sub(x.Scale(0.5)))
	put(g.Store(), "w", 1, 2, 3)
	in := tensor.New(tensor.WithBacking([]float32{2, 2, 4}))
	got := run(t, p, in)
	assert.Equal(t, []float64{1, 2, 3}, got[0], "a parameter as a result is its old value")
	assert.Equal(t, []float64{0, 2, 3}, got[1])
	assert.InDeltaSlice(t, []float64{math.Exp(5) + 1, math.Exp(5) + 2, math.Exp(5) + 3}, got[2], 1e-4)
	assert.Equal(t, []float64{0, 1, 1}, got[3])
	assert.Equal(t, []float32{0, 1, 1}, valueOf(g.Store(), "w"))
	run(t, p, in)
	assert.Equal(t, []float32{-1, 0, -1}, valueOf(g.Store(), "w"))
}

// Parameters that take each other's values: in pairs, in circles, and from a third that changes too.
func TestUpdatesSwap(t *testing.T) {
	t.Parallel()
	g := graph.New()
	param := func(name string) *graph.Node { return g.Param(name, graph.Var{Shape: []int{2}}) }
	a, b, c, d, e := param("a"), param("b"), param("c"), param("d"), param("e")
	g.Update(a, b)
	g.Update(b, a)
	g.Update(c, c.Add(a).Mul(b))
	g.Update(d, c)
	g.Update(e, d.Reshape(1, 2).Slice(graph.All, graph.Range{From: -1, ToEnd: true, Step: -1}).Reshape(2))
	p := compile(t, g, a, c)
	for i, name := range []string{"a", "b", "c", "d", "e"} {
		put(g.Store(), name, float32(i+1), float32(10*i+10))
	}
	got := run(t, p)
	assert.Equal(t, [][]float64{{1, 10}, {3, 30}}, got)
	s := g.Store()
	assert.Equal(t, []float32{2, 20}, valueOf(s, "a"))
	assert.Equal(t, []float32{1, 10}, valueOf(s, "b"))
	assert.Equal(t, []float32{8, 800}, valueOf(s, "c"))
	assert.Equal(t, []float32{3, 30}, valueOf(s, "d"))
	assert.Equal(t, []float32{40, 4}, valueOf(s, "e"))
}

// One value for two parameters and a result; a constant, an input and part of something as values.
func TestUpdatesShareValues(t *testing.T) {
	t.Parallel()
	g := graph.New()
	param := func(name string) *graph.Node { return g.Param(name, graph.Var{Shape: []int{2}}) }
	a, b, c, d, e := param("a"), param("b"), param("c"), param("d"), param("e")
	x := g.Input("x", graph.Float32, 2, 2)
	v := a.Add(x.Index(0)).Exp()
	g.Update(a, v)
	g.Update(b, v)
	g.Update(c, g.Const(graph.Float32, 7, 2))
	g.Update(d, x.Index(1))
	_, last := graph.Loop(x, e, func(x, s *graph.Node) (*graph.Node, *graph.Node) { return x, s.Add(x) })
	g.Update(e, last)
	p := compile(t, g, v, x)
	in := tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float32{0, 1, 2, 3}))
	for range 2 {
		got := run(t, p, in)
		s := g.Store()
		for i, x := range valueOf(s, "a") {
			assert.EqualValues(t, got[0][i], x)
		}
		assert.Equal(t, valueOf(s, "a"), valueOf(s, "b"))
		assert.Equal(t, []float32{7, 7}, valueOf(s, "c"))
		assert.Equal(t, []float32{2, 3}, valueOf(s, "d"))
		assert.Equal(t, []float64{0, 1, 2, 3}, got[1], "an input as a result")
	}
	assert.Equal(t, []float32{4, 8}, valueOf(g.Store(), "e"), "two runs of two steps")
}

// A check that fails stops the run before anything is updated.
func TestChecksComeBeforeUpdates(t *testing.T) {
	t.Parallel()
	for _, early := range []bool{true, false} {
		g := graph.New()
		a, b := g.Param("a", graph.Var{Shape: []int{2}}), g.Param("b", graph.Var{Shape: []int{2}})
		x := g.Input("x", graph.Float32, 2)
		if early {
			g.Check("loss", x.Log().Sum())
		}
		g.Update(a, a.Add(x))
		g.Update(b, b.Add(a).MatMul(g.Const(graph.Float32, 1, 2, 2)))
		if !early {
			g.Check("loss", b.Add(a).MatMul(g.Const(graph.Float32, 1, 2, 2)).Add(x.Log()).Sum())
		}
		p := compile(t, g, x.Neg())
		put(g.Store(), "a", 1, 2)
		put(g.Store(), "b", 3, 4)
		for _, bad := range [][]float32{{1, -1}, {0, 1}, {float32(math.NaN()), 1}} {
			_, err := p.Run(tensor.New(tensor.WithBacking(slices.Clone(bad))))
			require.ErrorIs(t, err, graph.ErrNonFinite)
			assert.Regexp(t, `^graph: Run: loss is (NaN|-Inf): not finite$`, err.Error())
			assert.Equal(t, []float32{1, 2}, valueOf(g.Store(), "a"))
			assert.Equal(t, []float32{3, 4}, valueOf(g.Store(), "b"))
		}
		_, err := p.Run(tensor.New(tensor.WithBacking([]float32{1, 1})))
		require.NoError(t, err)
		assert.Equal(t, []float32{2, 3}, valueOf(g.Store(), "a"))
		assert.Equal(t, []float32{10, 10}, valueOf(g.Store(), "b"))
	}
}

// trainingGraph has what a training step has: loops, products, state, random numbers, updates.
func trainingGraph(g *graph.Graph, n int) []*graph.Node {
	x := g.Input("x", graph.Float32, 5, n, 3)
	w := g.Param("w", graph.Var{Shape: []int{3, 4}, Init: counting{}})
	ys, last := graph.Loop(x, (*graph.Node)(nil), func(x, s *graph.Node) (*graph.Node, *graph.Node) {
		i := x.MatMul(w)
		s = s.Else(i.Like(0)).Scale(0.9).Add(i)
		keep := s.Sigmoid().Bernoulli().Cast(graph.Float32)
		return s.Mul(keep), s
	}, graph.LoopOptions{Segment: 2})
	loss := ys.LogSoftmax(-1).Mean().Neg()
	count, _ := graph.While(loss.Like(0), 5, func(s *graph.Node) *graph.Node { return s.Lt(g.Const(graph.Float32, 3)) }, func(s *graph.Node) *graph.Node { return s.Shift(1) })
	pick := graph.Cond(loss.Gt(loss.Like(0)), func() *graph.Node { return last.Exp() }, func() *graph.Node { return last })
	g.Update(w, w.Sub(last.Transpose().MatMul(x.Index(0)).Transpose().Scale(0.01)))
	g.Update(g.Clock(), g.Clock().Shift(1))
	g.Check("loss", loss)
	return []*graph.Node{loss, ys, last, count, pick, ys.ArgMax(-1), ys.ArgSort(0), ys.Sum(0, 2), ys.Gt(ys.Like(0)),
		graph.Concat(1, last, last.Slice(graph.All, graph.Range{From: -1, ToEnd: true, Step: -1})), last.Pad([]int{1, 0}, []int{0, 2}, 3)}
}

// counting initializes with 0, 0.01, 0.02, …
type counting struct{}

func (counting) Init(shape []int, _ *rand.Rand) ([]float64, error) {
	x := make([]float64, graph.Shape(shape).Size())
	for i := range x {
		x[i] = float64(i) / 100
	}
	return x, nil
}

// failing is an initializer that fails.
type failing struct{}

func (failing) Init([]int, *rand.Rand) ([]float64, error) { return nil, errors.New("no luck") }

func TestRunIntoAllocatesNothing(t *testing.T) {
	for name, outs := range map[string]func(g *graph.Graph) []*graph.Node{
		"training": func(g *graph.Graph) []*graph.Node { return trainingGraph(g, 2) },
		"loop": func(g *graph.Graph) []*graph.Node {
			_, _, all := busy(g, 13, graph.LoopOptions{})
			return all
		},
		"segments reversed": func(g *graph.Graph) []*graph.Node {
			_, _, all := busy(g, 13, graph.LoopOptions{Segment: 4, Reverse: true})
			return all
		},
		"solve": func(g *graph.Graph) []*graph.Node {
			a := g.Input("a", graph.Float32, 2, 3, 3)
			spd := a.MatMul(a.Transpose(0, 2, 1)).Add(a.Like(3).Diagonal().DiagonalMatrix())
			return []*graph.Node{spd.Solve(a), spd.Cholesky(), spd.SymmetricRoot(), spd.Lyapunov(spd)}
		},
	} {
		g := graph.New()
		p := compile(t, g, outs(g)...)
		in := make([]*tensor.Dense, 0, 3)
		_, types := p.Inputs()
		for _, typ := range types {
			in = append(in, ramp(typ.DType, typ.Shape...))
		}
		out, err := p.Run(in...)
		require.NoError(t, err)
		require.NoError(t, p.RunInto(out, in...))
		assert.Zero(t, testing.AllocsPerRun(20, func() {
			if err := p.RunInto(out, in...); err != nil {
				t.Error(err)
			}
		}), name)
	}
	for _, s := range opsamples.Samples() {
		g := graph.New()
		p := compile(t, g, s.Build(g, s.Place(g)))
		in := s.Tensors()
		out, err := p.Run(in...)
		require.NoError(t, err)
		// So many runs that what the collector's cleanups allocate meanwhile rounds to none.
		assert.Zero(t, testing.AllocsPerRun(50, func() { _ = p.RunInto(out, in...) }), s.Name)
	}
}

// Many goroutines run one program; runs that update wait for each other, so none is lost.
func TestConcurrentRuns(t *testing.T) {
	t.Parallel()
	s := graph.NewStore(3)
	g := graph.NewIn(s)
	w := g.Param("w", graph.Var{Shape: []int{4}})
	x := g.Input("x", graph.Float32, 4, 4)
	g.Update(w, w.Shift(1))
	train := compile(t, g, x.MatMul(w))
	e := graph.NewIn(s)
	eval := compile(t, e, trainingFree(e)...)
	want := run(t, eval, ramp(graph.Float32, 4, 4))
	var wg sync.WaitGroup
	for k := range 8 {
		wg.Go(func() {
			for i := range 20 {
				if k%2 == 0 {
					if _, err := train.Run(ramp(graph.Float32, 4, 4)); err != nil {
						t.Error(err)
					}
					continue
				}
				out, err := eval.Run(ramp(graph.Float32, 4, 4))
				if err != nil {
					t.Error(err)
					return
				}
				assert.Equal(t, want[0], opsamples.Floats(out[0]), "run %d", i)
				v := out[1].Float32s() // all elements of one state of the store
				assert.Equal(t, []float32{v[0], v[0], v[0], v[0]}, v)
			}
		})
	}
	wg.Wait()
	assert.Equal(t, []float32{80, 80, 80, 80}, valueOf(s, "w"))
}

// trainingFree reads the parameter w, and computes something that does not depend on it.
func trainingFree(g *graph.Graph) []*graph.Node {
	x := g.Input("x", graph.Float32, 4, 4)
	w := g.Param("w", graph.Var{Shape: []int{4}})
	ys, _ := graph.Loop(x, x.Index(0), func(x, s *graph.Node) (*graph.Node, *graph.Node) { s = s.Tanh().Add(x); return s, s })
	return []*graph.Node{ys.MatMul(x), w.Scale(1)}
}

func TestRunRefusesWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x, s := g.Input("x", graph.Float32, 2, 3), g.Input("s", graph.Int32)
	p := compile(t, g, x.Exp(), s)
	names, types := p.Inputs()
	assert.Equal(t, []string{"x", "s"}, names)
	assert.Equal(t, "Float32[2 3]", types[0].String())
	assert.Equal(t, "Float32[2 3]", p.Outputs()[0].String())
	one := tensor.New(tensor.WithShape(1), tensor.WithBacking([]int32{1}))
	big := tensor.New(tensor.WithShape(4, 6), tensor.WithBacking(tensor.Range(tensor.Float32, 0, 24)))
	view, err := big.Slice(tensor.S(0, 4, 2), tensor.S(0, 3))
	require.NoError(t, err)
	for _, c := range []struct {
		in   []*tensor.Dense
		kind error
		says string
	}{
		{nil, graph.ErrShape, `graph: Run: shapes do not match: 0 inputs, want 2: ["x" "s"]`},
		{[]*tensor.Dense{one}, graph.ErrShape, `1 inputs, want 2`},
		{[]*tensor.Dense{nil, one}, graph.ErrValue, `input "x": value out of its domain: the tensor is nil, want Float32[2 3]`},
		{[]*tensor.Dense{ramp(graph.Float64, 2, 3), one}, graph.ErrDType, `input "x": element types do not match: the tensor holds float64, want Float32[2 3]`},
		{[]*tensor.Dense{ramp(graph.Float32, 3, 2), one}, graph.ErrShape, `input "x": shapes do not match: the tensor has shape [3 2], want [2 3]`},
		{[]*tensor.Dense{ramp(graph.Float32, 2, 3), ramp(graph.Int32, 2)}, graph.ErrShape, `input "s": shapes do not match: the tensor has shape [2], want []`},
		{[]*tensor.Dense{view.(*tensor.Dense), one}, graph.ErrValue, `the tensor is a view; clone it`},
	} {
		_, err := p.Run(c.in...)
		require.ErrorIs(t, err, c.kind)
		assert.ErrorContains(t, err, c.says)
	}
	in := []*tensor.Dense{ramp(graph.Float32, 2, 3), one}
	scalar := tensor.New(tensor.FromScalar(int32(4)))
	got := run(t, p, in[0], scalar)
	assert.Equal(t, []float64{4}, got[1])
	for _, out := range [][]*tensor.Dense{nil, {nil, one}, {ramp(graph.Float32, 3, 2), one}, {ramp(graph.Int32, 2, 3), one}} {
		assert.Error(t, p.RunInto(out, in...))
	}
	empty := graph.New()
	p = compile(t, empty, empty.Const(graph.Float32, 0, 0, 3))
	_, err = p.Run()
	assert.ErrorIs(t, err, graph.ErrShape)
	assert.ErrorContains(t, err, "output 0 is Float32[0 3], and tensors cannot be empty")
	_, err = empty.CompileWith(graph.Options{Disable: []string{"sorting"}})
	assert.ErrorContains(t, err, `there is no pass "sorting"; passes are`)
}

// A program without results runs for its updates.
func TestRunWithoutResults(t *testing.T) {
	t.Parallel()
	g := graph.New()
	w := g.Param("w", graph.Var{Shape: []int{2}})
	g.Update(w, w.Shift(1))
	p := compile(t, g)
	assert.Empty(t, run(t, p))
	assert.Equal(t, []float32{1, 1}, valueOf(g.Store(), "w"))
}

// Results are new tensors, also where they are inputs, parameters, constants or twice the same.
func TestResultsAreNew(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x, w := g.Input("x", graph.Float32, 2), g.Param("w", graph.Var{Shape: []int{2}})
	c := g.Values(graph.Float32, []float64{1, 2}, 2)
	y := x.Exp()
	p := compile(t, g, x, w, c, y, y, y.Reshape(2, 1), x.Index(1), x.StopGradient())
	in := tensor.New(tensor.WithBacking([]float32{1, 2}))
	first, err := p.Run(in)
	require.NoError(t, err)
	before := make([][]float64, len(first))
	for i, f := range first {
		before[i] = opsamples.Floats(f)
	}
	in.Float32s()[0] = 9
	put(g.Store(), "w", 5, 5)
	second, err := p.Run(in)
	require.NoError(t, err)
	for i := range first {
		assert.Equal(t, before[i], opsamples.Floats(first[i]), "result %d was overwritten", i)
		for j := range second[i].Float32s() {
			second[i].Float32s()[j] = 77
		}
	}
	assert.Equal(t, []float32{9, 2}, in.Float32s())
	assert.Equal(t, []float32{5, 5}, valueOf(g.Store(), "w"))
	assert.Equal(t, []float64{1, 2}, run(t, p, in)[2], "the constant")
}

func TestLocateNamesTheFirstBadNode(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x := g.Input("x", graph.Float32, 3, 2)
	w := g.Param("w", graph.Var{Shape: []int{2}})
	end := g.Scope("encoder")
	h := x.Exp().Add(w)
	end()
	end = g.Scope("readout")
	y, _ := graph.Loop(h, h.Index(0), func(x, s *graph.Node) (*graph.Node, *graph.Node) {
		defer g.Scope("norm")()
		return x.Log().Mul(s), s.Add(x)
	})
	end()
	g.Update(w, w.Add(y.Sum().Scale(0)))
	g.Check("loss", y.Sum())
	p := compile(t, g, y)
	in := tensor.New(tensor.WithShape(3, 2), tensor.WithBacking([]float32{0, 0, 0, 0, 0, 0}))
	require.NoError(t, p.Locate(in))
	put(g.Store(), "w", 0, -2)
	_, err := p.Run(in)
	require.ErrorIs(t, err, graph.ErrNonFinite)
	err = p.Locate(in)
	require.ErrorIs(t, err, graph.ErrNonFinite)
	assert.ErrorContains(t, err, "readout.norm: Log: element 1 of Float32[2] is NaN: not finite")
	in.Float32s()[3] = 1000
	assert.ErrorContains(t, p.Locate(in), "encoder: Exp: element 3 of Float32[3 2] is +Inf: not finite")
	assert.Equal(t, []float32{0, -2}, valueOf(g.Store(), "w"), "Locate updates nothing")
	assert.ErrorIs(t, p.Locate(), graph.ErrShape)
}

// The data's faults name layer and op, in loops too.
func TestRunErrorsNameTheOp(t *testing.T) {
	t.Parallel()
	g := graph.New()
	table, idx := g.Input("table", graph.Float32, 3, 2), g.Input("idx", graph.Int32, 4)
	end := g.Scope("embed")
	y, _ := graph.Loop(idx, table.Index(0), func(i, s *graph.Node) (*graph.Node, *graph.Node) { return table.Gather(0, i), s })
	hot := idx.OneHot(3, graph.Float32)
	sums := table.ScatterAdd(0, idx.Slice(graph.Range{To: 3}), 3)
	end()
	rows := ramp(graph.Float32, 3, 2)
	for _, c := range []struct {
		out  *graph.Node
		says string
	}{
		{y, "graph: Run: embed: Gather[0]: value out of its domain: position 7 (element 0) is outside [0, 3)"},
		{hot, "graph: Run: embed: OneHot[3]: class value out of its domain: position 7 (element 1) is outside [0, 3)"},
		{sums, "graph: Run: embed: ScatterAdd[0 3]: value out of its domain: position 7 (element 1) is outside [0, 3)"},
	} {
		p := compile(t, g, c.out)
		_, err := p.Run(rows, positions(0, 7, 1, -1))
		require.ErrorIs(t, err, graph.ErrValue)
		assert.EqualError(t, err, c.says)
		_, err = p.Run(rows, positions(0, 2, 1, 1))
		assert.NoError(t, err, "a run after a fault")
	}
}

// The number of workers changes not one bit.
func TestWorkersGiveTheSameBits(t *testing.T) {
	t.Parallel()
	for _, d := range []graph.DType{graph.Float32, graph.Float64} {
		g := graph.New()
		a, b := g.Input("a", d, 300, 257), g.Input("b", d, 257, 190)
		v := g.Input("v", d, 1200, 800)
		h := v.Tanh().Mul(v.Exp()).Sub(v.Sin()).Add(v.Index(3)).Sigmoid()
		outs := []*graph.Node{a.MatMul(b), b.Transpose().MatMul(a.Transpose()), h, h.Sum(0), h.Sum(1), h.Sum(), h.LogSumExp(1), h.ReduceMax(0),
			v.CumSum(0, false, false).Index(-1), g.Normal(d, 1000), h.MatMul(h.Narrow(0, 0, 800)).Sum(0)}
		in := []*tensor.Dense{ramp(d, 300, 257), ramp(d, 257, 190), ramp(d, 1200, 800)}
		var want [][]float64
		for _, workers := range []int{1, 2, 3, 8} {
			p, err := g.CompileWith(graph.Options{Workers: workers}, outs...)
			require.NoError(t, err)
			got := run(t, p, in...)
			if want == nil {
				want = got
			}
			for i := range want {
				require.True(t, slices.Equal(want[i], got[i]), "%v, %d workers, output %d", d, workers, i)
			}
		}
	}
}

// Graphs of one store share parameters by name; the seed and the name decide the first value.
func TestStore(t *testing.T) {
	t.Parallel()
	s := graph.NewStore(5)
	a, b := graph.NewIn(s), graph.NewIn(s)
	w := a.Param("w", graph.Var{Shape: []int{2}})
	assert.Same(t, w, a.Param("w", graph.Var{Shape: []int{2}}), "a name is one node")
	b.Param("w", graph.Var{Shape: []int{2}})
	k := b.Param("k", graph.Var{DType: graph.Int32, Shape: []int{}})
	f := b.Param("f", graph.Var{Shape: []int{}, Fixed: true})
	require.NoError(t, b.Err())
	require.Len(t, s.Params(), 3)
	assert.Equal(t, uint64(5), s.Seed())
	assert.Equal(t, []*graph.Node{b.Params()[0]}, b.Trained(), "whole numbers and fixed parameters are not trained")
	assert.Equal(t, "k", k.ParamName())
	assert.Equal(t, "f", f.ParamName())
	assert.Empty(t, w.Exp().ParamName())
	assert.Nil(t, s.Get("none"))
	assert.Error(t, s.Put("w", ramp(graph.Float32, 2), true))
	assert.ErrorIs(t, s.Put("i64", tensor.New(tensor.WithBacking([]int64{1, 2})), true), graph.ErrDType)
	b.Param("w2", graph.Var{Shape: []int{2}, Init: failing{}})
	assert.ErrorContains(t, b.Err(), `parameter "w2": no luck`)
	assert.ErrorIs(t, s.Put("nil", nil, true), graph.ErrValue)
}

type huge float64

func (h huge) Init([]int, *rand.Rand) ([]float64, error) { return []float64{1, float64(h)}, nil }

func TestInitialValuesAreNumbersOfTheirType(t *testing.T) {
	t.Parallel()
	place := func(d graph.DType, v float64) error {
		g := graph.New()
		g.Param("w", graph.Var{DType: d, Shape: []int{2}, Init: huge(v)})
		return g.Err()
	}
	for _, v := range []float64{math.NaN(), math.Inf(-1), 1e39} {
		err := place(graph.Float32, v)
		assert.ErrorIs(t, err, graph.ErrValue)
		assert.ErrorContains(t, err, fmt.Sprintf(`parameter "w": value out of its domain: initial value %v at element 1 is no number of Float32`, v))
	}
	assert.NoError(t, place(graph.Float64, 1e39))
	assert.NoError(t, place(graph.Float32, 1e38))
}
