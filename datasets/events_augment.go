package datasets

import (
	"math"
	"math/rand/v2"
)

// Augment changes recordings at random, so that a network sees none twice. Its parts are applied in
// the order of the fields; one that is zero does nothing.
type Augment struct {
	Drop         float64 // each event is left out with this probability, in [0, 1)
	FlipPolarity float64 // probability that a whole recording exchanges its 2 polarities, in [0, 1]
	Jitter       float64 // standard deviation of a normal shift of each event's time, µs, >= 0
	// Shift moves all events by the same pixels, uniform in [-Shift, Shift], along X and, with more
	// than one row, along Y.
	Shift      int
	CropWidth  int // a rectangle of this size, at a uniform place, becomes the sensor; 0: the width
	CropHeight int // 0: the height
}

// Apply returns a transformed copy of e; e is not changed. Events that the shift or the crop puts
// off the sensor, and those that jitter puts before 0, are counted in Rejected of the result, and
// so are those it put in another order. Errors: ErrOption, also for no rng; what e.Check finds.
func (a Augment) Apply(e *Events, rng *rand.Rand) (*Events, error) {
	if err := a.check(e.Sensor, rng); err != nil {
		return nil, named("Augment", err)
	}
	if err := e.Check(); err != nil {
		return nil, named("Augment", err)
	}
	flip := a.FlipPolarity > 0 && rng.Float64() < a.FlipPolarity
	dx, dy := a.offset(e.Sensor, rng)
	out := &Events{Sensor: a.sensor(e.Sensor)}
	for _, v := range e.List {
		if a.Drop > 0 && rng.Float64() < a.Drop {
			continue
		}
		if flip {
			v.P = 1 - v.P
		}
		if a.Jitter > 0 {
			v.T += int64(math.RoundToEven(a.Jitter * rng.NormFloat64()))
		}
		out.move(v, dx, dy)
	}
	out.sort()
	return out, nil
}

// offset draws by how much the events move: the shift less the corner of the crop.
func (a Augment) offset(s Sensor, rng *rand.Rand) (dx, dy int) {
	if a.Shift > 0 {
		dx = rng.IntN(2*a.Shift+1) - a.Shift
		if s.Height > 1 {
			dy = rng.IntN(2*a.Shift+1) - a.Shift
		}
	}
	to := a.sensor(s)
	if to.Width < s.Width {
		dx -= rng.IntN(s.Width - to.Width + 1)
	}
	if to.Height < s.Height {
		dy -= rng.IntN(s.Height - to.Height + 1)
	}
	return dx, dy
}

// move adds an event, moved by dx and dy, or counts it.
func (e *Events) move(v Event, dx, dy int) {
	x, y := int(v.X)+dx, int(v.Y)+dy
	if x < 0 || x >= e.Width || y < 0 || y >= e.Height {
		e.Rejected.Outside++
		return
	}
	v.X, v.Y = uint16(x), uint16(y)
	e.add(v)
}

// sensor returns the sensor of the result.
func (a Augment) sensor(s Sensor) Sensor {
	if a.CropWidth > 0 {
		s.Width = a.CropWidth
	}
	if a.CropHeight > 0 {
		s.Height = a.CropHeight
	}
	return s
}

func (a Augment) check(s Sensor, rng *rand.Rand) error {
	switch {
	case rng == nil:
		return fail(ErrOption, "no source of random numbers")
	case !(a.Drop >= 0 && a.Drop < 1):
		return fail(ErrOption, "events dropped with probability %v, expected 0 <= p < 1", a.Drop)
	case !(a.FlipPolarity >= 0 && a.FlipPolarity <= 1):
		return fail(ErrOption, "polarity flipped with probability %v, expected 0 to 1", a.FlipPolarity)
	case a.FlipPolarity > 0 && s.Polarities != 2:
		return fail(ErrOption, "polarity to be flipped of a sensor with %d", s.Polarities)
	case !(a.Jitter >= 0 && a.Jitter <= MaxEventTime):
		return fail(ErrOption, "jitter of %v µs", a.Jitter)
	case a.Shift < 0 || a.Shift > 1<<16:
		return fail(ErrOption, "shift of %d pixels", a.Shift)
	case a.CropWidth < 0 || a.CropWidth > s.Width || a.CropHeight < 0 || a.CropHeight > s.Height:
		return fail(ErrOption, "crop to %d x %d of a sensor of %d x %d", a.CropWidth, a.CropHeight, s.Width, s.Height)
	}
	return nil
}
