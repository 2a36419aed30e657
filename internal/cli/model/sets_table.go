package model

import (
	"context"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/internal/cli/settings"
)

// idxFiles are the files of MNIST and of sets in its form.
const idxFiles = "train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte, " +
	"plain or with .gz"

// Sets returns all data sets.
func Sets() []SetKind {
	var all []SetKind
	for _, part := range [][]SetKind{imageSets(), sequenceSets(), eventSets(), seriesSets()} {
		all = append(all, part...)
	}
	return append(all, SetKind{
		Kind: settings.Kind{Name: "arrays", Settings: arrays{}}, FromTable: true, open: openArrays,
		What: "your own: .npz files with x [N ...], and y, labels [N] or targets [N ...]; train, valid and test name them",
	})
}

func imageSets() []SetKind {
	return []SetKind{
		{
			Kind: settings.Kind{Name: "fashion_small", Settings: plain{}},
			What: "5,000 and 1,000 images of clothes, 28 x 28, 10 classes, within the program (Fashion-MNIST, MIT licence)",
			open: func(context.Context, any, opener) (Parts, error) { return images(datasets.FashionSmall()) },
		},
		imagesSet("fashion_mnist", "60,000 and 10,000 images of clothes, 28 x 28, 10 classes (MIT licence)", datasets.OpenFashionMNIST),
		imagesSet("mnist", "60,000 and 10,000 handwritten digits, 28 x 28, 10 classes", datasets.OpenMNIST),
	}
}

func sequenceSets() []SetKind {
	return []SetKind{
		{
			Kind: settings.Kind{Name: "spike_task", Settings: synthetic{Samples: 2000, TestSamples: 500, Steps: 100, Seed: 1}},
			What: "synthetic spike trains, 700 channels, 20 classes", layout: datasets.TimeFirst, open: sweeps,
		}, {
			Kind: settings.Kind{Name: "japanese_vowels", Settings: padded{Steps: 29}}, layout: datasets.TimeFirst, open: vowels,
			What: "270 and 370 utterances of 12 coefficients, 9 speakers, within the program (CC BY 4.0)",
		},
	}
}

func eventSets() []SetKind {
	bins := binned{Steps: 100, Window: 10000}
	digits := heard{binned: bins, Cochlea: datasets.NewCochlea(), TestSpeakers: []string{"theo", "yweweler"}}
	return []SetKind{
		eventsSet("shd", "Spiking Heidelberg Digits, 700 channels, 20 classes (CC BY 4.0)",
			"shd_train.h5 and shd_test.h5, plain or with .gz", bins, twoParts(datasets.OpenSHD)),
		eventsSet("ssc", "Spiking Speech Commands, 700 channels, 35 classes (CC BY 4.0)",
			"ssc_train.h5, ssc_valid.h5 and ssc_test.h5, plain or with .gz", bins, datasets.OpenSSC),
		eventsSet("n_mnist", "MNIST before an event camera, 34 x 34 x 2, 10 classes (CC BY-SA 4.0)",
			"Train/0/*.bin ... Train/9/, Test/0/ ... Test/9/", bins, twoParts(datasets.OpenNMNIST)),
		eventsSet("dvs_gesture", "DVS128 Gesture, 128 x 128 x 2, 11 classes (CC BY 4.0)",
			"trials_to_train.txt, trials_to_test.txt, user*.aedat, user*_labels.csv", bins, twoParts(datasets.OpenDVSGesture)),
		{
			Kind: settings.Kind{Name: "spoken_digits", Settings: digits}, layout: datasets.TimeFirst, open: openDigits,
			What:  "Free Spoken Digit Dataset through a model cochlea, 10 classes (CC BY-SA 4.0)",
			Files: "DIGIT_SPEAKER_TAKE.wav; or the archive itself, .tar.gz",
		},
	}
}
