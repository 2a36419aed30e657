package losses

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

// maxLog bounds LogEpsilon, so that sums of it over frames stay finite in float32.
const maxLog = 1e30

// CTCOptions are the settings of [CTC].
type CTCOptions struct {
	Blank      int     // class that stands for no label; 0
	LogEpsilon float64 // logarithm that stands for probability 0, < 0; -1e5
}

// NewCTCOptions returns CTCOptions with the defaults Blank = 0, LogEpsilon = -1e5.
func NewCTCOptions() CTCOptions { return CTCOptions{LogEpsilon: -1e5} }

// CTC returns the connectionist temporal classification loss of each sequence, [B]: minus the log
// probability of all ways to read labels off the frames, where repeated classes count once and
// blanks nothing.
//
// Logits are [B T K], labels Int32 [B N] without the blank, T >= 1. Paddings, [B T] and [B N], of
// the type of the logits, are 1 where a frame or label does not count, else 0; labels are padded on
// the right. nil means that nothing is padded. Where no reading exists, because there are too few
// frames, the loss is about -LogEpsilon. A label outside [0, K) that is not padded is an error
// when the program runs.
//
// Source: Graves et al. 2006, "Connectionist temporal classification", doi:10.1145/1143844.1143891.
func CTC(logits, logitPaddings, labels, labelPaddings *graph.Node, o CTCOptions) *graph.Node {
	loss, _, _ := CTCForward(logits, logitPaddings, labels, labelPaddings, o)
	return loss
}

// CTCForward returns the loss of [CTC] and the logarithms of the forward probabilities: of having,
// after frame t, read n labels and a blank last (blank, [T B N+1]), or read label n, counted from 0,
// last (label, [T B N]). Probability 0 is about LogEpsilon. Frames that are padded repeat the
// values of the frame before; columns of padded labels mean nothing.
func CTCForward(
	logits, logitPaddings, labels, labelPaddings *graph.Node, o CTCOptions,
) (loss, blank, label *graph.Node) {
	defer within("CTC", logits)()
	if bad := o.refuse(logits, logitPaddings, labels, labelPaddings); bad != nil {
		return bad, bad, bad
	}
	if labels.Dim(1) == 0 { // nothing to read is one label that does not count
		g, batch := logits.Graph(), logits.Dim(0)
		loss, blank, label = CTCForward(logits, logitPaddings,
			g.Const(graph.Int32, 0, batch, 1), g.Const(logits.DType(), 1, batch, 1), o)
		return loss, blank.Narrow(2, 0, 1), label.Narrow(2, 0, 0)
	}
	zero := scalar(logits, 0)
	count := labels.Like(1).Sum(1) // labels of each sequence
	if labelPaddings != nil {
		padded := labelPaddings.Ne(zero)
		labels = padded.Select(scalar(labels, 0), labels)
		count = count.Sub(padded.Cast(graph.Int32).Sum(1))
	}
	r := newReading(labels, logits.DType(), o.LogEpsilon)
	first := r.start(logits)
	alphas, last := graph.Loop(r.frames(logits, logitPaddings, labels, o), first, r.step)
	total := grow(last.Blank, last.Label)
	loss = expected(count.OneHot(total.Dim(1), total.DType()), total).Neg()
	return loss, alphas.Blank, alphas.Label
}

// refuse returns an invalid node if operands or settings do not fit, else nil.
func (o CTCOptions) refuse(logits, logitPaddings, labels, labelPaddings *graph.Node) *graph.Node {
	if !logits.Valid() || !labels.Valid() {
		return logits.Sub(labels)
	}
	if bad := notFloats(logits); bad != nil {
		return bad
	}
	if labels.DType() != graph.Int32 {
		return fail(logits, fmt.Errorf("%w: labels are %v, want Int32", graph.ErrDType, labels.Type()))
	}
	if logits.Rank() != 3 || labels.Rank() != 2 || labels.Dim(0) != logits.Dim(0) {
		return fail(logits, fmt.Errorf("%w: logits %v, labels %v, want [B T K] and [B N]",
			graph.ErrShape, logits.Type(), labels.Type()))
	}
	if bad := badPadding(logits, logitPaddings, logits.Shape()[:2]); bad != nil {
		return bad
	}
	if bad := badPadding(logits, labelPaddings, labels.Shape()); bad != nil {
		return bad
	}
	err := outside("Blank", float64(o.Blank), 0, float64(logits.Dim(2)-1))
	if err == nil && !(o.LogEpsilon < 0 && o.LogEpsilon >= -maxLog) {
		err = fmt.Errorf("%w: LogEpsilon is %v, want a negative number, at least %v", graph.ErrValue, o.LogEpsilon, -maxLog)
	}
	if err != nil {
		return fail(logits, err)
	}
	return nil
}

