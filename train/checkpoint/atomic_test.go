package checkpoint

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

var errInjected = errors.New("injected")

// faulty is the real disk, but for one step: at that it fails, or the process dies.
type faulty struct {
	osDisk
	step string
	die  bool // panic: nothing behind the step is done, no clean-up either
}

type killed struct{}

func (d faulty) at(step string) error {
	if step != d.step {
		return nil
	}
	if d.die {
		panic(killed{})
	}
	return errInjected
}

func (d faulty) Create(path string) (diskFile, error) {
	if err := d.at("create"); err != nil {
		return nil, err
	}
	file, err := d.osDisk.Create(path)
	return faultyFile{file, d}, err
}

func (d faulty) Mode(path string) (fs.FileMode, error) {
	if err := d.at("mode"); err != nil {
		return 0, err
	}
	return d.osDisk.Mode(path)
}

func (d faulty) Rename(from, to string) error {
	return errors.Join(d.at("rename"), onlyIf(d.step != "rename", func() error { return d.osDisk.Rename(from, to) }))
}

func (d faulty) SyncDir(path string) error {
	return errors.Join(d.at("syncdir"), d.osDisk.SyncDir(path))
}

// onlyIf calls do, or not.
func onlyIf(yes bool, do func() error) error {
	if !yes {
		return nil
	}
	return do()
}

type faultyFile struct {
	diskFile
	d faulty
}

// Write writes half before it fails, as a full disk does.
func (f faultyFile) Write(b []byte) (int, error) {
	if f.d.step == "write" {
		n, _ := f.diskFile.Write(b[:len(b)/2])
		return n, f.d.at("write")
	}
	return f.diskFile.Write(b)
}

func (f faultyFile) Chmod(m fs.FileMode) error {
	return errors.Join(f.d.at("chmod"), f.diskFile.Chmod(m))
}
func (f faultyFile) Sync() error  { return errors.Join(f.d.at("sync"), f.diskFile.Sync()) }
func (f faultyFile) Close() error { return errors.Join(f.d.at("close"), f.diskFile.Close()) }

// numbered returns a file which is told from others by its number.
func numbered(x float32) *File {
	return &File{Tensors: []Tensor{{"x", tensor.New(tensor.WithShape(1), tensor.WithBacking([]float32{x}))}}}
}

// requireNumber checks which file is at path, and that it is whole.
func requireNumber(t *testing.T, want float32, path string) {
	t.Helper()
	f, err := ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, []float32{want}, f.Tensor("x").Float32s())
}

// names lists a directory.
func names(t *testing.T, dir string) (all []string) {
	t.Helper()
	es, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range es {
		all = append(all, e.Name())
	}
	return all
}

// put writes a numbered file over a disk that may be faulty; a killed process is errInjected too.
func put(d disk, path string, x float32) (err error) {
	defer func() {
		if r := recover(); r == (killed{}) {
			err = errInjected
		} else if r != nil {
			panic(r)
		}
	}()
	return writeAtomic(d, path, func(w io.Writer) error { return Encode(w, numbered(x)) })
}

var stepsBeforeRename = []string{"create", "mode", "chmod", "write", "sync", "close", "rename"}

func TestAnyErrorLeavesThePreviousFile(t *testing.T) {
	t.Parallel()
	for _, step := range stepsBeforeRename {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, "net")
			require.NoError(t, WriteFile(path, numbered(1)))
			err := put(faulty{step: step}, path, 2)
			require.ErrorIs(t, err, errInjected)
			assert.Regexp(t, "^checkpoint: .*net: ", err)
			requireNumber(t, 1, path)
			assert.Equal(t, []string{"net"}, names(t, dir), "nothing is left over")
		})
	}
}

func TestAnyErrorLeavesNothing(t *testing.T) {
	t.Parallel()
	for _, step := range stepsBeforeRename {
		dir := t.TempDir()
		err := put(faulty{step: step}, filepath.Join(dir, "net"), 2)
		if step == "chmod" { // there is no mode to keep
			require.NoError(t, err)
			continue
		}
		require.ErrorIs(t, err, errInjected, step)
		assert.Empty(t, names(t, dir), step)
	}
}

// A killed process leaves a temporary file, which disturbs no one.
func TestKilledAtAnyStep(t *testing.T) {
	t.Parallel()
	for _, step := range stepsBeforeRename {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "net")
			require.NoError(t, WriteFile(path, numbered(1)))
			require.ErrorIs(t, put(faulty{step: step, die: true}, path, 2), errInjected)
			requireNumber(t, 1, path)
			require.NoError(t, WriteFile(path, numbered(3)))
			requireNumber(t, 3, path)
		})
	}
}

func TestErrorAfterTheRename(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "net")
	require.NoError(t, WriteFile(path, numbered(1)))
	err := put(faulty{step: "syncdir"}, path, 2)
	require.ErrorIs(t, err, errInjected)
	assert.ErrorContains(t, err, "written, but")
	requireNumber(t, 2, path)
	assert.Equal(t, []string{"net"}, names(t, dir))
}

func TestPermissionsAreKept(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has other permissions")
	}
	path := filepath.Join(t.TempDir(), "net")
	require.NoError(t, WriteFile(path, numbered(1)))
	require.NoError(t, os.Chmod(path, 0o640))
	require.NoError(t, WriteFile(path, numbered(2)))
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, fs.FileMode(0o640), info.Mode().Perm())
}
