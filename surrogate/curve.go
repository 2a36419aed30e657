package surrogate

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/spikegraph/spikegraph/graph"
)

// curve is what a surrogate says of itself: its name, its parameters and its slope g'.
type curve interface {
	name() string
	params() []param
	slope(x *graph.Node) *graph.Node
}

// primitive is a curve that knows the function its slope belongs to.
type primitive interface {
	curve
	smooth(x *graph.Node) *graph.Node
}

// param is one parameter: where it is kept, and what it may be.
type param struct {
	name string
	at   *float64
	in   domain
}

// domain is a set of numbers, and the words for it.
type domain struct {
	words string
	holds func(v float64) bool
}

var (
	positive    = domain{"positive and finite", func(v float64) bool { return v > 0 && !math.IsInf(v, 1) }}
	notNegative = domain{"0 or more and finite", func(v float64) bool { return v >= 0 && !math.IsInf(v, 1) }}
	aboveOne    = domain{"above 1 and finite", func(v float64) bool { return v > 1 && !math.IsInf(v, 1) }}
	count       = domain{"a whole number from 1 to 1000", func(v float64) bool {
		return v >= 1 && v <= 1000 && v == math.Trunc(v)
	}}
)

// gradOf returns gy·g'(x).
func gradOf(c curve, x, gy *graph.Node) *graph.Node {
	if bad := refuse(c, x); bad != nil {
		return bad
	}
	return gy.Mul(c.slope(x))
}

// smoothOf returns the smooth function of c at x.
func smoothOf(c primitive, x *graph.Node) *graph.Node {
	if bad := refuse(c, x); bad != nil {
		return bad
	}
	return c.smooth(x)
}

// refuse returns an invalid node if c cannot be applied to x, else nil.
func refuse(c curve, x *graph.Node) *graph.Node {
	if !x.Valid() {
		return x.Neg() // says so if x is nil, and passes on what has been said already
	}
	if !x.DType().IsFloat() {
		return x.Graph().Fail(fmt.Errorf("%s(%v): %w: want floats; Cast first", c.name(), x.Type(), graph.ErrDType))
	}
	if err := check(c); err != nil {
		return x.Graph().Fail(err)
	}
	return nil
}

// check returns an error if a parameter of c is out of its domain.
func check(c curve) error {
	for _, p := range c.params() {
		if !p.in.holds(*p.at) {
			return fmt.Errorf("%s: %w: %s must be %s", describe(c), graph.ErrValue, p.name, p.in.words)
		}
	}
	return nil
}

// describe prints c as Name(param=value, …).
func describe(c curve) string {
	ps := c.params()
	s := make([]string, len(ps))
	for i, p := range ps {
		s[i] = p.name + "=" + strconv.FormatFloat(*p.at, 'g', -1, 64)
	}
	return c.name() + "(" + strings.Join(s, ", ") + ")"
}

// scalar returns v as a constant of x's type that broadcasts.
func scalar(x *graph.Node, v float64) *graph.Node { return x.Graph().Const(x.DType(), v) }

// magnitude returns |x| with the derivative 1 at 0, for functions of |x| that are taken from the
// right there. (Abs has 0 at 0, the mean of both sides.)
func magnitude(x *graph.Node) *graph.Node { return atLeast(x, 0).Select(x, x.Neg()) }

// atLeast returns where x >= v.
func atLeast(x *graph.Node, v float64) *graph.Node { return x.Ge(scalar(x, v)) }
