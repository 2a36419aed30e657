package graph

// share says how shards share a value.
type share uint8

const (
	whole share = iota // every shard sees or computes all of it
	rows               // each has some rows: its first axis is the batch
	sums               // each has a part of a sum: outside there is a leading axis of parts
)

// loopSplit says how a loop is divided: into n shards, which share each argument in the order of
// LoopSpec.Args as it says. All stacked results are rows.
type loopSplit struct {
	n    int
	args []share
}

// outer returns the type that a body's value of type t has outside of the shards.
func (s *loopSplit) outer(t Type, how share) Type {
	switch {
	case s == nil || how == whole:
		return t
	case how == sums:
		return stackedType(s.n, t)
	}
	return Type{t.DType, append(Shape{t.Shape[0] * s.n}, t.Shape[1:]...)}
}

// shareOf returns how argument i is shared.
func (s *loopSplit) shareOf(i int) share {
	if s == nil {
		return whole
	}
	return s.args[i]
}

// shards returns the number of shards.
func (s *loopSplit) shards() int {
	if s == nil {
		return 1
	}
	return s.n
}
