package datasets

import (
	"math"

	"gorgonia.org/tensor"
)

// Bins says how a recording becomes frames: by time if Window is given, by count if Count is.
type Bins struct {
	Window int64 // µs of a frame: frame k has the times [k Window, (k+1) Window)
	Count  int   // events of a frame: frame k has the events [k Count, (k+1) Count)
	Frames int   // T; 0: as many as the recording needs, at least 1
}

// Binned counts where the events of recordings went. Kept + Merged + Left is the number of events.
type Binned struct {
	Kept   int // events that the frames or spikes hold
	Merged int // events that found their bit set by another, where a bit holds one spike
	Left   int // events after the last frame
}

// maxFrameElements bounds the memory of frames, in elements: 2 GiB of float32.
const maxFrameElements = 1 << 29

// Frames counts the events of each frame, polarity and pixel: float32 [T P H W]. The sum of all
// elements is Kept, and Merged is 0. It returns ErrOption unless one of Window and Count is
// positive and Frames is not negative, ErrRange if the frames would have more than 2^29 elements,
// what Check finds.
func (e *Events) Frames(bins Bins) (*tensor.Dense, Binned, error) {
	frames, err := bins.frames(e)
	if err != nil {
		return nil, Binned{}, named("Frames", err)
	}
	x := make([]float32, frames*e.Channels())
	n := e.count(x, bins, frames)
	shape := tensor.WithShape(frames, e.Polarities, e.Height, e.Width)
	return tensor.New(shape, tensor.WithBacking(x)), n, nil
}

// count adds the events to x [frames P H W].
func (e *Events) count(x []float32, bins Bins, frames int) (n Binned) {
	for i, v := range e.List {
		k, ok := bins.frame(i, v.T, frames)
		if !ok {
			n.Left++
			continue
		}
		x[k*e.Channels()+e.Channel(v)]++
		n.Kept++
	}
	return n
}

// mark sets the bits of the events in sample i of s.
func (e *Events) mark(s *Spikes, i int, bins Bins) (n Binned) {
	for j, v := range e.List {
		k, ok := bins.frame(j, v.T, s.Steps)
		switch c := e.Channel(v); {
		case !ok:
			n.Left++
		case s.At(i, k, c):
			n.Merged++
		default:
			s.Set(i, k, c)
			n.Kept++
		}
	}
	return n
}

// frame returns the frame of event i at time t; ok is false for one after the last frame.
func (b Bins) frame(i int, t int64, frames int) (k int, ok bool) {
	at := int64(i)
	if b.Window > 0 {
		at = t / b.Window
	} else {
		at /= int64(b.Count)
	}
	return int(at), at < int64(frames)
}

// frames returns the number of frames for the recording.
func (b Bins) frames(e *Events) (int, error) {
	if err := b.check(); err != nil {
		return 0, err
	}
	if err := e.Check(); err != nil {
		return 0, err
	}
	frames := b.Frames
	if frames == 0 {
		frames = 1
		if last := len(e.List) - 1; last >= 0 {
			k, _ := b.frame(last, e.List[last].T, math.MaxInt)
			frames = k + 1
		}
	}
	if frames > maxFrameElements/e.Channels() {
		return 0, fail(ErrRange, "%d frames of %d elements are more than %d elements",
			frames, e.Channels(), maxFrameElements)
	}
	return frames, nil
}

func (b Bins) check() error {
	if b.Window < 0 || b.Count < 0 || (b.Window > 0) == (b.Count > 0) || b.Frames < 0 {
		return fail(ErrOption, "window of %d µs, %d events, %d frames, expected one of window and events",
			b.Window, b.Count, b.Frames)
	}
	return nil
}

// add returns the sum of two counts.
func (n Binned) add(o Binned) Binned {
	return Binned{n.Kept + o.Kept, n.Merged + o.Merged, n.Left + o.Left}
}
