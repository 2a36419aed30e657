// Package losses turns predictions and targets into one scalar node to be minimised, and holds the
// penalties that are added to it.
//
//	loss := losses.CrossEntropy(logits, labels, losses.CEOptions{})            // of a readout [B C]
//	loss = losses.RateCrossEntropy(spikes, labels, losses.CEOptions{})         // of spikes [T B C]
//	loss = loss.Add(losses.SpikeRateBounds(hidden, losses.RateBounds{Upper: 0.1, UpperWeight: 1}))
//
// Classification: [CrossEntropy] and its kin, [NLL], [SigmoidBinaryCrossEntropy] and its kin,
// [Hinge], [MulticlassHinge], [MultiMargin], [CTC]. Regression: [L1], [L2], [Huber], [LogCoshLoss],
// [MeanSquaredError] and its kin. Spike trains [T B …]: [RateCrossEntropy], [CountCrossEntropy],
// [LastCrossEntropy], [MaxCrossEntropy], [MeanCrossEntropy], [RateMSE], [VanRossum]. Penalties:
// [L2Norm], [MeanAbsolute], [MeanSquare], [SpikeRateBounds], [SpikeL1], [SpikeL2].
//
// # Conventions
//
// Classes are the last axis, time the first. Class ids are Int32 and have the shape of the
// predictions without the classes; probabilities have their shape and type. A class id outside
// [0, C) is an error when the program runs, which says where it stands. Everything else is a fault
// of the graph, named after the loss: shapes and types that do not fit (graph.ErrShape,
// graph.ErrDType), settings out of their domain (graph.ErrValue), an empty batch (graph.ErrShape).
// An invalid node gives an invalid loss and no further fault.
//
// A loss that has a [Reduction] returns a scalar for Mean and Sum. Predictions and targets that are
// lists of nodes go through [Tree], which adds the losses of the leaves.
//
// Graphs are built by one goroutine.
package losses
