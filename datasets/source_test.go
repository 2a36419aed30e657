package datasets_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spikegraph/spikegraph/datasets"
)

// Every source is refused with its fault by Check, and by Batches before the first batch.
func TestSourcesRefuse(t *testing.T) {
	t.Parallel()
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	image := func(change func(*datasets.Images)) datasets.Source {
		d := images()
		change(d)
		return d
	}
	spikes := func(change func(*datasets.Spikes)) datasets.Source {
		s, err := datasets.NewSpikes(2, 3, 70, 4)
		require.NoError(t, err)
		change(s)
		return s
	}
	cases := []struct {
		name string
		src  datasets.Source
		kind error
		says string
	}{
		{"a pixel too few", image(func(d *datasets.Images) { d.Pixels = d.Pixels[1:] }), datasets.ErrShape,
			"11 values for 2 images of shape [2 3]"},
		{"a label too many", image(func(d *datasets.Images) { d.Labels = append(d.Labels, 0) }), datasets.ErrShape,
			"12 values for 3 images"},
		{"no width", image(func(d *datasets.Images) { d.W = 0 }), datasets.ErrShape, "images of shape [2 0]"},
		{"huge image", image(func(d *datasets.Images) { d.H, d.W = math.MaxInt, 3 }), datasets.ErrShape, ""},
		{"class unknown", image(func(d *datasets.Images) { d.Labels[1] = 2 }), datasets.ErrLabel,
			"sample 1 has label 2, expected 0 to 1"},
		{"negative class", image(func(d *datasets.Images) { d.Labels[0] = -1 }), datasets.ErrLabel, "label -1"},

		{"uneven samples", &datasets.Samples{X: make([]float32, 5), Shape: []int{2}}, datasets.ErrShape, "5 values"},
		{"empty axis", &datasets.Samples{X: make([]float32, 5), Shape: []int{0}}, datasets.ErrShape, "[0]"},
		{"labels missing", &datasets.Samples{X: make([]float32, 4), Shape: []int{2}, Labels: []int32{0}, Classes: 1},
			datasets.ErrShape, "2 samples and 1 labels"},
		{"label out of range", &datasets.Samples{X: make([]float32, 2), Labels: []int32{0, 3}, Classes: 3},
			datasets.ErrLabel, "label 3"},
		{"targets missing", &datasets.Samples{X: make([]float32, 4), Y: make([]float32, 6), TargetShape: []int{2}},
			datasets.ErrShape, "6 values for 4 targets"},
		{"labels and targets", &datasets.Samples{X: []float32{1}, Y: []float32{1}, Labels: []int32{0}, Classes: 1},
			datasets.ErrOption, ""},
		{"NaN", &datasets.Samples{X: []float32{1, 2, 3, 4, nan, 6}, Shape: []int{3}}, datasets.ErrNotFinite,
			"the value of sample 1, element 1, is NaN"},
		{"infinite target", &datasets.Samples{X: []float32{1, 2}, Y: []float32{1, inf}}, datasets.ErrNotFinite,
			"the target of sample 1, element 0, is +Inf"},

		{"step missing", spikes(func(s *datasets.Spikes) { s.Bits = s.Bits[2:] }), datasets.ErrShape, ""},
		{"no channels", spikes(func(s *datasets.Spikes) { s.Channels = 0 }), datasets.ErrShape, "0 channels"},
		{"unused bit", spikes(func(s *datasets.Spikes) { s.Bits[9] = 1 << 6 }), datasets.ErrShape,
			"sample 1 has a spike beyond its 70 channels"},
		{"class unknown", spikes(func(s *datasets.Spikes) { s.Labels[1] = 4 }), datasets.ErrLabel, "label 4"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := c.src.Check()
			require.ErrorIs(t, err, c.kind)
			assert.True(t, strings.HasPrefix(err.Error(), "datasets: "), err)
			assert.ErrorContains(t, err, c.says)
			if c.src.Len() > 0 {
				got, again := collect(t.Context(), c.src, datasets.BatchOptions{Size: 1})
				assert.Equal(t, err, again)
				assert.Empty(t, got)
			}
		})
	}
}
