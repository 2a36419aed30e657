package datasets

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Whatever is done, each event is in the result or counted, and the result holds.
func TestAugmentAccountsForEveryEvent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		e := someEvents(t)
		a := Augment{
			Jitter:     rapid.SampledFrom([]float64{0, 3, 400}).Draw(t, "jitter"),
			Shift:      rapid.IntRange(0, 4).Draw(t, "shift"),
			CropWidth:  rapid.IntRange(0, e.Width).Draw(t, "crop width"),
			CropHeight: rapid.IntRange(0, e.Height).Draw(t, "crop height"),
		}
		if e.Polarities == 2 {
			a.FlipPolarity = rapid.SampledFrom([]float64{0, 0.5, 1}).Draw(t, "flip")
		}
		seed := rapid.Uint64().Draw(t, "seed")
		before := append([]Event(nil), e.List...)
		got, err := a.Apply(e, rand.New(rand.NewPCG(seed, 1)))
		require.NoError(t, err)
		require.NoError(t, got.Check())
		assert.Equal(t, len(e.List), len(got.List)+got.Rejected.Lost())
		assert.Equal(t, before, append([]Event(nil), e.List...), "the original is not changed")
		again, err := a.Apply(e, rand.New(rand.NewPCG(seed, 1)))
		require.NoError(t, err)
		assert.Equal(t, got, again, "the same seed")
	})
}

func TestAugmentParts(t *testing.T) {
	t.Parallel()
	e := &Events{Sensor: Sensor{Width: 10, Height: 10, Polarities: 2}}
	for i := range 1000 {
		e.List = append(e.List, Event{T: int64(100 * (i + 10)), X: 5, Y: 4, P: uint8(i % 2)})
	}
	apply := func(a Augment) *Events {
		t.Helper()
		got, err := a.Apply(e, rand.New(rand.NewPCG(1, 2)))
		require.NoError(t, err)
		return got
	}
	assert.Equal(t, e.List, apply(Augment{}).List)
	assert.InDelta(t, 700, len(apply(Augment{Drop: 0.3}).List), 75, "5 standard deviations")
	flipped := apply(Augment{FlipPolarity: 1}).List
	for i := range flipped {
		require.Equal(t, 1-e.List[i].P, flipped[i].P)
	}
	sum := 0.0
	for i, v := range apply(Augment{Jitter: 10}).List { // too little to change the order
		d := float64(v.T - e.List[i].T)
		sum += d * d
	}
	assert.InDelta(t, 100, sum/1000, 25, "variance of the jitter, 5 standard deviations")
	crop := apply(Augment{CropWidth: 8, CropHeight: 9})
	assert.Equal(t, Sensor{Width: 8, Height: 9, Polarities: 2}, crop.Sensor)
	assert.Len(t, crop.List, 1000)
	seen := map[int]bool{}
	for seed := range uint64(100) {
		got, err := Augment{Shift: 2}.Apply(e, rand.New(rand.NewPCG(seed, 0)))
		require.NoError(t, err)
		seen[int(got.List[0].X)] = true
	}
	assert.Equal(t, map[int]bool{3: true, 4: true, 5: true, 6: true, 7: true}, seen)
}

func TestAugmentRefuses(t *testing.T) {
	t.Parallel()
	e := &Events{Sensor: Sensor{Width: 4, Height: 1, Polarities: 1}}
	rng := rand.New(rand.NewPCG(1, 2))
	for _, a := range []Augment{{Drop: 1}, {Drop: -0.1}, {FlipPolarity: 0.5}, {Jitter: -1}, {Shift: -1}, {CropWidth: 5}, {CropHeight: 2}} {
		_, err := a.Apply(e, rng)
		assert.ErrorIs(t, err, ErrOption, "%+v", a)
	}
	_, err := Augment{}.Apply(e, nil)
	assert.ErrorIs(t, err, ErrOption)
}
