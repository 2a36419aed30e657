package offline_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/train/offline"
	"github.com/stretchr/testify/assert"
	"gorgonia.org/tensor"
)

// heldOut returns the mean squared error of samples that are predicted from the others.
func heldOut(t *testing.T, x, y *tensor.Dense, alpha float64, o offline.Options, part func(i int) int, parts int) float64 {
	n, sum := x.Shape()[0], 0.0
	for p := range parts {
		var in, out []int
		for i := range n {
			if part(i) == p {
				out = append(out, i)
			} else {
				in = append(in, i)
			}
		}
		m := fit(t, offline.Ridge{Alpha: alpha}, rows(x, in...), rows(y, in...), nil, o)
		got, err := m.Predict(rows(x, out...))
		assert.NoError(t, err)
		for i, w := range rows(y, out...).Float64s() {
			sum += (w - got.Float64s()[i]) * (w - got.Float64s()[i])
		}
	}
	return sum / float64(len(y.Float64s()))
}

func TestScoresAreThoseOfRefitting(t *testing.T) {
	const n = 30
	x, y := normal(1, n, 4), normal(2, n, 2)
	alphas := []float64{0.01, 3, 1000}
	for _, o := range []offline.Options{{}, {Bias: true}, {Bias: true, FreeBias: true}} {
		one := fit(t, offline.RidgeChoice{Alphas: alphas}, x, y, nil, o)
		folds := fit(t, offline.RidgeChoice{Alphas: alphas, Folds: 3, Block: 4}, x, y, nil, o)
		for i, a := range alphas {
			assert.InEpsilon(t, heldOut(t, x, y, a, o, func(i int) int { return i }, n), one.Scores[i], 1e-9)
			assert.InEpsilon(t, heldOut(t, x, y, a, o, func(i int) int { return i / 4 % 3 }, 3), folds.Scores[i], 1e-9)
		}
	}
}

func TestTheBestPenaltyIsChosen(t *testing.T) {
	x := normal(1, 60, 10)
	y := tensor.New(tensor.WithShape(60, 1), tensor.Of(tensor.Float64))
	noise := normal(3, 60, 1)
	for i := range 60 {
		y.Float64s()[i] = 0.1*x.Float64s()[10*i] + noise.Float64s()[i]
	}
	for _, folds := range []int{0, 5} {
		m := fit(t, offline.RidgeChoice{Alphas: []float64{1e-3, 50, 1e9}, Folds: folds}, x, y, nil, offline.Options{})
		best := 0
		for i, s := range m.Scores {
			if s < m.Scores[best] {
				best = i
			}
		}
		assert.Equal(t, []float64{1e-3, 50, 1e9}[best], m.Alpha)
		same(t, fit(t, offline.Ridge{Alpha: m.Alpha}, x, y, nil, offline.Options{}).W, m.W, 1e-12)
	}
	tie := fit(t, offline.RidgeChoice{Alphas: []float64{1, 2}}, dense([]int{2, 1}, 0, 0), dense([]int{2, 1}, 1, 2), nil, offline.Options{})
	assert.Equal(t, 2.0, tie.Alpha, "of equals the greater")
}
