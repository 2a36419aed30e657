package datasets

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEventSet(t *testing.T) {
	t.Parallel()
	sensor := Sensor{Width: 3, Height: 1, Polarities: 1}
	a := &Events{Sensor: sensor, List: []Event{{T: 0, X: 2}, {T: 1, X: 2}}, Rejected: Rejected{Outside: 2}}
	b := &Events{Sensor: sensor, List: []Event{{T: 12, X: 1}}, Rejected: Rejected{NotFinite: 1}}
	set, err := NewEventSet([]*Events{a, b}, []int32{0, 1}, []string{"a", "b"})
	require.NoError(t, err)
	part, err := set.Select([]int{1, 0, 1})
	require.NoError(t, err)
	d, report, err := part.Frames(Bins{Window: 10, Frames: 2})
	require.NoError(t, err)
	require.NoError(t, d.Check())
	assert.Equal(t, []int32{1, 0, 1}, d.Labels)
	assert.Equal(t, []float32{0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0}, d.X)
	assert.Equal(t, []int{2, 1, 1, 3}, d.Shape)
	assert.Equal(t, EventReport{Binned{Kept: 4}, Rejected{Outside: 2, NotFinite: 2}}, report)

	_, err = set.Select([]int{2})
	assert.ErrorIs(t, err, ErrRange)
	_, err = set.Recording(-1)
	assert.ErrorIs(t, err, ErrRange)
	_, _, err = set.Spikes(Bins{Window: 10})
	assert.ErrorIs(t, err, ErrOption, "no number of steps")
	_, _, err = set.Frames(Bins{Window: 10, Frames: maxFrameElements})
	assert.ErrorIs(t, err, ErrRange)
	_, err = NewEventSet(nil, nil, nil)
	assert.ErrorIs(t, err, ErrEmpty)
	_, err = NewEventSet([]*Events{a}, []int32{2}, []string{"a", "b"})
	assert.ErrorIs(t, err, ErrLabel)
	_, err = NewEventSet([]*Events{a}, nil, []string{"a"})
	assert.ErrorIs(t, err, ErrShape)
	_, err = NewEventSet([]*Events{a, {Sensor: Sensor{1, 1, 1}}}, []int32{0, 0}, []string{"a"})
	assert.ErrorIs(t, err, ErrShape)
	assert.NoError(t, set.Close())
}

func TestAugmentedSet(t *testing.T) {
	t.Parallel()
	e := &Events{Sensor: Sensor{Width: 9, Height: 1, Polarities: 1}, List: []Event{{X: 4}}}
	set, err := NewEventSet([]*Events{e, e, e, e, e, e, e, e}, make([]int32, 8), []string{"a"})
	require.NoError(t, err)
	spikes := func(epoch int) *Spikes {
		s, _, err := set.Augmented(Augment{Shift: 4}, 1, epoch).Spikes(Bins{Window: 1, Frames: 1})
		require.NoError(t, err)
		return s
	}
	assert.Equal(t, spikes(0), spikes(0))
	assert.NotEqual(t, spikes(0), spikes(1))
	cropped, _, err := set.Augmented(Augment{CropWidth: 3}, 1, 0).Spikes(Bins{Window: 1, Frames: 1})
	require.NoError(t, err)
	assert.Equal(t, 3, cropped.Channels)
}
