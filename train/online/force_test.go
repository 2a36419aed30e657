package online_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/train/online"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// chaotic returns a network of n neurons, of whose connections a share is drawn.
func chaotic(n int, g, share float64) online.Network {
	j, pick, x, fb := normals(1, n*n), normals(2, n*n), normals(3, n), normals(4, n)
	for i := range j {
		if math.Erf(math.Abs(pick[i])/math.Sqrt2) > share {
			j[i] = 0
		}
		j[i] *= g / math.Sqrt(share*float64(n))
	}
	return online.Network{J: dense([]int{n, n}, j...), Wfb: dense([]int{n, 1}, fb...),
		Wout: dense([]int{n, 1}, make([]float64, n)...), X: dense([]int{n}, x...), Dt: 0.1, Tau: 1}
}

func wave(step int) float64 { return math.Sin(0.02 * math.Pi * float64(step)) }

func TestForceMakesAWaveOfItsOwn(t *testing.T) {
	for _, share := range []float64{0.1, 1} { // compressed and whole
		f, err := online.NewForce(chaotic(200, 1.5, share), online.RLS{Alpha: 1})
		require.NoError(t, err)
		step := 0
		for ; step < 2000; step++ {
			_, err := f.Step()
			require.NoError(t, err)
			if step%2 == 0 {
				require.NoError(t, f.Learn(wave(step)))
			}
		}
		worst := 0.0
		for ; step < 2200; step++ { // nothing is learned any more
			z, err := f.Step()
			require.NoError(t, err)
			worst = max(worst, math.Abs(z[0]-wave(step)))
		}
		assert.Less(t, worst, 0.1, "%v", share)
	}
}

func TestFullForceMakesAWaveOfItsOwn(t *testing.T) {
	teacher := chaotic(100, 1.5, 1)
	f, err := online.NewFullForce(teacher, online.RLS{Alpha: 1})
	require.NoError(t, err)
	step := 0
	for ; step < 3000; step++ {
		require.NoError(t, f.Teach(nil, []float64{wave(step)}))
	}
	worst := 0.0
	for ; step < 3200; step++ {
		z, err := f.Step()
		require.NoError(t, err)
		worst = max(worst, math.Abs(z[0]-wave(step)))
	}
	assert.Less(t, worst, 0.1)

	// The weights make a network of their own.
	w, wout := f.Weights()
	assert.Equal(t, tensor.Shape{100, 100}, w.Shape())
	assert.Equal(t, tensor.Shape{100, 1}, wout.Shape())
	assert.NotEqual(t, w.Float64s()[1], w.Float64s()[100])
}

func TestNetworksThatDoNotFitAreRefused(t *testing.T) {
	good := func() online.Network { return chaotic(4, 1, 1) }
	for name, change := range map[string]func(n *online.Network){
		"no J":      func(n *online.Network) { n.J = nil },
		"no Wout":   func(n *online.Network) { n.Wout = nil },
		"J":         func(n *online.Network) { n.J = dense([]int{2, 8}, normals(1, 16)...) },
		"Wout":      func(n *online.Network) { n.Wout = dense([]int{5, 1}, normals(1, 5)...) },
		"Win":       func(n *online.Network) { n.Win = dense([]int{5, 1}, normals(1, 5)...) },
		"Wfb":       func(n *online.Network) { n.Wfb = dense([]int{4, 2}, normals(1, 8)...) },
		"X":         func(n *online.Network) { n.X = dense([]int{3}, 1, 2, 3) },
		"precision": func(n *online.Network) { n.X = tensor.New(tensor.WithShape(4), tensor.Of(tensor.Float32)) },
	} {
		n := good()
		change(&n)
		_, err := online.NewForce(n, online.NewRLS())
		assert.ErrorIs(t, err, online.ErrShape, name)
	}
	n := good()
	n.Dt = 0
	_, err := online.NewForce(n, online.NewRLS())
	assert.ErrorIs(t, err, online.ErrValue)
	_, err = online.NewForce(good(), nil)
	assert.ErrorIs(t, err, online.ErrValue)
	_, err = online.NewFullForce(good(), nil)
	assert.ErrorIs(t, err, online.ErrValue)
	n = good()
	n.Wfb = nil
	_, err = online.NewFullForce(n, online.NewRLS())
	assert.ErrorIs(t, err, online.ErrShape)

	n = good()
	n.J.Float64s()[5] = math.NaN()
	_, err = online.NewForce(n, online.NewRLS())
	require.ErrorIs(t, err, online.ErrValue)
	assert.ErrorContains(t, err, "number 5 of J is NaN")

	f, err := online.NewForce(good(), online.NewRLS())
	require.NoError(t, err)
	assert.ErrorContains(t, f.Learn(math.Inf(1)), "number 0 of the target is +Inf")
	full, err := online.NewFullForce(good(), online.NewRLS())
	require.NoError(t, err)
	assert.ErrorContains(t, full.Teach(nil, []float64{math.NaN()}), "number 0 of the target is NaN")
	assert.NoError(t, full.Teach(nil, []float64{1}), "nothing has moved")
	_, err = f.Step(1)
	assert.ErrorIs(t, err, online.ErrShape, "there is no input")
	assert.ErrorIs(t, f.Learn(1, 2), online.ErrShape)
}
