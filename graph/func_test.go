package graph_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/opsamples"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// linear is x·w with a parameter that has as many rows as x columns; it counts how often it is traced.
func linear(traced *int) func(g *graph.Graph, in []*graph.Node) []*graph.Node {
	return func(g *graph.Graph, in []*graph.Node) []*graph.Node {
		*traced++
		w := g.Param("w", graph.Var{Shape: []int{3, 2}, Init: counting{}})
		return []*graph.Node{in[0].MatMul(w), in[0].Sum()}
	}
}

// Another batch size is just another program; all share the parameters.
func TestFuncCompilesOncePerShape(t *testing.T) {
	t.Parallel()
	traced := 0
	s := graph.NewStore(1)
	f := graph.NewFunc(s, graph.Options{Workers: 1}, linear(&traced))
	assert.Same(t, s, f.Store())
	for range 3 {
		for _, batch := range []int{1, 4, 7} {
			x := ramp(graph.Float32, batch, 3)
			out, err := f.Call(x)
			require.NoError(t, err)
			w := arr{[]int{3, 2}, opsamples.Floats(s.Get("w").Value)}
			want := matMulRef(arr{[]int{batch, 3}, opsamples.Floats(x)}, w)
			requireClose(t, want.v, opsamples.Floats(out[0]), 1e-6, "batch %d", batch)
			s.Get("w").Value.Float32s()[0]++
		}
	}
	assert.Equal(t, 3, traced)
	p, err := f.Program(graph.Type{DType: graph.Float32, Shape: graph.Shape{4, 3}})
	require.NoError(t, err)
	names, types := p.Inputs()
	assert.Equal(t, []string{"x0"}, names)
	assert.Equal(t, "Float32[4 3]", types[0].String())
	assert.Equal(t, 3, traced)
	_, err = f.Program(graph.Type{DType: graph.Float32, Shape: graph.Shape{9, 3}})
	require.NoError(t, err)
	assert.Equal(t, 4, traced)
	assert.Len(t, s.Params(), 1)
}

// Types are part of what a program is for; so is the number of arguments.
func TestFuncTypes(t *testing.T) {
	t.Parallel()
	f := graph.NewFunc(nil, graph.Options{}, func(g *graph.Graph, in []*graph.Node) []*graph.Node {
		if len(in) == 0 {
			return []*graph.Node{g.Const(graph.Float32, 7)}
		}
		return []*graph.Node{in[0].Add(in[len(in)-1])}
	})
	for d, want := range map[graph.DType]string{graph.Float32: "Float32[2]", graph.Float64: "Float64[2]", graph.Int32: "Int32[2]"} {
		out, err := f.Call(ramp(d, 2))
		require.NoError(t, err)
		assert.Equal(t, d, graph.DTypeOf(out[0]))
		p, err := f.Program(graph.Type{DType: d, Shape: graph.Shape{2}})
		require.NoError(t, err)
		assert.Equal(t, want, p.Outputs()[0].String())
	}
	out, err := f.Call(ramp(graph.Float32, 2), ramp(graph.Float32, 1))
	require.NoError(t, err)
	assert.Equal(t, tensor.Shape{2}, out[0].Shape())
	out, err = f.Call()
	require.NoError(t, err)
	assert.Equal(t, []float64{7}, opsamples.Floats(out[0]))
	out, err = f.Call(tensor.New(tensor.FromScalar(float32(2))))
	require.NoError(t, err)
	assert.Equal(t, []float64{4}, opsamples.Floats(out[0]))
}

func TestFuncErrors(t *testing.T) {
	t.Parallel()
	traced := 0
	f := graph.NewFunc(nil, graph.Options{}, linear(&traced))
	for _, c := range []struct {
		in   []*tensor.Dense
		kind error
		says string
	}{
		{[]*tensor.Dense{nil}, graph.ErrValue, "graph: Func: input x0: value out of its domain: the tensor is nil"},
		{[]*tensor.Dense{ramp(graph.Float32, 2, 3), nil}, graph.ErrValue, "input x1"},
		{[]*tensor.Dense{tensor.New(tensor.WithBacking([]int64{1, 2}))}, graph.ErrDType, "graph: Func: input x0: element types do not match: tensors of int64 are not supported"},
		{[]*tensor.Dense{ramp(graph.Float32, 2, 4)}, graph.ErrShape, "MatMul(Float32[2 4], Float32[3 2]): shapes do not match: the inner extents are 4 and 3"},
	} {
		for range 2 { // a failure is not kept
			_, err := f.Call(c.in...)
			require.ErrorIs(t, err, c.kind)
			assert.ErrorContains(t, err, c.says)
			assert.ErrorIs(t, f.CallInto(nil, c.in...), c.kind)
		}
	}
	assert.Equal(t, 4, traced)
	view, err := ramp(graph.Float32, 4, 6).Slice(tensor.S(0, 2), tensor.S(0, 3))
	require.NoError(t, err)
	_, err = f.Call(view.(*tensor.Dense))
	assert.ErrorContains(t, err, "the tensor is a view; clone it")
	_, err = graph.NewFunc(nil, graph.Options{Disable: []string{"?"}}, linear(&traced)).Call(ramp(graph.Float32, 2, 3))
	assert.ErrorContains(t, err, `there is no pass "?"`)
	_, err = graph.NewFunc(nil, graph.Options{}, nil).Call()
	assert.ErrorContains(t, err, "the function to trace is nil")
	_, err = f.Program(graph.Type{DType: graph.Float32, Shape: graph.Shape{-1, 3}})
	assert.ErrorIs(t, err, graph.ErrShape)
}

