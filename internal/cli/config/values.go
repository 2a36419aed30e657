package config

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// String returns the text of a key.
func (t *Table) String(key, def string) string { return one(t, key, def, text, "a text in quotes") }

// Bool returns the truth of a key.
func (t *Table) Bool(key string, def bool) bool { return one(t, key, def, truth, "true or false") }

// Int returns the whole number of a key.
func (t *Table) Int(key string, def int) int { return one(t, key, def, whole, "a whole number") }

// Float returns the finite number of a key.
func (t *Table) Float(key string, def float64) float64 { return one(t, key, def, number, "a number") }

// Seed returns the whole number of a key, which is at least 0.
func (t *Table) Seed(key string, def uint64) uint64 {
	n := one(t, key, int(def), whole, "a whole number of at least 0")
	if n < 0 {
		t.Wrong(key, "a whole number of at least 0")
		return def
	}
	return uint64(n)
}

// Count returns the whole number of a key, which is at least low.
func (t *Table) Count(key string, def, low int) int {
	n := t.Int(key, def)
	if n < low && t.Has(key) {
		t.Fault(key, "%d: want a whole number of at least %d", n, low)
		return max(def, low)
	}
	return n
}

// OneOf returns the text of a key, which is one of the names, compared as keys are, in the form that
// stands in names.
func (t *Table) OneOf(key, def string, names ...string) string {
	v := t.String(key, def)
	if i := slices.IndexFunc(names, func(n string) bool { return canonical(n) == canonical(v) }); i >= 0 {
		return names[i]
	}
	if v != def || t.Has(key) {
		t.Wrong(key, "one of "+strings.Join(names, ", "))
	}
	return def
}

// Ints returns the whole numbers of a key; one alone is a list of one.
func (t *Table) Ints(key string) []int { return list(t, key, whole, "a list of whole numbers") }

// Floats returns the numbers of a key; one alone is a list of one.
func (t *Table) Floats(key string) []float64 { return list(t, key, number, "a list of numbers") }

// Strings returns the texts of a key; one alone is a list of one.
func (t *Table) Strings(key string) []string { return list(t, key, text, "a list of texts") }

// Is reports what a key holds: "" if there is none, "text", "number", "truth", "list" or "table".
func (t *Table) Is(key string) string {
	v, ok := t.get(key)
	if !ok {
		return ""
	}
	switch v.(type) {
	case string:
		return "text"
	case int64, float64:
		return "number"
	case bool:
		return "truth"
	case map[string]any:
		return "table"
	}
	return "list"
}

// Table returns the table of a key, nil if there is none. It is the same one each time.
func (t *Table) Table(key string) *Table {
	v, ok := t.get(key)
	if !ok {
		return nil
	}
	m, ok := v.(map[string]any)
	if !ok {
		t.Wrong(key, "a table")
		return nil
	}
	return t.within(key, []string{t.Path(key)}, []map[string]any{m})[0]
}

// Tables returns the tables of a key: [[key]] in the file, or a list of tables. They are the same ones
// each time.
func (t *Table) Tables(key string) []*Table {
	v, ok := t.get(key)
	if !ok {
		return nil
	}
	ms, ok := v.([]map[string]any)
	if list, is := v.([]any); is {
		ok = true
		for _, e := range list {
			m, is := e.(map[string]any)
			ms, ok = append(ms, m), ok && is
		}
	}
	if !ok {
		t.Wrong(key, "tables: [["+key+"]]")
		return nil
	}
	var paths []string
	for i := range ms {
		paths = append(paths, element(t.Path(key), i))
	}
	return t.within(key, paths, ms)
}

// within returns the tables of a key, made when they are first asked for.
func (t *Table) within(key string, paths []string, ms []map[string]any) []*Table {
	c := canonical(key)
	if t.inner[c] == nil {
		for i, m := range ms {
			t.inner[c] = append(t.inner[c], t.file.table(paths[i], m))
		}
	}
	return t.inner[c]
}

// Values returns what the table holds as JSON, in an order that follows from the keys alone: two tables
// that hold the same are the same text.
func (t *Table) Values() string {
	if t == nil {
		return "{}"
	}
	b, err := json.Marshal(t.value)
	if err != nil {
		return fmt.Sprint(t.value) // a number that JSON does not have, which the file refuses where it is read
	}
	return string(b)
}

// one returns a value of the type that as takes.
func one[T any](t *Table, key string, def T, as func(any) (T, bool), want string) T {
	v, ok := t.get(key)
	if !ok {
		return def
	}
	x, ok := as(v)
	if !ok {
		t.Wrong(key, want)
		return def
	}
	return x
}

func list[T any](t *Table, key string, as func(any) (T, bool), want string) []T {
	v, ok := t.get(key)
	if !ok {
		return nil
	}
	elements, ok := v.([]any)
	if !ok {
		elements = []any{v}
	}
	xs := make([]T, 0, len(elements))
	for _, e := range elements {
		x, ok := as(e)
		if !ok {
			t.Wrong(key, want)
			return nil
		}
		xs = append(xs, x)
	}
	return xs
}

func text(v any) (string, bool) { s, ok := v.(string); return s, ok }

func truth(v any) (bool, bool) { b, ok := v.(bool); return b, ok }

func whole(v any) (int, bool) { n, ok := v.(int64); return int(n), ok }

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, !math.IsNaN(v) && !math.IsInf(v, 0)
	}
	return 0, false
}

// Text returns the table on a line, as it stands in the file but for the order of the keys: out = 10,
// type = "dense".
func (t *Table) Text() string {
	if t == nil {
		return ""
	}
	pairs := map[string]any{}
	for c, key := range t.keys {
		pairs[key] = t.value[c]
	}
	return joined(pairs)
}

// joined returns keys and values with commas between, in the order of the keys.
func joined(values map[string]any) string {
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(values)) {
		parts = append(parts, key+" = "+shown(values[key]))
	}
	return strings.Join(parts, ", ")
}

// shown returns a value as TOML has it.
func shown(v any) string {
	switch v := v.(type) {
	case string:
		return strconv.Quote(v)
	case map[string]any:
		return "{ " + joined(v) + " }"
	case []map[string]any:
		parts := make([]string, len(v))
		for i, m := range v {
			parts[i] = shown(m)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case []any:
		parts := make([]string, len(v))
		for i, e := range v {
			parts[i] = shown(e)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return fmt.Sprint(v)
}
