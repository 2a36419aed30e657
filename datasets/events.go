package datasets

import (
	"cmp"
	"fmt"
	"slices"
)

// Event is one spike of a sensor: of a pixel of an event camera, or of a channel of a model cochlea.
type Event struct {
	T    int64  // time, µs
	X, Y uint16 // column and row, from the upper left corner; a cochlea has its channel in X, Y = 0
	P    uint8  // polarity: 1 where it became brighter or louder, 0 where darker; 0 with one polarity
}

// Sensor says which events there can be: X in [0, Width), Y in [0, Height), P in [0, Polarities).
type Sensor struct {
	Width, Height int // in [1, 65536]
	Polarities    int // 1 or 2
}

// Events is one recording, in order of time.
type Events struct {
	Sensor
	List     []Event
	Rejected Rejected // what was left out, or moved, on the way to List
}

// Rejected counts the events that a reader or a transformation left out, by the reason, and those
// that it put in order.
type Rejected struct {
	Outside   int // not on the sensor
	NotFinite int // the time is NaN or infinite
	BadTime   int // the time is negative or past MaxEventTime
	Marked    int // the file itself calls the event invalid
	Reordered int // kept: came before an earlier one, and was sorted in
}

// MaxEventTime is the largest time of an event, µs: 2^52, 142 years, so that a float64 holds every
// time exactly.
const MaxEventTime = 1 << 52

// Lost returns the number of events that are not in the recording.
func (r Rejected) Lost() int { return r.Outside + r.NotFinite + r.BadTime + r.Marked }

// add returns the sum of two counts.
func (r Rejected) add(o Rejected) Rejected {
	r.Outside += o.Outside
	r.NotFinite += o.NotFinite
	r.BadTime += o.BadTime
	r.Marked += o.Marked
	r.Reordered += o.Reordered
	return r
}

// String names the counts that are not zero, or says "none".
func (r Rejected) String() string {
	var s string
	for _, c := range []struct {
		n    int
		what string
	}{{r.Outside, "off the sensor"}, {r.NotFinite, "not finite"}, {r.BadTime, "with an impossible time"},
		{r.Marked, "marked invalid"}, {r.Reordered, "out of order"}} {
		if c.n > 0 {
			if s != "" {
				s += ", "
			}
			s += fmt.Sprintf("%d %s", c.n, c.what)
		}
	}
	if s == "" {
		return "none"
	}
	return s
}

// EventsOf returns a recording of the events in list that the sensor can give, in order of time
// (events of one time stay in their order); it counts the others in Rejected. list is not changed.
// It returns ErrOption for a sensor without pixels or with other than 1 or 2 polarities.
func EventsOf(sensor Sensor, list []Event) (*Events, error) {
	if err := sensor.check(); err != nil {
		return nil, named("Events", err)
	}
	e := &Events{Sensor: sensor}
	for _, v := range list {
		e.add(v)
	}
	e.sort()
	return e, nil
}

// Channels returns the number of neurons that carry the recording: Polarities * Height * Width.
func (s Sensor) Channels() int { return s.Polarities * s.Height * s.Width }

// Channel returns the neuron of an event, (P*Height + Y)*Width + X: the order of a frame [P H W].
func (s Sensor) Channel(v Event) int { return (int(v.P)*s.Height+int(v.Y))*s.Width + int(v.X) }

// holds returns whether the sensor can give the event.
func (s Sensor) holds(v Event) bool {
	return int(v.X) < s.Width && int(v.Y) < s.Height && int(v.P) < s.Polarities
}

func (s Sensor) check() error {
	const most = 1 << 16
	if s.Width < 1 || s.Width > most || s.Height < 1 || s.Height > most || s.Polarities < 1 || s.Polarities > 2 {
		return fail(ErrOption, "sensor of %d x %d pixels with %d polarities", s.Width, s.Height, s.Polarities)
	}
	return nil
}

// Check returns ErrOption for an impossible sensor, ErrRange for an event that the sensor cannot
// give, that has an impossible time, or that comes before the one in front of it.
func (e *Events) Check() error {
	if err := e.Sensor.check(); err != nil {
		return named("Events", err)
	}
	for i, v := range e.List {
		if !e.holds(v) || v.T < 0 || v.T > MaxEventTime {
			return named("Events", fail(ErrRange, "event %d is %+v, for a sensor %+v", i, v, e.Sensor))
		}
		if i > 0 && v.T < e.List[i-1].T {
			return named("Events", fail(ErrRange, "event %d at %d µs comes after one at %d µs", i, v.T, e.List[i-1].T))
		}
	}
	return nil
}

// add appends an event, or counts why not.
func (e *Events) add(v Event) {
	switch {
	case v.T < 0 || v.T > MaxEventTime:
		e.Rejected.BadTime++
	case !e.holds(v):
		e.Rejected.Outside++
	default:
		e.List = append(e.List, v)
	}
}

// sort puts the events in order of time, and counts those that an earlier one in the list exceeds.
func (e *Events) sort() {
	latest := int64(0)
	for _, v := range e.List {
		if v.T < latest {
			e.Rejected.Reordered++
		}
		latest = max(latest, v.T)
	}
	slices.SortStableFunc(e.List, func(a, b Event) int { return cmp.Compare(a.T, b.T) })
}

// Window returns the events with from <= T < to, µs, with times counted from from. The sensor is
// the same; Rejected is zero.
func (e *Events) Window(from, to int64) *Events {
	at := func(t int64) int {
		i, _ := slices.BinarySearchFunc(e.List, t, func(v Event, t int64) int { return cmp.Compare(v.T, t) })
		return i
	}
	first := at(from)
	part := slices.Clone(e.List[first:max(first, at(to))])
	for i := range part {
		part[i].T -= from
	}
	return &Events{Sensor: e.Sensor, List: part}
}
