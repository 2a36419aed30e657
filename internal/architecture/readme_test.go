package architecture

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The network in the README is the one that is run as an example of package train.
func TestReadmeRuns(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	_, rest, ok := strings.Cut(string(readme), "```go\n")
	require.True(t, ok, "the README has no Go")
	code, _, ok := strings.Cut(rest, "```")
	require.True(t, ok)
	source, err := os.ReadFile("../../train/example_readme_test.go")
	require.NoError(t, err)
	example := strings.ReplaceAll(string(source), "\n\t", "\n")
	assert.Contains(t, example, code, "README and example differ")
}

// Commands in the README name programs that exist.
func TestReadmeCommands(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	words := strings.Fields(strings.ReplaceAll(string(readme), "`", " "))
	found := 0
	for i, w := range words {
		if w == "run" && i+1 < len(words) && strings.HasPrefix(words[i+1], "./") {
			found++
			assert.DirExists(t, "../../"+strings.TrimRight(words[i+1], ").,;"))
		}
	}
	assert.Greater(t, found, 0)
}
