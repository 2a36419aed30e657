package atomicfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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

// requireText checks which file is at path, and that it is whole.
func requireText(t *testing.T, want, path string) {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, want, string(b))
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

// put writes a text over a disk that may be faulty; a killed process is errInjected too.
func put(d disk, path, s string) (err error) {
	defer func() {
		if r := recover(); r == (killed{}) {
			err = errInjected
		} else if r != nil {
			panic(r)
		}
	}()
	return write(d, path, text(s))
}

// text is a content for Write.
func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

var stepsBeforeRename = []string{"create", "mode", "chmod", "write", "sync", "close", "rename"}

func TestAnyErrorLeavesThePreviousFile(t *testing.T) {
	t.Parallel()
	for _, step := range stepsBeforeRename {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, "net")
			require.NoError(t, Write(path, text("file 1")))
			err := put(faulty{step: step}, path, "file 2")
			require.ErrorIs(t, err, errInjected)
			requireText(t, "file 1", path)
			assert.Equal(t, []string{"net"}, names(t, dir), "nothing is left over")
		})
	}
}

func TestAnyErrorLeavesNothing(t *testing.T) {
	t.Parallel()
	for _, step := range stepsBeforeRename {
		dir := t.TempDir()
		err := put(faulty{step: step}, filepath.Join(dir, "net"), "file 2")
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
			require.NoError(t, Write(path, text("file 1")))
			require.ErrorIs(t, put(faulty{step: step, die: true}, path, "file 2"), errInjected)
			requireText(t, "file 1", path)
			require.NoError(t, Write(path, text("file 3")))
			requireText(t, "file 3", path)
		})
	}
}

func TestErrorAfterTheRename(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "net")
	require.NoError(t, Write(path, text("file 1")))
	err := put(faulty{step: "syncdir"}, path, "file 2")
	require.ErrorIs(t, err, errInjected)
	assert.ErrorContains(t, err, "written, but")
	requireText(t, "file 2", path)
	assert.Equal(t, []string{"net"}, names(t, dir))
}

func TestPermissionsAreKept(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has other permissions")
	}
	path := filepath.Join(t.TempDir(), "net")
	require.NoError(t, Write(path, text("file 1")))
	require.NoError(t, os.Chmod(path, 0o640))
	require.NoError(t, Write(path, text("file 2")))
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, fs.FileMode(0o640), info.Mode().Perm())
}

// Devices are written to and stay what they are; a directory is refused.
func TestOtherThanFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	assert.ErrorIs(t, Write(dir, text("x")), syscall.EISDIR)
	if _, err := os.Stat("/dev/null"); err != nil {
		t.Skip("there is no /dev/null here")
	}
	path := filepath.Join(dir, "link")
	require.NoError(t, os.Symlink("/dev/null", path))
	require.NoError(t, Write(path, text("x")))
	to, err := os.Readlink(path)
	require.NoError(t, err)
	assert.Equal(t, "/dev/null", to)
	assert.ErrorIs(t, Write(path, func(io.Writer) error { return errInjected }), errInjected)
}

// Many writers of one path leave one of their files, whole, and nothing else.
func TestWritersDoNotMix(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "net")
	var done sync.WaitGroup
	for i := range 20 {
		done.Go(func() { assert.NoError(t, Write(path, text(strings.Repeat(string(rune('a'+i)), 10_000)))) })
	}
	done.Wait()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, strings.Repeat(string(b[:1]), 10_000), string(b))
	assert.Equal(t, []string{"net"}, names(t, filepath.Dir(path)))
}

func ExampleWrite() {
	dir, err := os.MkdirTemp("", "atomicfile")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "a")
	_ = Write(path, func(w io.Writer) error {
		_, err := io.WriteString(w, "one")
		return err
	})
	fmt.Println(Write(path, func(w io.Writer) error {
		_, _ = io.WriteString(w, "half of tw")
		return errors.New("the power is gone")
	}))
	b, err := os.ReadFile(path)
	fmt.Println(string(b), err)
	// Output:
	// the power is gone
	// one <nil>
}

// Check says before what Write would say after, and leaves nothing.
func TestCheck(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "a.txt")
	require.NoError(t, Check(path))
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, left)
	require.NoError(t, WriteBytes(path, []byte("as it was")))
	require.NoError(t, Check(path))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "as it was", string(text))
	assert.ErrorIs(t, Check(filepath.Join(dir, "none", "a.txt")), os.ErrNotExist)
	assert.ErrorIs(t, Check(dir), syscall.EISDIR)
	assert.ErrorIs(t, Check(filepath.Join(path, "b.txt")), syscall.ENOTDIR)
	require.NoError(t, Check(os.DevNull))
	if runtime.GOOS == "linux" {
		assert.ErrorContains(t, Check("/proc/a.txt"), "write /proc/a.txt: ")
	}
}
