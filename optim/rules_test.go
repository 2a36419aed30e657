package optim_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/optim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// rule is what a rule's file must bring to be tested.
type rule interface {
	optim.Rule
	optim.Optimizer
}

// line returns a rate that falls to zero: what rules need that step by a fixed length.
func line(lr float64, steps int) optim.Schedule {
	return optim.PolynomialDecay{LR: lr, Steps: steps, Power: 1}
}

// rules are all rules, with rates and numbers of updates that suit the two problems.
var rules = []struct {
	name             string
	make             func(lr float64, steps int) rule
	quadratic, rosen problem
}{
	{"SGD", func(lr float64, _ int) rule { return optim.NewSGD(lr) }, problem{0.3, 200, 1e-6}, problem{1e-3, 20000, 1e-2}},
	{"Momentum", func(lr float64, _ int) rule { return optim.NewMomentum(lr) }, problem{0.05, 300, 1e-5}, problem{3e-4, 10000, 1e-2}},
	{"Nesterov", func(lr float64, _ int) rule { return optim.NewNesterov(lr) }, problem{0.05, 300, 1e-5}, problem{3e-4, 10000, 1e-2}},
	{"Adagrad", func(lr float64, _ int) rule { return optim.NewAdagrad(lr) }, problem{1, 300, 1e-5}, problem{0.5, 10000, 1e-2}},
	{"Adadelta", func(_ float64, _ int) rule {
		o := optim.NewAdadelta()
		o.Rho, o.Eps = 0.999, 1e-6 // it hovers about the minimum: no rate falls
		return o
	}, problem{0, 5000, 1e-2}, problem{0, 20000, 0.2}},
	{"RMSProp", func(lr float64, n int) rule {
		o := optim.NewRMSProp(lr)
		o.LR = line(lr, n)
		return o
	}, problem{0.05, 500, 1e-3}, problem{0.01, 10000, 1e-2}},
	{"Adam", func(lr float64, _ int) rule { return optim.NewAdam(lr) }, problem{0.1, 800, 1e-5}, problem{0.02, 5000, 1e-2}},
	{"AdamW", func(lr float64, _ int) rule {
		o := optim.NewAdamW(lr)
		o.WeightDecay, o.AMSGrad = 0, true
		return o
	}, problem{0.1, 800, 1e-5}, problem{0.05, 10000, 1e-2}},
	{"RAdam", func(lr float64, _ int) rule { return optim.NewRAdam(lr) }, problem{0.1, 800, 1e-5}, problem{1e-3, 20000, 1e-2}},
	{"Lion", func(lr float64, n int) rule {
		o := optim.NewLion(lr)
		o.LR = line(lr, n)
		return o
	}, problem{0.05, 500, 1e-3}, problem{0.01, 10000, 1e-2}},
	{"LARS", func(lr float64, n int) rule {
		o := optim.NewLARS(lr)
		o.LR, o.WeightDecay = line(lr, n), 0
		return o
	}, problem{20, 1000, 1e-3}, problem{3, 10000, 5e-2}},
	{"Adan", func(lr float64, _ int) rule {
		o := optim.NewAdan(lr)
		o.WeightDecay = 0
		return o
	}, problem{0.1, 1000, 1e-4}, problem{0.02, 5000, 1e-2}},
	{"SM3", func(lr float64, _ int) rule { return optim.NewSM3(lr) }, problem{1, 300, 1e-5}, problem{0.5, 10000, 1e-2}},
}

// problem is a rate, a number of updates, and how near to the minimum they must come.
type problem struct {
	lr    float64
	steps int
	near  float64
}

// TestEveryRuleIsInTheTable reads the package for rules.
func TestEveryRuleIsInTheTable(t *testing.T) {
	t.Parallel()
	have := map[string]bool{}
	for _, r := range rules {
		have[r.name] = true
		assert.Equal(t, "optim."+r.name, fmt.Sprintf("%T", r.make(1, 1)))
	}
	files, err := os.ReadDir(".")
	require.NoError(t, err)
	method := regexp.MustCompile(`(?m)^func \(\w+ \*?(\w+)\) Next\(`)
	found := 0
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		src, err := os.ReadFile(f.Name())
		require.NoError(t, err)
		for _, m := range method.FindAllSubmatch(src, -1) {
			found++
			assert.True(t, have[string(m[1])], "%s has no row in the table", m[1])
		}
	}
	assert.Equal(t, len(rules), found)
}

// quadratic returns ½·Σ a·(w-c)² and its gradient.
func quadratic(w *graph.Node) (loss, grad *graph.Node) {
	g := w.Graph()
	a, c := g.Values(w.DType(), []float64{1, 0.5, 2, 1}, 2, 2), g.Values(w.DType(), []float64{1, -1, 0.5, 2}, 2, 2)
	off := w.Sub(c)
	return a.Mul(off.Square()).Sum().Scale(0.5), a.Mul(off)
}

// rosenbrock returns (1-x)² + 100·(y-x²)² for w = (x, y) and its gradient.
func rosenbrock(w *graph.Node) (loss, grad *graph.Node) {
	x, y := w.Narrow(0, 0, 1), w.Narrow(0, 1, 1)
	off := y.Sub(x.Square())
	loss = x.Neg().Shift(1).Square().Add(off.Square().Scale(100)).Sum()
	gx := x.Shift(-1).Scale(2).Sub(off.Mul(x).Scale(400))
	return loss, graph.Concat(0, gx, off.Scale(200))
}

func TestRulesConverge(t *testing.T) {
	t.Parallel()
	problems := []struct {
		name     string
		shape    []int
		from, to []float64
		f        func(*graph.Node) (loss, grad *graph.Node)
	}{
		{"quadratic", []int{2, 2}, []float64{3, 2, -1, 0.3}, []float64{1, -1, 0.5, 2}, quadratic},
		{"Rosenbrock", []int{2}, []float64{-0.5, 1}, []float64{1, 1}, rosenbrock},
	}
	for _, r := range rules {
		for i, q := range problems {
			p := [2]problem{r.quadratic, r.rosen}[i]
			for _, d := range []graph.DType{graph.Float32, graph.Float64} {
				t.Run(fmt.Sprint(r.name, "/", q.name, "/", d), func(t *testing.T) {
					t.Parallel()
					m := build(t, graph.NewStore(0), func(g *graph.Graph) []*graph.Node {
						w := g.Param("w", graph.Var{DType: d, Shape: q.shape, Init: values(q.from)})
						loss, grad := q.f(w)
						r.make(p.lr, p.steps).Update(g, []*graph.Node{w}, []*graph.Node{grad})
						return []*graph.Node{loss}
					})
					for range p.steps {
						require.NoError(t, m.prog.RunInto(m.out()))
					}
					assert.InDeltaSlice(t, q.to, get(t, m.store, "w"), p.near)
					assert.Equal(t, []float64{float64(p.steps)}, get(t, m.store, "optim.step"))
				})
			}
		}
	}
}

// out returns tensors for the results.
func (m model) out() (out []*tensor.Dense) {
	for _, o := range m.prog.Outputs() {
		out = append(out, dense(o.DType, make([]float64, o.Shape.Size()), o.Shape...))
	}
	return out
}
