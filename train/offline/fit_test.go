package offline_test

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/train/offline"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"
)

// shares returns targets within [0, 1], which all methods take.
func shares(x *tensor.Dense) *tensor.Dense {
	for i, e := range x.Float64s() {
		x.Float64s()[i] = offline.Sigmoid(e)
	}
	return x
}

func TestPiecesAndWorkersDoNotMatter(t *testing.T) {
	const n = 700
	x, y := normal(1, n, 6), shares(normal(2, n, 3))
	for name, m := range methods {
		t.Run(name, func(t *testing.T) {
			o := offline.Options{Bias: true, Workers: 1}
			f, err := m.New(o)
			require.NoError(t, err)
			for _, s := range [][2]int{{0, 1}, {1, 300}, {300, 556}, {556, n}} { // trials of different lengths
				at := span(s[0], s[1])
				xs, ys := rows(x, at...), rows(y, at...)
				require.NoError(t, xs.Reshape(len(at), 1, 6))
				require.NoError(t, ys.Reshape(len(at), 1, 3))
				require.NoError(t, f.Add(xs, ys, nil))
			}
			pieces, err := f.Fit()
			require.NoError(t, err)
			again, err := f.Fit()
			require.NoError(t, err)
			o.Workers = 3
			whole := fit(t, m, x, y, nil, o)
			assert.Equal(t, whole.W.Float64s(), pieces.W.Float64s())
			assert.Equal(t, whole.W.Float64s(), again.W.Float64s())
		})
	}
}

func TestAWeightIsARepetition(t *testing.T) {
	x, y := normal(1, 40, 3), shares(normal(2, 40, 2))
	at, w := []int{}, make([]float64, 40)
	for i := range w {
		w[i] = float64(i % 3)
		for range i % 3 {
			at = append(at, i)
		}
	}
	for name, m := range methods {
		if c, ok := m.(offline.RidgeChoice); ok && c.Folds > 0 {
			continue // repetitions are in other folds
		}
		for _, free := range []bool{false, true} {
			o := offline.Options{Bias: true, FreeBias: free}
			if name == "leave one out" { // a repetition is not left out with its twin: compare the solution alone
				m = offline.RidgeChoice{Alphas: []float64{0.7}}
			}
			same(t, fit(t, m, rows(x, at...), rows(y, at...), nil, o).W, fit(t, m, x, y, w, o).W, 1e-7)
		}
	}
}

func TestOutputsDoNotDependOnEachOther(t *testing.T) {
	x, y := normal(1, 50, 4), shares(normal(2, 50, 2))
	first := tensor.New(tensor.WithShape(50, 1), tensor.Of(tensor.Float64))
	for i := range 50 {
		first.Float64s()[i] = y.Float64s()[2*i]
	}
	for name, m := range methods {
		if _, ok := m.(offline.RidgeChoice); ok {
			continue // the choice is for all
		}
		a, b := fit(t, m, x, y, nil, offline.Options{}), fit(t, m, x, first, nil, offline.Options{})
		for j := range b.W.Float64s() {
			assert.InDelta(t, b.W.Float64s()[j], a.W.Float64s()[2*j], 1e-9, name)
		}
	}
}

func TestSinglePrecisionIsRead(t *testing.T) {
	x, y := normal(1, 20, 2), normal(2, 20, 1)
	x32 := tensor.New(tensor.WithShape(20, 2), tensor.Of(tensor.Float32))
	for i, e := range x.Float64s() {
		x32.Float32s()[i] = float32(e)
	}
	m := fit(t, offline.Ridge{Alpha: 1}, x32, y, nil, offline.Options{})
	same(t, fit(t, offline.Ridge{Alpha: 1}, x, y, nil, offline.Options{}).W, m.W, 1e-6)
	p, err := m.Predict(x32)
	require.NoError(t, err)
	assert.Equal(t, tensor.Shape{20, 1}, p.Shape())
}

