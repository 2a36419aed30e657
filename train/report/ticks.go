package report

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
)

// wanted is about how many ticks an axis gets.
const wanted = 5

// ticks are at multiples of 1, 2 or 5 times a power of ten.
type ticks struct {
	whole   bool // at whole numbers only
	percent bool // labelled in percent
}

// Ticks implements plot.Ticker.
func (k ticks) Ticks(lo, hi float64) []plot.Tick {
	scale, sign := 1.0, ""
	if k.percent {
		scale, sign = 100, " %"
	}
	lo, hi = lo*scale, hi*scale
	step := niceStep((hi - lo) / wanted)
	if k.whole {
		step = math.Max(step, 1)
	}
	digits := max(0, int(math.Ceil(-math.Log10(step)-1e-9)))
	format, precision := byte('f'), digits
	if magnitude := math.Max(math.Abs(lo), math.Abs(hi)); magnitude >= 1e6 || magnitude < 1e-3 {
		format, precision = 'g', 4
	}
	var out []plot.Tick
	for i := math.Ceil(lo/step - 1e-9); i*step <= hi+1e-9*step; i++ {
		v := i * step
		out = append(out, plot.Tick{Value: v / scale, Label: minus(strconv.FormatFloat(v+0, format, precision, 64)) + sign})
	}
	return out
}

// niceStep returns 1, 2 or 5 times a power of ten, at least x.
func niceStep(x float64) float64 {
	if !(x > 0) || math.IsInf(x, 0) {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(x)))
	for _, m := range []float64{1, 2, 5} {
		if m*power >= x*(1-1e-9) {
			return m * power
		}
	}
	return 10 * power
}

// minus writes the sign of a number as a minus, not a hyphen.
func minus(s string) string {
	if s != "" && s[0] == '-' {
		return "−" + s[1:]
	}
	return s
}

// logTicks are at powers of ten, with 2 and 5 times them where there are few.
type logTicks struct{}

// fewDecades is what a logarithmic axis spans at most to get more than powers of ten.
const fewDecades = 2.5

// Ticks implements plot.Ticker.
func (logTicks) Ticks(lo, hi float64) []plot.Tick {
	first, last := int(math.Floor(math.Log10(lo))), int(math.Ceil(math.Log10(hi)))
	factors := []float64{1}
	if math.Log10(hi/lo) < fewDecades {
		factors = []float64{1, 2, 5}
	}
	every := max(1, (last-first)/(wanted+1))
	var out []plot.Tick
	for e := first; e <= last; e += every {
		for _, f := range factors {
			if v := f * math.Pow(10, float64(e)); v >= lo*(1-1e-9) && v <= hi*(1+1e-9) {
				out = append(out, plot.Tick{Value: v, Label: strconv.FormatFloat(v, 'g', 3, 64)})
			}
		}
	}
	return out
}
