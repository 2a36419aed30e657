package datasets

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
)

// SpokenDigit is one recording of the Free Spoken Digit Dataset.
type SpokenDigit struct {
	*Audio
	Digit   int32  // 0 to 9
	Speaker string // name
	Take    int    // number of the recording, of this digit by this speaker
}

// SpokenDigits reads the Free Spoken Digit Dataset (English digits, 50 times each by 6 people, 8
// kHz) from its archive, a .tar.gz or .tar, or from a directory: every file DIGIT_SPEAKER_TAKE.wav
// in it, at any depth; other files are passed over. The recordings come in the order of digit,
// speaker and take.
//
// Source: Jackson et al., Free Spoken Digit Dataset v1.0.10, 2020, doi:10.5281/zenodo.1342401,
// CC BY-SA 4.0. Errors: fs.ErrNotExist, those of ReadWAV with the name of the file, ErrFormat for
// a damaged archive, ErrEmpty without recordings.
func SpokenDigits(name string) ([]SpokenDigit, error) {
	d, err := spokenDigits(name)
	return d, named("spoken digits in "+name, err)
}

func spokenDigits(name string) (all []SpokenDigit, err error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		all, err = digitsInDir(os.DirFS(name))
	} else {
		all, err = digitsInFile(name)
	}
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, fail(ErrEmpty, "no file DIGIT_SPEAKER_TAKE.wav")
	}
	slices.SortFunc(all, func(a, b SpokenDigit) int {
		if a.Digit != b.Digit {
			return int(a.Digit - b.Digit)
		}
		if c := strings.Compare(a.Speaker, b.Speaker); c != 0 {
			return c
		}
		return a.Take - b.Take
	})
	return all, nil
}

func digitsInDir(files fs.FS) (all []SpokenDigit, err error) {
	err = fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		d, ok := parseDigitName(name)
		if !ok || e.IsDir() {
			return nil
		}
		f, err := files.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		all, err = appendDigit(all, d, name, f)
		return err
	})
	return all, err
}

func digitsInFile(name string) ([]SpokenDigit, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return digitsInTar(f)
}

// digitsInTar reads an archive, packed or not.
func digitsInTar(r io.Reader) (all []SpokenDigit, err error) {
	body, err := unpacked(r)
	if err != nil {
		return nil, err
	}
	total := int64(0)
	for t := tar.NewReader(body); ; {
		h, err := t.Next()
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return nil, tarError(err)
		}
		if d, ok := parseDigitName(h.Name); ok && h.Typeflag == tar.TypeReg {
			if total += h.Size; total > maxWAV {
				return nil, fail(ErrFormat, "recordings of more than %d bytes", int64(maxWAV))
			}
			if all, err = appendDigit(all, d, h.Name, t); err != nil {
				return nil, err
			}
		}
	}
}

// tarError gives the errors of an archive their kind among ours.
func tarError(err error) error {
	if errors.Is(err, tar.ErrHeader) {
		return fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return packingError(err)
}

func appendDigit(all []SpokenDigit, d SpokenDigit, name string, r io.Reader) (_ []SpokenDigit, err error) {
	if d.Audio, err = readWAV(r); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return append(all, d), nil
}

// parseDigitName takes the name of a file apart.
func parseDigitName(name string) (d SpokenDigit, ok bool) {
	base, ok := strings.CutSuffix(path.Base(name), ".wav")
	part := strings.Split(base, "_")
	if !ok || len(part) != 3 || len(part[0]) != 1 || part[0][0] < '0' || part[0][0] > '9' || part[1] == "" {
		return d, false
	}
	take, err := strconv.Atoi(part[2])
	return SpokenDigit{Digit: int32(part[0][0] - '0'), Speaker: part[1], Take: take}, err == nil && take >= 0
}

// SplitSpeakers divides recordings by who speaks: the speakers named are the test set, all others
// the training set, so that no voice is in both. It returns ErrEmpty if a speaker named has no
// recording, or if one of the sets would have none.
func SplitSpeakers(all []SpokenDigit, test ...string) (train, held []SpokenDigit, err error) {
	heard := map[string]bool{}
	for _, d := range all {
		heard[d.Speaker] = true
		if slices.Contains(test, d.Speaker) {
			held = append(held, d)
		} else {
			train = append(train, d)
		}
	}
	for _, name := range test {
		if !heard[name] {
			return nil, nil, named("SplitSpeakers", fail(ErrEmpty, "no recording by %q, expected one of %q",
				name, slices.Sorted(maps.Keys(heard))))
		}
	}
	if len(train) == 0 || len(held) == 0 {
		return nil, nil, named("SplitSpeakers",
			fail(ErrEmpty, "%d recordings for training, %d for test", len(train), len(held)))
	}
	return train, held, nil
}

// HearDigits turns recordings of digits into spikes: a set with one recording each, in their order,
// and the speakers, numbered in the order of their names, as Groups. Each is computed when it is
// asked for. It returns ErrEmpty without recordings, ErrOption of the cochlea for the first of them.
func HearDigits(all []SpokenDigit, c Cochlea) (*EventSet, error) {
	if len(all) == 0 {
		return nil, named("HearDigits", fail(ErrEmpty, "no recordings"))
	}
	if err := c.check(all[0].Audio); err != nil {
		return nil, named("HearDigits", err)
	}
	var speakers []string
	for _, d := range all {
		speakers = append(speakers, d.Speaker)
	}
	slices.Sort(speakers)
	speakers = slices.Compact(speakers)
	s := &EventSet{Sensor: c.sensor(), Classes: slices.Clone(mnistSet.classes)}
	for _, d := range all {
		s.Labels = append(s.Labels, d.Digit)
		s.Groups = append(s.Groups, int32(slices.Index(speakers, d.Speaker)))
	}
	s.read = func(i int) (*Events, error) { return c.Hear(all[i].Audio) }
	return s, nil
}