func TestSingularMatricesGiveTheLeastSolutionAndAWarning(t *testing.T) {
	x, y := normal(1, 60, 3), normal(2, 60, 2)
	twice := tensor.New(tensor.WithShape(60, 4), tensor.Of(tensor.Float64))
	for i := range 60 {
		copy(twice.Float64s()[4*i:], x.Float64s()[3*i:3*i+3])
		twice.Float64s()[4*i+3] = x.Float64s()[3*i]
	}
	for _, o := range []offline.Options{{}, {Bias: true}, {Bias: true, FreeBias: true}} {
		for _, alpha := range []float64{0, 1e-18} {
			m := offline.Ridge{Alpha: alpha}
			simple := fit(t, m, x, y, nil, o)
			assert.Empty(t, simple.Warnings)
			whole := fit(t, m, twice, y, nil, o)
			f, err := m.New(o)
			require.NoError(t, err)
			require.NoError(t, f.Add(twice, y, nil))
			streamed, err := f.Fit()
			require.NoError(t, err)
			for _, got := range []*offline.Model{whole, streamed} {
				require.Len(t, got.Warnings, 1)
				assert.Contains(t, got.Warnings[0], "condition number")
				assert.Greater(t, got.Condition, 1e14)
				at, last := 0, 3 // the two equal columns share the weight of the one
				if o.Bias {
					at, last = 1, 4
				}
				for k := range 2 {
					half := simple.W.Float64s()[at*2+k] / 2
					assert.InDelta(t, half, got.W.Float64s()[at*2+k], 1e-7)
					assert.InDelta(t, half, got.W.Float64s()[last*2+k], 1e-7)
				}
			}
		}
	}
}

// TestFewerSamplesThanFeatures: without a penalty the least weights that fit all samples, W = X'(XX')⁻¹Y,
// and a warning; with one W = X'(XX' + alpha·I)⁻¹Y, and none.
func TestFewerSamplesThanFeatures(t *testing.T) {
	const n, p = 5, 8
	x, y := normal(1, n, p), normal(2, n, 1)
	rows := mat.NewDense(n, p, x.Float64s())
	for _, alpha := range []float64{0, 0.5} {
		var k, u, want mat.Dense
		k.Mul(rows, rows.T())
		for i := range n {
			k.Set(i, i, k.At(i, i)+alpha)
		}
		require.NoError(t, u.Solve(&k, mat.NewDense(n, 1, y.Float64s())))
		want.Mul(rows.T(), &u)
		m := fit(t, offline.Ridge{Alpha: alpha}, x, y, nil, offline.Options{})
		assert.InDeltaSlice(t, want.RawMatrix().Data, m.W.Float64s(), 1e-9)
		if alpha > 0 {
			assert.Empty(t, m.Warnings)
			continue
		}
		require.Len(t, m.Warnings, 1)
		assert.Contains(t, m.Warnings[0], "condition number")
	}
}

func TestPathIsSolve(t *testing.T) {
	x, y := normal(1, 80, 5), normal(2, 80, 2)
	alphas := []float64{0, 1e-3, 1, 100}
	for _, o := range []offline.Options{{}, {Bias: true}, {Bias: true, FreeBias: true}} {
		m, err := offline.NewMoments(o)
		require.NoError(t, err)
		require.NoError(t, m.Add(x, y, nil))
		path, err := m.Path(alphas)
		require.NoError(t, err)
		for i, a := range alphas {
			one, err := m.Solve(a)
			require.NoError(t, err)
			same(t, one.W, path[i].W, 1e-11)
			assert.InEpsilon(t, one.Condition, path[i].Condition, 5, "the norms differ")
		}
	}
}

func TestMergeIsAddition(t *testing.T) {
	x, y := normal(1, 80, 5), normal(2, 80, 2)
	part := func(from, to int) *offline.Moments {
		m, err := offline.NewMoments(offline.Options{Bias: true})
		require.NoError(t, err)
		require.NoError(t, m.Add(rows(x, span(from, to)...), rows(y, span(from, to)...), nil))
		return m
	}
	a, b := part(0, 30), part(30, 80)
	require.NoError(t, a.Merge(b))
	assert.Equal(t, 80, a.Samples())
	got, err := a.Solve(0.1)
	require.NoError(t, err)
	same(t, fit(t, offline.Ridge{Alpha: 0.1}, x, y, nil, offline.Options{Bias: true}).W, got.W, 1e-12)
	other, err := offline.NewMoments(offline.Options{})
	require.NoError(t, err)
	require.NoError(t, other.Add(x, y, nil))
	assert.ErrorIs(t, a.Merge(other), offline.ErrShape)
	assert.ErrorIs(t, a.Merge(nil), offline.ErrValue)
}

