package checkpoint

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestKeepLastAndEvery(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		s    Series
		want []int64
	}{
		"all":             {Series{}, []int64{1, 2, 3, 4, 5, 6, 7}},
		"last":            {Series{KeepLast: 2}, []int64{6, 7}},
		"every":           {Series{KeepEvery: 3}, []int64{1, 4, 7}},
		"every, and more": {Series{KeepEvery: 4}, []int64{1, 5, 7}}, // the one just written stays
		"last and every":  {Series{KeepLast: 2, KeepEvery: 2}, []int64{1, 3, 5, 6, 7}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.s.Dir = t.TempDir()
			saveAll(t, c.s, 1, 2, 3, 4, 5, 6, 7)
			assert.Equal(t, c.want, held(t, c.s))
		})
	}
}

// Steps that are no multiples of anything are kept as far apart as they come.
func TestKeepEveryOfUnevenSteps(t *testing.T) {
	t.Parallel()
	s := Series{Dir: t.TempDir(), KeepEvery: 10}
	saveAll(t, s, 3, 6, 12, 13, 19, 25, 40, 41)
	assert.Equal(t, []int64{3, 13, 25, 40, 41}, held(t, s))
}

func TestKeepBest(t *testing.T) {
	t.Parallel()
	losses := []string{"0.5", "0.1", "NaN", "0.1", "-Inf", "0.9", "2"} // of steps 0 to 6
	for name, c := range map[string]struct {
		s    Series
		want []int64
	}{
		"lower":         {Series{KeepBest: 2}, []int64{3, 4, 6}}, // of equals the later
		"higher":        {Series{KeepBest: 2, Higher: true}, []int64{5, 6}},
		"more than any": {Series{KeepBest: 9}, []int64{0, 1, 3, 4, 5, 6}}, // but no NaN
		"best and last": {Series{KeepBest: 1, KeepLast: 2}, []int64{4, 5, 6}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.s.Dir, c.s.BestBy = t.TempDir(), "loss"
			for step, loss := range losses {
				f := numbered(float32(step))
				f.Metadata = map[string]string{"loss": loss}
				_, err := c.s.Save(int64(step), f)
				require.NoError(t, err, strconv.Itoa(step))
			}
			assert.Equal(t, c.want, held(t, c.s))
		})
	}
}

func TestSeriesRefusesSettings(t *testing.T) {
	t.Parallel()
	for says, s := range map[string]Series{
		"KeepLast -1":  {KeepLast: -1},
		"KeepEvery -1": {KeepEvery: -1},
		"needs BestBy": {KeepBest: 1},
		`"loss"`:       {KeepBest: 1, BestBy: "loss"}, // which the file does not have
		"Prefix":       {Prefix: "a/b"},
	} {
		s.Dir = t.TempDir()
		_, err := s.Save(1, numbered(1))
		assert.ErrorContains(t, err, says)
		assert.Regexp(t, "^checkpoint: ", err)
		assert.Empty(t, names(t, s.Dir))
	}
}