// badPadding returns an invalid node unless the padding is nil or fits.
func badPadding(logits, padding *graph.Node, want graph.Shape) *graph.Node {
	if padding == nil {
		return nil
	}
	if !padding.Valid() {
		return padding
	}
	if t := (graph.Type{DType: logits.DType(), Shape: want}); !padding.Type().Equal(t) {
		return fail(logits, fmt.Errorf("%w: paddings are %v, want %v", graph.ErrShape, padding.Type(), t))
	}
	return nil
}

// forward are logarithms of forward probabilities: of n labels and a blank last, [B N+1], and of
// label n last, [B N].
type forward struct{ Blank, Label *graph.Node }

// frame is what one frame says: log probabilities of the labels [B N] and of the blank [B 1], and
// where it is padded, Bool [B 1].
type frame struct{ Label, Blank, Padded *graph.Node }

// reading is what the recursion knows of the labels, both [B N]: same adds the logarithm of 0 where
// the next label is equal, differ where it is not.
type reading struct {
	same, differ *graph.Node
	logZero      float64
}

func newReading(labels *graph.Node, d graph.DType, logZero float64) reading {
	n := labels.Dim(1)
	next := labels.Narrow(1, 1, n-1)
	repeat := labels.Narrow(1, 0, n-1).Eq(next).Cast(d).Pad([]int{0, 0}, []int{0, 1}, 0)
	return reading{repeat.Scale(logZero), repeat.Neg().Shift(1).Scale(logZero), logZero}
}

// start returns the probabilities before the first frame: nothing is read.
func (r reading) start(logits *graph.Node) forward {
	label := r.same.Like(r.logZero)
	begin := logits.Graph().Const(logits.DType(), 0, logits.Dim(0), 1)
	return forward{graph.Concat(1, begin, label), label}
}

// frames returns what the frames say, on a leading axis T. The product with one-hot labels looks
// the log probabilities up; it needs them finite, so they are held to logZero.
func (r reading) frames(logits, paddings, labels *graph.Node, o CTCOptions) frame {
	logp := logits.LogSoftmax(-1).Max(scalar(logits, r.logZero))
	lookUp := labels.OneHot(logits.Dim(2), logits.DType()).Transpose(0, 2, 1)
	timeFirst := func(x *graph.Node) *graph.Node { return x.Transpose(1, 0, 2) }
	if paddings == nil {
		paddings = logits.Graph().Const(logits.DType(), 0, logits.Dim(0), logits.Dim(1))
	}
	return frame{
		Label:  timeFirst(logp.MatMul(lookUp)),
		Blank:  timeFirst(logp.Narrow(2, o.Blank, 1)),
		Padded: timeFirst(paddings.Ne(scalar(logits, 0)).Unsqueeze(-1)),
	}
}

// step adds a frame. A new label comes after a blank, or after another label directly; a blank
// after anything.
func (r reading) step(x frame, s forward) (now, next forward) {
	before := grow(s.Blank, s.Label.Add(r.same))
	label := logAdd(before.Narrow(1, 0, s.Label.Dim(1)), s.Label).Add(x.Label)
	blank := grow(before.Add(x.Blank), s.Label.Add(x.Blank).Add(r.differ))
	next = forward{x.Padded.Select(s.Blank, blank), x.Padded.Select(s.Label, label)}
	return next, next
}

// grow adds the probabilities of label n last to those of n+1 labels read.
func grow(blank, label *graph.Node) *graph.Node {
	n := label.Dim(1)
	return graph.Concat(1, blank.Narrow(1, 0, 1), logAdd(blank.Narrow(1, 1, n), label))
}

// logAdd returns ln(e^a + e^b) for finite a and b. The larger, m, cancels and needs no gradient; the
// derivative is right where they are equal, too, as that of m + ln(1 + e^-|a-b|) would not be.
func logAdd(a, b *graph.Node) *graph.Node {
	m := a.Max(b).StopGradient()
	return a.Sub(m).Exp().Add(b.Sub(m).Exp()).Log().Add(m)
}
