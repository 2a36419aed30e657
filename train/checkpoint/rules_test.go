package checkpoint

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestRename(t *testing.T) {
	t.Parallel()
	rules := Rules{Rename: []Rename{
		{"fc1.bias", "hidden.b"},
		{"fc1.*", "hidden.*"},
		{"module.*", "*"},
		{"hidden.*", "never, as rules apply once.*"},
		{"old", "new"},
	}}
	for from, to := range map[string]string{
		"fc1.bias":     "hidden.b",
		"fc1.weight":   "hidden.weight",
		"fc10.weight":  "fc10.weight",
		"module.fc1.w": "fc1.w",
		"old":          "new",
		"older":        "older",
		"":             "",
	} {
		assert.Equal(t, to, rules.rename(from), from)
	}
}

func TestRenameHasStarsOnBothSidesOrNone(t *testing.T) {
	t.Parallel()
	for _, m := range []Rename{{"a.*", "b"}, {"a", "b.*"}} {
		err := new(File).Match(nil, Rules{Rename: []Rename{m}})
		assert.ErrorContains(t, err, "both or none must end in *")
		assert.Regexp(t, "^checkpoint: ", err)
	}
}

func TestPatterns(t *testing.T) {
	t.Parallel()
	patterns := []string{"optim.*", "step"}
	for name, want := range map[string]bool{
		"optim.adam/m": true, "optim.": true, "optim": false, "step": true, "steps": false,
	} {
		assert.Equal(t, want, anyFits(patterns, name), name)
	}
	assert.True(t, anyFits([]string{"*"}, ""))
	assert.False(t, anyFits(nil, ""))
}
