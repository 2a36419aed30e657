package datasets_test

import (
	"context"
	"fmt"

	"github.com/spikegraph/spikegraph/datasets"
)

func Example() {
	train, test, err := datasets.FashionSmall()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(train.Len(), test.Len(), train.Classes[9])

	opt := datasets.BatchOptions{Size: 128, Shuffle: true, Seed: 1, Prefetch: 1}
	for opt.Epoch = range 2 {
		for b, err := range datasets.Batches(context.Background(), train, opt) {
			if err != nil {
				fmt.Println(err)
				return
			}
			if b.Number%39 == 0 {
				fmt.Println("epoch", opt.Epoch, "batch", b.Number, b.X.Shape(), b.Y.Shape())
			}
		}
	}
	// Output:
	// 5000 1000 Ankle boot
	// epoch 0 batch 0 (128, 784) (128)
	// epoch 0 batch 39 (8, 784) (8)
	// epoch 1 batch 0 (128, 784) (128)
	// epoch 1 batch 39 (8, 784) (8)
}

func ExampleLatency() {
	x := &datasets.Samples{X: []float32{0, 0.5, 1}, Shape: []int{3}}
	opt := datasets.BatchOptions{Size: 1, Encode: datasets.Latency{Period: 5}}
	for b, err := range datasets.Batches(context.Background(), x, opt) {
		if err != nil {
			fmt.Println(err)
			return
		}
		z := b.X.Float32s() // [5 1 3]
		for t := range 5 {
			fmt.Println(z[3*t : 3*t+3])
		}
	}
	// Output:
	// [0 0 1]
	// [0 0 0]
	// [0 1 0]
	// [0 0 0]
	// [1 0 0]
}

func ExampleSplit() {
	task, err := datasets.SpikeTask(200, 100, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	train, valid, err := datasets.Split(task, 0.9, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(train.Len(), valid.Len(), train.SampleShape())
	// Output: 180 20 [100 700]
}
