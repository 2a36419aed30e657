package layers

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/spikegraph/spikegraph/graph"
)

// placer puts the constants of one layer in a graph.
type placer struct {
	g     *graph.Graph
	name  string
	dtype graph.DType
}

// field describes a constant of a layer.
type field struct {
	name   string
	def    Param // what nil stands for
	shape  []int
	domain domain
	weight bool // trained unless fixed, and of its full shape
	single bool // a weight that may stay one number
}

// newPlacer returns a placer for the layer; Float32 is the default type, and stands in for one that is refused.
func newPlacer(g *graph.Graph, name string, d graph.DType) placer {
	l := placer{g, name, graph.Float32}
	switch {
	case d.IsFloat():
		l.dtype = d
	case d != graph.Invalid:
		l.fail("DType", fmt.Errorf("%w: %v, want Float32 or Float64", graph.ErrDType, d))
	}
	return l
}

// fail records a fault of the layer's setting what.
func (l placer) fail(what string, err error) *graph.Node {
	return l.g.Fail(fmt.Errorf("%s: %w", what, err))
}

// node places the constant p, or the field's default. Fixed numbers become constants of the
// program; everything else becomes a parameter of the store, named layer.field.
func (l placer) node(p Param, f field) *graph.Node {
	t, stored := f.tune(p)
	if int(t.through) >= len(transforms) {
		return l.fail(f.name, fmt.Errorf("%w: there is no %v", graph.ErrValue, t.through))
	}
	shape := f.shape
	if t.shared {
		shape = []int{}
	}
	var n *graph.Node
	if !stored {
		n = l.literal(t.of, f, shape)
	} else {
		n = l.g.Param(l.name+"."+f.name, graph.Var{
			DType: l.dtype, Shape: shape, Init: drawn{t, f.domain}, Fixed: t.fixed,
		})
		n = transforms[t.through].forward(n)
	}
	if f.weight && !f.single && n.Valid() && n.Rank() < len(f.shape) {
		n = n.BroadcastTo(f.shape...)
	}
	return n
}

// tune returns what the user asked for, defaults filled in, and whether the store keeps it.
func (f field) tune(p Param) (t Tuned, stored bool) {
	t, said := p.(Tuned)
	if !said {
		t = Tuned{of: p, fixed: !f.weight}
	}
	if t.of == nil {
		t.of = f.def
	}
	switch t.of.(type) {
	case Const, Values:
		return t, !t.fixed
	}
	return t, true
}

// literal returns given numbers as a constant of the program.
func (l placer) literal(p Param, f field, shape []int) *graph.Node {
	if _, ok := p.(Const); ok {
		shape = []int{}
	}
	x, err := p.Init(shape, nil)
	if err == nil {
		err = f.domain.check(x)
	}
	if err == nil && l.dtype == graph.Float32 {
		err = single.check(x)
	}
	if err != nil {
		return l.fail(f.name, err)
	}
	if len(shape) == 0 {
		return l.g.Const(l.dtype, x[0])
	}
	return l.g.Values(l.dtype, x, shape...)
}

// drawn is the initial value of a stored parameter: the constant's, through the inverse transform.
type drawn struct {
	t      Tuned
	domain domain
}

// Init returns what is stored for the initial values of the constant.
func (d drawn) Init(shape []int, r *rand.Rand) ([]float64, error) {
	f := transforms[d.t.through]
	x, err := d.t.Init(shape, r)
	if err != nil {
		return nil, err
	}
	if err := d.domain.check(x); err != nil {
		return nil, err
	}
	if err := f.domain.check(x); err != nil {
		return nil, fmt.Errorf("through %s: %w", f.name, err)
	}
	for i, y := range x {
		x[i] = f.inverse(y)
	}
	return x, nil
}

// isConst reports whether n is the number v in every element, known when the graph is built.
func isConst(n *graph.Node, v float64) bool {
	a := n.Attrs()
	return a.Name == "Const" && a.Value == v
}

// times returns a·b, and b itself where a is the constant 1.
func times(a, b *graph.Node) *graph.Node {
	if isConst(a, 1) {
		return b
	}
	return a.Mul(b)
}

// or returns p, or def if p is nil.
func or(p, def Param) Param {
	if p == nil {
		return def
	}
	return p
}

// site is where a layer stands in a graph: what every cell knows of itself.
type site struct {
	g     *graph.Graph
	name  string
	shape []int       // last axes of its inputs
	dtype graph.DType // of its inputs; Invalid if any will do
	fault *graph.Node // invalid, if the settings leave no shape to work with; else nil
}

// site returns where the layer stands, of inputs of its type that have these last axes.
func (l placer) site(shape ...int) site {
	return site{g: l.g, name: l.name, shape: slices.Clone(shape), dtype: l.dtype}
}

// arrive returns the input x, checked: its last axes and its type are the layer's. Of an invalid input, or a
// layer that has been reported, an invalid node comes back.
func (s site) arrive(x *graph.Node) *graph.Node {
	switch {
	case x == nil:
		return s.g.Fail(fmt.Errorf("%w: the input is nil", graph.ErrValue))
	case s.fault != nil:
		return s.fault
	case !x.Valid():
		return x
	}
	if lead := x.Rank() - len(s.shape); lead < 0 || !slices.Equal(x.Shape()[lead:], s.shape) {
		want := graph.Shape(s.shape).String()[1:]
		return s.g.Fail(fmt.Errorf("%w: the input is %v, want [... %s", graph.ErrShape, x.Type(), want))
	}
	if s.dtype != graph.Invalid && x.DType() != s.dtype {
		return s.g.Fail(fmt.Errorf("%w: the input is %v, want %v, the layer's DType; Cast it", graph.ErrDType, x.Type(), s.dtype))
	}
	return x
}

// none returns zeros [... n] for an input x [... In].
func (s site) none(x *graph.Node, n int) *graph.Node {
	shape := slices.Clone(x.Shape())
	shape[len(shape)-1] = n
	return s.g.Const(x.DType(), 0, shape...)
}

// neurons returns the site of a population given as N or as Shape.
func (l placer) neurons(n int, shape []int) site {
	s := l.site(shape...)
	switch {
	case len(shape) == 0:
		s.shape = []int{n}
	case n != 0 && n != size(shape):
		s.fault = l.fail("N", fmt.Errorf("%w: N is %d, Shape %v", graph.ErrShape, n, shape))
		return s
	}
	if slices.Min(s.shape) <= 0 {
		s.fault = l.fail("N", fmt.Errorf("%w: %v neurons, want at least 1 along each axis", graph.ErrShape, graph.Shape(s.shape)))
	}
	return s
}
