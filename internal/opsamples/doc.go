// Package opsamples holds applications of every op of package graph to small inputs, for tests:
// of values, of derivatives, of other executors.
//
// A Sample builds its node from inputs of stated types, and brings values for them that are the same
// in every run and keep away from kinks and ties, so that finite differences mean something:
//
//	for _, s := range opsamples.Samples() {
//		g := graph.New()
//		y := s.Build(g, s.Place(g))
//		p, err := g.Compile(y)
//		...
//		res, err := p.Run(s.Tensors()...)
//	}
//
// Floats are Float64; In gives the same sample with another float type. A test of package graph
// fails for an op that has no sample here.
package opsamples
