package config

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// ErrConfig is what every fault of a file wraps: the file is to be changed, not the program.
var ErrConfig = errors.New("wrong settings")

// File is a TOML file.
type File struct {
	Path   string
	Text   string
	Root   *Table
	lines  map[string]int
	tables []*Table
	faults []fault
}

// fault is what is wrong on a line.
type fault struct {
	line int
	text string
}

// Read reads the file at path. Errors of the file system are the file's only fault.
func Read(path string) *File {
	text, err := os.ReadFile(path)
	if err != nil {
		f := Parse(path, "")
		var why *fs.PathError
		if errors.As(err, &why) { // the path stands before every fault
			err = why.Err
		}
		f.faults = append(f.faults, fault{text: err.Error()})
		return f
	}
	return Parse(path, string(text))
}

// Parse reads a text; path is its name in messages. A text that is not TOML is an empty file with a
// fault.
func Parse(path, text string) *File {
	f := &File{Path: path, Text: text}
	values := map[string]any{}
	if _, err := toml.Decode(text, &values); err != nil {
		var at toml.ParseError
		if !errors.As(err, &at) {
			at.Message = err.Error()
		}
		f.faults = append(f.faults, fault{at.Position.Line, "this is not TOML: " + at.Message})
		values = map[string]any{}
	} else {
		f.lines = lines(text)
	}
	f.Root = f.table("", values)
	return f
}

// Err returns all faults in the order of their lines, with one for each key that was not asked for,
// or nil. It wraps ErrConfig.
func (f *File) Err() error {
	all := slices.Clone(f.faults)
	for _, t := range f.tables {
		all = append(all, t.unknown()...)
	}
	if len(all) == 0 {
		return nil
	}
	slices.SortStableFunc(all, func(a, b fault) int { return cmp.Compare(a.line, b.line) })
	var text []string
	for _, a := range all {
		text = append(text, f.place(a.line)+": "+a.text)
	}
	return refused{strings.Join(text, "\n")}
}

// Faulty reports whether anything is wrong so far, not counting keys that were not asked for.
func (f *File) Faulty() bool { return len(f.faults) > 0 }

// refused is an error of a file, whose text stands for itself.
type refused struct{ text string }

func (r refused) Error() string { return r.text }
func (r refused) Unwrap() error { return ErrConfig }

// place names a line of the file.
func (f *File) place(line int) string {
	if line == 0 {
		return f.Path
	}
	return fmt.Sprintf("%s:%d", f.Path, line)
}

// lineOf returns the line of a path, or of the nearest thing around it.
func (f *File) lineOf(path string) int {
	for path != "" {
		if n, ok := f.lines[path]; ok {
			return n
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return 0
}
