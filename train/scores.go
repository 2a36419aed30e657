package train

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/spikegraph/spikegraph/datasets"
)

// Scores are averages over samples.
type Scores struct {
	Samples int
	Loss    float64
	Metrics []Value // in the order of the trainer's Metrics
	// Rates are the means of what layers mark, by layer: for spikes of 0 and 1 the firing rates,
	// in spikes for each neuron and step.
	Rates []Value
}

// Value is a number and its name.
type Value struct {
	Name  string
	Value float64
}

// Metric returns the number of that name: "loss", or a metric. ok is false if there is none.
func (s Scores) Metric(name string) (value float64, ok bool) {
	if name == lossName {
		return s.Loss, true
	}
	return find(s.Metrics, name)
}

// Rate returns the firing rate of a layer. ok is false if there is none of that name.
func (s Scores) Rate(layer string) (value float64, ok bool) { return find(s.Rates, layer) }

const lossName = "loss"

func find(vs []Value, name string) (float64, bool) {
	i := slices.IndexFunc(vs, func(v Value) bool { return v.Name == name })
	if i < 0 {
		return 0, false
	}
	return vs[i].Value, true
}

// number is a float64 that stands in JSON also where it is NaN or infinite, which metrics may be.
type number float64

// MarshalJSON writes the number as a string, with all its digits.
func (x number) MarshalJSON() ([]byte, error) {
	return json.Marshal(strconv.FormatFloat(float64(x), 'g', -1, 64))
}

// UnmarshalJSON reads what MarshalJSON writes.
func (x *number) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	f, err := strconv.ParseFloat(s, 64)
	*x = number(f)
	return err
}

type jsonValue struct {
	Name  string
	Value number
}

// MarshalJSON writes the number as a string, since JSON has no NaN.
func (v Value) MarshalJSON() ([]byte, error) { return json.Marshal(jsonValue{v.Name, number(v.Value)}) }

// UnmarshalJSON reads what MarshalJSON writes.
func (v *Value) UnmarshalJSON(b []byte) error {
	var j jsonValue
	err := json.Unmarshal(b, &j)
	*v = Value{j.Name, float64(j.Value)}
	return err
}

// measure is the weighted mean of what the programs of one batch measured, by column.
type measure struct {
	weight float64
	values []float64
}

func (m *measure) reset() { m.weight, m.values = 0, m.values[:0] }

// add takes in a measurement: mean += (value - mean) w/W. The first stays as it is, bit for bit.
func (m *measure) add(values []float64, weight float64) {
	m.weight += weight
	if len(m.values) == 0 {
		m.values = append(m.values, values...)
		return
	}
	for i, v := range values {
		m.values[i] += (v - m.values[i]) * weight / m.weight
	}
}

// totals are sums over samples of what batches measured, by column. They are part of a checkpoint.
type totals struct {
	Samples int
	Sums    []number
}

// add takes in the means of a batch of n samples.
func (t *totals) add(values []float64, n int) error {
	if t.Sums == nil {
		t.Sums = make([]number, len(values))
	}
	if len(t.Sums) != len(values) {
		return fmt.Errorf("%w: %d numbers are measured of it, %d of those before: has each batch a target?",
			datasets.ErrShape, len(values), len(t.Sums))
	}
	for i, v := range values {
		t.Sums[i] += number(v * float64(n))
	}
	t.Samples += n
	return nil
}

// mean returns the mean of a column.
func (t *totals) mean(column int) float64 { return float64(t.Sums[column]) / float64(t.Samples) }

// scores returns the means by name.
func (t *totals) scores(n names) Scores {
	values := make([]float64, len(t.Sums))
	for i := range values {
		values[i] = t.mean(i)
	}
	return scoresOf(values, t.Samples, n)
}

// scoresOf gives the columns their names.
func scoresOf(values []float64, samples int, n names) Scores {
	s := Scores{Samples: samples, Loss: values[lossColumn]}
	nm, nl := len(n.Metrics), len(n.Layers)
	vs := make([]Value, nm+nl)
	for i := range vs {
		vs[i].Value = values[metricColumn+i]
		if i < nm {
			vs[i].Name = n.Metrics[i]
		} else {
			vs[i].Name = n.Layers[i-nm]
		}
	}
	s.Metrics, s.Rates = vs[:nm:nm], vs[nm:]
	return s
}

// differ reports whether the columns are others.
func (n names) differ(o names) bool {
	return !slices.Equal(n.Metrics, o.Metrics) || !slices.Equal(n.Layers, o.Layers)
}
