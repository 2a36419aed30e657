package report_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/probe"
	"github.com/spikegraph/spikegraph/train/report"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

type state struct{ Cell layers.LIFState }

// recorded is what two neurons do that a constant current drives.
func recorded(t *testing.T, watch ...probe.Watch) *probe.Recording {
	t.Helper()
	tr := &train.BPTT[state]{Store: graph.NewStore(1), Steps: 12, Net: func(g *graph.Graph, _ bool) train.Step[state] {
		lif := layers.IntegrateAndFire(2).In(g, "cell", 1)
		return func(x *graph.Node, s state) (z *graph.Node, next state) {
			z, next.Cell = lif.Step(x, s.Cell)
			return z, next
		}
	}}
	x := tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float32{0.375, 0, 0.25, 0.5}))
	r, err := (&probe.Probe[state]{Trainer: tr, Watch: watch}).Run(t.Context(), x)
	require.NoError(t, err)
	return r
}

func TestRecorded(t *testing.T) {
	t.Parallel()
	fs, err := report.Recorded(recorded(t, probe.Watch{Name: "cell"}, probe.Watch{Name: "Cell.V"}), 1)
	require.NoError(t, err)
	require.Len(t, fs, 2)
	assert.Len(t, fs[0].Panels, 2, "raster and rates")
	assert.Len(t, fs[1].Panels, 1, "potentials")
	assert.Contains(t, svg(t, fs[1]), ">neuron 1<")
	_, err = report.Recorded(recorded(t), -1)
	assert.ErrorIs(t, err, report.ErrValue)
}

// Each spike is a stroke of the path: sample 0 has those of one neuron, at 2, 5, 7 and 10.
func TestRasterOf(t *testing.T) {
	t.Parallel()
	z := recorded(t).Trace("cell")
	p, err := report.RasterOf(report.Axes{}, z, 0)
	require.NoError(t, err)
	var want []report.Spike
	for i, v := range z.Series(0, 0) {
		if v != 0 {
			want = append(want, report.Spike{Time: float64(i)})
		}
	}
	require.Len(t, want, 4)
	same := report.Raster(report.Axes{Title: "cell", X: "step", Y: "neuron", WholeX: true}, 11, 2, want)
	assert.Equal(t, svg(t, report.Figure{Panels: []report.Panel{same}}), svg(t, report.Figure{Panels: []report.Panel{p}}))
}

func TestTracesOf(t *testing.T) {
	t.Parallel()
	r := recorded(t, probe.Watch{Name: "cell", Neurons: []int{1}}, probe.Watch{Name: "Cell.V"})
	v, z := r.Trace("Cell.V"), r.Trace("cell")
	draw := func(spikes *probe.Trace, neurons ...int) string {
		p, err := report.TracesOf(report.Axes{}, v, spikes, 1, neurons...)
		require.NoError(t, err)
		return svg(t, report.Figure{Panels: []report.Panel{p}})
	}
	assert.Equal(t, draw(nil), draw(nil, 0, 1))
	assert.Equal(t, draw(nil, 0), draw(z, 0), "neuron 0 is not in the spikes")
	assert.NotEqual(t, draw(nil, 1), draw(z, 1))
	for _, err := range []error{
		second(report.TracesOf(report.Axes{}, nil, nil, 0)),
		second(report.TracesOf(report.Axes{}, v, nil, 2)),
		second(report.TracesOf(report.Axes{}, v, nil, 0, 2)),
		second(report.RasterOf(report.Axes{}, &probe.Trace{}, 0)),
	} {
		assert.ErrorIs(t, err, report.ErrValue)
	}
}

func second[T any](_ T, err error) error { return err }
