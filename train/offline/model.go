package offline

import (
	"math"

	"gorgonia.org/tensor"
)

// Model is what a fit found.
type Model struct {
	W *tensor.Dense // [p q] of features, or [1+p q] with the bias in row 0; Float64

	Alpha      float64   // the penalty, also where it was chosen
	Scores     []float64 // of a choice: the mean squared error of held-out samples for each penalty
	Condition  float64   // estimate of the condition number of the matrix that was inverted; 0: none was
	Iterations int       // of an iteration
	Warnings   []string  // what to know of the result

	plan     plan
	logistic bool
}

// Predict returns X·W, of the features that were fitted, for x [... p]: [... q], Float64. Of a
// Logistic model it returns probabilities.
func (m *Model) Predict(x *tensor.Dense) (*tensor.Dense, error) {
	in, err := m.plan.inputs(x)
	if err != nil {
		return nil, err
	}
	w, q := m.W.Float64s(), m.W.Shape()[1]
	if err := m.plan.fits(in.cols); err != nil {
		return nil, err
	}
	row, out := make([]float64, m.plan.p), make([]float64, in.rows*q)
	scratch := make([]float64, in.cols)
	for i := range in.rows {
		m.plan.expand(row, in, i, scratch)
		y := out[i*q : (i+1)*q]
		for j, e := range row {
			for k := range y {
				y[k] += e * w[j*q+k]
			}
		}
		if m.logistic {
			for k, z := range y {
				y[k] = Sigmoid(z)
			}
		}
	}
	shape := append([]int(nil), x.Shape()...)
	shape[len(shape)-1] = q
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(out)), nil
}

// Sigmoid returns 1/(1 + exp(-z)).
func Sigmoid(z float64) float64 { return 1 / (1 + math.Exp(-z)) }
