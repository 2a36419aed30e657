// Package datasets gives training what it learns from: it reads files and makes synthetic tasks,
// and turns either into batches.
//
// A Source is a set of samples in memory: Images (MNIST, FashionMNIST, FashionSmall, which is
// within the package), Samples (arrays of the caller), Spikes (SpikeTask), or a View of another
// (Split, OfClasses, PerClass, Select). Batches draws from it:
//
//	train, test, err := datasets.OpenFashionMNIST(ctx, datasets.OpenOptions{Bar: os.Stderr})
//	...
//	opt := datasets.BatchOptions{Size: 128, Shuffle: true, Seed: 1, Prefetch: 1}
//	for opt.Epoch = range 10 {
//		for b, err := range datasets.Batches(ctx, train, opt) {
//			... // b.X float32 [128 784], b.Y int32 [128]
//		}
//	}
//
// An Encoder in BatchOptions.Encode makes spikes over time of values: Constant, StepCurrent, Poisson,
// Latency, Charging, WeightedPhase, Population, Delta.
//
// Recordings of event cameras and model cochleas are an EventSet: NMNIST, DVSGesture, SHD, SSC, and
// HearDigits of the sounds that SpokenDigits reads. Augment transforms recordings at random; Spikes
// and Frames bin them and make a Source of them, CachedSpikes keeps the result. What a reader leaves
// out, it counts: Rejected. OpenNMNIST, OpenSHD and OpenSSC download what the cache lacks, and verify it
// by the MD5 that is known of the archives: that is no guard against malice. DVS Gesture is given to
// browsers alone; OpenDVSGesture verifies and unpacks its archive. Cochlea.Levels gives the loudness of a
// sound by channel, in place of spikes.
//
// A Series is a sequence of float64 vectors, for reservoirs and forecasts: MackeyGlass, Lorenz,
// Rossler, Henon, Oscillators, SantaFeLaser. NARMA, MemoryTask and ParityTask make a Task, which is
// an input and a target; JapaneseVowels, which is within the package, has classes.
//
// Conventions. Times of events are in µs, sound in Hz and ms. Shapes stand in brackets: N samples, B samples of a batch, T steps, C channels, H
// and W pixels, F elements of a sample; arrays are row-major, an encoder's output has time first,
// [T B F]. Pixels are scaled to [0, 1]. Times of encoders are in steps, since a sample has no dt.
// Tensors are *tensor.Dense of gorgonia.org/tensor.
//
// Random numbers follow from a seed: same seed, same bits, with and without prefetching. Epochs,
// splits, encoders and generators draw from unrelated streams of it.
//
// Errors begin with "datasets:"; the kinds of them are the Err variables. Sources may be read by
// many goroutines as long as no one changes them.
package datasets
