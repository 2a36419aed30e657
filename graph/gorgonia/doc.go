// Package gorgonia translates between graphs of this module and expression graphs of
// gorgonia.org/gorgonia.
//
// It serves two purposes. Gorgonia is a second executor with a symbolic differentiation of its own,
// written by other people: what it agrees with is probably right. Compile and Gradients run a graph
// there, and the tests of this package compare every op's samples and whole spiking networks with
// our executor and with package autodiff. And it is a bridge for programs that have Gorgonia code:
// Lower puts a graph of ours into one of theirs, Embed makes one of their nodes out of a program
// of ours, Import takes over nodes of theirs.
//
//	exe, err := gorgonia.Compile(y)               // values, as prog.Run gives them
//	back, err := gorgonia.Gradients(loss, w, b)   // gradients, by Gorgonia's own rules
//	ys, params, err := gorgonia.Lower(xs, y)      // our graph as their nodes, differentiable there
//	y, err := gorgonia.Embed(store, f, xs...)     // our program as their node
//	ys, err := gorgonia.Import(g, nil, theirs)    // their nodes as ours
//
// # What is lowered to what
//
// Elementwise ops, comparisons (as 0 and 1), sums, maxima and matrix products, batched too, are
// Gorgonia's own ops. Others are composed of them: reductions by a product or by LogSumExp, running
// sums (a product with a triangle of ones), ArgMax, OneHot, Gather and ScatterAdd (products with a
// matrix of marks, since positions are data). Ops that only move elements, a choice by condition,
// and functions such as Erf that nothing composes to, are ops that this package adds to Gorgonia.
// A spike's derivative is its surrogate and a Custom's its rule, which are traced and lowered in
// turn. Loops are unrolled; of branches both sides are computed and one is kept.
//
// Ops without a counterpart are named by an *Unsupported, all of them at once: random ops, While,
// factorizations of matrices, any op on an empty tensor, and the gradient of a Custom whose rule
// contains a loop or a branch.
//
// # Where numbers may differ
//
// A lowered graph has one float type, Float64 if any node has it: Cast between float types rounds
// nothing, and whole numbers and Bools are floats, exact to 2⁵³ (2²⁴ if the type is Float32), which
// do not wrap around. A position outside of its axis gives zeros where our executor reports an
// error. Of equal largest elements each gets the whole gradient, where ours shares it. Where a <= 0
// the gradient of a^b to b is NaN, where ours is zero. Softplus and Sigmoid are taken for their
// limits where they are within 1e-6 of them. Both branches of a Cond get gradients, the one not
// taken zero, of which its derivative may make NaN.
//
// # Cost
//
// Use it for checks, not for training: a network of 784-1000-10 neurons, 25 steps, batch 128, took
// Gorgonia 500 ms, 193 MB and 26,000 allocations a batch, against 31 ms on one core for a planned
// step, and the time to compile grows with the square of the number of steps (1.6 s at 400).
// Gorgonia tells nodes apart by 32 bits of hash, so that of 10⁵ nodes some pair may be taken for
// one another.
//
// Programs that import this package need, as all users of Gorgonia on a recent Go, the version of
// go4.org/unsafe/assume-no-moving-gc that go.mod of this module asks for.
package gorgonia

// Gorgonia's own dependencies need the guard to be linked in its current version.
import _ "go4.org/unsafe/assume-no-moving-gc"
