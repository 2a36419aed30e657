package datasets_test

import (
	"fmt"
	"os"

	"github.com/spikegraph/spikegraph/datasets"
)

// A recording of an event camera becomes frames, whose sum is the number of its events.
func ExampleReadNMNIST() {
	f, err := os.Open("testdata/nmnist/sample_nmnist.bin")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	e, err := datasets.ReadNMNIST(f, datasets.Sensor{Width: 34, Height: 34, Polarities: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	x, binned, err := e.Frames(datasets.Bins{Window: 100_000, Frames: 3}) // 100 ms each
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(e.List), "events; rejected:", e.Rejected)
	fmt.Println(x.Shape(), binned.Kept, "kept,", binned.Left, "after the last frame")
	// Output:
	// 4325 events; rejected: none
	// (3, 2, 34, 34) 4302 kept, 23 after the last frame
}

// Spoken digits through a model cochlea, with a voice held out for the test.
func ExampleHearDigits() {
	all, err := datasets.SpokenDigits("testdata/digits")
	if err != nil {
		fmt.Println(err)
		return
	}
	train, test, err := datasets.SplitSpeakers(all, "theo")
	if err != nil {
		fmt.Println(err)
		return
	}
	set, err := datasets.HearDigits(train, datasets.NewCochlea())
	if err != nil {
		fmt.Println(err)
		return
	}
	spikes, _, err := set.Spikes(datasets.Bins{Window: 10_000, Frames: 60}) // 60 steps of 10 ms
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(train), len(test), spikes.SampleShape(), spikes.Labels)
	// Output: 6 3 [60 64] [0 0 1 1 7 7]
}

// The series on which reservoirs are compared, scaled, with its next value as the target.
func ExampleMackeyGlass() {
	s, err := datasets.NewMackeyGlass().Series(2000)
	if err != nil {
		fmt.Println(err)
		return
	}
	if s, err = s.Rescaled(-1, 1); err != nil {
		fmt.Println(err)
		return
	}
	task, err := s.Ahead(1)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(task.In.Len(), task.In.Tensor().Shape(), task.In.At(1)[0] == task.Out.At(0)[0])
	// Output: 1999 (1999, 1, 1) true
}
