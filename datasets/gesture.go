package datasets

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
)

// gestureSensor is the DVS128.
var gestureSensor = Sensor{Width: 128, Height: 128, Polarities: 2}

// gestureClasses are the names of classes 1 to 11 of the label files, which are 0 to 10 here.
var gestureClasses = []string{"hand clapping", "right hand wave", "left hand wave", "right arm clockwise",
	"right arm counter-clockwise", "left arm clockwise", "left arm counter-clockwise", "arm roll",
	"air drums", "air guitar", "other gestures"}

// GestureLabel is one line of a label file of DVS128 Gesture: in [Start, End) of the recording,
// somebody makes a gesture.
type GestureLabel struct {
	Class      int32 // 0 to 10: one less than in the file
	Start, End int64 // µs, on the clock of the recording
}

// ReadGestureLabels reads a label file: a head line, then lines "class,startTime_usec,endTime_usec"
// with class 1 to 11. Errors: ErrFormat, with the line, for other lines, ErrLabel, ErrRange for an
// end before the start; the error of r.
func ReadGestureLabels(r io.Reader) ([]GestureLabel, error) {
	labels, err := readGestureLabels(r)
	return labels, named("gesture labels", err)
}

func readGestureLabels(r io.Reader) (labels []GestureLabel, err error) {
	lines := csv.NewReader(r)
	lines.FieldsPerRecord = 3
	for n := 1; ; n++ {
		fields, err := lines.Read()
		if err == io.EOF {
			return labels, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFormat, err)
		}
		if n == 1 && fields[0] == "class" {
			continue
		}
		l, err := parseGestureLabel(fields)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		labels = append(labels, l)
	}
}

func parseGestureLabel(fields []string) (l GestureLabel, err error) {
	var v [3]int64
	for i, f := range fields {
		if v[i], err = strconv.ParseInt(strings.TrimSpace(f), 10, 64); err != nil {
			return l, fail(ErrFormat, "%q, expected class, start and end in µs", fields)
		}
	}
	if v[0] < 1 || v[0] > int64(len(gestureClasses)) {
		return l, fail(ErrLabel, "class %d, expected 1 to %d", v[0], len(gestureClasses))
	}
	if v[1] < 0 || v[2] <= v[1] || v[2] > MaxEventTime {
		return l, fail(ErrRange, "from %d to %d µs", v[1], v[2])
	}
	return GestureLabel{Class: int32(v[0] - 1), Start: v[1], End: v[2]}, nil
}

// DVSGesture opens DVS128 Gesture (11 hand and arm gestures of 29 people before a DVS128, 128 x 128
// pixels, 2 polarities; about 6 s each), in the directory of the published archive:
// trials_to_train.txt and trials_to_test.txt name the recordings, userNN_LIGHT.aedat, each with its
// userNN_LIGHT_labels.csv. A recording of the set is one line of a label file, in the order of the
// files, with times from its start; Groups has the number NN of the person. The last file read is
// kept, so that in order each is read once.
//
// Source: Amir et al., "A low power, fully event-based gesture recognition system", CVPR 2017,
// doi:10.1109/CVPR.2017.781; CC BY 4.0. Errors: fs.ErrNotExist for a missing file, ErrFormat,
// ErrEmpty, those of ReadGestureLabels; later those of ReadAEDAT.
func DVSGesture(dir string) (train, test *EventSet, err error) {
	files := os.DirFS(dir)
	if train, err = gesturePart(files, "trials_to_train.txt"); err == nil {
		test, err = gesturePart(files, "trials_to_test.txt")
	}
	if err != nil {
		return nil, nil, named("DVS128 Gesture in "+dir, err)
	}
	return train, test, nil
}

// gestureTrial is a part of a file.
type gestureTrial struct {
	file string
	GestureLabel
}

// gesturePart lists the trials of the files that a list names.
func gesturePart(files fs.FS, list string) (*EventSet, error) {
	names, err := readLines(files, list)
	if err != nil {
		return nil, err
	}
	s := &EventSet{Sensor: gestureSensor, Classes: slices.Clone(gestureClasses)}
	var trials []gestureTrial
	for _, name := range names {
		labels, err := gestureLabelsOf(files, name)
		if err != nil {
			return nil, err
		}
		var user int32
		if _, err := fmt.Sscanf(name, "user%d", &user); err != nil {
			return nil, fail(ErrFormat, "%s names %q, expected userNN_LIGHT.aedat", list, name)
		}
		for _, l := range labels {
			trials = append(trials, gestureTrial{name, l})
			s.Labels = append(s.Labels, l.Class)
			s.Groups = append(s.Groups, user)
		}
	}
	if len(trials) == 0 {
		return nil, fail(ErrEmpty, "%s names no recording", list)
	}
	s.read = readTrials(files, trials)
	return s, nil
}

// readTrials returns a reader of trials which keeps the last file.
func readTrials(files fs.FS, trials []gestureTrial) func(i int) (*Events, error) {
	var (
		name string
		all  *Events
	)
	return func(i int) (*Events, error) {
		t := trials[i]
		if name != t.file {
			e, err := readGestureFile(files, t.file)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", t.file, err)
			}
			name, all = t.file, e
		}
		part := all.Window(t.Start, t.End)
		if i == 0 || trials[i-1].file != t.file {
			part.Rejected = all.Rejected // counted once, with the first trial of the file
		}
		return part, nil
	}
}

func readGestureFile(files fs.FS, name string) (*Events, error) {
	f, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readAEDAT(f, gestureSensor)
}

// gestureLabelsOf reads the label file of a recording.
func gestureLabelsOf(files fs.FS, name string) ([]GestureLabel, error) {
	name = strings.TrimSuffix(name, ".aedat") + "_labels.csv"
	f, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	labels, err := readGestureLabels(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return labels, nil
}

// readLines returns the lines of a text file that are not empty, without blanks around them.
func readLines(files fs.FS, name string) (lines []string, err error) {
	f, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	for s := bufio.NewScanner(f); ; {
		if !s.Scan() {
			return lines, s.Err()
		}
		if line := strings.TrimSpace(s.Text()); line != "" {
			lines = append(lines, line)
		}
	}
}