func TestFuncIsAMethod(t *testing.T) {
	half := offline.Func(func(n, p, q int, x, y []float64) ([]float64, error) {
		assert.Equal(t, []float64{1, 3, 1, 4}, x)
		return []float64{0.5, 2}, nil
	})
	m := fit(t, half, dense([]int{2, 1}, 3, 4), dense([]int{2, 1}, 5, 6), nil, offline.Options{Bias: true})
	p, err := m.Predict(dense([]int{1, 1}, 10))
	require.NoError(t, err)
	assert.Equal(t, []float64{20.5}, p.Float64s())
	short := offline.Func(func(n, p, q int, x, y []float64) ([]float64, error) { return nil, nil })
	_, err = offline.Fit(short, dense([]int{1, 1}, 1), dense([]int{1, 1}, 1), offline.Options{})
	assert.ErrorIs(t, err, offline.ErrShape)
	failing := offline.Func(func(n, p, q int, x, y []float64) ([]float64, error) { return nil, errors.ErrUnsupported })
	_, err = offline.Fit(failing, dense([]int{1, 1}, 1), dense([]int{1, 1}, 1), offline.Options{})
	assert.ErrorIs(t, err, errors.ErrUnsupported)
}

func TestBadInputIsRefused(t *testing.T) {
	x, y := normal(1, 8, 2), normal(2, 8, 1)
	nan := normal(1, 8, 2)
	nan.Float64s()[3] = math.NaN()
	inf := normal(2, 8, 1)
	inf.Float64s()[2] = math.Inf(1)
	ints := tensor.New(tensor.WithShape(8, 1), tensor.Of(tensor.Int32))
	slice, err := normal(1, 8, 4).Slice(nil, tensor.S(0, 2))
	require.NoError(t, err)
	huge := normal(1, 8, 2)
	huge.Float64s()[5] = 1e200
	empty := tensor.New(tensor.WithShape(0, 2), tensor.Of(tensor.Float64))
	notANumber := func(_, _, _ int, _, _ []float64) ([]float64, error) { return []float64{1, math.NaN()}, nil }
	free, choice := offline.Options{Bias: true, FreeBias: true}, offline.RidgeChoice{Alphas: []float64{1}}
	ridge := offline.Ridge{Alpha: 1}
	for name, c := range map[string]struct {
		m    offline.Method
		x, y *tensor.Dense
		w    []float64
		o    offline.Options
		want error
		says string
	}{
		"nil method":   {nil, x, y, nil, offline.Options{}, offline.ErrValue, "method"},
		"alpha":        {offline.Ridge{Alpha: -1}, x, y, nil, offline.Options{}, offline.ErrValue, "Alpha is -1"},
		"alpha inf":    {offline.Lasso{Alpha: math.Inf(1)}, x, y, nil, offline.Options{}, offline.ErrValue, "Alpha"},
		"ratio":        {offline.ElasticNet{L1Ratio: 2}, x, y, nil, offline.Options{}, offline.ErrValue, "L1Ratio"},
		"iterations":   {offline.ElasticNet{MaxIter: -2}, x, y, nil, offline.Options{}, offline.ErrValue, "MaxIter"},
		"degree":       {offline.Linear{Degree: -1}, x, y, nil, offline.Options{}, offline.ErrValue, "Degree"},
		"free":         {ridge, x, y, nil, offline.Options{FreeBias: true}, offline.ErrValue, "FreeBias"},
		"workers":      {ridge, x, y, nil, offline.Options{Workers: -1}, offline.ErrValue, "Workers"},
		"no alphas":    {offline.RidgeChoice{}, x, y, nil, offline.Options{}, offline.ErrValue, "Alphas"},
		"bad alphas":   {offline.RidgeChoice{Alphas: []float64{1, -1}}, x, y, nil, offline.Options{}, offline.ErrValue, "Alphas[1]"},
		"folds":        {offline.RidgeChoice{Alphas: []float64{1}, Folds: 1}, x, y, nil, offline.Options{}, offline.ErrValue, "Folds"},
		"few samples":  {offline.RidgeChoice{Alphas: []float64{1}, Folds: 9}, x, y, nil, offline.Options{}, offline.ErrEmpty, "folds"},
		"nil":          {ridge, nil, y, nil, offline.Options{}, offline.ErrShape, "inputs are nil"},
		"vector":       {ridge, x, normal(1, 8), nil, offline.Options{}, offline.ErrShape, "targets are [8]"},
		"lengths":      {ridge, x, normal(1, 7, 1), nil, offline.Options{}, offline.ErrShape, "[8 2], targets [7 1]"},
		"weights":      {ridge, x, y, []float64{1}, offline.Options{}, offline.ErrShape, "1 weights"},
		"weight":       {ridge, x, y, []float64{1, 1, 1, -1, 1, 1, 1, 1}, offline.Options{}, offline.ErrValue, "sample 3"},
		"NaN":          {ridge, nan, y, nil, offline.Options{}, offline.ErrValue, "row 1"},
		"Inf":          {ridge, x, inf, nil, offline.Options{}, offline.ErrValue, "row 2"},
		"labels":       {ridge, x, ints, nil, offline.Options{}, offline.ErrValue, "int32"},
		"view":         {ridge, slice.(*tensor.Dense), y, nil, offline.Options{}, offline.ErrValue, "view"},
		"not a class":  {offline.Logistic{}, x, y, nil, offline.Options{}, offline.ErrValue, "within [0, 1]"},
		"no weight":    {ridge, x, y, make([]float64, 8), free, offline.ErrEmpty, "all 8 weigh 0"},
		"no lasso":     {offline.NewLasso(), x, y, make([]float64, 8), free, offline.ErrEmpty, "all 8 weigh 0"},
		"no chance":    {offline.Logistic{}, x, dense([]int{8, 1}, 0, 1, 1, 0, 1, 0, 0, 1), make([]float64, 8), free, offline.ErrEmpty, "all 8 weigh 0"},
		"no choice":    {choice, x, y, make([]float64, 8), free, offline.ErrEmpty, "all 8 weigh 0"},
		"huge":         {ridge, huge, y, nil, free, offline.ErrValue, "sums of squares of up to +Inf"},
		"huge lasso":   {offline.Lasso{Raw: true}, huge, y, nil, free, offline.ErrValue, "sums of squares of up to +Inf"},
		"huge choice":  {choice, huge, y, nil, free, offline.ErrValue, "sums of squares of up to +Inf"},
		"no function":  {offline.Func(nil), x, y, nil, offline.Options{}, offline.ErrValue, "the method is <nil>, expected a function"},
		"func NaN":     {offline.Func(notANumber), x, y, nil, offline.Options{}, offline.ErrValue, "row 1 of the weights that the function gave has NaN"},
		"empty":        {ridge, empty, y, nil, offline.Options{}, offline.ErrEmpty, "the inputs are [0 2]"},
		"func weights": {offline.Func(notANumber), x, y, make([]float64, 8), offline.Options{}, offline.ErrValue, "weights"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := offline.FitWeighted(c.m, c.x, c.y, c.w, c.o)
			require.ErrorIs(t, err, c.want)
			assert.ErrorContains(t, err, "offline: ")
			assert.ErrorContains(t, err, c.says)
		})
	}
}

