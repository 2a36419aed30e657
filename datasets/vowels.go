package datasets

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
)

//go:embed vowels/*.gz
var vowelFiles embed.FS

// The numbers of Japanese Vowels.
const (
	vowelChannels = 12
	vowelSpeakers = 9
)

// vowelCounts are the utterances of each speaker, in the order of the files.
var (
	vowelTrain = []int{30, 30, 30, 30, 30, 30, 30, 30, 30}
	vowelTest  = []int{31, 35, 88, 44, 29, 24, 40, 50, 29}
)

// Utterances are series of different lengths, with a class each.
type Utterances struct {
	Series  []*Series // [N], each [T C] with a T of its own
	Labels  []int32   // [N], each in [0, Classes)
	Classes int
}

// JapaneseVowels returns Japanese Vowels, which is within this package: nine men say the vowels /ae/
// (270 times for training, 370 for test); an utterance is 7 to 29 frames of 12 cepstrum
// coefficients, [T 12], and its class is the speaker, 0 to 8. It is read anew on every call, so the
// caller owns the result. Source: Kudo, Toyama, Shimbo, "Multidimensional curve classification using
// passing-through regions", Pattern Recognit. Lett. 20, 1999, doi:10.1016/S0167-8655(99)00077-X;
// UCI Machine Learning Repository, CC BY 4.0: vowels/README.md. Errors are those of a damaged
// program file.
func JapaneseVowels() (train, test *Utterances, err error) {
	files, err := fs.Sub(vowelFiles, "vowels")
	if err != nil {
		return nil, nil, named("JapaneseVowels", err)
	}
	train, test, err = vowelsIn(files)
	return train, test, named("JapaneseVowels", err)
}

// JapaneseVowelsIn reads the set from a directory with ae.train and ae.test, plain or with .gz.
// Errors: fs.ErrNotExist, those of ReadUtterances, ErrShape for another number of utterances than
// the published one.
func JapaneseVowelsIn(dir string) (train, test *Utterances, err error) {
	train, test, err = vowelsIn(os.DirFS(dir))
	return train, test, named("Japanese Vowels in "+dir, err)
}

func vowelsIn(files fs.FS) (train, test *Utterances, err error) {
	if train, err = vowelPart(files, "ae.train", vowelTrain); err != nil {
		return nil, nil, err
	}
	if test, err = vowelPart(files, "ae.test", vowelTest); err != nil {
		return nil, nil, err
	}
	return train, test, nil
}

// vowelPart reads a file with counts[c] utterances of class c.
func vowelPart(files fs.FS, name string, counts []int) (*Utterances, error) {
	f, err := files.Open(name + ".gz")
	if errors.Is(err, fs.ErrNotExist) {
		f, err = files.Open(name)
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	body, err := unpacked(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	series, err := readUtterances(body, vowelChannels)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	u := &Utterances{Series: series, Classes: vowelSpeakers}
	for c, n := range counts {
		u.Labels = append(u.Labels, slices.Repeat([]int32{int32(c)}, n)...)
	}
	if len(u.Labels) != len(series) {
		return nil, fail(ErrShape, "%s: %d utterances, expected %d", name, len(series), len(u.Labels))
	}
	return u, nil
}

// ReadUtterances reads the text format of Japanese Vowels to the end of r: a frame a line, of the
// given number of channels; a line of ones ends an utterance, and after the last one there may be
// none. It returns them in order, [T C] each. Errors: those of ReadSeries, ErrFormat for an
// utterance without frames.
func ReadUtterances(r io.Reader, channels int) ([]*Series, error) {
	u, err := readUtterances(r, channels)
	return u, named("utterances", err)
}

func readUtterances(r io.Reader, channels int) (all []*Series, err error) {
	s, err := readSeries(r, channels)
	if err != nil {
		return nil, err
	}
	from := 0
	for t := range s.Len() + 1 {
		if t < s.Len() && slices.ContainsFunc(s.At(t), func(v float64) bool { return v != 1 }) {
			continue
		}
		if t == from {
			if t == s.Len() {
				break
			}
			return nil, fail(ErrFormat, "utterance %d has no frames", len(all))
		}
		all = append(all, s.Slice(from, t))
		from = t + 1
	}
	return all, nil
}

// Padded returns the utterances as samples of [steps C], with zeros behind the last frame of each,
// and their lengths. It returns ErrOption for steps below 1, ErrRange for an utterance that is
// longer, what Check of the samples finds.
func (u *Utterances) Padded(steps int) (d *Samples, lengths []int, err error) {
	if steps < 1 || len(u.Series) == 0 {
		return nil, nil, named("Padded", fail(ErrOption, "%d utterances to %d steps", len(u.Series), steps))
	}
	channels := u.Series[0].Channels
	width := steps * channels
	if width > maxFrameElements/len(u.Series) {
		return nil, nil, named("Padded", fail(ErrOption, "%d utterances to %d steps", len(u.Series), steps))
	}
	d = &Samples{X: make([]float32, len(u.Series)*width), Shape: []int{steps, channels},
		Labels: slices.Clone(u.Labels), Classes: u.Classes}
	for i, s := range u.Series {
		if s.Len() > steps || s.Channels != channels {
			return nil, nil, named("Padded", fail(ErrRange, "utterance %d is [%d %d], for [%d %d]",
				i, s.Len(), s.Channels, steps, channels))
		}
		for k, v := range s.Values {
			d.X[i*width+k] = float32(v)
		}
		lengths = append(lengths, s.Len())
	}
	if err := d.check(); err != nil {
		return nil, nil, named("Padded", err)
	}
	return d, lengths, nil
}
