package checkpoint_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/spikegraph/spikegraph/train/checkpoint"
	"gorgonia.org/tensor"
)

// Weights are saved, and loaded into a network with other names.
func Example() {
	dir, err := os.MkdirTemp("", "checkpoint")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "net.safetensors")

	saved := &checkpoint.File{Kind: "weights", Metadata: map[string]string{"epoch": "12"}}
	saved.Add("fc1.w", tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float32{1, 2, 3, 4})))
	if err := checkpoint.WriteFile(path, saved); err != nil {
		log.Fatal(err)
	}

	f, err := checkpoint.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	w := make([]float32, 4)
	model := []checkpoint.Tensor{
		{Name: "hidden.w", Value: tensor.New(tensor.WithShape(2, 2), tensor.WithBacking(w))},
	}
	fmt.Println(f.LoadInto(model, checkpoint.Rules{}))

	err = f.LoadInto(model, checkpoint.Rules{Rename: []checkpoint.Rename{{From: "fc1.*", To: "hidden.*"}}})
	fmt.Println(err, w, "epoch", f.Metadata["epoch"])
	// Output:
	// checkpoint: file does not match the model
	// 	missing in the file: hidden.w F32 [2 2]
	// 	unexpected in the file: fc1.w F32 [2 2]
	// <nil> [1 2 3 4] epoch 12
}

// A run keeps its last two checkpoints, and the one with the lowest loss.
func ExampleSeries() {
	dir, err := os.MkdirTemp("", "checkpoint")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	run := checkpoint.Series{Dir: dir, KeepLast: 2, KeepBest: 1, BestBy: "loss"}
	for i, loss := range []string{"0.9", "0.3", "0.4", "0.6", "0.5"} {
		f := &checkpoint.File{Metadata: map[string]string{"loss": loss}}
		if _, err := run.Save(int64(100*(i+1)), f); err != nil {
			log.Fatal(err)
		}
	}
	kept, err := run.List()
	for _, c := range kept {
		fmt.Println(filepath.Base(c.Path))
	}
	fmt.Println(err)
	// Output:
	// checkpoint-200.safetensors
	// checkpoint-400.safetensors
	// checkpoint-500.safetensors
	// <nil>
}
