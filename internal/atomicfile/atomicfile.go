// Package atomicfile writes files that are never half written.
//
//	err := atomicfile.Write("net.npz", func(w io.Writer) error { ... })
//
// Errors are those of the disk and of what writes, without a package's name in front. Files of one path
// may be written by many goroutines at once: the last rename wins, and none is mixed from two.
package atomicfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
)

// Write writes a file so that at every moment path is the previous file or the new one, whole: it writes
// a temporary file beside it, and renames that once it is on disk. Where an error came before the
// rename, path is untouched and nothing is left over; an error after it says that the new file
// stands but may not outlast a power cut. A process that is killed leaves at most ".<name>.tmp-<n>"
// behind. The new file has the permissions of the previous one. A symbolic link is replaced and not
// followed, unless it leads to a device or a pipe: what is there is written to as it is.
func Write(path string, content func(io.Writer) error) error {
	info, err := os.Stat(path)
	switch {
	case err != nil || info.Mode().IsRegular():
		return write(osDisk{}, path, content)
	case info.IsDir():
		return &fs.PathError{Op: "write", Path: path, Err: syscall.EISDIR}
	}
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(content(file), file.Close())
}

// Check returns why Write could not write a file at path, as far as can be told before: long work need not end without its file. It creates a file
// beside it and removes it.
func Check(path string) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return &fs.PathError{Op: "write", Path: path, Err: syscall.EISDIR}
	case err == nil && !info.Mode().IsRegular():
		return nil
	}
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return err
	}
	tmp, file, err := createTemp(osDisk{}, path)
	if refused := (*fs.PathError)(nil); errors.As(err, &refused) {
		return &fs.PathError{Op: "write", Path: path, Err: refused.Err}
	} else if err != nil {
		return err
	}
	return errors.Join(file.Close(), os.Remove(tmp))
}

// WriteBytes is Write of bytes.
func WriteBytes(path string, b []byte) error {
	return Write(path, func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	})
}

// disk is what write does to the file system; tests let each of these fail.
type disk interface {
	Create(path string) (diskFile, error) // fs.ErrExist where something is there
	Mode(path string) (fs.FileMode, error)
	Rename(from, to string) error
	Remove(path string) error
	SyncDir(path string) error
}

// diskFile is the part of *os.File that write uses.
type diskFile interface {
	io.WriteCloser
	Chmod(fs.FileMode) error
	Sync() error
}

// Temporary stands in the names of temporary files between a dot with the name of the file and a number.
const Temporary = ".tmp-"

// maxLeftovers bounds the search for a free temporary name.
const maxLeftovers = 10_000

// write is Write on a disk.
func write(d disk, path string, content func(io.Writer) error) error {
	tmp, file, err := createTemp(d, path)
	if err != nil {
		return err
	}
	err = fill(d, file, path, content)
	if err = errors.Join(err, file.Close()); err == nil {
		err = d.Rename(tmp, path)
	}
	if err != nil {
		return errors.Join(err, d.Remove(tmp))
	}
	if err := d.SyncDir(filepath.Dir(path)); err != nil {
		return fmt.Errorf("written, but it may not outlast a power cut: %w", err)
	}
	return nil
}

// createTemp creates a file with a free name in the directory of path.
func createTemp(d disk, path string) (name string, file diskFile, err error) {
	dir, base := filepath.Split(path)
	for i := range maxLeftovers {
		name = filepath.Join(dir, fmt.Sprintf(".%s%s%d", base, Temporary, i))
		if file, err = d.Create(name); !errors.Is(err, fs.ErrExist) {
			break
		}
	}
	return name, file, err
}

// fill writes content to file and sees it to the disk, with the permissions of what is at path, if
// anything.
func fill(d disk, file diskFile, path string, content func(io.Writer) error) error {
	mode, err := d.Mode(path)
	if err == nil {
		err = file.Chmod(mode)
	} else if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err != nil {
		return err
	}
	if err := content(file); err != nil {
		return err
	}
	return file.Sync()
}

// osDisk is the real thing.
type osDisk struct{}

func (osDisk) Create(path string) (diskFile, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return nil, err // not a *os.File that is nil in an interface that is not
	}
	return file, nil
}

func (osDisk) Mode(path string) (fs.FileMode, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return info.Mode().Perm(), nil
}

func (osDisk) Rename(from, to string) error { return os.Rename(from, to) }

func (osDisk) Remove(path string) error { return os.Remove(path) }

// SyncDir makes a rename in the directory last. Windows has no such call, and some file systems
// refuse it.
func (osDisk) SyncDir(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	defer dir.Close() // it was only read
	err = dir.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	return err
}
