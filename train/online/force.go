package online

// Force is FORCE learning: a network, chaotic at first, whose output z is fed back, and whose
// readout learns so fast that z is near its target from the first steps on (Sussillo, Abbott 2009,
// doi:10.1016/j.neuron.2009.07.018).
type Force struct {
	net     Network
	learner Learner
	e       []float64
}

// NewForce returns FORCE learning of the readout of a network by a method, usually RLS with
// Alpha 1. The tensors of net are used, not copied.
func NewForce(net Network, m Method) (*Force, error) {
	if m == nil {
		return nil, refuse(false, "the method", nil, "a Method")
	}
	f := &Force{net: net}
	if err := f.net.place(); err != nil {
		return nil, err
	}
	var err error
	if f.learner, err = m.New(f.net.n, f.net.out); err != nil {
		return nil, err
	}
	f.e = make([]float64, f.net.out)
	return f, nil
}

// Step advances the network by Dt with the input u and returns the output z [out], which the next
// step overwrites.
func (f *Force) Step(u ...float64) (z []float64, err error) {
	n := &f.net
	if err := n.checkInput(u); err != nil {
		return nil, err
	}
	n.recurrent()
	n.drive(n.Wfb, n.z)
	n.drive(n.Win, u)
	n.advance()
	return n.z, nil
}

// Learn changes the readout so that the output of the last step were nearer to target. What is fed
// back in the next step is the output as it was.
func (f *Force) Learn(target ...float64) error {
	n := &f.net
	if err := n.checkTarget(target); err != nil {
		return err
	}
	for i, t := range target {
		f.e[i] = n.z[i] - t
	}
	return f.learner.Learn(1, n.r, f.e, n.Wout.Float64s())
}

// Rates returns r [N], which the next step overwrites.
func (f *Force) Rates() []float64 { return f.net.r }

// Network returns the network; its tensors are those in use.
func (f *Force) Network() *Network { return &f.net }

// Learner returns what learns the readout.
func (f *Force) Learner() Learner { return f.learner }
