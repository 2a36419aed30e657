// Package model makes of a TOML file what a Go program would write: a network, its data, and the
// trainer of both.
//
// Read reads a file and returns a Model with every fault of the file that can be told without data;
// Open opens the data, finds the sizes that the file leaves out from the shape of a sample, and returns
// the Trainer, a *train.BPTT. Layers are placed in the order of the file under their names, with the
// settings of package layers, so that the parameters, their names and their initial values are those of
// a Go program with the same layers and seed.
//
// A layer that leaves out its number of inputs (in, channels, inputs), or a layer of neurons its number
// of them (n, shape), takes it from what comes before.
package model
