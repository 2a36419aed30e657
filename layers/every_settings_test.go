package layers_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime/debug"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/surrogate"
	"github.com/stretchr/testify/assert"
	"gorgonia.org/tensor"
)

// oddities are what a field may hold instead of a good value, by its type.
var oddities = map[reflect.Type][]any{
	reflect.TypeFor[[]int32]():       {[]int32{}, []int32{0, 1, 3}, []int32{0, 2, 1}, []int32{-1, 4}, []int32{0, 0}},
	reflect.TypeFor[*tensor.Dense](): {tensor.New(tensor.WithShape(1), tensor.WithBacking([]float32{1})), tensor.New(tensor.WithShape(3, 2), tensor.Of(tensor.Float64))},
	reflect.TypeFor[layers.Param](): {
		layers.Const(0.5), layers.Const(-1), layers.Const(0), layers.Const(math.NaN()), layers.Values{}, layers.Values{1}, layers.Values{1, 2},
		layers.Uniform{Lo: 0, Hi: 1}, layers.Uniform{Lo: 2, Hi: 1}, layers.Normal{Std: 1}, layers.Normal{Std: -1}, layers.Train(nil), layers.Fix(nil),
		layers.Train(layers.Const(0.3)).Shared(), layers.Train(layers.Const(2)).Through(layers.Sigmoid), layers.Train(layers.Const(1)).Through(99),
		layers.NewOrthogonal(), layers.Identity{}, layers.Clip{}, layers.VarianceScaling{}, layers.Exponential{}, layers.Gamma{},
	},
	reflect.TypeFor[layers.Padding](): {
		layers.Same, layers.Valid, layers.PadRule(7), layers.Around{}, layers.Around{1}, layers.Around{-1}, layers.Around{1, 2}, layers.Pads{},
		layers.Pads{{1, 2}}, layers.Pads{{0, 1}, {2, 0}}, layers.Undo{}, layers.Undo{Of: []int{1}, More: []int{1, 2}},
	},
	reflect.TypeFor[graph.Surrogate]():   {surrogate.NewArctan(), surrogate.Sigmoid{}},
	reflect.TypeFor[layers.Activation](): {layers.Activation("tanh"), layers.Activation("glu"), layers.Activation("no such")},
	reflect.TypeFor[float64]():           {0.5, 1.0, 0.0, -1.0, 3.0, math.NaN(), math.Inf(1)},
	reflect.TypeFor[int]():               {1, 2, 3, 4, 0, -1},
	reflect.TypeFor[uint64]():            {uint64(0), uint64(7)},
	reflect.TypeFor[bool]():              {true, false},
}

// disturb changes about one in four of the fields of settings.
func disturb(v reflect.Value, r *rand.Rand) {
	odd := oddities[v.Type()]
	switch {
	case odd != nil:
		if r.IntN(4) == 0 {
			v.Set(reflect.ValueOf(odd[r.IntN(len(odd))]))
		}
	case v.Kind() == reflect.Uint8:
		if r.IntN(4) == 0 {
			v.SetUint([]uint64{0, 1, 2, 3, 4, 99}[r.IntN(6)])
		}
	case v.Kind() == reflect.Func || r.IntN(8) == 0:
		v.SetZero()
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			disturb(v.Field(i), r)
		}
	case v.Kind() == reflect.Array:
		for i := range v.Len() {
			disturb(v.Index(i), r)
		}
	case v.Kind() == reflect.Slice:
		list := reflect.MakeSlice(v.Type(), 0, 4)
		list = reflect.AppendSlice(list, v)
		if r.IntN(4) == 0 {
			list = reflect.Append(list, reflect.Zero(v.Type().Elem()))
		}
		for i := range list.Len() {
			disturb(list.Index(i), r)
		}
		v.Set(list)
	case v.Kind() == reflect.Pointer:
		to := reflect.New(v.Type().Elem())
		disturb(to.Elem(), r)
		v.Set(to)
	default:
		panic(fmt.Sprint("oddities has no ", v.Type()))
	}
}

// Settings of which nothing is set are refused, with the layer's name and the field. Those of Dropout
// are complete: it keeps nothing, were it training.
func TestEveryLayerRefusesToBeEmpty(t *testing.T) {
	t.Parallel()
	for _, l := range everyLayers() {
		if _, complete := l.p.(layers.Dropout); complete || !l.settled() {
			continue
		}
		g := graph.New()
		l.run(reflect.Zero(reflect.TypeOf(l.p)).Interface(), g, g.Input("x", graph.Float32, l.sequence()...), graph.LoopOptions{})
		if assert.Error(t, g.Err(), l.name) {
			assert.Contains(t, g.Err().Error(), "net: ", l.name)
		}
	}
}

// No settings and no input make a layer panic or fail when it runs: what is wrong is an error of the graph.
func TestEveryLayerTakesOrRefusesAnySettings(t *testing.T) {
	t.Parallel()
	ran := 0
	for i, l := range everyLayers() {
		if !l.settled() {
			continue
		}
		for seed := range uint64(60) {
			if ranDisturbed(t, l, rand.New(rand.NewPCG(seed, uint64(i)))) {
				ran++
			}
		}
	}
	assert.Greater(t, ran, 500, "too few are tried out")
}

// ranDisturbed reports whether settings and an input that were changed by chance were taken.
func ranDisturbed(t *testing.T, l everyLayer, r *rand.Rand) bool {
	t.Helper()
	p := reflect.New(reflect.TypeOf(l.p)).Elem()
	p.Set(reflect.ValueOf(l.p))
	disturb(p, r)
	defer func() {
		if e := recover(); e != nil {
			t.Errorf("%s: %+v: %v\n%s", l.name, p.Interface(), e, debug.Stack())
		}
	}()
	shape := l.sequence()
	if r.IntN(4) == 0 {
		shape[r.IntN(len(shape))] = 1 + r.IntN(4)
	}
	if r.IntN(8) == 0 {
		shape = shape[:1+r.IntN(len(shape))]
	}
	d := []graph.DType{graph.Float32, f64, f64, f64, f64, f64, graph.Int32, graph.Bool}[r.IntN(8)]
	g := graph.New()
	y := l.run(p.Interface(), g, g.Const(d, 1, shape...), graph.LoopOptions{})
	if g.Err() != nil {
		return false
	}
	prog, err := g.Compile(y)
	if err != nil { // a parameter that cannot be drawn
		return false
	}
	_, err = prog.Run()
	assert.NoError(t, err, "%s: %+v", l.name, p.Interface())
	return true
}
