package datasets

import "math"

// MackeyGlass is the delay equation of Mackey and Glass,
//
//	dx/dt = Beta x(t-Tau) / (1 + x(t-Tau)^N) - Gamma x(t)
//	x(t)  = X0 for t <= 0
//
// chaotic for Tau above 16.8 with the defaults. Source: Mackey and Glass, "Oscillation and chaos in
// physiological control systems", Science 197, 1977, doi:10.1126/science.267326, eq. 4b.
// NewMackeyGlass has the defaults, which are those of Jaeger, GMD report 148, 2001, and Jaeger and
// Haas, Science 304, 2004, doi:10.1126/science.1091277 (there the series is then squashed to
// tanh(x-1)).
type MackeyGlass struct {
	Beta, Gamma float64 // 0.2 and 0.1
	N           float64 // 10
	Tau         float64 // delay, >= Dt; 17
	X0          float64 // the past, >= 0; 1.2
	Dt          float64 // step of the integration, > 0; 0.1
	Every       int     // steps of the integration from one number of the series to the next, >= 1; 10
	Discard     int     // numbers left out at the beginning, >= 0; 1000
}

// NewMackeyGlass returns the equation with the default of every field.
func NewMackeyGlass() MackeyGlass {
	return MackeyGlass{Beta: 0.2, Gamma: 0.1, N: 10, Tau: 17, X0: 1.2, Dt: 0.1, Every: 10, Discard: 1000}
}

// Series returns x(t) at n times, Every*Dt apart, [n 1]: the first is (Discard*Every + 1) Dt. It
// integrates with the classical method of Runge and Kutta, of fourth order; between the grid
// points, cubic Hermite interpolation gives x(t-Tau), so that the whole is of fourth order where
// Tau is a multiple of Dt, and of the order of the corners that the past leaves at 0, Tau, 2 Tau
// elsewhere. Errors: ErrOption, ErrNotFinite if the numbers grow without bound.
func (m MackeyGlass) Series(n int) (*Series, error) {
	if err := m.check(n); err != nil {
		return nil, named("MackeyGlass", err)
	}
	total := (m.Discard+n-1)*m.Every + 1
	h := newHistory(m, total+1)
	out := make([]float64, 0, n)
	for i := range total {
		h.step()
		if i%m.Every == 0 && i/m.Every >= m.Discard {
			out = append(out, h.x[len(h.x)-1])
		}
	}
	if err := finite(out); err != nil {
		return nil, named("MackeyGlass", err)
	}
	return &Series{Values: out, Channels: 1}, nil
}

// slope returns dx/dt for the present and the delayed value.
func (m MackeyGlass) slope(x, delayed float64) float64 {
	return m.Beta*delayed/(1+math.Pow(delayed, m.N)) - m.Gamma*x
}

// history is the solution so far, at the times 0, Dt, 2 Dt ...
type history struct {
	MackeyGlass
	x, dx []float64 // values and slopes; dx is one shorter than x
	lag   float64   // Tau in steps
}

func newHistory(m MackeyGlass, size int) *history {
	h := &history{MackeyGlass: m, lag: m.Tau / m.Dt}
	if k := math.Round(h.lag); math.Abs(h.lag-k) < 1e-9*k {
		h.lag = k // Tau = 17, Dt = 0.1 are 170 steps, whatever the rounding of 0.1 says
	}
	h.x = append(make([]float64, 0, size), m.X0)
	h.dx = make([]float64, 0, size)
	return h
}

// step adds one value: x += Dt/6 (k1 + 2 k2 + 2 k3 + k4).
func (h *history) step() {
	i := len(h.x) - 1
	x, dt := h.x[i], h.Dt
	at := float64(i) - h.lag
	d0 := h.delayed(at)
	k1 := h.slope(x, d0)
	h.dx = append(h.dx, k1)
	dm, d1 := h.delayed(at+0.5), h.delayed(at+1)
	k2 := h.slope(x+0.5*dt*k1, dm)
	k3 := h.slope(x+0.5*dt*k2, dm)
	k4 := h.slope(x+dt*k3, d1)
	h.x = append(h.x, x+dt/6*(k1+2*k2+2*k3+k4))
}

// delayed returns x at a time in steps, at most that of the last value with a slope, or of a value.
func (h *history) delayed(at float64) float64 {
	if at <= 0 {
		return h.X0
	}
	i := int(at)
	u := at - float64(i)
	if u == 0 {
		return h.x[i]
	}
	return hermite(h.x[i], h.x[i+1], h.Dt*h.dx[i], h.Dt*h.dx[i+1], u)
}

// hermite returns the cubic with values a, b and slopes da, db at u = 0 and 1.
func hermite(a, b, da, db, u float64) float64 {
	v := 1 - u
	return (1+2*u)*v*v*a + u*v*v*da + u*u*(3-2*u)*b - u*u*v*db
}

func (m MackeyGlass) check(n int) error {
	if err := checkParameters(m.Beta, m.Gamma, m.N, m.Tau, m.X0, m.Dt); err != nil {
		return err
	}
	if m.Every < 1 || m.Discard < 0 || n < 1 || n > maxSteps || m.Discard > maxSteps ||
		m.Every > maxSteps/(m.Discard+n) {
		return fail(ErrOption, "%d numbers of %d steps after %d", n, m.Every, m.Discard)
	}
	if !(m.Dt > 0) || m.Tau < m.Dt || m.X0 < 0 {
		return fail(ErrOption, "delay %v, step %v, past %v, expected delay >= step > 0, past >= 0", m.Tau, m.Dt, m.X0)
	}
	return nil
}
