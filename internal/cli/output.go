package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"

	"github.com/spikegraph/spikegraph/train"
)

// object writes a JSON object on a line of its own.
func (a *app) object(v any) error { return object(a.out, v) }

func object(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false) // these lines are no part of a page
	return e.Encode(v)
}

// table writes rows in columns, the first row being the heads.
func table(w io.Writer, rows [][]string) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, r := range rows {
		fmt.Fprintln(t, strings.TrimRight(strings.Join(r, "\t"), "\t"))
	}
	return t.Flush()
}

// number is a float64 that JSON has: null if it is not finite.
type number float64

// MarshalJSON writes null for what JSON has no number for.
func (n number) MarshalJSON() ([]byte, error) {
	if v := float64(n); math.IsNaN(v) || math.IsInf(v, 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

// scores are averages over samples, as JSON has them.
type scores struct {
	Samples int               `json:"samples"`
	Loss    number            `json:"loss"`
	Metrics map[string]number `json:"metrics,omitempty"`
	Rates   map[string]number `json:"rates,omitempty"`
}

func scoresOf(s train.Scores) scores {
	return scores{s.Samples, number(s.Loss), valuesOf(s.Metrics), valuesOf(s.Rates)}
}

func valuesOf(vs []train.Value) map[string]number {
	m := map[string]number{}
	for _, v := range vs {
		m[v.Name] = number(v.Value)
	}
	return m
}

// lineOf returns scores on a line.
func lineOf(s train.Scores) string {
	text := fmt.Sprintf("loss %.4g", s.Loss)
	for _, v := range s.Metrics {
		text += fmt.Sprintf(", %s %.4f", v.Name, v.Value)
	}
	return text
}

// plural returns a count with its noun.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
