package online

import (
	"fmt"
	"math"

	"github.com/spikegraph/spikegraph/internal/linalg"
	"gorgonia.org/tensor"
)

// Network is N rate neurons with potentials x and rates r = tanh(x), of which a step of Dt is
//
//	x ← x + Dt/Tau·(-x + J·r + Wfb·z + Win·u),  z = Wout'·r
//
// with r and z of the step before on the right (Sussillo, Abbott 2009, eq. 1-3,
// doi:10.1016/j.neuron.2009.07.018). It is in float64, for research and as a reference; networks of
// layers run faster. Matrices may be changed between steps, but for J.
type Network struct {
	J       *tensor.Dense // connections [N N], acting from the left: from neuron j to neuron i at (i, j)
	Win     *tensor.Dense // from inputs [N in]; nil: there are none
	Wfb     *tensor.Dense // from what is fed back [N out]; nil: nothing is
	Wout    *tensor.Dense // readout [N out]
	X       *tensor.Dense // potentials [N]; zeros if nil
	Dt, Tau float64       // step and time constant, in the same unit, > 0

	n, in, out int
	rows       []entries // of J, if few are not zero
	sum        []float64
	r, z       []float64
	solver     *linalg.Solver[float64]
}

// entries are the numbers of a row that are not zero.
type entries struct {
	at []int32
	w  []float64
}

// place checks the matrices and computes r and z.
func (n *Network) place() error {
	if n.J == nil || n.Wout == nil {
		return fmt.Errorf("online: %w: a network needs J and Wout", ErrShape)
	}
	s := n.J.Shape()
	if len(s) != 2 || s[0] != s[1] || n.Wout.Dims() != 2 {
		return fmt.Errorf("online: %w: J is %v and Wout %v, expected [N N] and [N out]",
			ErrShape, []int(s), []int(n.Wout.Shape()))
	}
	n.n, n.out = s[0], n.Wout.Shape()[1]
	if n.X == nil {
		n.X = tensor.New(tensor.WithShape(n.n), tensor.Of(tensor.Float64))
	}
	if n.Win != nil && n.Win.Dims() == 2 {
		n.in = n.Win.Shape()[1]
	}
	for _, m := range []struct {
		name  string
		x     *tensor.Dense
		shape []int
	}{
		{"J", n.J, []int{n.n, n.n}}, {"Wout", n.Wout, []int{n.n, n.out}}, {"X", n.X, []int{n.n}},
		{"Win", n.Win, []int{n.n, n.in}}, {"Wfb", n.Wfb, []int{n.n, n.out}},
	} {
		if m.x != nil && (!m.x.Shape().Eq(tensor.Shape(m.shape)) || m.x.Dtype() != tensor.Float64 || m.x.RequiresIterator()) {
			return fmt.Errorf("online: %w: %s is %v of %v, expected %v of float64", ErrShape, m.name, []int(m.x.Shape()), m.x.Dtype(), m.shape)
		}
		if m.x != nil {
			if err := finite(m.name, m.x.Float64s()); err != nil {
				return err
			}
		}
	}
	if !positive(n.Dt) || !positive(n.Tau) {
		return refuse(false, "Dt and Tau", []float64{n.Dt, n.Tau}, "finite numbers above 0")
	}
	n.solver = linalg.NewSolver[float64](1)
	n.sum, n.r, n.z = make([]float64, n.n), make([]float64, n.n), make([]float64, n.out)
	n.compress()
	n.rates()
	return nil
}

// compress keeps the rows of J without zeros where these are many.
func (n *Network) compress() {
	const sparse = 0.25
	filled := 0
	j := n.J.Float64s()
	for _, w := range j {
		if w != 0 {
			filled++
		}
	}
	if float64(filled) > sparse*float64(len(j)) {
		return
	}
	n.rows = make([]entries, n.n)
	for i := range n.rows {
		for k, w := range j[i*n.n : (i+1)*n.n] {
			if w != 0 {
				n.rows[i].at, n.rows[i].w = append(n.rows[i].at, int32(k)), append(n.rows[i].w, w)
			}
		}
	}
}

// rates computes r and z of the potentials.
func (n *Network) rates() {
	for i, x := range n.X.Float64s() {
		n.r[i] = math.Tanh(x)
	}
	n.solver.Gemm(false, false, 1, n.out, n.n, n.r, n.n, n.Wout.Float64s(), n.out, 0, n.z, n.out)
}

// recurrent leaves J·r in n.sum.
func (n *Network) recurrent() {
	if n.rows == nil {
		n.solver.Gemm(false, false, n.n, 1, n.n, n.J.Float64s(), n.n, n.r, 1, 0, n.sum, 1)
		return
	}
	for i, row := range n.rows {
		s := 0.0
		for k, j := range row.at {
			s += row.w[k] * n.r[j]
		}
		n.sum[i] = s
	}
}

// drive adds W·u to n.sum; a nil W adds nothing.
func (n *Network) drive(w *tensor.Dense, u []float64) {
	if w == nil {
		return
	}
	for i := range n.sum {
		for k, v := range u {
			n.sum[i] += w.Float64s()[i*len(u)+k] * v
		}
	}
}

// advance takes the step for what arrives, n.sum.
func (n *Network) advance() {
	h := n.Dt / n.Tau
	for i, x := range n.X.Float64s() {
		n.X.Float64s()[i] = x + h*(n.sum[i]-x)
	}
	n.rates()
}

// checkInput refuses inputs of another number than the network has, or that are not finite.
func (n *Network) checkInput(u []float64) error {
	if len(u) != n.in {
		return fmt.Errorf("online: %w: %d inputs, the network has %d", ErrShape, len(u), n.in)
	}
	return finite("the input", u)
}

// checkTarget refuses targets of another number than there are outputs, or that are not finite.
func (n *Network) checkTarget(target []float64) error {
	if len(target) != n.out {
		return fmt.Errorf("online: %w: %d targets, the network has %d outputs", ErrShape, len(target), n.out)
	}
	return finite("the target", target)
}

// finite returns an error for the first number that is NaN or infinite.
func finite(what string, x []float64) error {
	for i, v := range x {
		if v-v != 0 {
			return fmt.Errorf("online: %w: number %d of %s is %v", ErrValue, i, what, v)
		}
	}
	return nil
}
