package kernel

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

// worstUlps64 bound the errors of the float64 loops, which are Go's at every level, in units of the last place
// of the exact result: the most that was found among 200,000 numbers, rounded up to halves.
var worstUlps64 = map[Opcode]float64{
	OpExp: 2, OpLog: 1, OpTanh: 1.5, OpSigmoid: 2.5, OpAtan: 1.5, OpErf: 1,
}

// TestDoubleAgainstExact holds the float64 loops to results of 300 bits, for numbers of all sizes at which a
// function is neither constant nor its argument.
func TestDoubleAgainstExact(t *testing.T) {
	t.Parallel()
	n := 2000
	if *every {
		n = 50_000
	}
	within := func(most float64) func(r *rand.Rand) float64 { // half of them evenly, half by their logarithm
		return func(r *rand.Rand) float64 {
			x := most * (2*r.Float64() - 1)
			if r.IntN(2) == 0 {
				x *= math.Exp2(-20 * r.Float64())
			}
			return x
		}
	}
	for op, c := range map[Opcode]struct {
		exact func(x *big.Float) *big.Float
		draw  func(r *rand.Rand) float64
	}{
		OpExp:     {bigExp, within(700)},
		OpLog:     {bigLog, func(r *rand.Rand) float64 { return math.Exp2(2000*r.Float64()-1000) * (1 + r.Float64()) }},
		OpTanh:    {bigTanh, within(20)},
		OpSigmoid: {bigSigmoid, within(700)},
		OpAtan:    {bigAtan, func(r *rand.Rand) float64 { return math.Exp2(120*r.Float64()-60) * (2*r.Float64() - 1) }},
		OpErf:     {bigErf, within(5.9)},
	} {
		r := rand.New(rand.NewPCG(51, uint64(op))) // of its own, as a map has no order
		x, got := make([]float64, n), make([]float64, n)
		for i := range x {
			x[i] = c.draw(r)
		}
		loops64[active].ops[op](got, x, x, x, 1, 0)
		worst, at := 0.0, 0
		for i, v := range x {
			if d := ulps64(c.exact(exactly(v)), got[i]); d > worst {
				worst, at = d, i
			}
		}
		t.Logf("%v: %.2f ulps at %v", op, worst, x[at])
		assert.LessOrEqual(t, worst, worstUlps64[op], "%v(%v) = %v", op, x[at], got[at])
	}
}

// ulps64 is the distance of got from want in units of the last place of want.
func ulps64(want *big.Float, got float64) float64 {
	d, _ := new(big.Float).Sub(want, exactly(got)).Float64()
	w, _ := want.Float64()
	return math.Abs(d) / (math.Nextafter(math.Abs(w), math.Inf(1)) - math.Abs(w))
}

func exactly(x float64) *big.Float           { return new(big.Float).SetPrec(300).SetFloat64(x) }
func whole(n int) *big.Float                 { return exactly(float64(n)) }
func plus(x, y *big.Float) *big.Float        { return exactly(0).Add(x, y) }
func minus(x, y *big.Float) *big.Float       { return exactly(0).Sub(x, y) }
func times(x, y *big.Float) *big.Float       { return exactly(0).Mul(x, y) }
func over(x, y *big.Float) *big.Float        { return exactly(0).Quo(x, y) }
func doubled(x *big.Float, n int) *big.Float { return exactly(0).SetMantExp(x, n) }

// series returns Σ first·Π ratio(k), until the terms are nothing beside the largest.
func series(first *big.Float, ratio func(k int) *big.Float) *big.Float {
	sum, term := exactly(0), first
	for k := 1; term.Sign() != 0 && term.MantExp(nil) > first.MantExp(nil)-400; k++ {
		sum = plus(sum, term)
		term = times(term, ratio(k))
	}
	return sum
}

// arcSeries returns Σ sign^k x^(2k+1)/(2k+1): artanh x for a sign of 1, arctan x for -1.
func arcSeries(x *big.Float, sign int) *big.Float {
	sum, power, square := exactly(0), x, times(times(x, x), whole(sign))
	for k := 0; power.Sign() != 0 && power.MantExp(nil) > x.MantExp(nil)-310; k++ {
		sum = plus(sum, over(power, whole(2*k+1)))
		power = times(power, square)
	}
	return sum
}

// ln 2 = 2 artanh 1/3; π = 16 arctan 1/5 - 4 arctan 1/239 (Machin, 1706).
var (
	bigLn2 = doubled(arcSeries(over(whole(1), whole(3)), 1), 1)
	bigPi  = minus(doubled(arcSeries(over(whole(1), whole(5)), -1), 4), doubled(arcSeries(over(whole(1), whole(239)), -1), 2))
)

func bigExp(x *big.Float) *big.Float {
	v, _ := x.Float64()
	k := int(math.Round(v / math.Ln2))
	r := minus(x, times(whole(k), bigLn2))
	return doubled(series(whole(1), func(k int) *big.Float { return over(r, whole(k)) }), k)
}

// bigLog is one step of Halley's from Go's logarithm, which makes three times its bits right.
func bigLog(x *big.Float) *big.Float {
	v, _ := x.Float64()
	y := exactly(math.Log(v))
	e := bigExp(y)
	return plus(y, doubled(over(minus(x, e), plus(x, e)), 1))
}

func bigTanh(x *big.Float) *big.Float {
	e := bigExp(doubled(x, 1))
	return over(minus(e, whole(1)), plus(e, whole(1)))
}

func bigSigmoid(x *big.Float) *big.Float {
	return over(whole(1), plus(whole(1), bigExp(exactly(0).Neg(x))))
}

// bigAtan halves the angle four times: arctan x = 2 arctan x/(1 + sqrt(1 + x²)).
func bigAtan(x *big.Float) *big.Float {
	if exactly(0).Abs(x).Cmp(whole(1)) > 0 {
		half := doubled(bigPi, -1)
		if x.Sign() < 0 {
			half.Neg(half)
		}
		return minus(half, bigAtan(over(whole(1), x)))
	}
	const halvings = 4
	for range halvings {
		x = over(x, plus(whole(1), exactly(0).Sqrt(plus(whole(1), times(x, x)))))
	}
	return doubled(arcSeries(x, -1), halvings)
}

// bigErf is 2/sqrt(π) Σ (-1)^k x^(2k+1)/(k! (2k+1)).
func bigErf(x *big.Float) *big.Float {
	square := exactly(0).Neg(times(x, x))
	sum := series(x, func(k int) *big.Float {
		return times(over(square, whole(k)), over(whole(2*k-1), whole(2*k+1)))
	})
	return over(doubled(sum, 1), exactly(0).Sqrt(bigPi))
}
