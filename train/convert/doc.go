// Package convert carries the parameters of models of other tools to ours, and back: names, the order of
// axes, and numbers where the tools store different ones.
//
//	f, err := checkpoint.ReadFile("net.safetensors") // a state_dict of PyTorch
//	m := convert.Join(
//		convert.TorchLinear("fc1", "fc1"),
//		convert.SNNTorchLeaky("lif1", "hidden", "beta"),
//		convert.TorchLinear("fc2", "fc2"),
//	)
//	f, err = m.Import(f)                             // fc1.W [in out] of fc1.weight [out in]
//	err = f.LoadInto(model, checkpoint.Rules{})
//	f, err = m.Export(f)                             // and back
//
// A [Map] is a list of entries, one for each tensor; the functions of this package return those of one
// layer. PyTorch's state_dicts are written with safetensors.torch.save_file; pickles are not read.
//
// Errors begin with "convert:", list everything that does not fit, and wrap ErrMismatch. Maps may be used
// by many goroutines.
package convert
