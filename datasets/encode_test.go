package datasets_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/spikegraph/spikegraph/datasets"
)

// vector returns a float32 tensor [n].
func vector(x ...float32) *tensor.Dense {
	return tensor.New(tensor.WithShape(len(x)), tensor.WithBacking(x))
}

// encoded returns the output of an encoder for the values x, one slice per step.
func encoded(t *testing.T, e datasets.Encoder, x ...float32) (steps [][]float32) {
	t.Helper()
	z, err := e.Encode(vector(x...), rand.New(rand.NewPCG(1, 2)))
	require.NoError(t, err)
	require.Equal(t, len(x), z.Shape()[1])
	for k := range z.Shape()[0] {
		steps = append(steps, z.Float32s()[k*len(x):(k+1)*len(x)])
	}
	return steps
}

// spikeTrain returns the output of an encoder for one value: [T].
func spikeTrain(t *testing.T, e datasets.Encoder, x float32) (z []float32) {
	t.Helper()
	for _, step := range encoded(t, e, x) {
		z = append(z, step[0])
	}
	return z
}

// encoders are one of each kind, for what holds for all of them.
var encoders = map[string]datasets.Encoder{
	"Constant":      datasets.Constant{Steps: 4},
	"StepCurrent":   datasets.StepCurrent{Steps: 4, On: 1},
	"Poisson":       datasets.Poisson{Steps: 4},
	"Latency":       datasets.Latency{Period: 4},
	"Charging":      datasets.Charging{Steps: 4},
	"WeightedPhase": datasets.WeightedPhase{Phases: 4},
	"Delta":         datasets.Delta{},
}

func TestEncodersShapes(t *testing.T) {
	t.Parallel()
	for name, e := range encoders {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := tensor.New(tensor.WithShape(4, 2, 3), tensor.WithBacking(make([]float32, 24)))
			z, err := e.Encode(x, rand.New(rand.NewPCG(1, 2)))
			require.NoError(t, err)
			want := tensor.Shape{4, 4, 2, 3}
			if name == "Delta" {
				want = tensor.Shape{4, 2, 3} // time is there already
			}
			assert.Equal(t, want, z.Shape())
			assert.Equal(t, tensor.Float32, z.Dtype())
		})
	}
}

// A transpose or a slice of another tensor is encoded as its copy is.
func TestEncodersReadViewsInTheirOrder(t *testing.T) {
	t.Parallel()
	for name, e := range encoders {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			base := func() *tensor.Dense {
				return tensor.New(tensor.WithShape(2, 3), tensor.WithBacking([]float32{0, .2, .4, .6, .8, 1}))
			}
			transposed := base()
			require.NoError(t, transposed.T())
			columns, err := base().Slice(nil, tensor.S(1, 3))
			require.NoError(t, err)
			for _, c := range []struct{ view, plain *tensor.Dense }{
				{transposed, tensor.New(tensor.WithShape(3, 2), tensor.WithBacking([]float32{0, .6, .2, .8, .4, 1}))},
				{columns.(*tensor.Dense), tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float32{.2, .4, .8, 1}))},
			} {
				got, err := e.Encode(c.view, rand.New(rand.NewPCG(1, 2)))
				require.NoError(t, err)
				want, err := e.Encode(c.plain, rand.New(rand.NewPCG(1, 2)))
				require.NoError(t, err)
				assert.Equal(t, want.Shape(), got.Shape())
				assert.Equal(t, want.Float32s(), got.Float32s())
			}
		})
	}
}

func TestEncodersLeaveTheirInputAlone(t *testing.T) {
	t.Parallel()
	for _, e := range encoders {
		x := []float32{0, .3, 1}
		_, err := e.Encode(vector(x...), rand.New(rand.NewPCG(1, 2)))
		require.NoError(t, err)
		assert.Equal(t, []float32{0, .3, 1}, x)
	}
}

func TestEncodersRefuseBadInput(t *testing.T) {
	t.Parallel()
	nan, inf := float32(math.NaN()), float32(math.Inf(-1))
	for name, e := range encoders {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cases := []struct {
				x    *tensor.Dense
				kind error
				says string
			}{
				{nil, datasets.ErrShape, "no tensor"},
				{tensor.New(tensor.WithShape(1), tensor.WithBacking([]float64{1})), datasets.ErrShape, "float64"},
				{vector(0, 1, nan), datasets.ErrNotFinite, "element 2 is NaN"},
				{vector(0, inf, 0), datasets.ErrNotFinite, "element 1 is -Inf"},
			}
			for _, c := range cases {
				_, err := e.Encode(c.x, rand.New(rand.NewPCG(1, 2)))
				require.ErrorIs(t, err, c.kind)
				assert.True(t, strings.HasPrefix(err.Error(), "datasets: "+name+": "), err)
				assert.ErrorContains(t, err, c.says)
			}
		})
	}
}

