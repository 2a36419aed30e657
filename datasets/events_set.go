package datasets

import (
	"fmt"
	"slices"
)

// EventSet is a labelled set of recordings of one sensor, each read when it is asked for: the
// published sets are larger than memory. Spikes and Frames make a Source of it. Not for several
// goroutines at once; Close ends it.
type EventSet struct {
	Sensor
	Labels  []int32  // [N], each in [0, len(Classes))
	Classes []string // name of each class
	Groups  []int32  // [N], who or what was recorded (a speaker, a person), for splits; nil: not known

	read  func(i int) (*Events, error)
	close func() error
}

// NewEventSet returns a set of recordings in memory. It returns ErrShape if counts or sensors
// disagree, ErrLabel, ErrEmpty without recordings.
func NewEventSet(recordings []*Events, labels []int32, classes []string) (*EventSet, error) {
	if len(recordings) == 0 {
		return nil, named("EventSet", fail(ErrEmpty, "no recordings"))
	}
	for i, e := range recordings {
		if e.Sensor != recordings[0].Sensor {
			return nil, named("EventSet", fail(ErrShape, "recording %d is of a sensor %+v, the first of %+v",
				i, e.Sensor, recordings[0].Sensor))
		}
	}
	s := &EventSet{Sensor: recordings[0].Sensor, Labels: labels, Classes: classes}
	s.read = func(i int) (*Events, error) { return recordings[i], nil }
	if len(labels) != len(recordings) {
		return nil, named("EventSet", fail(ErrShape, "%d recordings and %d labels", len(recordings), len(labels)))
	}
	return s, named("EventSet", checkLabels(labels, len(classes)))
}

// Len returns the number of recordings N.
func (s *EventSet) Len() int { return len(s.Labels) }

// Recording reads recording i, in [0, N). Errors: ErrRange for another i, those of the reader.
func (s *EventSet) Recording(i int) (*Events, error) {
	if i < 0 || i >= s.Len() {
		return nil, named("EventSet", fail(ErrRange, "recording %d of %d", i, s.Len()))
	}
	e, err := s.read(i)
	return e, named(fmt.Sprintf("recording %d", i), err)
}

// Close closes the files behind the set.
func (s *EventSet) Close() error {
	if s.close == nil {
		return nil
	}
	return s.close()
}

// Select returns the recordings at the positions index, in that order; the set shares its files
// with s. It returns ErrRange for a position outside s.
func (s *EventSet) Select(index []int) (*EventSet, error) {
	part := &EventSet{Sensor: s.Sensor, Classes: s.Classes, close: s.close}
	for _, i := range index {
		if i < 0 || i >= s.Len() {
			return nil, named("EventSet", fail(ErrRange, "recording %d of %d", i, s.Len()))
		}
		part.Labels = append(part.Labels, s.Labels[i])
		if s.Groups != nil {
			part.Groups = append(part.Groups, s.Groups[i])
		}
	}
	index = slices.Clone(index)
	part.read = func(i int) (*Events, error) { return s.read(index[i]) }
	return part, nil
}

// Augmented returns the set with every recording transformed by a, with random numbers that follow
// from seed, the epoch and the position of the recording.
func (s *EventSet) Augmented(a Augment, seed uint64, epoch int) *EventSet {
	t := *s
	t.Sensor = a.sensor(s.Sensor)
	t.read = func(i int) (*Events, error) {
		e, err := s.read(i)
		if err != nil {
			return nil, err
		}
		return a.Apply(e, newRand(seed, forAugment, uint64(epoch), uint64(i)))
	}
	return &t
}

// EventReport is what became of all events of a set.
type EventReport struct {
	Binned
	Rejected Rejected
}

// Spikes reads all recordings as bits, [T C] each, with C = Channels() of the sensor: a channel
// fires in a step if it has at least one event there. bins.Frames is the number of steps T, >= 1.
// It returns ErrOption, ErrEmpty without recordings, those of the readers.
func (s *EventSet) Spikes(bins Bins) (*Spikes, EventReport, error) {
	if err := bins.checkSteps(s); err != nil {
		return nil, EventReport{}, named("Spikes", err)
	}
	out, err := NewSpikes(s.Len(), bins.Frames, s.Channels(), len(s.Classes))
	if err != nil {
		return nil, EventReport{}, err
	}
	copy(out.Labels, s.Labels)
	report, err := s.each(func(i int, e *Events) Binned { return e.mark(out, i, bins) })
	if err != nil {
		return nil, report, err
	}
	return out, report, nil
}

// Frames reads all recordings as counts, [T P H W] each: Samples with labels. bins.Frames is the
// number of frames T, >= 1. Errors as of Spikes, and ErrRange for more than 2^29 elements.
func (s *EventSet) Frames(bins Bins) (*Samples, EventReport, error) {
	if err := bins.checkSteps(s); err != nil {
		return nil, EventReport{}, named("Frames", err)
	}
	if bins.Frames > maxFrameElements/s.Channels()/s.Len() {
		return nil, EventReport{}, named("Frames", fail(ErrRange, "%d recordings of %d frames of %d elements",
			s.Len(), bins.Frames, s.Channels()))
	}
	width := bins.Frames * s.Channels()
	out := &Samples{X: make([]float32, s.Len()*width), Labels: slices.Clone(s.Labels), Classes: len(s.Classes),
		Shape: []int{bins.Frames, s.Polarities, s.Height, s.Width}}
	report, err := s.each(func(i int, e *Events) Binned {
		return e.count(out.X[i*width:(i+1)*width], bins, bins.Frames)
	})
	if err != nil {
		return nil, report, err
	}
	return out, report, nil
}

// each reads every recording, gives it to use, and adds up what became of the events.
func (s *EventSet) each(use func(i int, e *Events) Binned) (r EventReport, err error) {
	for i := range s.Len() {
		e, err := s.Recording(i)
		if err != nil {
			return r, err
		}
		if e.Sensor != s.Sensor {
			return r, named("EventSet", fail(ErrShape, "recording %d is of a sensor %+v, expected %+v",
				i, e.Sensor, s.Sensor))
		}
		if err := e.Check(); err != nil {
			return r, fmt.Errorf("recording %d: %w", i, err)
		}
		r.Binned = r.Binned.add(use(i, e))
		r.Rejected = r.Rejected.add(e.Rejected)
	}
	return r, nil
}

// checkSteps is check, with a number of frames and a set that has recordings.
func (b Bins) checkSteps(s *EventSet) error {
	if b.Frames == 0 {
		return fail(ErrOption, "0 frames, expected the same number for every recording")
	}
	if s.Len() == 0 {
		return fail(ErrEmpty, "no recordings")
	}
	return b.check()
}
