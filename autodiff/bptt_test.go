package autodiff_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/stretchr/testify/assert"
)

// fastSigmoid is the surrogate 1/(1+10|x|)².
type fastSigmoid struct{}

func (fastSigmoid) Grad(x, gy node) node {
	return gy.Div(x.Abs().Scale(10).Shift(1).Square())
}

// spiking is a recurrent network of n neurons with m inputs, in plain numbers:
//
//	v[t] = β v[t-1] + W x[t] + R z[t-1] - z[t-1],  z[t] = step(v[t] - 1),  loss = Σ_t Σ_i c[t,i] z[t,i] + ½ Σ v[T]²
type spiking struct {
	n, m int
	beta float64
	w, r []float64 // [n m], [n n]
}

// bptt returns the loss and its gradients by W, R and x, by the chain rule written out.
func (s spiking) bptt(x, c []float64) (loss float64, gw, gr, gx []float64) {
	steps := len(x) / s.m
	v, z := make([][]float64, steps+1), make([][]float64, steps+1)
	v[0], z[0] = make([]float64, s.n), make([]float64, s.n)
	for t := range steps {
		v[t+1], z[t+1] = make([]float64, s.n), make([]float64, s.n)
		for i := range s.n {
			u := s.beta*v[t][i] - z[t][i]
			for j := range s.m {
				u += s.w[i*s.m+j] * x[t*s.m+j]
			}
			for j := range s.n {
				u += s.r[i*s.n+j] * z[t][j]
			}
			v[t+1][i] = u
			if u >= 1 {
				z[t+1][i] = 1
			}
			loss += c[t*s.n+i] * z[t+1][i]
		}
	}
	gw, gr, gx = make([]float64, s.n*s.m), make([]float64, s.n*s.n), make([]float64, len(x))
	gv, gz := make([]float64, s.n), make([]float64, s.n) // arriving from step t+1
	for i, e := range v[steps] {
		loss += e * e / 2
		gv[i] = e
	}
	for t := steps - 1; t >= 0; t-- {
		du := make([]float64, s.n)
		for i := range du {
			a := 1 + 10*math.Abs(v[t+1][i]-1)
			du[i] = gv[i] + (gz[i]+c[t*s.n+i])/(a*a)
		}
		for i := range s.n {
			gv[i], gz[i] = s.beta*du[i], -du[i]
		}
		for i, d := range du {
			for j := range s.m {
				gw[i*s.m+j] += d * x[t*s.m+j]
				gx[t*s.m+j] += d * s.w[i*s.m+j]
			}
			for j := range s.n {
				gr[i*s.n+j] += d * z[t][j]
				gz[j] += d * s.r[i*s.n+j]
			}
		}
	}
	return loss, gw, gr, gx
}

// graph builds the same as nodes.
func (s spiking) graph(g *graph.Graph, x, c, w, r node, o graph.LoopOptions) (loss node) {
	rest := g.Const(graph.Float64, 0, s.n)
	type state struct{ V, Z node }
	zs, last := graph.Loop(x, state{rest, rest}, func(x node, st state) (node, state) {
		in := w.MatMul(x.Reshape(s.m, 1)).Add(r.MatMul(st.Z.Reshape(s.n, 1))).Reshape(s.n)
		v := st.V.Scale(s.beta).Add(in).Sub(st.Z)
		z := v.Shift(-1).Spike(fastSigmoid{})
		return z, state{v, z}
	}, o)
	return zs.Mul(c).Sum().Add(last.V.Square().Sum().Scale(0.5))
}

func TestBackpropagationThroughTimeByHand(t *testing.T) {
	t.Parallel()
	for _, steps := range []int{1, 2, 5, 20} {
		for _, o := range []graph.LoopOptions{{}, {Unroll: true}, {Segment: 4}} {
			r := rand.New(rand.NewPCG(3, uint64(steps)))
			draw := func(n int, scale float64) []float64 {
				x := make([]float64, n)
				for i := range x {
					x[i] = scale * r.NormFloat64()
				}
				return x
			}
			s := spiking{n: 4, m: 3, beta: 0.9, w: draw(12, 1), r: draw(16, 0.7)}
			x, c := draw(steps*s.m, 1), draw(steps*s.n, 1)
			loss, gw, gr, gx := s.bptt(x, c)
			g := graph.New()
			xn, w, rn := g.Values(graph.Float64, x, steps, s.m), g.Values(graph.Float64, s.w, s.n, s.m), g.Values(graph.Float64, s.r, s.n, s.n)
			l := s.graph(g, xn, g.Values(graph.Float64, c, steps, s.n), w, rn, o)
			got := values(t, g, append(autodiff.Grad(l, w, rn, xn), l)...)
			for i, want := range [][]float64{gw, gr, gx, {loss}} {
				assert.InDeltaSlice(t, want, got[i], 1e-11, "%d steps, %+v, result %d", steps, o, i)
			}
			if steps == 20 {
				assert.NotZero(t, gr[0]+gr[5], "nothing fired")
			}
		}
	}
}
