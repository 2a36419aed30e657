package optim_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/optim"
	"github.com/stretchr/testify/assert"
)

// follow updates one number 12 times by o and by want, its algorithm written for numbers, with the
// gradients sin(3t)+θ.
func follow(t *testing.T, o optim.Optimizer, want func(t int, theta, g float64) float64) {
	t.Helper()
	s := graph.NewStore(0)
	m := build(t, s, func(g *graph.Graph) []*graph.Node {
		w := g.Param("w", graph.Var{DType: graph.Float64, Shape: []int{1}, Init: values{0.7}})
		o.Update(g, []*graph.Node{w}, []*graph.Node{g.Input("noise", graph.Float64, 1).Add(w)})
		return nil
	})
	theta := 0.7
	for i := 1; i <= 12; i++ {
		noise := math.Sin(3 * float64(i))
		m.run(t, dense(graph.Float64, []float64{noise}, 1))
		theta = want(i, theta, noise+theta)
		assert.InDelta(t, theta, get(t, s, "w")[0], 1e-13, "update %d", i)
	}
}

func TestLionIsAlgorithm2(t *testing.T) {
	t.Parallel()
	o := optim.NewLion(0.05)
	o.WeightDecay = 0.3
	var m float64
	follow(t, o, func(_ int, theta, g float64) float64 {
		c := 0.9*m + 0.1*g
		m = 0.99*m + 0.01*g
		return theta - 0.05*(math.Copysign(1, c)+0.3*theta)
	})
}

func TestRAdamIsAlgorithm2(t *testing.T) {
	t.Parallel()
	for _, beta2 := range []float64{0.9, 0.999, 0.5} { // with 0.5, ρ∞ = 3: never adaptive
		o := optim.NewRAdam(0.05)
		o.Beta2, o.Eps = beta2, 1e-3
		var m, v float64
		plain := 0
		follow(t, o, func(i int, theta, g float64) float64 {
			n := float64(i)
			m, v = 0.9*m+0.1*g, beta2*v+(1-beta2)*g*g
			mhat := m / (1 - math.Pow(0.9, n))
			inf := 2/(1-beta2) - 1
			rho := inf - 2*n*math.Pow(beta2, n)/(1-math.Pow(beta2, n))
			if rho <= 4 {
				plain++
				return theta - 0.05*mhat
			}
			l := math.Sqrt(1-math.Pow(beta2, n)) / (math.Sqrt(v) + 1e-3)
			r := math.Sqrt((rho - 4) * (rho - 2) * inf / ((inf - 4) * (inf - 2) * rho))
			return theta - 0.05*mhat*r*l
		})
		assert.Equal(t, map[float64]int{0.9: 4, 0.999: 4, 0.5: 12}[beta2], plain)
	}
}

// TestLARSWithoutEps: nothing is divided by zero where all norms and ε are.
func TestLARSWithoutEps(t *testing.T) {
	t.Parallel()
	o := optim.NewLARS(0.1)
	o.Eps, o.WeightDecay = 0, 0
	a, _ := updated(t, o, []float64{0, 0}, nil)
	assert.Equal(t, []float64{1, 1}, a)
}

// TestLARSOfZeros: a tensor of zeros takes a whole first step, as the comment of LARS says, and one of ones a thousandth of one.
func TestLARSOfZeros(t *testing.T) {
	t.Parallel()
	s := graph.NewStore(0)
	o := optim.NewLARS(8)
	o.Eps, o.WeightDecay = 0, 0
	build(t, s, func(g *graph.Graph) []*graph.Node {
		zeros := g.Param("zeros", graph.Var{DType: graph.Float64, Shape: []int{2}})
		ones := g.Param("ones", graph.Var{DType: graph.Float64, Shape: []int{2}, Init: values{1, 1}})
		o.Update(g, []*graph.Node{zeros, ones}, []*graph.Node{zeros.Like(3), ones.Like(3)})
		return nil
	}).run(t)
	assert.Equal(t, []float64{-24, -24}, get(t, s, "zeros"))
	assert.InDeltaSlice(t, []float64{1 - 0.008, 1 - 0.008}, get(t, s, "ones"), 1e-12)
}

// TestSM3OfRanks: of a scalar and of three axes; the rule of the paper for one update is g/|g|.
func TestSM3OfRanks(t *testing.T) {
	t.Parallel()
	s := graph.NewStore(0)
	m := build(t, s, func(g *graph.Graph) []*graph.Node {
		x := g.Param("x", graph.Var{DType: graph.Float64, Shape: []int{}})
		w := g.Param("w", graph.Var{DType: graph.Float64, Shape: []int{2, 1, 2}})
		grad := g.Values(graph.Float64, []float64{1, -2, 3, 4}, 2, 1, 2)
		optim.NewSM3(0.5).Update(g, []*graph.Node{x, w}, []*graph.Node{x.Like(-2), grad})
		return nil
	})
	m.run(t)
	assert.Equal(t, []float64{0.5}, get(t, s, "x"))
	assert.Equal(t, []float64{-0.5, 0.5, -0.5, -0.5}, get(t, s, "w"))
	assert.Equal(t, []float64{4}, get(t, s, "optim.x.m0"))
	assert.Equal(t, []float64{4, 16}, get(t, s, "optim.w.m0"))
	assert.Equal(t, []float64{16}, get(t, s, "optim.w.m1"))
	assert.Equal(t, []float64{9, 16}, get(t, s, "optim.w.m2"))
}