// The oldest program goes when there are too many; what it is for is compiled again.
func TestFuncForgetsTheOldest(t *testing.T) {
	t.Parallel()
	traced := 0
	f := graph.NewFunc(nil, graph.Options{}, linear(&traced))
	call := func(batch int) {
		_, err := f.Call(ramp(graph.Float32, batch, 3))
		require.NoError(t, err)
	}
	for b := range graph.FuncPrograms {
		call(b + 1)
	}
	call(1) // now 2 is the oldest
	require.Equal(t, graph.FuncPrograms, traced)
	call(graph.FuncPrograms + 1)
	require.Equal(t, graph.FuncPrograms+1, traced)
	call(1)
	require.Equal(t, graph.FuncPrograms+1, traced)
	call(2)
	require.Equal(t, graph.FuncPrograms+2, traced)
}

func TestFuncCallIntoAllocatesNothing(t *testing.T) {
	traced := 0
	f := graph.NewFunc(nil, graph.Options{}, linear(&traced))
	var in, out [][]*tensor.Dense
	for _, batch := range []int{2, 5, 3} {
		x := []*tensor.Dense{ramp(graph.Float32, batch, 3)}
		y, err := f.Call(x...)
		require.NoError(t, err)
		in, out = append(in, x), append(out, y)
	}
	i := 0
	assert.Zero(t, testing.AllocsPerRun(30, func() {
		if err := f.CallInto(out[i%3], in[i%3]...); err != nil {
			t.Error(err)
		}
		i++
	}))
}

// Goroutines that call for new shapes and old ones at once; each shape is compiled once.
func TestFuncConcurrency(t *testing.T) {
	t.Parallel()
	traced := 0
	f := graph.NewFunc(nil, graph.Options{Workers: 1}, func(g *graph.Graph, in []*graph.Node) []*graph.Node {
		traced++ // one at a time
		w := g.Param(fmt.Sprintf("w%d", in[0].Dim(0)), graph.Var{Shape: []int{3}, Init: counting{}})
		g.Update(w, w.Shift(1))
		return []*graph.Node{in[0].Mul(w).Sum(1), g.Param("all", graph.Var{Shape: []int{1}})}
	})
	var wg sync.WaitGroup
	for k := range 8 {
		wg.Go(func() {
			for i := range 12 {
				batch := 1 + (i+k)%6
				out, err := f.Call(ramp(graph.Float32, batch, 3))
				if err != nil {
					t.Error(err)
					return
				}
				assert.Len(t, out[0].Float32s(), batch)
			}
		})
	}
	wg.Wait()
	assert.Equal(t, 6, traced)
	for b := range 6 {
		assert.InDelta(t, 16, f.Store().Get(fmt.Sprintf("w%d", b+1)).Value.Float32s()[0], 0, "no run was lost")
	}
}

func ExampleFunc() {
	norm := graph.NewFunc(nil, graph.Options{}, func(g *graph.Graph, in []*graph.Node) []*graph.Node {
		return []*graph.Node{in[0].Square().Sum().Sqrt()}
	})
	for _, x := range [][]float32{{3, 4}, {2, 3, 6}} {
		out, err := norm.Call(tensor.New(tensor.WithBacking(x)))
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(out[0])
	}
	// Output:
	// 5
	// 7
}

// A batch without samples is named as such: to the library of tensors it looks like a view.
func TestEmptyTensors(t *testing.T) {
	empty := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(0, 3))
	f := graph.NewFunc(nil, graph.Options{}, func(_ *graph.Graph, in []*graph.Node) []*graph.Node { return []*graph.Node{in[0].Sum()} })
	_, err := f.Call(empty)
	assert.ErrorIs(t, err, graph.ErrShape)
	assert.ErrorContains(t, err, "the tensor is empty, of shape [0 3]")
	assert.ErrorContains(t, graph.NewStore(1).Put("w", empty, true), "the tensor is empty, of shape [0 3]")
	g := graph.New()
	g.Literal(empty)
	assert.ErrorContains(t, g.Err(), "the tensor is empty, of shape [0 3]")
}
