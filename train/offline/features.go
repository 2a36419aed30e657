package offline

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gorgonia.org/tensor"
)

// PolynomialFeatures returns for x [... p] the features of each sample, [... f], Float64: a one, if
// bias; the p numbers themselves; and for each order from 2 to degree all products of so many of
// them, repetition allowed, in lexicographic order of their indices. degree >= 1;
// f = bias + Σ_k C(p+k-1, k). ErrValue where a product would leave the range of float64.
func PolynomialFeatures(x *tensor.Dense, degree int, bias bool) (*tensor.Dense, error) {
	if err := refuse(degree >= 1, "degree", degree, "at least 1"); err != nil {
		return nil, err
	}
	pl := plan{o: Options{Bias: bias}, degree: degree}
	return pl.apply(x)
}

// Normalize returns x [... p] with every row divided by its Euclidean norm, Float64; rows of zeros
// stay.
func Normalize(x *tensor.Dense) (*tensor.Dense, error) {
	pl := plan{normalize: true}
	return pl.apply(x)
}

// plan says how a row of features is made of a row of inputs.
type plan struct {
	o         Options
	degree    int // 0 is 1
	normalize bool

	in, p, q int // inputs, features, targets; 0 until the first samples
}

func (pl *plan) apply(x *tensor.Dense) (*tensor.Dense, error) {
	in, err := pl.inputs(x)
	if err != nil {
		return nil, err
	}
	p := pl.features(in.cols)
	out, scratch := make([]float64, in.rows*p), make([]float64, in.cols)
	for i := range in.rows {
		pl.expand(out[i*p:(i+1)*p], in, i, scratch)
	}
	shape := append([]int(nil), x.Shape()...)
	shape[len(shape)-1] = p
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(out)), nil
}

// inputs returns the rows of x, checked, of which every product of degree numbers is in the range of float64.
func (pl *plan) inputs(x *tensor.Dense) (matrix, error) {
	in, err := pl.read("inputs", x)
	if err != nil || pl.degree < 2 {
		return in, err
	}
	row := make([]float64, in.cols)
	for i := range in.rows {
		in.row(i, row)
		most, product := largest(row), 1.
		for range pl.degree {
			product *= most // none is larger
		}
		if math.IsInf(product, 1) {
			return in, fmt.Errorf("offline: %w: row %d of the inputs has numbers of up to %v, of which products of %d leave the range of float64, expected finite numbers; scale the samples",
				ErrValue, i, most, pl.degree)
		}
	}
	return in, nil
}

// features returns the number of features of so many inputs.
func (pl *plan) features(in int) int {
	n, c := 0, 1
	for k := 1; k <= max(pl.degree, 1); k++ {
		c = c * (in + k - 1) / k
		n += c
	}
	if pl.o.Bias {
		n++
	}
	return n
}

// fits reports whether so many inputs are what the plan was made for.
func (pl *plan) fits(in int) error {
	if in != pl.in {
		return fmt.Errorf("offline: %w: %d inputs, expected %d", ErrShape, in, pl.in)
	}
	return nil
}

// expand writes the features of row i to dst; scratch has a place for each input.
func (pl *plan) expand(dst []float64, x matrix, i int, scratch []float64) {
	x.row(i, scratch)
	at := 0
	if pl.o.Bias {
		dst[0] = 1
		at++
	}
	at += copy(dst[at:], scratch)
	for order := 2; order <= pl.degree; order++ {
		at = products(dst, at, scratch, 0, order, 1)
	}
	if pl.normalize {
		unit(dst)
	}
}

// products appends at dst[at:] f times each product of so many of x[from:], in order, and returns
// where they end.
func products(dst []float64, at int, x []float64, from, order int, f float64) int {
	if order == 0 {
		dst[at] = f
		return at + 1
	}
	for j := from; j < len(x); j++ {
		at = products(dst, at, x, j, order-1, f*x[j])
	}
	return at
}

// unit divides x by its norm, which may be out of the range of squares.
func unit(x []float64) {
	most := largest(x)
	if most == 0 {
		return
	}
	for i := range x {
		x[i] /= most
	}
	floats.Scale(1/floats.Norm(x, 2), x)
}
