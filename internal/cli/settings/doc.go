// Package settings fills the settings structs of the library from tables of a TOML file: layers,
// encoders, losses, optimizers and schedules, field by field, under the fields' own names.
//
// A field VTh is the key v_th. Fill sets the fields whose keys are there and records a fault for every
// value that does not suit its field; Fields says what may be given, for help texts. What a field takes:
//
//	layers.Param     0.9, [1, 2, 3], "xavier_normal", or { init = "normal", std = 0.1, train = true }
//	graph.Surrogate  "arctan", or { type = "arctan", alpha = 2 }
//	optim.Schedule   1e-3, or { type = "cosine_annealing_lr", lr = 1e-3, t_max = 10 }
//	layers.Padding   "same", "valid", cells on both sides, or { low = [0, 1], high = [1, 0] }
//
// Enumerations go by the names of their constants; structs within structs are tables. Fields of
// functions, nodes and types of numbers cannot be given in a file, and are no keys.
package settings
