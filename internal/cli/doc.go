// Package cli is the command spikegraph: it trains, evaluates and looks at networks that a TOML file
// describes. Run is the program: it takes the arguments and the streams, and returns the exit code.
//
// Results go to the standard output, as text or, with --json, as JSON, one object a line; progress,
// warnings and errors go to the standard error. Nothing is written to a file or a directory that neither
// the command line nor the TOML file names.
//
// The files of settings are read by package config, and become models in package model.
package cli
