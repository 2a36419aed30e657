package graph

import "fmt"

// passTrace is what a pass did.
type passTrace struct {
	name          string
	before, after nodeCount
}

// nodeCount is the size of a graph: its nodes, those in bodies included, and what can be told of its
// loops.
type nodeCount struct {
	nodes int
	loops map[loopSketch]int // how many loops look so
}

// loopSketch is what a loop looks like to a reader of Explain.
type loopSketch struct {
	steps, nodes, carried, sequences, captures, results, shards int
}

func countNodes(u unit) nodeCount {
	c := nodeCount{loops: map[loopSketch]int{}}
	c.count(u)
	return c
}

// count adds the nodes of u.
func (c *nodeCount) count(u unit) {
	need := reachable(u.g, u.outs)
	for i, n := range u.g.nodes {
		if !need[i] {
			continue
		}
		c.nodes++
		before := c.nodes
		for _, b := range n.bodies() {
			c.count(b)
		}
		if l := n.Loop(); l != nil {
			c.loops[loopSketch{
				steps: l.Steps, nodes: c.nodes - before, carried: len(l.Carried), sequences: len(l.Seqs),
				captures: len(l.Body.captures), results: len(l.Ys), shards: l.split.shards(),
			}]++
		}
	}
}

// changed returns how many loops there are that looked otherwise, or were not there, before.
func (t passTrace) changed() int {
	n := 0
	for sketch, count := range t.after.loops {
		n += max(0, count-t.before.loops[sketch])
	}
	return n
}

func (t passTrace) String() string {
	s := fmt.Sprintf("%-10s %d -> %d nodes", t.name, t.before.nodes, t.after.nodes)
	switch n := t.changed(); {
	case n == 1:
		s += ", 1 loop changed"
	case n > 1:
		s += fmt.Sprintf(", %d loops changed", n)
	}
	return s
}
