package checkpoint

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

// disk is what writeAtomic does to the file system; tests let each of these fail.
type disk interface {
	Create(path string) (diskFile, error) // fs.ErrExist where something is there
	Mode(path string) (fs.FileMode, error)
	Rename(from, to string) error
	Remove(path string) error
	SyncDir(path string) error
}

// diskFile is the part of *os.File that writeAtomic uses.
type diskFile interface {
	io.WriteCloser
	Chmod(fs.FileMode) error
	Sync() error
}

// maxLeftovers bounds the search for a free temporary name.
const maxLeftovers = 10_000

// writeAtomic puts what content writes at path; see WriteFile.
func writeAtomic(d disk, path string, content func(io.Writer) error) error {
	tmp, file, err := createTemp(d, path)
	if err != nil {
		return &pathError{path, err}
	}
	err = fill(d, file, path, content)
	if err = errors.Join(err, file.Close()); err == nil {
		err = d.Rename(tmp, path)
	}
	if err != nil {
		return &pathError{path, errors.Join(err, d.Remove(tmp))}
	}
	if err := d.SyncDir(filepath.Dir(path)); err != nil {
		return &pathError{path, fmt.Errorf("written, but it may not outlast a power cut: %w", err)}
	}
	return nil
}

// createTemp creates a file with a free name in the directory of path.
func createTemp(d disk, path string) (name string, file diskFile, err error) {
	dir, base := filepath.Split(path)
	for i := range maxLeftovers {
		name = filepath.Join(dir, fmt.Sprintf(".%s.tmp-%d", base, i))
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
