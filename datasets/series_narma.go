package datasets

import "math"

// NARMA is the nonlinear autoregressive moving average of an order k, driven by uniform noise u in
// [0, 0.5]:
//
//	y(t+1) = f(Alpha y(t) + Beta y(t) sum_{i=0}^{k-1} y(t-i) + Gamma u(t-k+1) u(t) + Delta) + Shift
//
// with f(x) = x, or tanh(x), and zeros before the beginning. Sources: Atiya and Parlos, "New results
// on recurrent network training", IEEE Trans. Neural Netw. 11, 2000, doi:10.1109/72.846741, eq. 86
// (order 10); Rodan and Tiňo, "Minimum complexity echo state network", IEEE Trans. Neural Netw. 22,
// 2011, doi:10.1109/TNN.2010.2089641 (order 20 with tanh, which keeps it bounded). NewNARMA has
// their parameters.
type NARMA struct {
	Order       int     // k, >= 1
	Alpha, Beta float64 // 0.3, 0.05
	Gamma       float64 // 1.5
	Delta       float64 // 0.1; 0.01 from order 20 on
	Shift       float64 // 0; 0.2 from order 20 on
	Tanh        bool    // f is tanh; from order 20 on
	Discard     int     // steps left out at the beginning, >= 0; 200
}

// NewNARMA returns the task of an order with the default of every field: 5, 10 and 20 are in use.
func NewNARMA(order int) NARMA {
	n := NARMA{Order: order, Alpha: 0.3, Beta: 0.05, Gamma: 1.5, Delta: 0.1, Discard: 200}
	if order >= 20 {
		n.Delta, n.Shift, n.Tanh = 0.01, 0.2, true
	}
	return n
}

// Task returns n steps: In is u(t), [n 1], Out is y(t+1), which u up to t determines, [n 1]. The
// same seed gives the same numbers. Errors: ErrOption; ErrNotFinite for a noise on which the
// equation grows without bound, as can happen without tanh: take another seed.
func (a NARMA) Task(n int, seed uint64) (Task, error) {
	if err := a.check(n); err != nil {
		return Task{}, named("NARMA", err)
	}
	rng := newRand(seed, forSeries, seriesNARMA)
	u := make([]float64, a.Discard+n)
	for t := range u {
		u[t] = 0.5 * rng.Float64()
	}
	y := a.respond(u)
	if err := bounded(y); err != nil {
		return Task{}, named("NARMA", err)
	}
	return Task{In: &Series{u[a.Discard:], 1}, Out: &Series{y[a.Discard:], 1}}, nil
}

// respond returns y(t+1) for every t.
func (a NARMA) respond(u []float64) []float64 {
	out := make([]float64, len(u))
	at := func(x []float64, t int) float64 {
		if t < 0 {
			return 0
		}
		return x[t]
	}
	for t := range u {
		sum := 0.0 // of y(t-i), which is out[t-i-1]
		for i := range a.Order {
			sum += at(out, t-i-1)
		}
		y := at(out, t-1)
		v := a.Alpha*y + a.Beta*y*sum + a.Gamma*at(u, t-a.Order+1)*u[t] + a.Delta
		if a.Tanh {
			v = math.Tanh(v)
		}
		out[t] = v + a.Shift
	}
	return out
}

// bounded returns ErrNotFinite for numbers that have left for infinity, if they are not there yet.
func bounded(y []float64) error {
	const far = 1e3 // the attractor of order 10 is within [0, 1]
	for t, v := range y {
		if !(math.Abs(v) < far) {
			return fail(ErrNotFinite, "the numbers grow without bound: step %d is %v", t, v)
		}
	}
	return nil
}

func (a NARMA) check(n int) error {
	if err := checkParameters(a.Alpha, a.Beta, a.Gamma, a.Delta, a.Shift); err != nil {
		return err
	}
	if a.Order < 1 || a.Order > maxSteps || a.Discard < 0 || a.Discard > maxSteps {
		return fail(ErrOption, "order %d after %d steps", a.Order, a.Discard)
	}
	return checkSteps(n)
}
