package main

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// Percentiles are those of the sorted durations, and at most a step too great.
func TestPercentiles(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	var l latencies
	var all []time.Duration
	for range 5000 {
		d := time.Duration(math.Exp(r.NormFloat64()*2) * float64(time.Millisecond))
		all = append(all, d)
		l.add(3, d)
	}
	slices.Sort(all)
	for _, p := range []float64{0.001, 0.5, 0.9, 0.99, 0.999, 1} {
		exact := float64(all[int(math.Ceil(p*5000))-1])
		got := float64(l.percentile(p))
		assert.GreaterOrEqualf(t, got, exact-1, "p = %v", p)
		assert.LessOrEqualf(t, got, exact*math.Exp2(1./perOctave)+1, "p = %v", p)
	}
	assert.EqualValues(t, 15000, l.report().Lines)
	assert.Zero(t, (&latencies{}).percentile(0.5))

	var edge latencies
	edge.add(1, 0)
	edge.add(1, time.Hour)
	assert.Equal(t, time.Hour, edge.most)
	assert.LessOrEqual(t, edge.percentile(0.5), 2*time.Microsecond)
}
