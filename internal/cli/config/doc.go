// Package config reads settings from TOML and refuses what it does not understand.
//
// Parse returns a File, its Root the top Table. Each key is asked for by name and type; a key that is
// missing gives the default. Faults are collected, each with its line, key, value and what was
// expected, and File.Err returns all of them at the end, with one for every key that nobody asked for:
//
//	f := config.Parse("net.toml", text)
//	epochs := f.Root.Int("epochs", 1)
//	if err := f.Err(); err != nil { ... } // net.toml:3: epoch: there is no such key; there are: epochs
//
// Keys are compared without regard to case and underscores: v_th, VTh and vth are one key, and giving
// two of them is a fault. A File is for one goroutine.
package config
