package gradtest

import (
	"fmt"
	"math"
	"slices"
)

// run takes every direction in turn.
func (k *checker) run() error {
	for i := range k.c.Directions {
		direction(k.r, k.u.x, 1)
		for _, v := range k.vars {
			direction(k.r, v.v.x, v.scale)
			direction(k.r, v.w.x, v.scale)
		}
		if err := k.along(fmt.Sprintf("direction %d: ", i)); err != nil {
			return err
		}
	}
	if len(k.u.x) > 0 && !k.c.AnyFlat {
		k.flatness()
	}
	return nil
}

// along checks the derivatives along the current direction.
func (k *checker) along(where string) error {
	got, err := k.results(k.derivs)
	if err != nil {
		return err
	}
	ys, dy, err := k.differences(k.value)
	if err != nil {
		return err
	}
	if err := k.samePlain(where, ys, got); err != nil {
		return err
	}
	n := len(k.vars)
	for i, v := range k.vars {
		v.moved = v.moved || slices.ContainsFunc(got[i], func(g float64) bool { return g != 0 })
	}
	k.compare(where, dy, ys, got[:n], got[n], k.u.x)
	if !k.c.SecondOrder {
		return nil
	}
	slopes, dslope, err := k.differences(k.slope)
	if err != nil {
		return err
	}
	k.compare(where+"second order: ", dslope, slopes, got[n+1:2*n+1], got[2*n+1], []float64{1})
	return nil
}

// compare holds the gradients of uᵀy and the forward derivative jv against the differences dy.
func (k *checker) compare(where string, dy, ys []float64, grads [][]float64, jv, u []float64) {
	reverse, size := 0.0, 0.0
	for i, v := range k.vars {
		for j, g := range grads[i] {
			reverse += g * v.v.x[j]
			size += math.Abs(g * v.v.x[j])
		}
	}
	// What rounding does to differences, and to a sum.
	noise := k.c.Absolute + 64*epsilon*maxAbs(ys)/k.c.Step
	k.expect(where+"reverse mode against differences", []float64{reverse}, []float64{dot(u, dy)}, noise*float64(len(u))+64*epsilon*size)
	k.expect(where+"forward mode against differences", jv, dy, noise)
	k.close(where+"reverse mode against forward mode", []float64{reverse}, []float64{dot(u, jv)}, 1e-9, k.c.Absolute+1e-12*size)
}

// differences returns the result of p at the point, and its derivative along the direction, by
// central differences of fourth order: the error is h⁴/30 of the fifth derivative.
func (k *checker) differences(p *program) (y, dy []float64, err error) {
	var ys [5][]float64
	for i := range ys {
		k.move(float64(i-2) * k.c.Step)
		res, err := k.results(p)
		if err != nil {
			return nil, nil, err
		}
		ys[i] = res[0]
	}
	k.move(0)
	dy = make([]float64, len(ys[0]))
	for j := range dy {
		if ys[0][j] == ys[1][j] && ys[1][j] == ys[3][j] && ys[3][j] == ys[4][j] {
			continue // it does not move, be it infinite
		}
		dy[j] = (8*(ys[3][j]-ys[1][j]) - (ys[4][j] - ys[0][j])) / (12 * k.c.Step)
	}
	return ys[2], dy, nil
}

// move goes to the point base + h v.
func (k *checker) move(h float64) {
	for _, v := range k.vars {
		for j := range v.x {
			v.x[j] = v.base[j] + h*v.v.x[j]
		}
	}
}

// samePlain holds value and derivatives against the program compiled without passes.
func (k *checker) samePlain(where string, y []float64, derivs [][]float64) error {
	plain, err := k.results(k.plain)
	if err != nil {
		return err
	}
	for i, got := range append([][]float64{y}, derivs...) {
		k.close(fmt.Sprintf("%sresult %d with passes against without", where, i), got, plain[i], 1e-9, k.c.Absolute+1e-12*maxAbs(y))
	}
	return nil
}

// flatness holds that derivatives are zero where that is declared, and nowhere else.
func (k *checker) flatness() {
	for _, v := range k.vars {
		switch {
		case v.flat && v.moved:
			k.fail("the derivative with respect to %s is declared to be zero and is not", v.name)
		case !v.flat && !v.moved && len(v.x) > 0:
			k.fail("the derivative with respect to %s is zero everywhere: nothing was checked; declare it Flat if it should be", v.name)
		}
	}
}
