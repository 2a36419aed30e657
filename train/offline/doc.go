// Package offline fits weights W to samples so that X·W is near Y: least squares, ridge, lasso,
// elastic net, polynomial and logistic regression.
//
// A [Method] is a plain struct, such as [Ridge]. [Fit] applies it to samples that are there; its
// [Fitter] takes them piece by piece:
//
//	model, err := offline.Fit(offline.Ridge{Alpha: 1e-6}, x, y, offline.Options{Bias: true})
//	prediction, err := model.Predict(x)
//
//	f, err := offline.Ridge{Alpha: 1e-6}.New(offline.Options{Bias: true})
//	for x, y := range trials { // sequences of any lengths
//		err = f.Add(x, y, nil)
//	}
//	model, err = f.Fit()
//
// Everything but [Logistic] and leave-one-out keeps sums X'X and X'Y alone: the memory does not grow
// with the number of samples. [Moments] are these sums, with which a whole path of penalties costs
// one factorisation.
//
// # Conventions
//
// X is [... p] and Y [... q], Float32 or Float64, with the same leading axes, all of which count
// samples: [T B p] is T·B samples of p features. W is [p q], or [1+p q] with Options.Bias, row 0
// being the bias. Sums are kept in float64. Squares are summed, not averaged: a penalty has the
// weight that BrainPy gives it, and n times less than in scikit-learn's Lasso. Results have the same
// bits for any number of workers, and however the samples are cut into pieces.
//
// # Errors
//
// Errors begin with "offline:" and wrap [ErrShape], [ErrValue] or [ErrEmpty]. What a caller should
// know but need not act on, such as a matrix too near to a singular one for the fast way, is in
// Model.Warnings.
package offline
