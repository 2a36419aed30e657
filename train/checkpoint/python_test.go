package checkpoint_test

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/spikegraph/spikegraph/train/checkpoint"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// readBack reads a file with the reference implementation, prints it, and writes it anew.
const readBack = `
import sys
from safetensors import safe_open
from safetensors.numpy import save_file
tensors = {}
with safe_open(sys.argv[1], framework="numpy") as f:
    print("metadata", f.metadata()["epoch"], f.metadata()["spikegraph.kind"])
    for name in sorted(f.keys()):
        tensors[name] = f.get_tensor(name)
        print(name, tensors[name].dtype, list(tensors[name].shape), tensors[name].ravel().tolist())
    save_file(tensors, sys.argv[2], metadata=f.metadata())
`

// Another implementation reads our files, and we read what it makes of them, checksum included.
func TestReferenceImplementationInPython(t *testing.T) {
	t.Parallel()
	if err := exec.Command("python3", "-c", "import numpy, safetensors").Run(); err != nil {
		t.Skip("python3 with numpy and safetensors is not installed (pip install numpy safetensors):", err)
	}
	dir := t.TempDir()
	ours, theirs := filepath.Join(dir, "ours"), filepath.Join(dir, "theirs")
	require.NoError(t, checkpoint.WriteFile(ours, tinyFile()))
	out, err := exec.Command("python3", "-c", readBack, ours, theirs).CombinedOutput()
	require.NoError(t, err, string(out))
	assert.Equal(t, `metadata 12 weights
mask bool [3] [True, False, True]
none float32 [0, 4] []
s int64 [] [-2]
w float32 [2, 3] [0.0, 1.0, -2.0, 0.5, -0.0, inf]
`, string(out))

	f, err := checkpoint.ReadFile(theirs)
	require.NoError(t, err)
	requireSame(t, tinyFile(), f)
}
