package model

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/internal/cli/config"
	"github.com/spikegraph/spikegraph/internal/cli/settings"
)

// Parts are the parts of a data set; Valid is nil where the set has none.
type Parts struct{ Train, Valid, Test datasets.Source }

// SetKind is a data set that a file, or the command line, can name.
type SetKind struct {
	settings.Kind
	What    string          // in a few words
	Files   string          // what a directory of it holds; "" if the set needs none
	Fetched bool            // whether it can be downloaded
	layout  datasets.Layout // of batches, if the file does not say
	open    func(ctx context.Context, p any, o opener) (Parts, error)
	// FromTable says that its files are named in the TOML file.
	FromTable bool
}

// opener is where a set comes from.
type opener struct {
	Dir, Cache string
	Bar        io.Writer
	mirrors    []string // nil: the public ones
}

// synthetic are the settings of the task of sweeping bumps.
type synthetic struct {
	Samples, TestSamples int
	Steps                int
	Seed                 uint64
}

// binned are the settings of recordings of events.
type binned struct {
	Steps  int // T
	Window int // µs of a step
	Count  int // in place of Window: events of a step
	Frames bool
}

// padded are the settings of sequences of different lengths.
type padded struct{ Steps int }

// Sets returns all data sets.
func Sets() []SetKind {
	idx := "train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte, plain or with .gz"
	bins := binned{Steps: 100, Window: 10000}
	return []SetKind{
		{settings.Kind{Name: "fashion_small", Settings: plain{}}, "5,000 and 1,000 images of clothes, 28 x 28, 10 classes, within the program (Fashion-MNIST, MIT licence)",
			"", false, datasets.Flat, func(context.Context, any, opener) (Parts, error) { return images(datasets.FashionSmall()) }, false},
		{settings.Kind{Name: "fashion_mnist", Settings: plain{}}, "60,000 and 10,000 images of clothes, 28 x 28, 10 classes (MIT licence)",
			idx, true, datasets.Flat, published(datasets.OpenFashionMNIST), false},
		{settings.Kind{Name: "mnist", Settings: plain{}}, "60,000 and 10,000 handwritten digits, 28 x 28, 10 classes",
			idx, true, datasets.Flat, published(datasets.OpenMNIST), false},
		{settings.Kind{Name: "spike_task", Settings: synthetic{Samples: 2000, TestSamples: 500, Steps: 100, Seed: 1}}, "synthetic spike trains, 700 channels, 20 classes",
			"", false, datasets.TimeFirst, sweeps, false},
		{settings.Kind{Name: "japanese_vowels", Settings: padded{Steps: 29}}, "270 and 370 utterances of 12 coefficients, 9 speakers, within the program (CC BY 4.0)",
			"", false, datasets.TimeFirst, vowels, false},
		{settings.Kind{Name: "shd", Settings: bins}, "Spiking Heidelberg Digits, 700 channels, 20 classes (CC BY 4.0)",
			"shd_train.h5 and shd_test.h5, plain or with .gz", false, datasets.TimeFirst, events(datasets.SHD), false},
		{settings.Kind{Name: "ssc", Settings: bins}, "Spiking Speech Commands, 700 channels, 35 classes (CC BY 4.0)",
			"ssc_train.h5, ssc_valid.h5 and ssc_test.h5, plain or with .gz", false, datasets.TimeFirst, commands, false},
		{settings.Kind{Name: "n_mnist", Settings: bins}, "MNIST before an event camera, 34 x 34 x 2, 10 classes (CC BY-SA 4.0)",
			"Train/0/*.bin ... Train/9/, Test/0/ ... Test/9/", false, datasets.TimeFirst, events(datasets.NMNIST), false},
		{settings.Kind{Name: "dvs_gesture", Settings: bins}, "DVS128 Gesture, 128 x 128 x 2, 11 classes (CC BY 4.0)",
			"trials_to_train.txt, trials_to_test.txt, user*.aedat, user*_labels.csv", false, datasets.TimeFirst, events(datasets.DVSGesture), false},
		{settings.Kind{Name: "arrays", Settings: arrays{}}, "your own: .npz files with x [N ...], and y, labels [N] or targets [N ...]; train, valid and test name them",
			"", false, datasets.Flat, openArrays, true},
	}
}

// images returns the parts of a set of images.
func images(train, test *datasets.Images, err error) (Parts, error) {
	if err != nil {
		return Parts{}, err
	}
	return Parts{Train: train, Test: test}, nil
}

// published opens a set that can be downloaded.
func published(open func(context.Context, datasets.OpenOptions) (train, test *datasets.Images, err error)) func(context.Context, any, opener) (Parts, error) {
	return func(ctx context.Context, _ any, o opener) (Parts, error) {
		return images(open(ctx, datasets.OpenOptions{Dir: o.Dir, Cache: o.Cache, Bar: o.Bar, Mirrors: o.mirrors}))
	}
}

