package config

import (
	"fmt"
	"slices"
	"strings"
)

// Table is a table of a File. A nil Table is an empty one that may be read.
type Table struct {
	file  *File
	path  string
	keys  map[string]string // as the file has them, by their canonical form
	value map[string]any    // by canonical form
	asked []string          // every key that the program knows, as it is documented
	inner map[string][]*Table
	skip  bool
}

// table returns the table of the values at a path.
func (f *File) table(path string, values map[string]any) *Table {
	t := &Table{file: f, path: path, keys: map[string]string{}, value: map[string]any{}, inner: map[string][]*Table{}}
	f.tables = append(f.tables, t)
	for key, v := range values {
		c := canonical(key)
		if other, twice := t.keys[c]; twice {
			first, last := min(key, other), max(key, other)
			f.fault(join(path, last), "%s and %s are the same key", first, last)
		}
		t.keys[c], t.value[c] = key, v
	}
	return t
}

// canonical returns the form in which keys are compared.
func canonical(key string) string {
	return strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(key))
}

func (f *File) fault(path, format string, args ...any) {
	f.faults = append(f.faults, fault{f.lineOf(path), path + ": " + fmt.Sprintf(format, args...)})
}

// Has reports whether the table has a key, which from now on counts as known.
func (t *Table) Has(key string) bool {
	_, ok := t.get(key)
	return ok
}

// Path returns the path of a key for messages; of the table itself if key is "".
func (t *Table) Path(key string) string {
	if t == nil {
		return key
	}
	if key == "" {
		return t.path
	}
	if as, ok := t.keys[canonical(key)]; ok {
		key = as
	}
	return join(t.path, key)
}

// Place names file and line of a key; of the table itself if key is "".
func (t *Table) Place(key string) string {
	if t == nil {
		return ""
	}
	return t.file.place(t.file.lineOf(t.Path(key)))
}

// Fault records that something is wrong with a key, or with the table itself if key is "".
func (t *Table) Fault(key, format string, args ...any) {
	if t != nil {
		t.file.fault(t.Path(key), format, args...)
	}
}

// Wrong records that the value of a key is not what was expected.
func (t *Table) Wrong(key, want string) {
	t.Fault(key, "%s: want %s", show(t.value[canonical(key)]), want)
}

// Skip says that not all keys are known, because what the table is about is not: keys that were not
// asked for are no faults then.
func (t *Table) Skip() {
	if t != nil {
		t.skip = true
	}
}

// get returns a value as TOML has it.
func (t *Table) get(key string) (any, bool) {
	if t == nil {
		return nil, false
	}
	if !slices.Contains(t.asked, key) {
		t.asked = append(t.asked, key)
	}
	v, ok := t.value[canonical(key)]
	return v, ok
}

// unknown returns a fault for each key that nobody asked for.
func (t *Table) unknown() []fault {
	if t.skip {
		return nil
	}
	known := map[string]bool{}
	for _, k := range t.asked {
		known[canonical(k)] = true
	}
	var faults []fault
	for c, key := range t.keys {
		if !known[c] {
			path := join(t.path, key)
			names := slices.Clone(t.asked)
			slices.Sort(names)
			faults = append(faults, fault{t.file.lineOf(path),
				fmt.Sprintf("%s: there is no such key; there are: %s", path, strings.Join(names, ", "))})
		}
	}
	slices.SortFunc(faults, func(a, b fault) int { return strings.Compare(a.text, b.text) })
	return faults
}

// show returns a value as it stands in messages.
func show(v any) string {
	switch v := v.(type) {
	case string:
		return fmt.Sprintf("%q", v)
	case map[string]any:
		return "a table"
	case []map[string]any:
		return "tables"
	}
	return fmt.Sprint(v)
}
