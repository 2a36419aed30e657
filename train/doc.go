// Package train fits networks to data.
//
// BPTT trains a network, given as a Go function of one time step, by back-propagation through time.
// It takes the step, a loss, an optimizer and Data, and has three methods: Fit, which returns a
// History, Evaluate, which returns Scores, and Predict.
//
//	trainer := &train.BPTT[State]{
//		Net:       net, // func(g *graph.Graph, training bool) train.Step[State]
//		Loss:      loss,
//		Optimizer: optim.NewAdam(1e-3),
//		Steps:     25,
//	}
//	history, err := trainer.Fit(ctx, train.FromSource(images, batches), train.FitOptions{
//		Epochs:     10,
//		Validation: train.FromSource(held, batches),
//		Monitor:    train.Monitor{Metric: "accuracy", Higher: true, Patience: 3},
//		Checkpoint: train.Checkpoint{Dir: "run", Resume: true},
//		Progress:   os.Stderr,
//	})
//
// A step of training is one program: forward pass, loss, gradients, clipping, the optimizer's update
// and metrics. It is compiled once for each shape of batch, and does not allocate after.
//
// A network with layers that must see all steps at once, such as a batch norm over time, is given as
// an OverTime in place of a Step. Norms whose statistics are of each step stand in a Step.
//
// With InTime the gradient is computed forward in time by eligibility traces, e-prop or OTTT, over the
// same step, in memory that does not grow with the number of steps.
//
// FitOptions tell of the end (epochs, updates, early stopping), of validation, hooks, checkpoints
// and progress. A run that is interrupted, by the context or by force, and resumed from its
// checkpoint equals one that was not, bit for bit: data are asked for by the number of the epoch,
// and all other randomness follows from the store's seed and clock, which the checkpoint holds.
//
// # Conventions
//
// Sequences are [T B ...], time first; outputs are [T B ...]. Epochs and batches count from 0,
// updates from 1. What is measured are means over samples. Firing rates are spikes for each neuron
// and step: the mean of what a layer marks with graph.Node.Mark in the step, under its scope. Marks
// in loops within a step are not read; in an OverTime those in its loops are.
//
// # Errors
//
// Errors begin with "train:" and name epoch, batch and update. Settings out of their domain wrap
// ErrSettings, all of them in one error; data that do not fit wrap the errors of package datasets,
// faults of the model those of package graph. A loss or gradient that is not finite ends Fit before
// the parameters are touched and wraps graph.ErrNonFinite; the error names the first such value,
// its layer and op, and for gradients the parameter. The package prints only to the writer and the
// logger it is given.
//
// Offline and Online fit readouts, those named in Runner.Readouts or all that are found: by ridge
// regression and its kin (package train/offline), or step by step, as FORCE does (package
// train/online). BrainPy's RidgeTrainer is Offline with Method offline.Ridge{Alpha: a}, its
// ForceTrainer Online with Method online.RLS{Alpha: a}; without a Method they have its alphas, 1e-7 and 1.
package train
