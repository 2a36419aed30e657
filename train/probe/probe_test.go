package probe_test

import (
	"context"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/probe"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

func TestRunRecordsWhatTheNetworkDoes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		steps int
		x     *tensor.Dense
	}{
		"sequence":         {0, input(12, 4, 3)},
		"constant current": {12, input(4, 3)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := trainer(c.steps)
			r, err := (&probe.Probe[state]{Trainer: tr}).Run(t.Context(), c.x)
			require.NoError(t, err)
			want, err := tr.Predict(t.Context(), c.x)
			require.NoError(t, err)
			y := r.Trace("y")
			assert.Equal(t, want.Float32s(), y.Values().Float32s())
			assert.Equal(t, want.Float32s(), r.Trace("Out.V").Values().Float32s(), "the output is the membrane")
			z := r.Trace("hidden")
			assert.Equal(t, []int{12, 4, 5}, []int(z.Values().Shape()))
			assert.True(t, z.Binary())
			assert.False(t, y.Binary())
			assert.Greater(t, mean(z.Rates()), 0.02)
			assert.Nil(t, r.Trace("none"))
		})
	}
}

func mean(x []float64) float64 {
	s := 0.0
	for _, v := range x {
		s += v / float64(len(x))
	}
	return s
}

// V of the step before explains the spikes: V >= 1 resets, and a spike is V >= 1.
func TestStateBelongsToItsStep(t *testing.T) {
	t.Parallel()
	r, err := (&probe.Probe[state]{Trainer: trainer(0)}).Run(t.Context(), input(30, 2, 3))
	require.NoError(t, err)
	z, v := r.Trace("hidden"), r.Trace("Hidden.V")
	for i := range 30 {
		for b := range 2 {
			for n := range 5 {
				assert.Equal(t, v.At(i, b, n) >= 1, z.At(i, b, n) == 1, "step %d", i)
			}
		}
	}
}

func TestWatchChooses(t *testing.T) {
	t.Parallel()
	tr, x := trainer(0), input(11, 4, 3)
	all, err := (&probe.Probe[state]{Trainer: tr}).Run(t.Context(), x)
	require.NoError(t, err)
	p := &probe.Probe[state]{Trainer: tr, Watch: []probe.Watch{
		{Name: "Hidden.V", Every: 4, Samples: []int{3, 1}, Neurons: []int{4, 0, 4}},
		{Name: "y"},
	}}
	for _, chunk := range []int{0, 1, 3, 4, 10, 11, 100} {
		p.Chunk = chunk
		r, err := p.Run(t.Context(), x)
		require.NoError(t, err)
		require.Len(t, r.Traces, 2)
		v, whole := r.Traces[0], all.Trace("Hidden.V")
		assert.Equal(t, []int{0, 4, 8}, v.Steps, "chunk %d", chunk)
		assert.Equal(t, []int{5}, v.Shape)
		assert.Equal(t, []int{3, 3 - 1, 3}, []int(v.Values().Shape()))
		for i, step := range v.Steps {
			for b, sample := range v.Samples {
				for n, neuron := range v.Neurons {
					assert.Equal(t, whole.At(step, sample, neuron), v.At(i, b, n), "chunk %d", chunk)
				}
			}
		}
		assert.Equal(t, all.Trace("y").Values().Float32s(), r.Traces[1].Values().Float32s(), "chunk %d", chunk)
	}
	assert.Equal(t, []float64{all.Trace("y").At(0, 2, 1), all.Trace("y").At(1, 2, 1)}, all.Trace("y").Series(2, 1)[:2])
}

func TestStreamHandsOverParts(t *testing.T) {
	t.Parallel()
	p := &probe.Probe[state]{Trainer: trainer(7), Chunk: 2, Watch: []probe.Watch{{Name: "y", Every: 3}}}
	var steps [][]int
	for r, err := range p.Stream(t.Context(), input(4, 3)) {
		require.NoError(t, err)
		steps = append(steps, r.Traces[0].Steps)
		assert.Equal(t, []int{len(r.Traces[0].Steps), 4, 2}, []int(r.Traces[0].Values().Shape()))
	}
	assert.Equal(t, [][]int{{0}, {3}, nil, {6}}, steps)
}

func TestLimit(t *testing.T) {
	t.Parallel()
	p := &probe.Probe[state]{Trainer: trainer(100), Watch: []probe.Watch{{Name: "y"}}}
	p.Limit = 100 * 4 * 2 * 4
	_, err := p.Run(t.Context(), input(4, 3))
	require.NoError(t, err)
	p.Limit--
	_, err = p.Run(t.Context(), input(4, 3))
	assert.ErrorIs(t, err, graph.ErrValue)
	assert.ErrorContains(t, err, "a part of the run takes 3200 bytes, Limit is 3199: watch less, or set Chunk")
	p.Chunk = 10
	_, err = p.Run(t.Context(), input(4, 3))
	assert.ErrorContains(t, err, "the recording takes 3200 bytes, Limit is 3199: watch less, or use Stream")
	for _, err := range p.Stream(t.Context(), input(4, 3)) {
		require.NoError(t, err)
	}
	p.Watch[0].Every = 2
	_, err = p.Run(t.Context(), input(4, 3))
	assert.NoError(t, err)
}