func sweeps(_ context.Context, p any, _ opener) (Parts, error) {
	s := p.(synthetic)
	train, err := datasets.SpikeTask(s.Samples, s.Steps, s.Seed)
	if err != nil {
		return Parts{}, err
	}
	test, err := datasets.SpikeTask(s.TestSamples, s.Steps, s.Seed+1)
	if err != nil {
		return Parts{}, err
	}
	return Parts{Train: train, Test: test}, nil
}

func vowels(_ context.Context, p any, o opener) (Parts, error) {
	train, test, err := datasets.JapaneseVowels()
	if o.Dir != "" {
		train, test, err = datasets.JapaneseVowelsIn(o.Dir)
	}
	if err != nil {
		return Parts{}, err
	}
	steps := p.(padded).Steps
	first, _, err := train.Padded(steps)
	if err != nil {
		return Parts{}, err
	}
	second, _, err := test.Padded(steps)
	if err != nil {
		return Parts{}, err
	}
	return Parts{Train: first, Test: second}, nil
}

// events opens a set of recordings of two parts.
func events(open func(dir string) (train, test *datasets.EventSet, err error)) func(context.Context, any, opener) (Parts, error) {
	return func(_ context.Context, p any, o opener) (Parts, error) {
		train, test, err := open(o.Dir)
		if err != nil {
			return Parts{}, err
		}
		return p.(binned).parts(train, nil, test)
	}
}

func commands(_ context.Context, p any, o opener) (Parts, error) {
	train, valid, test, err := datasets.SSC(o.Dir)
	if err != nil {
		return Parts{}, err
	}
	return p.(binned).parts(train, valid, test)
}

// parts reads recordings as steps.
func (b binned) parts(train, valid, test *datasets.EventSet) (p Parts, err error) {
	for _, part := range []struct {
		set *datasets.EventSet
		to  *datasets.Source
	}{{train, &p.Train}, {valid, &p.Valid}, {test, &p.Test}} {
		if part.set == nil {
			continue
		}
		if *part.to, err = b.source(part.set); err != nil {
			return Parts{}, err
		}
	}
	return p, nil
}

// source reads a set and closes its files.
func (b binned) source(set *datasets.EventSet) (src datasets.Source, err error) {
	defer func() { err = errors.Join(err, set.Close()) }()
	bins := datasets.Bins{Window: int64(b.Window), Count: b.Count, Frames: b.Steps}
	if b.Count > 0 {
		bins.Window = 0
	}
	if b.Frames {
		frames, _, err := set.Frames(bins)
		return frames, err
	}
	spikes, _, err := set.Spikes(bins)
	return spikes, err
}

// place reads where a set comes from, and checks that it says what the set needs.
func (k SetKind) place(t *config.Table) opener {
	o := opener{Dir: t.String("dir", "")}
	if k.Fetched {
		o.Cache = t.String("cache", "")
	}
	switch {
	case k.FromTable && !t.Has("train"):
		t.Fault("", "the set %s: want train, a .npz file", k.Name)
	case k.Fetched && (o.Dir == "") == (o.Cache == ""):
		t.Fault("", "the set %s: want dir, a directory with its files, or cache, a directory to download them to", k.Name)
	case k.Files != "" && !k.Fetched && o.Dir == "":
		t.Fault("", "the set %s: want dir, a directory with %s", k.Name, k.Files)
	case k.Files == "" && o.Dir != "" && k.Name != "japanese_vowels":
		t.Fault("dir", "%q: the set %s needs no directory", o.Dir, k.Name)
	}
	return o
}

// FindSet returns the set of a name.
func FindSet(name string) (SetKind, error) {
	var names []string
	for _, k := range Sets() {
		if k.Name == name {
			return k, nil
		}
		names = append(names, k.Name)
	}
	return SetKind{}, fmt.Errorf("there is no data set %q; there are %q", name, names)
}

// Verify compares the files of a set that has been downloaded to cache with their published SHA-256.
func (k SetKind) Verify(ctx context.Context, cache string) (Parts, error) {
	if _, err := os.Stat(cache); err != nil { // else it would be made
		return Parts{}, err
	}
	p, err := k.open(ctx, k.Settings, opener{Cache: cache, mirrors: []string{}})
	if errors.Is(err, datasets.ErrNetwork) {
		return Parts{}, fmt.Errorf("%s: a file is missing or damaged: %w", cache, err)
	}
	return p, err
}

// Open opens the set with its defaults. bar is where downloads are shown, if it is a terminal.
func (k SetKind) Open(ctx context.Context, dir, cache string, bar io.Writer) (Parts, error) {
	return k.open(ctx, k.Settings, opener{Dir: dir, Cache: cache, Bar: bar})
}
