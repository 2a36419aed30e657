package datasets

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/spikegraph/spikegraph/internal/hdf5"
)

// heidelbergSensor is the model cochlea of the Heidelberg sets.
var heidelbergSensor = Sensor{Width: 700, Height: 1, Polarities: 1}

// shdClasses are the digits of SHD, English and then German, by label.
var shdClasses = []string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
	"null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"}

// sscClasses is the number of words of SSC.
const sscClasses = 35

// SHD opens the Spiking Heidelberg Digits, digits spoken in English and German through a model
// cochlea of 700 channels (20 classes; 8,156 for training, 2,264 for test), in a directory with
// shd_train.h5 and shd_test.h5, or with .gz behind. Groups has the speaker, if the file has. A
// packed file is unpacked into memory; a plain one is read as far as needed, and is to be closed.
//
// Source: Cramer, Stradmann, Schemmel, Zenke, "The Heidelberg spiking data sets for the systematic
// evaluation of spiking neural networks", IEEE TNNLS 33, 2022, doi:10.1109/TNNLS.2020.3044364;
// CC BY 4.0. Errors: fs.ErrNotExist for a missing file, those of OpenHeidelberg.
func SHD(dir string) (train, test *EventSet, err error) {
	sets, err := heidelbergDir(dir, shdClasses, "shd_train.h5", "shd_test.h5")
	if err != nil {
		return nil, nil, named("SHD in "+dir, err)
	}
	return sets[0], sets[1], nil
}

// SSC opens the Spiking Speech Commands, 35 words through the cochlea of SHD (75,466 for training,
// 9,981 for validation, 20,382 for test), in a directory with ssc_train.h5, ssc_valid.h5 and
// ssc_test.h5, or with .gz behind. Its classes have numbers for names. Source and errors as of SHD.
func SSC(dir string) (train, valid, test *EventSet, err error) {
	sets, err := heidelbergDir(dir, numbered(sscClasses), "ssc_train.h5", "ssc_valid.h5", "ssc_test.h5")
	if err != nil {
		return nil, nil, nil, named("SSC in "+dir, err)
	}
	return sets[0], sets[1], sets[2], nil
}

// numbered returns the names "0", "1" and so on.
func numbered(n int) (names []string) {
	for i := range n {
		names = append(names, strconv.Itoa(i))
	}
	return names
}

// heidelbergDir opens the files of a set; none stays open if one fails.
func heidelbergDir(dir string, classes []string, names ...string) (sets []*EventSet, err error) {
	for _, name := range names {
		s, err := openHeidelbergFile(filepath.Join(dir, name), classes)
		if err != nil {
			for _, s := range sets {
				s.Close()
			}
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		sets = append(sets, s)
	}
	return sets, nil
}

// openHeidelbergFile opens a plain file, or else the packed one.
func openHeidelbergFile(path string, classes []string) (*EventSet, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return unpackHeidelberg(path+".gz", classes)
	}
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	s, err := openHeidelberg(f, info.Size(), classes)
	if err != nil {
		f.Close()
		return nil, err
	}
	s.close = f.Close
	return s, nil
}

// unpackHeidelberg reads a packed file into memory.
func unpackHeidelberg(path string, classes []string) (*EventSet, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	body, err := unpacked(f)
	if err != nil {
		return nil, err
	}
	b, err := readBounded(body, maxIDX)
	if err != nil {
		return nil, err
	}
	return openHeidelberg(bytes.NewReader(b), int64(len(b)), classes)
}

// OpenHeidelberg opens one HDF5 file of size bytes in the layout of SHD and SSC:
//
//	spikes/times  N sequences of times, s      labels         N classes
//	spikes/units  N sequences of channels      extra/speaker  N numbers, names, or nothing
//
// Times that are not finite, that are negative, and channels from 700 on are counted in Rejected of
// a recording. Read is what the HDF5 library, h5py and PyTables write by default: arrays that are
// compact, contiguous, or in chunks under a version 1 B-tree, plain, deflated, shuffled or with
// Fletcher's checksum. Errors: ErrFormat for another file or a data set of another kind, ErrTruncated,
// ErrChecksum, ErrShape for shapes or counts that disagree, ErrLabel, ErrEmpty; the error of r.
func OpenHeidelberg(r io.ReaderAt, size int64, classes []string) (*EventSet, error) {
	s, err := openHeidelberg(r, size, classes)
	return s, named("Heidelberg file", err)
}

func openHeidelberg(r io.ReaderAt, size int64, classes []string) (*EventSet, error) {
	f, err := hdf5.Open(r, size)
	if err != nil {
		return nil, hdf5Error(err)
	}
	times, err := openSequences(f, "spikes/times")
	if err != nil {
		return nil, err
	}
	units, err := openSequences(f, "spikes/units")
	if err != nil {
		return nil, err
	}
	labels, err := integers(f, "labels")
	if err != nil {
		return nil, err
	}
	s := &EventSet{Sensor: heidelbergSensor, Labels: labels, Classes: slices.Clone(classes)}
	if s.Groups, err = speakerNumbers(f); err != nil {
		return nil, err
	}
	if times.n != units.n || times.n != len(labels) || s.Groups != nil && len(s.Groups) != len(labels) {
		return nil, fail(ErrShape, "%d recordings of times, %d of units, %d labels, %d speakers",
			times.n, units.n, len(labels), len(s.Groups))
	}
	if len(labels) == 0 {
		return nil, fail(ErrEmpty, "no recordings")
	}
	s.read = func(i int) (*Events, error) { return cochleaEvents(times, units, i) }
	return s, checkLabels(labels, len(classes))
}

// speakerNumbers returns the speakers of a file that has numbers for them; nil of one that has not.
func speakerNumbers(f *hdf5.File) ([]int32, error) {
	const path = "extra/speaker"
	d, err := f.Dataset(path)
	if errors.Is(err, hdf5.ErrMissing) {
		return nil, nil
	}
	if err != nil {
		return nil, hdf5Error(err)
	}
	if a, err := d.Array(); err == nil {
		if _, names := a.Data.([]string); names {
			return nil, nil
		}
	}
	return integers(f, path)
}

// cochleaEvents reads recording i.
func cochleaEvents(times, units sequences, i int) (*Events, error) {
	t, err := times.at(i)
	if err != nil {
		return nil, fmt.Errorf("times: %w", err)
	}
	u, err := units.at(i)
	if err != nil {
		return nil, fmt.Errorf("units: %w", err)
	}
	if len(t) != len(u) {
		return nil, fail(ErrShape, "%d times and %d units", len(t), len(u))
	}
	e := &Events{Sensor: heidelbergSensor}
	for k := range t {
		e.addSeconds(t[k], u[k])
	}
	e.sort()
	return e, nil
}

// addSeconds adds an event of a channel, or counts it.
func (e *Events) addSeconds(seconds, channel float64) {
	us := math.RoundToEven(seconds * 1e6)
	switch {
	case us-us != 0 || channel-channel != 0:
		e.Rejected.NotFinite++
	case us < 0 || us > MaxEventTime:
		e.Rejected.BadTime++
	case channel < 0 || channel >= float64(e.Width) || channel != math.Trunc(channel):
		e.Rejected.Outside++
	default:
		e.add(Event{T: int64(us), X: uint16(channel)})
	}
}