func TestNames(t *testing.T) {
	t.Parallel()
	p := &probe.Probe[state]{Trainer: trainer(0), Watch: []probe.Watch{{Name: "ignored"}}}
	names, err := p.Names(input(5, 2, 3))
	require.NoError(t, err)
	assert.Subset(t, names, []string{"hidden", "Hidden.V", "Out.V", "y"})
}

func TestErrors(t *testing.T) {
	t.Parallel()
	x := input(5, 2, 3)
	for name, c := range map[string]struct {
		watch probe.Watch
		want  string
	}{
		"name":    {probe.Watch{Name: "hiden"}, `Watch "hiden": value out of its domain: there is no such name, but ["hidden" `},
		"neuron":  {probe.Watch{Name: "y", Neurons: []int{2}}, `Watch "y": Neurons: value out of its domain: 2, want 0 to 1`},
		"sample":  {probe.Watch{Name: "y", Samples: []int{-1}}, `Watch "y": Samples: value out of its domain: -1, want 0 to 1`},
		"every":   {probe.Watch{Name: "y", Every: -2}, "Watch[0].Every is -2"},
		"no name": {probe.Watch{}, `Watch ""`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := (&probe.Probe[state]{Trainer: trainer(0), Watch: []probe.Watch{c.watch}}).Run(t.Context(), x)
			assert.ErrorIs(t, err, graph.ErrValue)
			assert.ErrorContains(t, err, c.want)
			assert.ErrorContains(t, err, "probe: ")
		})
	}
	for _, tr := range []*train.BPTT[state]{nil, {}, {Net: trainer(0).Net}} {
		_, err := (&probe.Probe[state]{Trainer: tr}).Run(t.Context(), x)
		assert.ErrorIs(t, err, graph.ErrValue)
	}
	p := &probe.Probe[state]{Trainer: trainer(0)}
	_, err := p.Run(t.Context(), nil)
	assert.ErrorIs(t, err, graph.ErrDType)
	_, err = p.Run(t.Context(), input(3))
	assert.ErrorIs(t, err, graph.ErrShape)
	_, err = p.Names(input(3))
	assert.ErrorIs(t, err, graph.ErrShape)
	_, err = p.Run(t.Context(), input(3, 2, 2))
	assert.ErrorIs(t, err, graph.ErrShape, "the net has three inputs")
	p.Chunk = -1
	_, err = p.Run(t.Context(), x)
	assert.ErrorIs(t, err, graph.ErrValue)
	done, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = (&probe.Probe[state]{Trainer: trainer(0)}).Run(done, x)
	assert.ErrorIs(t, err, context.Canceled)
}

// A state of one node, a slice of layers, a value without a batch, marks of one scope, integers.
func TestNamesOfOtherStates(t *testing.T) {
	t.Parallel()
	type nested struct{ Layers []*graph.Node }
	tr := &train.BPTT[nested]{
		Store: graph.NewStore(1),
		Init: func(g *graph.Graph, batch int) nested {
			return nested{[]*graph.Node{g.Const(graph.Float32, 0, batch, 2, 3), g.Const(graph.Float32, 0)}}
		},
		Net: func(g *graph.Graph, _ bool) train.Step[nested] {
			return func(x *graph.Node, s nested) (*graph.Node, nested) {
				defer g.Scope("sum")()
				a := s.Layers[0].Add(x).Mark()
				a.Ge(a.Like(2)).Mark()
				return a, nested{[]*graph.Node{a, s.Layers[1].Shift(1)}}
			}
		},
	}
	p := &probe.Probe[nested]{Trainer: tr, Chunk: 2}
	r, err := p.Run(t.Context(), input(5, 4, 2, 3))
	require.NoError(t, err)
	var names []string
	for _, tr := range r.Traces {
		names = append(names, tr.Name)
	}
	assert.Equal(t, []string{"sum", "sum#2", "Layers[0]", "Layers[1]", "y"}, names)
	assert.Equal(t, []int{2, 3}, r.Trace("sum").Shape)
	assert.Equal(t, []int{5, 4, 6}, []int(r.Trace("sum").Values().Shape()))
	assert.True(t, r.Trace("sum#2").Binary())
	count := r.Trace("Layers[1]")
	assert.Equal(t, []int{0}, count.Samples)
	assert.Equal(t, []float64{1, 2, 3, 4, 5}, count.Series(0, 0))

	one := &train.BPTT[*graph.Node]{Store: graph.NewStore(1), Net: func(*graph.Graph, bool) train.Step[*graph.Node] {
		return func(x *graph.Node, s *graph.Node) (*graph.Node, *graph.Node) {
			s = s.Else(x.Like(0)).Add(x)
			return s, s
		}
	}}
	single, err := (&probe.Probe[*graph.Node]{Trainer: one}).Run(t.Context(), input(5, 4, 2))
	require.NoError(t, err)
	assert.Equal(t, "state", single.Traces[0].Name)
}
