// Package online learns weights W sample by sample, so that x·W is near the target: recursive least
// squares, LMS and normalised LMS; and it holds the networks of FORCE learning.
//
// A [Method], such as [RLS], makes a [Learner] of its state. A [Model] joins it to weights:
//
//	m, err := online.NewModel(online.RLS{Alpha: 1}, inputs, outputs, online.Options{Bias: true})
//	for x, y := range samples {
//		e, err := m.PartialFit(x, y) // e: the errors before the step
//	}
//	before := m.Snapshot()
//	err = m.Rollback(before)
//
// [Force] learns the readout of a chaotic network whose output is fed back; [FullForce] learns the
// connections within it. Networks of the library's layers are trained by train.Online.
//
// # Conventions
//
// x is [b in] or [in], y [b out] or [out], Float32 or Float64; W is [in out], or [1+in out] with a
// bias, which is row 0. Errors are output minus target. A batch is taken in as its samples one after
// the other. With RLS{Alpha: a} and no forgetting, W is at every moment the solution of ridge
// regression with penalty |W-W0|²/a, W0 the weights at first.
//
// # Errors
//
// Errors begin with "online:" and wrap [ErrShape] or [ErrValue]. Nothing is learned then. Nothing
// here may be used by two goroutines at once.
package online
