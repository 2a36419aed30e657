package datasets

// flow is an autonomous differential equation of three variables.
type flow func(p [3]float64) (slope [3]float64)

// step returns the point dt later, by the classical method of Runge and Kutta, of fourth order.
func (f flow) step(p [3]float64, dt float64) [3]float64 {
	moved := func(k [3]float64, by float64) [3]float64 {
		return [3]float64{p[0] + by*k[0], p[1] + by*k[1], p[2] + by*k[2]}
	}
	k1 := f(p)
	k2 := f(moved(k1, dt/2))
	k3 := f(moved(k2, dt/2))
	k4 := f(moved(k3, dt))
	for i := range p {
		p[i] += dt / 6 * (k1[i] + 2*k2[i] + 2*k3[i] + k4[i])
	}
	return p
}

// series returns n points dt apart, [n 3], of which start is the first.
func (f flow) series(n int, start [3]float64, dt float64) (*Series, error) {
	if err := checkSteps(n); err != nil {
		return nil, err
	}
	if err := checkParameters(start[0], start[1], start[2], dt); err != nil {
		return nil, err
	}
	if dt <= 0 {
		return nil, fail(ErrOption, "step of %v, expected more than 0", dt)
	}
	s := &Series{Values: make([]float64, 0, 3*n), Channels: 3}
	for p, t := start, 0; t < n; p, t = f.step(p, dt), t+1 {
		s.Values = append(s.Values, p[:]...)
	}
	return s, finite(s.Values)
}

// Lorenz is the system
//
//	dx/dt = Sigma (y - x)
//	dy/dt = x (Rho - z) - y
//	dz/dt = x y - Beta z
//
// Source: Lorenz, "Deterministic nonperiodic flow", J. Atmos. Sci. 20, 1963,
// doi:10.1175/1520-0469(1963)020<0130:DNF>2.0.CO;2, eq. 25-27. NewLorenz has its parameters.
type Lorenz struct {
	Sigma, Rho, Beta float64    // 10, 28, 8/3
	Start            [3]float64 // x, y, z of the first step; 0, 1, 0
	Dt               float64    // time from one step to the next, > 0; 0.01
}

// NewLorenz returns the system with the default of every field.
func NewLorenz() Lorenz {
	return Lorenz{Sigma: 10, Rho: 28, Beta: 8.0 / 3, Start: [3]float64{0, 1, 0}, Dt: 0.01}
}

// Series returns n steps of x, y, z: [n 3]. The method is the classical one of Runge and Kutta.
// Errors: ErrOption, ErrNotFinite if a Dt too large makes the numbers grow without bound.
func (l Lorenz) Series(n int) (*Series, error) {
	if err := checkParameters(l.Sigma, l.Rho, l.Beta); err != nil {
		return nil, named("Lorenz", err)
	}
	f := flow(func(p [3]float64) [3]float64 {
		x, y, z := p[0], p[1], p[2]
		return [3]float64{l.Sigma * (y - x), x*(l.Rho-z) - y, x*y - l.Beta*z}
	})
	s, err := f.series(n, l.Start, l.Dt)
	return s, named("Lorenz", err)
}

// Rossler is the system
//
//	dx/dt = -y - z
//	dy/dt = x + A y
//	dz/dt = B + z (x - C)
//
// Source: Rössler, "An equation for continuous chaos", Phys. Lett. A 57, 1976,
// doi:10.1016/0375-9601(76)90101-8, eq. 2, with its parameters in NewRossler.
type Rossler struct {
	A, B, C float64    // 0.2, 0.2, 5.7
	Start   [3]float64 // x, y, z of the first step; 0, 1, 0
	Dt      float64    // time from one step to the next, > 0; 0.02
}

// NewRossler returns the system with the default of every field.
func NewRossler() Rossler {
	return Rossler{A: 0.2, B: 0.2, C: 5.7, Start: [3]float64{0, 1, 0}, Dt: 0.02}
}

// Series returns n steps of x, y, z: [n 3], as that of Lorenz does, with the same errors.
func (r Rossler) Series(n int) (*Series, error) {
	if err := checkParameters(r.A, r.B, r.C); err != nil {
		return nil, named("Rossler", err)
	}
	f := flow(func(p [3]float64) [3]float64 {
		x, y, z := p[0], p[1], p[2]
		return [3]float64{-y - z, x + r.A*y, r.B + z*(x-r.C)}
	})
	s, err := f.series(n, r.Start, r.Dt)
	return s, named("Rossler", err)
}
