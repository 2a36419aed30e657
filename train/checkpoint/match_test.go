package checkpoint_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/train/checkpoint"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// trained is a file as another tool may have left it.
func trained() *checkpoint.File {
	return &checkpoint.File{Tensors: []checkpoint.Tensor{
		{"fc1.w", dense([]float32{1, 2, 3, 4, 5, 6}, 2, 3)},
		{"fc1.b", dense([]float64{7, 8, 9}, 3)},
		{"out.w", dense([]float32{10, 11, 12}, 3, 1)},
		{"optim.m", dense([]float32{13}, 1)},
	}}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	assert.NoError(t, trained().Match(trained().Specs(), checkpoint.Rules{}))
	assert.NoError(t, new(checkpoint.File).Match(nil, checkpoint.Rules{}))
}

func TestMatchListsEverything(t *testing.T) {
	t.Parallel()
	want := []checkpoint.Spec{
		{"hidden.w", checkpoint.F32, []int{2, 3}},
		{"hidden.b", checkpoint.F32, []int{3}},
		{"out.w", checkpoint.F32, []int{3, 10}},
		{"out.b", checkpoint.F32, []int{10}},
		{"tau", checkpoint.F64, nil},
	}
	err := trained().Match(want, checkpoint.Rules{Rename: []checkpoint.Rename{{"fc1.*", "hidden.*"}}})
	require.ErrorIs(t, err, checkpoint.ErrMismatch)
	assert.EqualError(t, err, `checkpoint: file does not match the model
	missing in the file: out.b F32 [10]
	missing in the file: tau F64 []
	unexpected in the file: optim.m F32 [1]
	different: the file has fc1.b F64 [3], the model wants hidden.b F32 [3]
	different: the file has out.w F32 [3 1], the model wants out.w F32 [3 10]`)

	var diff *checkpoint.MismatchError
	require.ErrorAs(t, err, &diff)
	assert.Equal(t, want[3:], diff.Missing)
	assert.Equal(t, trained().Specs()[3:], diff.Unexpected)
	assert.Len(t, diff.Different, 2)
}

func TestMatchAllowsWhatTheRulesSay(t *testing.T) {
	t.Parallel()
	want := []checkpoint.Spec{{"fc1.w", checkpoint.F32, []int{2, 3}}, {"out.b", checkpoint.F32, []int{10}}}
	assert.NoError(t, trained().Match(want, checkpoint.Rules{
		AllowMissing:    []string{"*.b", "out.b"}, // "*" counts at the end only
		AllowUnexpected: []string{"optim.*", "fc1.b", "out.*"},
	}))
	// What may be missing must be right if it is there.
	want[0].Shape = []int{3, 2}
	err := trained().Match(want, checkpoint.Rules{AllowMissing: []string{"*"}, AllowUnexpected: []string{"*"}})
	assert.ErrorIs(t, err, checkpoint.ErrMismatch)
}

func TestMatchRefusesNamesClaimedTwice(t *testing.T) {
	t.Parallel()
	want := []checkpoint.Spec{{"out.w", checkpoint.F32, []int{3, 1}}, {"out.w", checkpoint.F32, []int{3, 1}}}
	err := trained().Match(want, checkpoint.Rules{
		Rename:          []checkpoint.Rename{{"fc1.w", "out.w"}},
		AllowMissing:    []string{"*"},
		AllowUnexpected: []string{"*"},
	})
	require.ErrorIs(t, err, checkpoint.ErrMismatch)
	assert.ErrorContains(t, err, "ambiguous: out.w is claimed by fc1.w, out.w")
	assert.ErrorContains(t, err, "ambiguous: out.w is claimed by the model, twice")
}
