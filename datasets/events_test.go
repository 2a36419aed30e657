package datasets

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// someEvents draws a recording of a small sensor.
func someEvents(t *rapid.T) *Events {
	s := Sensor{Width: rapid.IntRange(1, 9).Draw(t, "width"), Height: rapid.IntRange(1, 7).Draw(t, "height"),
		Polarities: rapid.IntRange(1, 2).Draw(t, "polarities")}
	list := rapid.SliceOf(rapid.Custom(func(t *rapid.T) Event {
		return Event{T: rapid.Int64Range(0, 5000).Draw(t, "t"), X: uint16(rapid.IntRange(0, s.Width-1).Draw(t, "x")),
			Y: uint16(rapid.IntRange(0, s.Height-1).Draw(t, "y")), P: uint8(rapid.IntRange(0, s.Polarities-1).Draw(t, "p"))}
	})).Draw(t, "events")
	e, err := EventsOf(s, list)
	require.NoError(t, err)
	require.Len(t, e.List, len(list))
	return e
}

func TestEventsOfCountsWhatItRefuses(t *testing.T) {
	t.Parallel()
	s := Sensor{Width: 4, Height: 3, Polarities: 2}
	e, err := EventsOf(s, []Event{
		{T: 20, X: 3, Y: 2, P: 1}, {T: 10}, {T: 5, X: 4}, {T: 5, Y: 3}, {T: 5, P: 2}, {T: -1}, {T: MaxEventTime + 1},
		{T: 10, X: 1},
	})
	require.NoError(t, err)
	assert.Equal(t, []Event{{T: 10}, {T: 10, X: 1}, {T: 20, X: 3, Y: 2, P: 1}}, e.List, "a stable order of time")
	assert.Equal(t, Rejected{Outside: 3, BadTime: 2, Reordered: 2}, e.Rejected)
	assert.Equal(t, 5, e.Rejected.Lost())
	assert.Equal(t, "3 off the sensor, 2 with an impossible time, 2 out of order", e.Rejected.String())
	assert.Equal(t, "none", Rejected{}.String())
	require.NoError(t, e.Check())

	for _, s := range []Sensor{{}, {Width: 1, Height: 1, Polarities: 3}, {Width: 1 << 17, Height: 1, Polarities: 1}} {
		_, err := EventsOf(s, nil)
		assert.ErrorIs(t, err, ErrOption, "%+v", s)
	}
}

func TestEventsCheck(t *testing.T) {
	t.Parallel()
	s := Sensor{Width: 2, Height: 1, Polarities: 1}
	for _, list := range [][]Event{{{X: 2}}, {{Y: 1}}, {{P: 1}}, {{T: -1}}, {{T: 2}, {T: 1}}} {
		assert.ErrorIs(t, (&Events{Sensor: s, List: list}).Check(), ErrRange, "%v", list)
	}
	assert.ErrorIs(t, (&Events{}).Check(), ErrOption)
}

// Windows that touch share no event and lose none.
func TestWindowsPartition(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		e := someEvents(t)
		at := rapid.Int64Range(0, 5001).Draw(t, "at")
		a, b := e.Window(0, at), e.Window(at, 5001)
		require.NoError(t, a.Check())
		require.NoError(t, b.Check())
		for i := range b.List {
			b.List[i].T += at
		}
		assert.Equal(t, e.List, append(a.List, b.List...))
	})
	e := &Events{Sensor: Sensor{1, 1, 1}, List: []Event{{T: 5}}}
	assert.Empty(t, e.Window(9, 2).List, "an end before the start")
}
