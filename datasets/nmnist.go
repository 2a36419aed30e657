package datasets

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// nmnistSensor is the part of the camera that sees the digit.
var nmnistSensor = Sensor{Width: 34, Height: 34, Polarities: 2}

// maxEventFile bounds the bytes of one file of events: 2 GiB.
const maxEventFile = 1 << 31

// nmnistEvent is the number of bytes of an event.
const nmnistEvent = 5

// NMNIST opens N-MNIST, the digits of MNIST seen by a moving event camera (34 x 34 pixels, 2
// polarities, about 310 ms; 60,000 for training, 10,000 for test), in a directory that holds
//
//	Train/0/00002.bin ... Train/9/...   Test/0/00004.bin ... Test/9/...
//
// The recordings come in the order of class and name. Source: Orchard, Jayawant, Cohen, Thakor,
// "Converting static image datasets to spiking neuromorphic datasets using saccades", Front.
// Neurosci. 9, 2015, doi:10.3389/fnins.2015.00437; CC BY-SA 4.0. Errors: fs.ErrNotExist for a
// missing directory, ErrEmpty for one without recordings, later those of ReadNMNIST.
func NMNIST(dir string) (train, test *EventSet, err error) {
	files := os.DirFS(dir)
	if train, err = nmnistPart(files, "Train"); err == nil {
		test, err = nmnistPart(files, "Test")
	}
	if err != nil {
		return nil, nil, named("N-MNIST in "+dir, err)
	}
	return train, test, nil
}

// nmnistPart lists the recordings under a directory.
func nmnistPart(files fs.FS, part string) (*EventSet, error) {
	s := &EventSet{Sensor: nmnistSensor, Classes: slices.Clone(mnistSet.classes)}
	var names []string
	for c, class := range s.Classes {
		entries, err := fs.ReadDir(files, part+"/"+class)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if strings.HasSuffix(e.Name(), ".bin") {
				names = append(names, part+"/"+class+"/"+e.Name())
				s.Labels = append(s.Labels, int32(c))
			}
		}
	}
	if len(names) == 0 {
		return nil, fail(ErrEmpty, "no .bin files under %s", part)
	}
	s.read = func(i int) (*Events, error) {
		f, err := files.Open(names[i])
		if err != nil {
			return nil, err
		}
		defer f.Close()
		e, err := readNMNIST(f, nmnistSensor)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", names[i], err)
		}
		return e, nil
	}
	return s, nil
}

// ReadNMNIST reads one recording of N-MNIST or N-Caltech101 to the end of r, for a sensor of 2
// polarities (34 x 34 pixels in N-MNIST). An event is 5 bytes: X; Y; then, big-endian, a bit of
// polarity and 23 bits of time, µs. Each event off the sensor is counted in Rejected; the 23 bits
// do not wrap within these recordings, and no attempt is made to see it. Errors: ErrTruncated for a
// part of an event at the end, ErrOption for the sensor, ErrFormat for more than 2 GiB; the error
// of r.
func ReadNMNIST(r io.Reader, sensor Sensor) (*Events, error) {
	e, err := readNMNIST(r, sensor)
	return e, named("N-MNIST", err)
}

func readNMNIST(r io.Reader, sensor Sensor) (*Events, error) {
	if err := sensor.check(); err != nil {
		return nil, err
	}
	b, err := readBounded(r, maxEventFile)
	if err != nil {
		return nil, err
	}
	if rest := len(b) % nmnistEvent; rest != 0 {
		return nil, fail(ErrTruncated, "%d bytes after event %d, expected %d", rest, len(b)/nmnistEvent, nmnistEvent)
	}
	e := &Events{Sensor: sensor, List: make([]Event, 0, len(b)/nmnistEvent)}
	for ; len(b) > 0; b = b[nmnistEvent:] {
		e.add(Event{
			T: int64(b[2]&0x7f)<<16 | int64(b[3])<<8 | int64(b[4]),
			X: uint16(b[0]), Y: uint16(b[1]), P: b[2] >> 7,
		})
	}
	e.sort()
	return e, nil
}

// readBounded reads r to its end, and returns ErrFormat if that is more than limit bytes.
func readBounded(r io.Reader, limit int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, packingError(err)
	}
	if int64(len(b)) > limit {
		return nil, fail(ErrFormat, "more than %d bytes", limit)
	}
	return b, nil
}
