package datasets

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Frames conserve the count of spikes; bits do, with those that shared one.
func TestFramesConserveSpikes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		e := someEvents(t)
		bins := Bins{Frames: rapid.IntRange(0, 12).Draw(t, "frames")}
		if rapid.Bool().Draw(t, "by time") {
			bins.Window = rapid.Int64Range(1, 2000).Draw(t, "window")
		} else {
			bins.Count = rapid.IntRange(1, 20).Draw(t, "count")
		}
		x, n, err := e.Frames(bins)
		require.NoError(t, err)
		var sum float32
		for _, v := range x.Float32s() {
			sum += v
		}
		assert.Equal(t, n.Kept, int(sum))
		assert.Equal(t, len(e.List), n.Kept+n.Left)
		assert.Zero(t, n.Merged)
		if bins.Frames == 0 {
			assert.Zero(t, n.Left, "as many frames as are needed")
			bins.Frames = x.Shape()[0]
		}
		set, err := NewEventSet([]*Events{e, e}, []int32{1, 0}, []string{"a", "b"})
		require.NoError(t, err)
		s, report, err := set.Spikes(bins)
		require.NoError(t, err)
		require.NoError(t, s.Check())
		assert.Equal(t, 2*len(e.List), report.Kept+report.Merged+report.Left)
		assert.Equal(t, 2*n.Left, report.Left)
		for i, v := range x.Float32s() {
			assert.Equal(t, v > 0, s.At(1, i/e.Channels(), i%e.Channels()), "element %d", i)
		}
	})
}

func TestFramesByHand(t *testing.T) {
	t.Parallel()
	e := &Events{Sensor: Sensor{Width: 2, Height: 1, Polarities: 2},
		List: []Event{{T: 0, X: 1}, {T: 9, X: 1}, {T: 10, P: 1}, {T: 29, X: 1, P: 1}}}
	x, n, err := e.Frames(Bins{Window: 10})
	require.NoError(t, err)
	assert.Equal(t, []int{3, 2, 1, 2}, []int(x.Shape()))
	assert.Equal(t, []float32{0, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1}, x.Float32s())
	assert.Equal(t, Binned{Kept: 4}, n)

	x, n, err = e.Frames(Bins{Count: 3, Frames: 1})
	require.NoError(t, err)
	assert.Equal(t, []float32{0, 2, 1, 0}, x.Float32s())
	assert.Equal(t, Binned{Kept: 3, Left: 1}, n)
}

func TestFramesRefuse(t *testing.T) {
	t.Parallel()
	e := &Events{Sensor: Sensor{Width: 100, Height: 100, Polarities: 2}, List: []Event{{T: MaxEventTime}}}
	for _, b := range []Bins{{}, {Window: 1, Count: 1}, {Window: -1}, {Count: -1}, {Window: 1, Frames: -1}} {
		_, _, err := e.Frames(b)
		assert.ErrorIs(t, err, ErrOption, "%+v", b)
	}
	_, _, err := e.Frames(Bins{Window: 1})
	assert.ErrorIs(t, err, ErrRange, "2^52 frames")
	_, _, err = (&Events{Sensor: e.Sensor, List: []Event{{X: 200}}}).Frames(Bins{Window: 1})
	assert.ErrorIs(t, err, ErrRange, "an event off the sensor")
}