func TestFittersSayWhatTheyLack(t *testing.T) {
	for name, m := range methods {
		f, err := m.New(offline.Options{})
		require.NoError(t, err)
		_, err = f.Fit()
		require.ErrorIs(t, err, offline.ErrEmpty, name)
		require.NoError(t, f.Add(normal(1, 5, 2), shares(normal(2, 5, 1)), nil))
		assert.ErrorIs(t, f.Add(normal(1, 5, 3), shares(normal(2, 5, 1)), nil), offline.ErrShape, name)
		assert.ErrorIs(t, f.Add(normal(1, 5, 2), shares(normal(2, 5, 2)), nil), offline.ErrShape, name)
	}
	m := fit(t, offline.Linear{}, normal(1, 9, 2), normal(2, 9, 1), nil, offline.Options{})
	_, err := m.Predict(normal(1, 9, 3))
	assert.ErrorIs(t, err, offline.ErrShape)
}

func ExampleFit() {
	x := tensor.New(tensor.WithShape(4, 1), tensor.WithBacking([]float64{0, 1, 2, 3}))
	y := tensor.New(tensor.WithShape(4, 1), tensor.WithBacking([]float64{1, 3, 5, 7}))
	model, err := offline.Fit(offline.Linear{}, x, y, offline.Options{Bias: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.3f\n", model.W.Float64s())
	// Output: [1.000 2.000]
}