func TestEncodersRefuseBadOptions(t *testing.T) {
	t.Parallel()
	nan := math.NaN()
	for _, e := range []datasets.Encoder{
		datasets.Constant{},
		datasets.Constant{Steps: math.MaxInt},
		datasets.Poisson{Steps: math.MaxInt / 4}, // 2^63 bytes
		datasets.Poisson{},
		datasets.Poisson{Steps: -1},
		datasets.Poisson{Steps: 1, In: datasets.Interval{Min: 1, Max: 0}},
		datasets.Poisson{Steps: 1, In: datasets.Interval{Min: 1, Max: 1}},
		datasets.Poisson{Steps: 1, In: datasets.Interval{Max: nan}},
		datasets.Poisson{Steps: 1, In: datasets.Interval{Max: math.Inf(1)}},
		datasets.Latency{},
		datasets.Latency{Period: 3, Steps: -1},
		datasets.Latency{Period: math.MaxInt, Steps: 3},
		datasets.Latency{Period: 3, Curve: 2},
		datasets.Latency{Period: 3, Threshold: 1.5},
		datasets.Latency{Period: 3, Threshold: nan},
		datasets.Charging{},
		datasets.Charging{Steps: 3, Threshold: 1},
		datasets.Charging{Steps: 3, Threshold: nan},
		datasets.Charging{Steps: 3, Tau: -1},
		datasets.Charging{Steps: 3, Tau: math.Inf(1)},
		datasets.WeightedPhase{},
		datasets.WeightedPhase{Phases: 2, Steps: -1},
		datasets.WeightedPhase{Phases: 2, Weight: func(int) float64 { return nan }},
		datasets.WeightedPhase{Phases: 4, Steps: 1, Weight: func(i int) float64 { return 1 / float64(3-i) }},
		datasets.Delta{Threshold: -1},
		datasets.Delta{Threshold: nan},
	} {
		_, err := e.Encode(vector(0, 1), rand.New(rand.NewPCG(1, 2)))
		assert.ErrorIs(t, err, datasets.ErrOption, "%T%+v", e, e)
	}
}

func TestInterval(t *testing.T) {
	t.Parallel()
	bytes := datasets.Interval{Max: 255}
	signed := datasets.Interval{Min: -1, Max: 1}
	// With P = 5 the step is 4 (1-u).
	assert.Equal(t, []float32{1, 0, 0, 0, 0}, spikeTrain(t, datasets.Latency{Period: 5, In: bytes}, 255))
	assert.Equal(t, []float32{0, 0, 0, 0, 1}, spikeTrain(t, datasets.Latency{Period: 5, In: bytes}, 0))
	assert.Equal(t, []float32{0, 0, 1, 0, 0}, spikeTrain(t, datasets.Latency{Period: 5, In: signed}, 0))

	for _, e := range []func(datasets.Interval) datasets.Encoder{
		func(r datasets.Interval) datasets.Encoder { return datasets.Poisson{Steps: 2, In: r} },
		func(r datasets.Interval) datasets.Encoder { return datasets.Latency{Period: 2, In: r} },
		func(r datasets.Interval) datasets.Encoder { return datasets.Charging{Steps: 2, In: r} },
		func(r datasets.Interval) datasets.Encoder { return datasets.WeightedPhase{Phases: 2, In: r} },
	} {
		_, err := e(signed).Encode(vector(0, 1.5), rand.New(rand.NewPCG(1, 2)))
		require.ErrorIs(t, err, datasets.ErrRange)
		assert.ErrorContains(t, err, "element 1 is 1.5, outside [-1, 1]")
		clip := signed
		clip.Clip = true
		assert.Equal(t, encoded(t, e(signed), -1, 1), encoded(t, e(clip), -7, 7))
	}
}

// A value that is a bound as float32 has it is in the interval, though as float64 it is beyond.
func TestBoundsAreOfFloat32(t *testing.T) {
	t.Parallel()
	in := datasets.Interval{Min: -0.1, Max: 0.3}
	assert.Greater(t, float64(float32(0.3)), 0.3)
	assert.Less(t, float64(float32(-0.1)), -0.1)
	assert.Equal(t, [][]float32{{1, 0}, {0, 0}, {0, 1}}, encoded(t, datasets.Latency{Period: 3, In: in}, 0.3, -0.1))
	_, err := datasets.Poisson{Steps: 3, In: in}.Encode(vector(math.Nextafter32(0.3, 1)), rand.New(rand.NewPCG(1, 2)))
	assert.ErrorIs(t, err, datasets.ErrRange)
}

func TestEncodersTakeSingleNumbers(t *testing.T) {
	t.Parallel()
	for name, e := range encoders {
		z, err := e.Encode(tensor.New(tensor.FromScalar(float32(0.5))), rand.New(rand.NewPCG(1, 2)))
		if name == "Delta" {
			require.ErrorIs(t, err, datasets.ErrShape)
			continue
		}
		require.NoError(t, err, name)
		assert.Equal(t, tensor.Shape{4}, z.Shape(), name)
	}
}
