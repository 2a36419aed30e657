package npz_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spikegraph/spikegraph/train/checkpoint"
	"github.com/spikegraph/spikegraph/train/npz"
	"gorgonia.org/tensor"
)

// Weights to an archive that np.load reads, and from it into a model.
func Example() {
	dir, err := os.MkdirTemp("", "npz")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "weights.npz")

	f := &checkpoint.File{}
	f.Add("fc.W", tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float32{1, 2, 3, 4})))
	if err := npz.WriteFile(path, f); err != nil {
		fmt.Println(err)
	}

	model := []checkpoint.Tensor{{Name: "hidden.W", Value: tensor.New(tensor.WithShape(2, 2), tensor.Of(tensor.Float32))}}
	f, err = npz.ReadFile(path)
	if err == nil {
		err = f.LoadInto(model, checkpoint.Rules{Rename: []checkpoint.Rename{{From: "fc.*", To: "hidden.*"}}})
	}
	fmt.Println(model[0].Value.Data(), err)
	// Output:
	// [1 2 3 4] <nil>
}
