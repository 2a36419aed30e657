package online_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/train/online"
)

func BenchmarkForce(b *testing.B) {
	for name, single := range map[string]bool{"1000": false, "1000/single": true} {
		b.Run(name, func(b *testing.B) {
			f, err := online.NewForce(chaotic(1000, 1.5, 0.1), online.RLS{Alpha: 1, Single: single})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			step := 0
			for b.Loop() {
				if _, err := f.Step(); err != nil {
					b.Fatal(err)
				}
				if step%2 == 0 {
					if err := f.Learn(wave(step)); err != nil {
						b.Fatal(err)
					}
				}
				step++
			}
		})
	}
}
