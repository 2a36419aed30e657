package datasets

import (
	"math"
	"math/bits"

	"gorgonia.org/tensor"
)

// Spikes are samples of spike trains, one bit per channel and step, with a class each. As a Source
// they give 0 and 1, and samples of shape [T C]; with the layout TimeFirst a batch is [T B C]. Not
// to be changed while batches are drawn.
type Spikes struct {
	Bits     []uint64 // [N T W], W = ceil(C/64): channel c is bit c mod 64 of word c/64; unused bits are 0
	Labels   []int32  // [N], each in [0, Classes)
	Steps    int      // T
	Channels int      // C
	Classes  int
}

// NewSpikes returns n silent samples of class 0. It returns ErrOption for a size below 1, or one
// whose bits could not be addressed.
func NewSpikes(n, steps, channels, classes int) (*Spikes, error) {
	s := &Spikes{Steps: steps, Channels: channels, Classes: classes}
	if n < 1 || steps < 1 || channels < 1 || classes < 1 {
		return nil, named("Spikes", fail(ErrOption,
			"%d samples, %d steps, %d channels, %d classes, expected at least 1 of each",
			n, steps, channels, classes))
	}
	if n > math.MaxInt32/steps || n*steps > math.MaxInt/8/s.words() {
		return nil, named("Spikes", fail(ErrOption, "%d samples of %d steps of %d channels are too many",
			n, steps, channels))
	}
	s.Bits = make([]uint64, n*steps*s.words())
	s.Labels = make([]int32, n)
	return s, nil
}

// words returns the number of words of one step of one sample.
func (s *Spikes) words() int { return (s.Channels-1)/64 + 1 }

// step returns the words of sample i at step t.
func (s *Spikes) step(i, t int) []uint64 {
	w := s.words()
	at := (i*s.Steps + t) * w
	return s.Bits[at : at+w]
}

// At returns whether channel c of sample i fires at step t.
func (s *Spikes) At(i, t, c int) bool { return s.step(i, t)[c/64]>>(c%64)&1 == 1 }

// Set makes channel c of sample i fire at step t.
func (s *Spikes) Set(i, t, c int) { s.step(i, t)[c/64] |= 1 << (c % 64) }

// Density returns the fraction of channels and steps that are spikes, over all samples.
func (s *Spikes) Density() float64 {
	n := 0
	for _, w := range s.Bits {
		n += bits.OnesCount64(w)
	}
	return float64(n) / float64(s.Len()) / float64(s.Steps) / float64(s.Channels)
}

// Len returns the number of samples N.
func (s *Spikes) Len() int { return len(s.Labels) }

// SampleShape returns [T C].
func (s *Spikes) SampleShape() []int { return []int{s.Steps, s.Channels} }

// Read writes sample i as 0 and 1 to dst [T C].
func (s *Spikes) Read(dst []float32, i int) {
	clear(dst)
	for t := range s.Steps {
		row := dst[t*s.Channels : (t+1)*s.Channels]
		for k, w := range s.step(i, t) {
			for ; w != 0; w &= w - 1 {
				row[k*64+bits.TrailingZeros64(w)] = 1
			}
		}
	}
}

// Label returns the class of sample i, and true.
func (s *Spikes) Label(i int) (class int32, ok bool) { return s.Labels[i], true }

// Targets returns the labels of the samples index: int32 [B].
func (s *Spikes) Targets(index []int) *tensor.Dense { return labelTensor(s.Labels, index) }

// Check returns ErrShape if bits, labels and sizes disagree or an unused bit is set, ErrLabel for a
// label that names no class.
func (s *Spikes) Check() error { return named("Spikes", s.check()) }

func (s *Spikes) check() error {
	if s.Channels < 1 {
		return fail(ErrShape, "%d channels", s.Channels)
	}
	if err := checkVolume("spike trains", []int{s.Steps, s.words()}, s.Len(), len(s.Bits)); err != nil {
		return err
	}
	if used := s.Channels % 64; used != 0 {
		w := s.words()
		for at := w - 1; at < len(s.Bits); at += w {
			if s.Bits[at]>>used != 0 {
				return fail(ErrShape, "sample %d has a spike beyond its %d channels", at/w/s.Steps, s.Channels)
			}
		}
	}
	return checkLabels(s.Labels, s.Classes)
}
